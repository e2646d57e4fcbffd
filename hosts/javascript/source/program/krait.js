#!/usr/bin/env node
// The program `krait` of the npm package: `npx krait invoke .` does what the native program does, by
// krait.wasm, which reads the same options and prints the same output.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "#outside";
import { runProgram } from "./run.js";

const place = fileURLToPath(new URL("../../dist/krait.wasm", import.meta.url));
// In the repository, the module lies where it is built.
const built = join(import.meta.dirname, "../../../../target/dist/krait.wasm");
const path = process.env.KRAIT_WASM ?? (existsSync(place) ? place : built);

try {
  process.exitCode = await runProgram(await compile(path), process.argv.slice(2));
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 3;
}
