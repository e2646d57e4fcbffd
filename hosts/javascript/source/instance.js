// One instance of krait.wasm, in a worker of its own: code that loops can be ended from outside
// only there.

import { startWorker } from "#outside";
import { Trap } from "./errors.js";

export class Instance {
  #worker;
  #waiting;
  #isOver = false;

  /** `code` is `{files}` or `{folder}`; `onLog` is called with each piece of the log. */
  static async start(module, code, onLog) {
    const instance = await Instance.idle(code, onLog);
    await instance.ask("start", module);
    return instance;
  }

  /** A worker whose module has not started. */
  static async idle(code, onLog) {
    const instance = new Instance();
    instance.#worker = await startWorker(
      code,
      (message) => instance.#hear(message, onLog),
      (error) => instance.#waiting.reject(error),
    );
    return instance;
  }

  /** Whether it cannot be asked any more. */
  get isOver() {
    return this.#isOver;
  }

  /** Has the worker make one call, see worker.js. There is one at a time. */
  ask(name, ...values) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#worker.post({ name, values });
    });
  }

  end() {
    this.#isOver = true;
    this.#worker.end();
  }

  #hear({ log, answer, isOver, trap }, onLog) {
    // What was under way when the worker was ended belongs to no invocation any more.
    if (this.#isOver) return;
    if (log !== undefined) return onLog(log);
    if (isOver || trap) this.end();
    if (trap) this.#waiting.reject(new Trap(trap));
    else this.#waiting.resolve(answer);
  }
}
