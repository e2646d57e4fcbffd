// The calling convention of krait.wasm: texts go in by krait_alloc, and come back in an answer
// of seven words. hosts/README.md describes it.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Library {
  #exports;

  constructor(exports) {
    this.#exports = exports;
  }

  /** Calls an export that answers. A text or bytes among `values` become their place and their size. */
  ask(name, ...values) {
    const texts = [];
    const words = values.flatMap((value) => {
      if (typeof value === "number") return [value];
      const text = this.#write(value);
      texts.push(text);
      return text;
    });
    const answer = this.#read(this.#exports[name](...words));
    for (const text of texts) this.#exports.krait_free(...text);
    return answer;
  }

  #write(value) {
    const bytes = typeof value === "string" ? encoder.encode(value) : value;
    if (bytes.length === 0) return [0, 0];
    const place = this.#exports.krait_alloc(bytes.length) >>> 0;
    if (place === 0) throw new Error(`no memory for ${bytes.length} bytes`);
    new Uint8Array(this.#exports.memory.buffer, place, bytes.length).set(bytes);
    return [place, bytes.length];
  }

  #read(place) {
    // The memory may have grown in the call, which leaves older views of it empty.
    const memory = this.#exports.memory.buffer;
    // A view, not a slice: Node 20 was seen to crash where it collects garbage for a slice.
    const words = new Uint32Array(memory, place >>> 0, 7);
    const text = (start, size) => decoder.decode(new Uint8Array(memory, start, size));
    const report = text(words[5], words[6]);
    return {
      status: words[0],
      retMsg: text(words[1], words[2]),
      log: text(words[3], words[4]),
      report: report === "" ? null : JSON.parse(report),
    };
  }
}
