// Packing a function into krait.wasm, as `krait pack --for wasm` does.

import { KraitError } from "../errors.js";
import { Library } from "../library.js";
import { withMemory } from "./image.js";
import { Exit, makeWorld } from "./world.js";

/** How many names are shown of what differs. */
const SHOWN = 5;

/** The function is wrong. */
const REFUSED = 2;

/**
 * A module with the function in its memory: `{module, reason}`. With a reason, its import cannot be kept, and the
 * module loads it at each start.
 */
export async function pack(wasm, { files, loads = true, ...options }) {
  const compiled = await WebAssembly.compile(wasm);
  const load = async (world, asksToLoad) => {
    const { memory, ...loaded } = await loadIn(world, compiled, files, options, asksToLoad);
    // The stack, which is left out there, is never the same.
    return { ...loaded, module: memory && withMemory(wasm, memory) };
  };
  let module;
  let reason;
  if (loads) {
    const one = await load(0, true);
    const other = one.reason === undefined ? await load(1, true).catch(asReason) : one;
    if (one.reason !== undefined) reason = one.reason;
    else if (other.reason !== undefined) reason = "it cannot be imported at another time";
    else if (isSame(one.module, other.module)) module = one.module;
    else reason = differing(one.held, other.held);
  }
  module ??= (await load(0, false)).module;
  return { module, reason };
}

const asReason = (error) => ({ reason: String(error) });

async function loadIn(world, compiled, files, given, loads) {
  let memory;
  const instance = await WebAssembly.instantiate(compiled, makeWorld(world, () => memory));
  ({ memory } = instance.exports);
  // The start, which asks for nothing, has run before.
  const library = new Library(instance.exports);
  const check = (answer) => {
    if (answer.status !== 0) throw new KraitError(answer.log + answer.retMsg, answer.status);
  };
  for (const path of Object.keys(files).sort()) check(library.ask("krait_add", path, files[path]));
  const options = { ...DEFAULTS, ...given };
  check(library.ask("krait_load", JSON.stringify(options)));
  let answer;
  try {
    answer = library.ask("krait_keep", Number(loads));
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    answer = library.ask("krait_answer");
  }
  if (answer.status > REFUSED) return { reason: answer.retMsg };
  check(answer);
  const held = answer.retMsg === "" ? [] : JSON.parse(answer.retMsg);
  // What it told is not to be in its memory.
  library.ask("krait_keep", Number(loads));
  return { memory: new Uint8Array(memory.buffer), held };
}

/** All that a packed function is known by, in krait's own order: the module's memory depends on it. */
const DEFAULTS = {
  code: "/function",
  layers: [],
  handler: "index.main_handler",
  environment: {},
  name: "function",
  namespace: "default",
  region: "ap-guangzhou",
  memory: 128,
  timeout: 3,
  initTimeout: 65,
};

function isSame(one, other) {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** What differs from one load to the next. */
function differing(one, other) {
  const before = new Map(other);
  const names = one.filter(([name, value]) => before.get(name) !== value).map(([name]) => name);
  const shown = names.sort().slice(0, SHOWN).join(", ");
  return (
    "what it keeps differs from one load to the next, as a time, an id or a random value does" +
    (shown === "" ? "" : `: ${shown}`)
  );
}
