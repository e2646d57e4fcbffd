// A function: keeps an instance of it warm, and ends one whose time is over.

import { KraitError, TimeLimit, Trap } from "./errors.js";
import { Instance } from "./instance.js";
import { makeRequestId } from "./request_id.js";

/** What krait_ended is asked for: the host stopped the instance, or it trapped. */
const TIME_LIMIT = 433;
const PROCESS_EXIT = 439;

const STATUS = ["succeeded", "failed"];

/** The status of an instance that has ended, and will not answer any more. */
const INSTANCE_HAS_ENDED = 3;

export class KraitFunction {
  #module;
  #code;
  #options;
  #onLog;
  #instance = null;
  #log = "";
  #queue = Promise.resolve();

  /** Makes the function and its first instance, so that wrong options are told at once. */
  static async make(module, { folder, files, onLog = () => {}, timeout = 3, ...options }) {
    const made = new KraitFunction();
    made.#module = module;
    made.#code = { folder, files };
    // The log comes as it is written: that of an invocation that is ended must not be lost.
    const code = folder === undefined && files === undefined ? {} : { code: "/function" };
    made.#options = { ...code, ...options, timeout, log: "stderr" };
    made.#onLog = onLog;
    await made.#start();
    return made;
  }

  /**
   * One invocation. `event` is JSON text, or a value to be made into it. Invocations of one
   * function are made one after the other, as an instance of the platform does.
   */
  invoke(event, { requestId = makeRequestId(), signal } = {}) {
    const text = typeof event === "string" ? event : JSON.stringify(event);
    const turn = this.#queue.then(() => this.#invokeNow(text, requestId, signal));
    this.#queue = turn.catch(() => {});
    return turn;
  }

  /** Ends the instance. Another invocation would start a new one. */
  close() {
    this.#instance?.end();
    this.#instance = null;
  }

  async #invokeNow(event, requestId, signal) {
    signal?.throwIfAborted();
    const isWarm = this.#instance !== null && !this.#instance.isOver;
    if (!isWarm) await this.#start();
    this.#log = "";
    const limitMs = this.#options.timeout * 1000;
    let answer;
    try {
      answer = await within(limitMs, signal, this.#instance.ask("invoke", event, requestId));
    } catch (error) {
      this.close();
      if (error instanceof TimeLimit) return this.#ended(TIME_LIMIT, requestId, limitMs);
      if (error instanceof Trap) return this.#ended(PROCESS_EXIT, requestId, error.durationMs);
      throw error;
    }
    if (answer.status !== INSTANCE_HAS_ENDED || !isWarm) return this.#result(answer);
    this.close();
    return this.#invokeNow(event, requestId, signal);
  }

  async #start() {
    const instance = await Instance.start(this.#module, this.#code, (text) => this.#hear(text));
    try {
      this.#result(await instance.ask("load", this.#options));
    } catch (error) {
      instance.end();
      throw error;
    }
    this.#instance = instance;
  }

  #hear(text) {
    this.#log += text;
    this.#onLog(text);
  }

  /** The answer to an invocation whose instance is gone, from the next instance. */
  async #ended(statusCode, requestId, durationMs) {
    await this.#start();
    // The instance that wrote half a line is not there to end it.
    if (!this.#log.endsWith("\n")) this.#hear("\n");
    const duration = Math.ceil(durationMs);
    return this.#result(await this.#instance.ask("ended", statusCode, requestId, duration));
  }

  #result({ status, retMsg, log, report }) {
    if (status >= STATUS.length) throw new KraitError(retMsg, status);
    return { status: STATUS[status], retMsg, log: this.#log + log, report };
  }
}

/** What `promise` gives, if it does so in time and before `signal` says to stop. */
export async function within(milliseconds, signal, promise) {
  const done = new AbortController();
  const stopped = new Promise((_, reject) => {
    const timer = setTimeout(() => reject(new TimeLimit()), milliseconds);
    done.signal.addEventListener("abort", () => clearTimeout(timer));
    signal?.addEventListener("abort", () => reject(signal.reason), { signal: done.signal });
  });
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    done.abort();
  }
}
