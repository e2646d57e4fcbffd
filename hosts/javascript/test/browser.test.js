// The package in a page without a bundler: examples/browser, in Chromium.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { normal } from "./support/normal.js";
import { launch } from "./support/browser.js";
import { repository } from "./support/places.js";
import { serve } from "./support/static_server.js";

const server = await serve(repository);
const browser = await launch();
after(async () => {
  await browser.close();
  server.close();
});

async function openExample() {
  const page = await browser.newPage();
  await page.goto(`${server.origin}/examples/browser/`);
  return page;
}

test("the example answers", async () => {
  const page = await openExample();
  await page.getByLabel("Name").fill("Krait");
  const answer = page.getByText('succeeded: "Hello Krait"');
  const run = page.getByRole("button", { name: "Run" });
  await page.waitForFunction(() => document.getElementById("run").onclick !== null);
  await run.click();
  await answer.waitFor();
});

test("ends: by its time, by a trap, by an exit, by its memory", async () => {
  const page = await openExample();
  const results = await page.evaluate(async () => {
    const { Krait } = await import("/hosts/javascript/dist/krait.js");
    const krait = await Krait.load("/target/dist/krait.wasm");
    const code = `
import os, sys
def main_handler(event, context):
    print("as far as here")
    if event == "loop":
        while True: pass
    if event == "exit":
        os._exit(1)
    if event == "memory":
        return len([bytearray(1024 * 1024) for _ in range(1024)])
    if event == "stack":
        sys.setrecursionlimit(10**9)
        def deeper(): return deeper()
        return deeper()
    return event
`;
    const made = await krait.function({ files: { "index.py": code }, timeout: 1 });
    const results = [];
    for (const event of ["loop", "stack", "exit", "memory", "next"]) {
      const { status, retMsg, log } = await made.invoke(JSON.stringify(event));
      results.push([status, JSON.parse(retMsg).errorMessage ?? retMsg, log.split("\n").at(-5)]);
    }
    made.close();
    return results;
  });
  assert.deepEqual(results, [
    ["failed", "Invoking task timed out after 1 seconds", "as far as here"],
    ["failed", "User process exit when running", "as far as here"],
    ["failed", "User process exit when running", "as far as here"],
    ["failed", "Task memory exceeded 128 MB", "as far as here"],
    ["succeeded", '"next"', "as far as here"],
  ]);
});

test("recursion as deep as Python allows fits the browser's stack", async () => {
  const page = await openExample();
  const retMsg = await page.evaluate(async () => {
    const { Krait } = await import("/hosts/javascript/dist/krait.js");
    const krait = await Krait.load("/target/dist/krait.wasm");
    const code = "def main_handler(event, context):\n    return main_handler(event, context)";
    const made = await krait.function({ files: { "index.py": code } });
    return (await made.invoke({})).retMsg;
  });
  const frame =
    '  File \\"/var/user/index.py\\", line 2, in main_handler\\n' +
    "    return main_handler(event, context)\\n";
  assert.equal(
    normal(retMsg),
    '{"errorCode":-1,"errorMessage":"user code exception caught","requestId":"<id>",' +
      `"stackTrace":"Traceback (most recent call last):\\n${frame.repeat(3)}` +
      "  [Previous line repeated 997 more times]\\n" +
      'RecursionError: maximum recursion depth exceeded","statusCode":430}',
  );
});

test("a module whose type the server does not say, bytes, and a missing one", async () => {
  const page = await openExample();
  await page.route("**/untyped.wasm", async (route) => {
    const response = await route.fetch({ url: `${server.origin}/target/dist/krait.wasm` });
    await route.fulfill({ response, headers: { "content-type": "application/octet-stream" } });
  });
  const [untyped, bytes, missing] = await page.evaluate(async () => {
    const { Krait } = await import("/hosts/javascript/dist/krait.js");
    const load = (source) =>
      Krait.load(source).then(
        () => "loaded",
        (error) => error.message,
      );
    const response = await fetch("/target/dist/krait.wasm");
    return [
      await load("/untyped.wasm"),
      await load(await response.arrayBuffer()),
      await load("/missing.wasm"),
    ];
  });
  assert.deepEqual(
    [untyped, bytes, missing],
    ["loaded", "loaded", `${server.origin}/missing.wasm: HTTP status 404`],
  );
});
