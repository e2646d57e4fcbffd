// Runs krait.wasm as a program in a worker, and ends it when the function's time is over: a module cannot do
// that itself. hosts/README.md describes what the two tell each other.

import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { opened } from "./folders.js";

/** What an instance is told that answers for one that was ended. */
const PROCESS_EXIT = 439;

/** Runs a compiled module with the arguments of a command line; gives its exit status. */
export async function runProgram(module, typed) {
  const scratch = mkdtempSync(join(tmpdir(), "krait-"));
  try {
    const standardInput = process.stdin.isTTY ? "" : await onlyIfRead(typed);
    const { folders, words } = opened(typed, process.cwd(), scratch);
    const first = await runOnce({ module, words, folders, standardInput, environment: {} });
    if (first.status !== undefined) return first.status;
    // The instance that wrote half a line is not there to end it.
    if (first.isInLine) process.stderr.write("\n");
    const environment = { KRAIT_HOST_ENDED: JSON.stringify(first.ended) };
    const answer = await runOnce({ module, words, folders, standardInput, environment });
    if (answer.status === undefined) throw new Error("krait.wasm gave no answer");
    return answer.status;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Standard input as far as an option names it: an instance that answers for another reads it again. */
async function onlyIfRead(typed) {
  if (!typed.some((word) => word === "-" || /^(-[eE]|--event(-file)?=)-$/.test(word))) return "";
  const pieces = [];
  for await (const piece of process.stdin) pieces.push(piece);
  return Buffer.concat(pieces);
}

/**
 * Runs one instance. Gives its exit `status`; or, where it had to be ended or trapped in an invocation, how
 * that `ended`, and whether the log is in the middle of a line.
 */
function runOnce({ module, words, folders, standardInput, environment }) {
  const word = randomUUID();
  const worker = new Worker(new URL("./worker.js", import.meta.url), {
    workerData: { module, words, folders, standardInput, environment, word },
    // node:wasi warns that it is an experiment: not what one wants to read here.
    execArgv: ["--no-warnings"],
    resourceLimits: { stackSizeMb: 16 },
  });
  return new Promise((resolve, reject) => {
    let timer;
    let limit;
    let isInLine = false;
    const over = (result) => {
      clearTimeout(timer);
      worker.terminate();
      resolve(result);
    };
    const ended = (statusCode, durationMs) =>
      over({ isInLine, ended: { statusCode, requestId: limit.requestId, durationMs } });
    worker.on("message", ({ output, told, status, trap }) => {
      if (told) {
        limit = { ...told, begun: performance.now() };
        clearTimeout(timer);
        const isLoading = told.statusCode === 450;
        const milliseconds = told.seconds * 1000;
        timer = setTimeout(() => ended(told.statusCode, isLoading ? 0 : milliseconds), milliseconds);
      } else if (output) {
        const stream = output.descriptor === 1 ? process.stdout : process.stderr;
        stream.write(output.bytes);
        if (output.descriptor === 2) isInLine = output.bytes.at(-1) !== 10;
      } else if (trap && limit) {
        ended(PROCESS_EXIT, Math.ceil(performance.now() - limit.begun));
      } else if (trap) {
        over({ status: 3 });
        process.stderr.write(`error: ${trap}\n`);
      } else {
        over({ status });
      }
    });
    worker.on("error", (error) => {
      clearTimeout(timer);
      if (limit) ended(PROCESS_EXIT, Math.ceil(performance.now() - limit.begun));
      else reject(error);
    });
  });
}
