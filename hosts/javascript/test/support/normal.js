/** Texts with what differs from run to run as `<id>` and `<n>`. */
export function normal(text) {
  return text
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<id>")
    .replace(/\d+(\.\d+)? ?ms/g, "<n>ms")
    .replace(/(MemUsage:? ?)[\d.]+MB/g, "$1<n>MB");
}
