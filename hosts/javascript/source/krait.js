// The package's face: a compiled krait.wasm, and the functions made of it.

import { compile, readBytes } from "#outside";
import { KraitError, TimeLimit } from "./errors.js";
import { KraitFunction, within } from "./function.js";
import { Instance } from "./instance.js";

export { KraitError } from "./errors.js";

export class Krait {
  #module;

  constructor(module) {
    this.#module = module;
  }

  /** Compiles krait.wasm once; every instance is made of the same compiled module. */
  static async load(source) {
    return new Krait(await compile(source));
  }

  /**
   * A module with the function in its memory, as `krait pack --for wasm` writes it: `{module, reason}`. With a
   * reason, the function cannot be kept loaded, and is loaded at each start.
   */
  static async pack(source, { initTimeout = 65, ...options }) {
    const instance = await Instance.idle({}, () => {});
    try {
      const packing = instance.ask("pack", await readBytes(source), { initTimeout, ...options });
      const { error, status, ...packed } = await within(initTimeout * 1000, undefined, packing);
      if (error !== undefined) throw new KraitError(error, status);
      return packed;
    } catch (error) {
      if (!(error instanceof TimeLimit)) throw error;
      throw new KraitError(`the import took more than ${initTimeout} seconds`, 2);
    } finally {
      instance.end();
    }
  }

  /**
   * A function whose code is `files` or, in Node, `folder`; the rest is krait_load's options. Without code, it is
   * the one that is packed into the module.
   */
  async function(options) {
    return KraitFunction.make(this.#module, options);
  }

  /** The events that the platform's triggers send: `[{name, title, event}]`. */
  async events() {
    const instance = await Instance.start(this.#module, {}, () => {});
    try {
      return JSON.parse((await instance.ask("events")).retMsg);
    } finally {
      instance.end();
    }
  }
}
