// The package's command: `krait invoke` in Node.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { opened } from "../source/program/folders.js";
import { normal } from "./support/normal.js";
import { module } from "./support/places.js";

const program = join(import.meta.dirname, "../source/program/krait.js");
const scratch = mkdtempSync(join(tmpdir(), "krait-program-"));
after(() => rmSync(scratch, { recursive: true }));

/** What the command does with these words. */
function krait(words, { environment = {}, input = "", folder = scratch } = {}) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, KRAIT_WASM: module, ...environment };
    const running = spawn(process.execPath, [program, ...words], { cwd: folder, env });
    const result = { stdout: "", stderr: "" };
    running.stdout.on("data", (text) => (result.stdout += text));
    running.stderr.on("data", (text) => (result.stderr += text));
    running.on("error", reject);
    running.on("close", (exit) => resolve({ ...result, exit }));
    running.stdin.end(input);
  });
}

/** The path of a module that tells a limit and never ends: endless.wat. */
async function endless() {
  const path = join(scratch, "endless.wasm");
  const text = join(import.meta.dirname, "support/endless.wat");
  await promisify(execFile)("wasm-as", [text, "-o", path]);
  return path;
}

test("an instance whose time is over is ended, and another one answers", async () => {
  const begun = performance.now();
  const result = await krait(["invoke"], { environment: { KRAIT_WASM: await endless() } });
  assert.deepEqual(result, {
    exit: 1,
    stdout: '{"statusCode":433,"requestId":"one","durationMs":1000}\n',
    stderr: "half a line\n",
  });
  assert.ok(performance.now() - begun > 1000);
});

test("a trap is a 439", async () => {
  const environment = { KRAIT_WASM: await endless(), KRAIT_TEST_TRAPS: "yes" };
  const result = await krait(["invoke"], { environment });
  assert.deepEqual(
    { ...result, stdout: result.stdout.replace(/\d+}/, "<n>}") },
    {
      exit: 1,
      stdout: '{"statusCode":439,"requestId":"one","durationMs":<n>}\n',
      stderr: "half a line\n",
    },
  );
});

test("a module that is not there is krait's own fault", async () => {
  const result = await krait([], { environment: { KRAIT_WASM: join(scratch, "none.wasm") } });
  assert.equal(result.exit, 3);
  assert.match(result.stderr, /^error: ENOENT: no such file or directory, open '.*none\.wasm'\n$/);
});

test("folders above this one, and those that options name, are opened by their names", async () => {
  const folder = join(scratch, "here");
  const beside = join(scratch, "beside");
  await mkdir(folder);
  await mkdir(beside);
  writeFileSync(join(beside, "event.json"), "{}");
  const words = ["invoke", "../beside", "-E", "../beside/event.json", "--layer=../beside", "-e", ".."];
  assert.deepEqual(opened(words, folder, "/scratch"), {
    folders: { "/tmp": "/scratch", ".": folder, [folder]: folder, [beside]: beside },
    words: [
      "invoke",
      beside,
      "-E",
      join(beside, "event.json"),
      `--layer=${beside}`,
      "-e",
      "..",
    ],
  });
});

test("hello: the answer, the log and the exit status of the native program", async () => {
  writeFileSync(
    join(scratch, "index.py"),
    "def main_handler(event, context):\n    print('hello')\n    return event['name']\n",
  );
  const result = await krait(["invoke", ".", "-e", '{"name": "SCF"}']);
  assert.deepEqual(
    { ...result, stderr: normal(result.stderr) },
    {
      exit: 0,
      stdout: '"SCF"\n',
      stderr:
        "START RequestId:<id>\n" +
        "Init Report RequestId: <id> Coldstart: <n>ms (PullCode: <n>ms InitRuntime: <n>ms " +
        "InitFunction: <n>ms) Memory: 128MB MemUsage: <n>MB\n" +
        "hello\n" +
        'Response RequestId:<id> RetMsg:"SCF"\n' +
        "END RequestId:<id>\n" +
        "Report RequestId:<id> Duration:<n>ms Memory:128MB MemUsage:<n>MB\n",
    },
  );
  const piped = await krait(["invoke", ".", "-e", "-"], { input: '{"name": 5}' });
  assert.deepEqual([piped.exit, piped.stdout], [0, "5\n"]);
  const wrong = await krait(["invoke", ".", "--timeout", "0"]);
  assert.equal(wrong.exit, 2);
  assert.match(wrong.stderr, /^error: invalid value '0' for '--timeout <S>': a timeout is 1 to 900/);
});

test("a function that loops is a 433, as in the native program", async () => {
  const code = "def main_handler(event, context):\n    print('on and on')\n    while True: pass\n";
  writeFileSync(join(scratch, "loop.py"), code);
  const result = await krait(["invoke", "loop.py", "--timeout", "1"]);
  const envelope =
    '{"errorCode":-1,"errorMessage":"Invoking task timed out after 1 seconds",' +
    '"requestId":"<id>","statusCode":433}';
  assert.deepEqual([result.exit, normal(result.stdout)], [1, `${envelope}\n`]);
  const lines = normal(result.stderr).split("\n");
  assert.deepEqual(
    lines.filter((line) => !line.startsWith("Init Report ")),
    [
      "START RequestId:<id>",
      "on and on",
      `ERROR RequestId:<id> Result:${envelope.replace('"requestId":"<id>",', "")}`,
      "END RequestId:<id>",
      "Report RequestId:<id> Duration:<n>ms Memory:128MB MemUsage:<n>MB",
      "",
    ],
  );
});
