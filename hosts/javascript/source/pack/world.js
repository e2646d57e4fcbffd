// The system that krait.wasm sees while a function is loaded to be packed: the same as in krait itself
// (runtime/src/pack/module/world.rs), so that the same function gives the same module everywhere.

const WELL = 0;
const BAD_DESCRIPTOR = 8;

/** So long takes it to look at the clock, in nanoseconds. */
const LOOK = 1000n;

const FIRST = 1_767_225_600n;
const LATER = 1000n * 24n * 3600n + 5n * 3600n + 7n * 60n + 11n;
const SECOND = 1_000_000_000n;

/** How a module ends itself. */
export class Exit extends Error {}

/** The imports of a module in the world of a number; `getMemory` gives its memory. */
export function makeWorld(number, getMemory) {
  let now = (FIRST + BigInt(number) * LATER) * SECOND;
  let random = BigInt(number);

  const u64 = (value) => BigInt.asUintN(64, value);
  const view = () => new DataView(getMemory().buffer);

  /** The next random number (splitmix64). */
  function draw() {
    random = u64(random + 0x9e3779b97f4a7c15n);
    let mixed = u64((random ^ (random >> 30n)) * 0xbf58476d1ce4e5b9n);
    mixed = u64((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
    return mixed ^ (mixed >> 31n);
  }

  function sizes(count, size) {
    view().setUint32(count, 0, true);
    view().setUint32(size, 0, true);
    return WELL;
  }

  const known = {
    proc_exit() {
      throw new Exit("it ended itself");
    },
    random_get(into, size) {
      for (let at = 0; at < size; at += 1) view().setUint8(into + at, Number(draw() & 255n));
      return WELL;
    },
    clock_time_get(clock, precision, into) {
      now += LOOK;
      view().setBigUint64(into, now, true);
      return WELL;
    },
    clock_res_get(clock, into) {
      view().setBigUint64(into, LOOK, true);
      return WELL;
    },
    args_sizes_get: sizes,
    environ_sizes_get: sizes,
    args_get: () => WELL,
    environ_get: () => WELL,
    sched_yield: () => WELL,
    poll_oneoff(from, into, count, happened) {
      let first;
      for (let index = 0; index < count; index += 1) {
        const start = from + 48 * index;
        const kind = view().getUint8(start + 8);
        let time = view().getBigUint64(start + 24, true);
        const isTime = (view().getUint16(start + 40, true) & 1) === 1;
        if (kind !== 0) time = now;
        else if (!isTime) time += now;
        const owner = view().getBigUint64(start, true);
        if (first === undefined || time < first.time) first = { time, owner, kind };
      }
      if (first === undefined) return WELL;
      if (first.time > now) now = first.time;
      new Uint8Array(getMemory().buffer, into, 32).fill(0);
      view().setBigUint64(into, first.owner, true);
      view().setUint8(into + 10, first.kind);
      view().setUint32(happened, 1, true);
      return WELL;
    },
    fd_fdstat_get(descriptor, into) {
      if (descriptor > 2) return BAD_DESCRIPTOR;
      // A device for characters, with all rights.
      new Uint8Array(getMemory().buffer, into, 24).fill(0xff);
      view().setBigUint64(into, 2n, true);
      return WELL;
    },
    fd_read(descriptor, pieces, count, into) {
      if (descriptor !== 0) return BAD_DESCRIPTOR;
      view().setUint32(into, 0, true);
      return WELL;
    },
    fd_write(descriptor, pieces, count, into) {
      if (descriptor !== 1 && descriptor !== 2) return BAD_DESCRIPTOR;
      let total = 0;
      for (let index = 0; index < count; index += 1) {
        total += view().getUint32(pieces + 8 * index + 4, true);
      }
      view().setUint32(into, total, true);
      return WELL;
    },
  };
  // There are no folders.
  const others = { get: (functions, name) => functions[name] ?? (() => BAD_DESCRIPTOR) };
  return { wasi_snapshot_preview1: new Proxy(known, others) };
}
