// A module of WebAssembly with the function in its memory, as `krait pack --for wasm` writes it.

import { Krait } from "krait";

const NAME = "function.wasm";

/**
 * Has the browser save it. The options are those of `Krait.pack`; they may hold no name.
 * Gives the file's name and size, and why the function is not loaded in it, if it is not.
 */
export async function saveModule(options) {
  const { module, reason } = await Krait.pack(new URL("krait.wasm", document.baseURI), options);
  const address = URL.createObjectURL(new Blob([module], { type: "application/wasm" }));
  const link = document.createElement("a");
  Object.assign(link, { href: address, download: NAME });
  link.click();
  // Not at once: the browser has only begun to read it.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return { name: NAME, megabytes: (module.length / 1e6).toFixed(1), reason };
}
