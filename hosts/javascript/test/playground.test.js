// The playground in Chromium, as its build leaves it in target/dist/playground.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Krait } from "krait";
import { normal } from "./support/normal.js";
import { launch, launchWithCache } from "./support/browser.js";
import { module, playground } from "./support/places.js";
import { PlaygroundPage } from "./support/playground_page.js";
import { serve } from "./support/static_server.js";

const server = await serve(playground);
const home = `${server.origin}/`;
const browser = await launch();
const requested = new Set();
after(async () => {
  await browser.close();
  server.close();
});

async function open({ address = home, ...options } = {}) {
  const context = await browser.newContext({
    reducedMotion: "reduce",
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  context.on("request", (request) => requested.add(new URL(request.url()).origin));
  context.on("weberror", (error) => assert.fail(error.error()));
  return PlaygroundPage.open(context, address);
}

const HELLO_LOG =
  'Received event: {\n  "name": "SCF"\n}\n' +
  "Received context: {'memory_limit_in_mb': 128, 'time_limit_in_ms': 3000, 'request_id': '<id>', " +
  `'environment': '{"SCF_NAMESPACE":"default"}', ` +
  "'environ': 'SCF_NAMESPACE=default;SCF_NAMESPACE=default', 'function_version': '$LATEST', " +
  "'function_name': 'function', 'namespace': 'default', 'tencentcloud_region': 'ap-guangzhou', " +
  "'tencentcloud_appid': '1251234567', 'tencentcloud_uin': '100001234567'}\n" +
  'Response RequestId:<id> RetMsg:"Hello World"\n' +
  "END RequestId:<id>\n" +
  "Report RequestId:<id> Duration:<n>ms Memory:128MB MemUsage:<n>MB\n";

test("hello, cold and then warm", async () => {
  const shown = await open();
  await shown.says("Ready");
  await shown.run.click();
  await shown.says("Succeeded in");
  assert.equal(await shown.retMsg.textContent(), '"Hello World"');
  assert.equal(
    normal(await shown.log.textContent()),
    "START RequestId:<id>\n" +
      "Init Report RequestId: <id> Coldstart: <n>ms (PullCode: <n>ms InitRuntime: <n>ms " +
      `InitFunction: <n>ms) Memory: 128MB MemUsage: <n>MB\n${HELLO_LOG}`,
  );
  const cold = await shown.report();
  assert.equal(cold["Warm run"], "run again to see");
  await shown.run.click();
  await shown.page.getByText("run again to see").waitFor({ state: "detached" });
  await shown.says("Succeeded in");
  assert.equal(normal(await shown.log.textContent()), `START RequestId:<id>\n${HELLO_LOG}`);
  const warm = await shown.report();
  assert.equal(warm["Cold start"], cold["Cold start"]);
  assert.match(warm["Warm run"], /^\d+(\.\d+)? ms$/);
  assert.match(warm.Duration, /^\d+(\.\d+)? ms, billed \d+ ms$/);
  assert.match(warm.Memory, /^\d+\.\d MB of 128 MB$/);
  await shown.screenshot("light");
});

test("an exception: the envelope, indented and as it is", async () => {
  const shown = await open();
  await shown.example.selectOption("An exception");
  await shown.run.click();
  await shown.says("Failed: user code exception caught");
  assert.equal(
    normal(await shown.retMsg.textContent()),
    `{
  "errorCode": -1,
  "errorMessage": "user code exception caught",
  "requestId": "<id>",
  "stackTrace": "Traceback (most recent call last):\\n  File \\"/var/user/index.py\\", line 3, in main_handler\\n    return share(event[\\"amount\\"], event[\\"people\\"])\\n  File \\"/var/user/index.py\\", line 7, in share\\n    return amount / people\\nZeroDivisionError: division by zero",
  "statusCode": 430
}`,
  );
  await shown.screenshot("failure");
  await shown.page.getByLabel("Indent").uncheck();
  assert.equal(
    normal(await shown.retMsg.textContent()),
    '{"errorCode":-1,"errorMessage":"user code exception caught","requestId":"<id>","stackTrace":"Traceback (most recent call last):\\n  File \\"/var/user/index.py\\", line 3, in main_handler\\n    return share(event[\\"amount\\"], event[\\"people\\"])\\n  File \\"/var/user/index.py\\", line 7, in share\\n    return amount / people\\nZeroDivisionError: division by zero","statusCode":430}',
  );
});

test("an endless loop is ended at its time, and the next run works", async () => {
  const shown = await open();
  await shown.example.selectOption("An endless loop");
  await shown.page.getByText("Options").click();
  await shown.page.getByLabel("Timeout").fill("3");
  await shown.run.click();
  await shown.log.getByText("until the time limit").waitFor();
  assert.equal(await shown.status.textContent(), "Running…");
  await shown.says("Failed: Invoking task timed out after 3 seconds");
  assert.equal(
    normal(await shown.retMsg.textContent()),
    `{
  "errorCode": -1,
  "errorMessage": "Invoking task timed out after 3 seconds",
  "requestId": "<id>",
  "statusCode": 433
}`,
  );
  assert.equal(
    normal(await shown.log.textContent())
      .split("\n")
      .slice(2)
      .join("\n"),
    "until the time limit, or until you press Stop\n" +
      'ERROR RequestId:<id> Result:{"errorCode":-1,"errorMessage":"Invoking task timed out after ' +
      '3 seconds","statusCode":433}\n' +
      "END RequestId:<id>\n" +
      "Report RequestId:<id> Duration:<n>ms Memory:128MB MemUsage:<n>MB\n",
  );
  await shown.screenshot("timeout");
  await shown.example.selectOption("Hello");
  await shown.run.click();
  await shown.says("Succeeded in");
});

test("Stop ends a run, and the next works", async () => {
  const shown = await open();
  await shown.example.selectOption("An endless loop");
  await shown.run.click();
  await shown.log.getByText("until the time limit").waitFor();
  await shown.stop.click();
  await shown.says("Stopped. The next run is a cold start.");
  assert.equal(await shown.retMsg.textContent(), "");
  assert.equal(await shown.stop.getAttribute("aria-disabled"), "true");
  await shown.handler.fill("def main_handler(event, context):\n    return event");
  await shown.run.click();
  await shown.says("Succeeded in");
  assert.equal(await shown.retMsg.textContent(), "{}");
});

test("what cannot be run says why", async () => {
  const shown = await open();
  await shown.says("Ready");
  await shown.event.fill("{");
  await shown.run.click();
  await shown.says(
    "Not run: the event is not valid JSON (400 InvalidParameterValue): Expecting property name " +
      "enclosed in double quotes: line 1 column 2 (char 1)",
  );
  await shown.page.getByText("Options").click();
  await shown.page.getByLabel("Timeout").fill("0");
  await shown.run.click();
  await shown.says("Not run: a timeout is 1 to 900 seconds");
  await shown.page.getByLabel("Environment").fill("A=1\nB");
  await shown.run.click();
  await shown.says("Not run: not a variable, KEY=value: B");
});

test("a link brings handler, event and options back", async () => {
  const context = { permissions: ["clipboard-read", "clipboard-write"] };
  const shown = await open(context);
  const code =
    "import os\ndef main_handler(event, context):\n    return [event, os.environ['KEY'], context['memory_limit_in_mb']]";
  await shown.handler.fill(code);
  await shown.event.fill('{"big": 12345678901234567890, "text": "蛇 🐍"}');
  await shown.page.getByText("Options").click();
  await shown.page.getByLabel("Memory").fill("256");
  await shown.page.getByLabel("Environment").fill("KEY=a=b");
  await shown.copyLink.click();
  await shown.says("The link is copied. It holds handler, event and options.");
  const address = await shown.page.evaluate(() => navigator.clipboard.readText());
  assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/#[\w-]+$/);
  const other = await open({ address });
  await other.run.click();
  await other.says("Succeeded in");
  assert.equal(
    await other.retMsg.textContent(),
    '[\n  {\n    "big": 12345678901234567890,\n    "text": "蛇 🐍"\n  },\n  "a=b",\n  256\n]',
  );
  assert.deepEqual(await other.textOf(other.handler), code.split("\n"));
  assert.equal(await other.example.inputValue(), "", "it is the reader's own");
});

test("a link that is cut off says so, and the page is usable", async () => {
  const shown = await open({ address: `${home}#q1ZKLUvNK1GyUg` });
  await shown.says("This link cannot be read: was it cut off?");
  await shown.run.click();
  await shown.says("Succeeded in");
});

test("without a clipboard the link is in the address bar", async () => {
  const shown = await open();
  await shown.page.evaluate(() =>
    Object.defineProperty(navigator, "clipboard", { value: undefined }),
  );
  await shown.copyLink.click();
  await shown.says("The link is in the address bar. It holds handler, event and options.");
  assert.match(new URL(shown.page.url()).hash, /^#[\w-]{50,}$/);
});

test("a module with the function in its memory is saved, as Node packs it", async () => {
  const shown = await open();
  const code =
    "import json, os\ndef main_handler(event, context):\n    return [json.dumps(event), os.environ['KEY']]";
  await shown.handler.fill(code);
  await shown.page.getByText("Options").click();
  await shown.page.getByLabel("Environment").fill("KEY=value");
  const downloading = shown.page.waitForEvent("download");
  await shown.saveModule.click();
  const download = await downloading;
  assert.equal(download.suggestedFilename(), "function.wasm");
  const saved = await readFile(await download.path());
  const size = (saved.length / 1e6).toFixed(1);
  await shown.says(`Saved function.wasm, ${size} MB. The function is loaded in it.`);
  const options = { files: { "index.py": code }, environment: { KEY: "value" } };
  const { module: packed } = await Krait.pack(module, options);
  assert.ok(saved.equals(packed), "the same bytes as in Node");
  const made = await (await Krait.load(saved)).function({});
  const { retMsg } = await made.invoke({ a: 1 });
  made.close();
  assert.equal(retMsg, '["{\\"a\\": 1}", "value"]');
});

test("a function that cannot be loaded is not saved, and what keeps one from being kept is told", async () => {
  const shown = await open();
  await shown.handler.fill("import nothing\n");
  await shown.saveModule.click();
  await shown.says("Not saved: ModuleNotFoundError: No module named 'nothing'");
  await shown.log.getByText("No module").waitFor();
  assert.equal(
    await shown.log.textContent(),
    'Traceback (most recent call last):\n  File "/var/user/index.py", line 1, in <module>\n' +
      "    import nothing\nModuleNotFoundError: No module named 'nothing'\n",
  );
  await shown.handler.fill(
    "import time\nAT = time.time()\ndef main_handler(event, context):\n    return AT",
  );
  await shown.saveModule.click();
  await shown.says("Saved function.wasm");
  assert.match(
    await shown.status.textContent(),
    /^Saved function\.wasm, \d+\.\d MB\. It loads the function at each start: what it keeps differs from one load to the next, as a time, an id or a random value does: index\.AT\.$/,
  );
});

test("the triggers' events", async () => {
  const events = await (await Krait.load(module)).events();
  const shown = await open();
  await shown.says("Ready");
  assert.deepEqual(await shown.trigger.locator("option").allInnerTexts(), [
    "Your own",
    ...events.map(({ title }) => title),
  ]);
  await shown.handler.fill("def main_handler(event, context):\n    return event");
  await shown.page.getByLabel("Indent").uncheck();
  for (const { title, event } of events) {
    await shown.trigger.selectOption(title);
    await shown.run.click();
    await shown.says("Succeeded in");
    assert.deepEqual(JSON.parse(await shown.retMsg.textContent()), event);
    assert.equal(await shown.trigger.locator("option:checked").innerText(), title);
  }
  await shown.event.fill("{}");
  assert.equal(await shown.trigger.inputValue(), "");
});

test("by keyboard only", async () => {
  const shown = await open();
  await shown.says("Ready");
  const { keyboard } = shown.page;
  /** Goes on to the next element, and gives its name. */
  const next = async () => {
    await keyboard.press("Escape");
    await keyboard.press("Tab");
    return shown.page.evaluate(() => {
      const { activeElement: element } = document;
      const labelledBy = document.getElementById(element.getAttribute("aria-labelledby"));
      const label = labelledBy ?? element.labels?.[0] ?? element;
      return Array.from(label.childNodes, (node) => (node.options ? "" : node.textContent))
        .join("")
        .trim();
    });
  };
  const names = [];
  for (let count = 0; count < 12; count += 1) names.push(await next());
  assert.deepEqual(names, [
    "Copy link",
    "Save module",
    "Example",
    "Handler",
    "Trigger",
    "Event",
    "Options",
    "Run Ctrl+Enter",
    "Stop",
    "Indent",
    "RetMsg",
    "Log",
  ]);
  await shown.example.focus();
  await keyboard.press("ArrowDown");
  await keyboard.press("ArrowDown");
  await keyboard.press("ArrowDown");
  assert.equal(await shown.example.locator("option:checked").innerText(), "An endless loop");
  await next();
  await keyboard.press("Control+End");
  await keyboard.press("Control+Enter");
  await shown.log.getByText("until the time limit").waitFor();
  assert.equal((await shown.textOf(shown.handler)).length, 5, "the shortcut types nothing");
  await shown.stop.focus();
  await keyboard.press("Enter");
  await shown.says("Stopped. The next run is a cold start.");
  await shown.event.focus();
  await keyboard.press("Control+A");
  await keyboard.type('{"a":\n1}');
  await keyboard.press("Home");
  await keyboard.press("Tab");
  assert.deepEqual(await shown.textOf(shown.event), ['{"a":', "    1}"]);
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing wrong, ${colorScheme}`, async () => {
    const shown = await open({ colorScheme });
    await shown.says("Ready");
    assert.deepEqual(await shown.accessibilityFaults(), []);
    await shown.page.getByText("Options").click();
    await shown.example.selectOption("An exception");
    await shown.run.click();
    await shown.says("Failed: user code exception caught");
    assert.deepEqual(await shown.accessibilityFaults(), []);
    await shown.example.selectOption("An endless loop");
    await shown.run.click();
    await shown.says("Running…");
    assert.deepEqual(await shown.accessibilityFaults(), []);
    await shown.stop.click();
    await shown.example.selectOption("API gateway");
    await shown.run.click();
    await shown.says("Succeeded in");
    assert.deepEqual(await shown.accessibilityFaults(), []);
    await shown.screenshot(`options-${colorScheme}`);
  });
}

test("dark where the reader's system is", async () => {
  const shown = await open({ colorScheme: "dark" });
  await shown.run.click();
  await shown.says("Succeeded in");
  const colour = await shown.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(colour, "rgb(19, 23, 21)");
  await shown.screenshot("dark");
});

test("on a phone nothing is wider than the screen, and a run shows its answer", async () => {
  const shown = await open({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await shown.says("Ready");
  const width = () => shown.page.evaluate(() => document.scrollingElement.scrollWidth);
  assert.equal(await width(), 390);
  assert.deepEqual(await shown.accessibilityFaults(), []);
  await shown.screenshot("phone");
  await shown.example.selectOption("API gateway");
  await shown.run.tap();
  await shown.says("Succeeded in");
  assert.equal(await width(), 390);
  const { y, height } = await shown.retMsg.boundingBox();
  assert.ok(y >= 0 && y + height < 844, "RetMsg is in view");
  await shown.screenshot("phone-answer");
});

test("offline after the first visit", async () => {
  const own = await serve(playground);
  const shown = await open({ address: `${own.origin}/` });
  await shown.page.evaluate(() => navigator.serviceWorker.ready);
  own.close();
  await shown.page.reload();
  await shown.run.click();
  await shown.says("Succeeded in");
  assert.equal(await shown.retMsg.textContent(), '"Hello World"');
});

test("the first run, with a warm cache: how long", async (t) => {
  const profile = await mkdtemp(join(tmpdir(), "krait-profile-"));
  const context = await launchWithCache(profile);
  const visit = async () => {
    const { page, run } = await PlaygroundPage.open(context, home);
    await run.click();
    const answered = await page.waitForFunction(
      () => /^Succeeded/.test(document.getElementById("status").textContent) && performance.now(),
    );
    await page.evaluate(() => navigator.serviceWorker.ready);
    return answered.jsonValue();
  };
  await visit();
  const milliseconds = Math.round(await visit());
  t.diagnostic(`from the page's start to the first answer: ${milliseconds} ms`);
  await context.close();
  await rm(profile, { recursive: true });
});

test("no request left the origin", () => {
  const elsewhere = Array.from(requested).filter(
    (origin) => !/^http:\/\/127\.0\.0\.1:/.test(origin),
  );
  assert.deepEqual(elsewhere, []);
});
