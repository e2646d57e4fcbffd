// The system that krait.wasm sees in Node: the folders that it was given.

import { openSync } from "node:fs";
import { devNull } from "node:os";
import { WASI } from "node:wasi";
import { parentPort, workerData } from "node:worker_threads";

const ERRNO_SUCCESS = 0;

export const send = (message) => parentPort.postMessage(message);

export const receive = (handle) => parentPort.on("message", handle);

/** node:wasi throws a symbol of its own for proc_exit. */
export const isExit = (error) => typeof error === "symbol";

export function makeSystem(write) {
  const wasi = new WASI({
    version: "preview1",
    preopens: workerData,
    stdin: openSync(devNull),
    returnOnExit: true,
  });
  let memory;

  /** node:wasi writes to descriptors only, and output is to come here as it is written. */
  function writeOutput(pieces, count, written) {
    const view = new DataView(memory.buffer);
    let total = 0;
    for (let index = 0; index < count; index += 1) {
      const start = view.getUint32(pieces + 8 * index, true);
      const size = view.getUint32(pieces + 8 * index + 4, true);
      write(new Uint8Array(memory.buffer, start, size));
      total += size;
    }
    view.setUint32(written, total, true);
    return ERRNO_SUCCESS;
  }

  // Called through functions of JavaScript's own: Node 20 crashes in some modules whose memory
  // grew while they called its functions directly.
  const { wasi_snapshot_preview1: functions } = wasi.getImportObject();
  const system = Object.fromEntries(
    Object.entries(functions).map(([name, call]) => [name, (...rest) => call(...rest)]),
  );
  return {
    imports: {
      wasi_snapshot_preview1: {
        ...system,
        fd_write: (descriptor, ...rest) =>
          descriptor === 1 || descriptor === 2
            ? writeOutput(...rest)
            : system.fd_write(descriptor, ...rest),
      },
    },
    begin(instance) {
      memory = instance.exports.memory;
      // The memory alone: initialize() refuses an instance that has a _start.
      wasi.initialize({ exports: { memory } });
    },
  };
}
