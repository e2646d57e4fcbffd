// The package's face: a compiled krait.wasm, and the functions made of it.

import { compile } from "#outside";
import { KraitFunction } from "./function.js";
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

  /** A function whose code is `files` or, in Node, `folder`; the rest is krait_load's options. */
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
