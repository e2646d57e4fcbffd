// The inside of a worker that runs krait.wasm as a program, once.

import { openSync, writeFileSync } from "node:fs";
import { devNull } from "node:os";
import { join } from "node:path";
import { WASI } from "node:wasi";
import { parentPort, workerData } from "node:worker_threads";

const { module, words, folders, standardInput, environment, word } = workerData;
const ERRNO_SUCCESS = 0;

const wasi = new WASI({
  version: "preview1",
  args: ["krait", ...words],
  env: { ...process.env, ...environment, KRAIT_HOST_LIMITS: word },
  preopens: folders,
  stdin: inputDescriptor(),
  returnOnExit: true,
});

/** Standard input as a file: a worker has no descriptor of its own to read from. */
function inputDescriptor() {
  if (standardInput.length === 0) return openSync(devNull);
  const path = join(folders["/tmp"], "standard-input");
  writeFileSync(path, standardInput);
  return openSync(path);
}

let memory;

/** Has the main thread write it, which knows when an instance is over. */
function writeOutput(descriptor, pieces, count, written) {
  const view = new DataView(memory.buffer);
  const parts = [];
  let total = 0;
  for (let index = 0; index < count; index += 1) {
    const start = view.getUint32(pieces + 8 * index, true);
    const size = view.getUint32(pieces + 8 * index + 4, true);
    parts.push(Buffer.from(new Uint8Array(memory.buffer, start, size)));
    total += size;
  }
  const bytes = Buffer.concat(parts);
  if (descriptor === 2 && bytes.toString("latin1").startsWith(`${word} `)) {
    parentPort.postMessage({ told: JSON.parse(bytes.toString().slice(word.length + 1)) });
  } else if (total > 0) {
    parentPort.postMessage({ output: { descriptor, bytes: new Uint8Array(bytes) } });
  }
  view.setUint32(written, total, true);
  return ERRNO_SUCCESS;
}

// Called through functions of JavaScript's own: see ../node/inside.js.
const { wasi_snapshot_preview1: functions } = wasi.getImportObject();
const system = Object.fromEntries(
  Object.entries(functions).map(([name, call]) => [name, (...rest) => call(...rest)]),
);
const instance = await WebAssembly.instantiate(module, {
  wasi_snapshot_preview1: {
    ...system,
    fd_write: (descriptor, ...rest) =>
      descriptor === 1 || descriptor === 2
        ? writeOutput(descriptor, ...rest)
        : system.fd_write(descriptor, ...rest),
  },
});
memory = instance.exports.memory;
try {
  parentPort.postMessage({ status: wasi.start(instance) ?? 0 });
} catch (error) {
  parentPort.postMessage({ trap: String(error) });
}
