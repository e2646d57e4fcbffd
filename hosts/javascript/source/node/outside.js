// Node's module and worker, as the program sees them.

import { rmSync } from "node:fs";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Worker } from "node:worker_threads";

/** The folders of instances that have not ended. */
const scratches = new Set();
process.on("exit", () => scratches.forEach(remove));

/** `source`: a compiled module, its bytes, a path, or a file: URL. */
export async function compile(source) {
  if (source instanceof WebAssembly.Module) return source;
  const isPlace = typeof source === "string" || source instanceof URL;
  return WebAssembly.compile(isPlace ? await readFile(source) : source);
}

/** The bytes of a module that is named as for `compile`, but not compiled. */
export async function readBytes(source) {
  const isPlace = typeof source === "string" || source instanceof URL;
  return isPlace ? new Uint8Array(await readFile(source)) : new Uint8Array(source);
}

/** Starts worker.js with the folders that its instance is to see. */
export async function startWorker({ folder, files = {} }, onMessage, onFailure) {
  const scratch = await mkdtemp(join(tmpdir(), "krait-"));
  scratches.add(scratch);
  const temporary = join(scratch, "tmp");
  await mkdir(temporary);
  const code = folder === undefined ? await writeFiles(join(scratch, "function"), files) : folder;
  const worker = new Worker(new URL("../worker.js", import.meta.url), {
    workerData: { "/function": resolve(code), "/tmp": temporary },
    // node:wasi warns that it is an experiment: not what a function's caller wants to read.
    execArgv: ["--no-warnings"],
    // Python's recursion is the stack's too, and a worker has 4 MB if nobody asks for more.
    resourceLimits: { stackSizeMb: 16 },
  });
  worker.on("exit", () => remove(scratch));
  worker.on("error", onFailure);
  worker.on("message", (message) => {
    // An idle instance does not keep the program from ending.
    if (message.log === undefined) worker.unref();
    onMessage(message);
  });
  return {
    post(message) {
      worker.ref();
      worker.postMessage(message);
    },
    end: () => worker.terminate(),
  };
}

async function writeFiles(folder, files) {
  await mkdir(folder);
  for (const [path, content] of Object.entries(files)) {
    const place = join(folder, path);
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, content);
  }
  return folder;
}

function remove(scratch) {
  scratches.delete(scratch);
  rmSync(scratch, { recursive: true, force: true });
}
