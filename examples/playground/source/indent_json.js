const TOKEN = /"(?:[^"\\]|\\.)*"|[^\s"{}[\],:]+|[{}[\],:]/g;
const INDENT = "  ";

/** Indents JSON text and changes nothing else: JSON.parse would round large numbers. */
export function indentJson(text) {
  const tokens = text.match(TOKEN) ?? [];
  let depth = 0;
  let indented = "";
  const newLine = () => (indented += "\n" + INDENT.repeat(depth));
  tokens.forEach((token, index) => {
    const isOpening = token === "{" || token === "[";
    const isClosing = token === "}" || token === "]";
    const wasOpening = /^[{[]$/.test(tokens[index - 1] ?? "");
    if (isClosing) depth -= 1;
    if (isClosing ? !wasOpening : wasOpening) newLine();
    indented += token;
    if (isOpening) depth += 1;
    if (token === ",") newLine();
    if (token === ":") indented += " ";
  });
  return indented;
}
