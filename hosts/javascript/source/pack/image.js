// Writing a module that starts with another memory: as in krait itself (runtime/src/pack/module/image.rs).

const PAGE = 65536;

/** How many zeros are left out at least: a part of its own costs a dozen bytes. */
const ZEROS = 32;

/** How many parts a memory may have: browsers take 100 000. */
const PARTS = 90_000;

const CUSTOM = 0;
const MEMORY = 5;
const GLOBALS = 6;
const START = 8;
const DATA = 11;
const DATA_COUNT = 12;

/**
 * The module `wasm`, which starts with `memory`, and without a start of its own. What is in its stack, the
 * lowest part of the memory, is left out.
 */
export function withMemory(wasm, memory) {
  const sections = readSections(wasm);
  const stack = stackOf(sections);
  let zeros = ZEROS;
  let parts = findParts(memory, stack, zeros);
  while (parts.length > PARTS) {
    zeros *= 2;
    parts = findParts(memory, stack, zeros);
  }
  const pieces = [wasm.subarray(0, 8)];
  const put = (id, contents) => {
    const size = contents.reduce((sum, content) => sum + content.length, 0);
    pieces.push([id, ...unsigned(size)], ...contents);
  };
  for (const { id, content } of sections) {
    if (id === CUSTOM || id === START) continue;
    if (id === MEMORY) put(id, [[1, 0, ...unsigned(Math.ceil(memory.length / PAGE))]]);
    else if (id === DATA_COUNT) put(id, [unsigned(parts.length)]);
    else if (id === DATA) {
      const contents = parts.flatMap(([start, end]) => [
        [0, 0x41, ...signed(start), 0x0b, ...unsigned(end - start)],
        memory.subarray(start, end),
      ]);
      put(id, [unsigned(parts.length), ...contents]);
    } else put(id, [content]);
  }
  const module = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    module.set(piece, at);
    at += piece.length;
  }
  return module;
}

/** The parts of a memory that are not zero: where each begins and ends. */
function findParts(memory, stack, zeros) {
  const words = new Uint32Array(memory.buffer, memory.byteOffset, memory.length >> 2);
  const parts = [];
  let at = stack;
  while (at < memory.length) {
    if (at % 4 === 0 && words[at >> 2] === 0) {
      at += 4;
      continue;
    }
    if (memory[at] === 0) {
      at += 1;
      continue;
    }
    const last = parts.at(-1);
    if (last !== undefined && at - last[1] < zeros) last[1] = at + 1;
    else parts.push([at, at + 1]);
    at += 1;
  }
  return parts;
}

function readSections(wasm) {
  const sections = [];
  let at = 8;
  while (at < wasm.length) {
    const id = wasm[at];
    const { number: size, end } = readNumber(wasm, at + 1);
    sections.push({ id, content: wasm.subarray(end, end + size) });
    at = end + size;
  }
  return sections;
}

/** Where the stack begins, growing down: the first of the globals. */
function stackOf(sections) {
  const { content } = sections.find(({ id }) => id === GLOBALS);
  // The count, a type, whether it changes, and the instruction come before it.
  return readNumber(content, 4).number;
}

function readNumber(bytes, at) {
  let number = 0;
  let scale = 1;
  for (;;) {
    const byte = bytes[at];
    at += 1;
    number += (byte & 127) * scale;
    scale *= 128;
    if (byte < 128) return { number, end: at };
  }
}

/** A number without a sign, in LEB128. */
function unsigned(number) {
  const bytes = [];
  while (number > 127) {
    bytes.push((number & 127) | 128);
    number >>>= 7;
  }
  return [...bytes, number];
}

/** A place, as a number with a sign, in LEB128. */
function signed(number) {
  const bytes = [];
  while (number > 63) {
    bytes.push((number & 127) | 128);
    number >>>= 7;
  }
  return [...bytes, number];
}
