// A browser's module and worker, as the page sees them.

/** `source`: a compiled module, its bytes, or a URL. */
export async function compile(source) {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source !== "string" && !(source instanceof URL)) return WebAssembly.compile(source);
  const response = await fetch(source);
  if (!response.ok) throw new Error(`${response.url}: HTTP status ${response.status}`);
  // Streaming compiles while it loads, but is refused unless the server names the type.
  return response.headers.get("content-type")?.startsWith("application/wasm")
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

/** The bytes of a module that is named as for `compile`, but not compiled. */
export async function readBytes(source) {
  if (typeof source !== "string" && !(source instanceof URL)) return new Uint8Array(source);
  const response = await fetch(source);
  if (!response.ok) throw new Error(`${response.url}: HTTP status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Starts worker.js, which must lie beside this module's bundle. */
export async function startWorker({ folder, files = {} }, onMessage, onFailure) {
  if (folder !== undefined) throw new TypeError("a browser has no folders: give files");
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }) => onMessage(data);
  worker.onerror = ({ message }) => onFailure(new Error(message ?? "worker.js did not load"));
  worker.postMessage(files);
  return {
    post: (message) => worker.postMessage(message),
    end: () => worker.terminate(),
  };
}
