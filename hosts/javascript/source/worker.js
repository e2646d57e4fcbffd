// The inside of a worker: makes the calls that instance.js asks for, one after the other.

import { isExit, makeSystem, receive, send } from "#inside";
import { KraitError } from "./errors.js";
import { Library } from "./library.js";
import { pack } from "./pack/pack.js";

let library;

const calls = {
  async start(module) {
    const decoder = new TextDecoder();
    const system = makeSystem((bytes) => send({ log: decoder.decode(bytes, { stream: true }) }));
    const instance = await WebAssembly.instantiate(module, system.imports);
    system.begin(instance);
    library = new Library(instance.exports);
  },
  load: (options) => library.ask("krait_load", JSON.stringify(options)),
  invoke: (event, requestId) => library.ask("krait_invoke", event, requestId),
  ended: (statusCode, requestId, durationMs) =>
    library.ask("krait_ended", statusCode, requestId, durationMs),
  events: () => library.ask("krait_events"),
  /** In instances of its own. An error of krait's comes as a value: it has a status. */
  pack: (wasm, options) =>
    pack(wasm, options).catch((error) => {
      if (!(error instanceof KraitError)) throw error;
      return { error: error.message, status: error.status };
    }),
};

receive(async ({ name, values }) => {
  const begun = performance.now();
  try {
    send({ answer: await calls[name](...values) });
  } catch (error) {
    // krait has made its answer before it exits; a trap leaves none.
    if (isExit(error)) send({ answer: library.ask("krait_answer"), isOver: true });
    else send({ trap: { message: String(error), durationMs: performance.now() - begun } });
  }
});
