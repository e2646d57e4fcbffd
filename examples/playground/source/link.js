// The page's fields in the fragment of its address: JSON, compressed, as base64url. A fragment
// is not sent to any server.

const METHOD = "deflate-raw";

export async function fragmentOf(fields) {
  const bytes = await passThrough(new CompressionStream(METHOD), JSON.stringify(fields));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Throws where the fragment is none of ours. */
export async function fieldsOf(fragment) {
  const binary = atob(fragment.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  const text = await passThrough(new DecompressionStream(METHOD), bytes);
  return JSON.parse(new TextDecoder().decode(text));
}

async function passThrough(transform, content) {
  const stream = new Blob([content]).stream().pipeThrough(transform);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
