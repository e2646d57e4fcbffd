// A host of packed modules in Node, for modules.py: it calls what a module exports, and nothing else.
//
//     node modules.mjs MODULE LINE...           a line is an event, or `load OPTIONS`
//     node modules.mjs pack KRAIT_WASM FOLDER OUT   packs a function of that name, as krait does

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { WASI } from "node:wasi";
import { Library } from "../../hosts/javascript/source/library.js";
import { pack } from "../../hosts/javascript/source/pack/pack.js";

const [first, ...rest] = process.argv.slice(2);

if (first === "pack") {
  const [wasm, folder, out] = rest;
  const files = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files[relative(folder, path)] = new Uint8Array(await readFile(path));
  }
  const { module } = await pack(new Uint8Array(await readFile(wasm)), { files });
  await writeFile(out, module);
} else {
  const wasi = new WASI({ version: "preview1", returnOnExit: true });
  const system = wasi.getImportObject().wasi_snapshot_preview1;
  const imports = Object.fromEntries(
    Object.entries(system).map(([name, call]) => [name, (...values) => call(...values)]),
  );
  const compiled = await WebAssembly.compile(await readFile(first));
  const instance = await WebAssembly.instantiate(compiled, { wasi_snapshot_preview1: imports });
  wasi.initialize({ exports: { memory: instance.exports.memory } });
  const library = new Library(instance.exports);
  for (const line of rest) {
    const options = line.startsWith("load ") ? line.slice(5) : undefined;
    const answer =
      options === undefined ? library.ask("krait_invoke", line, "") : library.ask("krait_load", options);
    console.log(answer.retMsg);
    process.stderr.write(answer.log);
  }
}
