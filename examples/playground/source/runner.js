// Runs what the page holds, and keeps the function warm while its code and options stay.

import { Krait } from "krait";

export class Runner {
  #krait;
  #onLog;
  #function = null;
  #madeOf = "";

  /** Begins to load krait at once. */
  constructor(onLog) {
    this.#onLog = onLog;
    this.#krait = Krait.load(new URL("krait.wasm", document.baseURI));
  }

  async events() {
    return (await this.#krait).events();
  }

  /** The function, with an instance that has started; one call of `run` later it is warm. */
  prepare(options) {
    const madeOf = JSON.stringify(options);
    if (madeOf !== this.#madeOf) {
      this.#madeOf = madeOf;
      this.#function = this.#replace(this.#function, options);
    }
    return this.#function;
  }

  async run(options, event, signal) {
    const prepared = await this.prepare(options);
    return prepared.invoke(event, { signal });
  }

  async #replace(previous, options) {
    previous?.then(
      (prepared) => prepared.close(),
      () => {},
    );
    const krait = await this.#krait;
    return krait.function({ ...options, onLog: this.#onLog });
  }
}
