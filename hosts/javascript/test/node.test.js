// The package in Node, with node:wasi.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { Krait, KraitError } from "krait";
import { normal } from "./support/normal.js";
import { module, repository } from "./support/places.js";

const run = promisify(execFile);
const krait = await Krait.load(module);
const made = [];
after(() => made.forEach((each) => each.close()));

async function makeFunction(code, options) {
  const one = await krait.function({ files: { "index.py": code }, ...options });
  made.push(one);
  return one;
}

const FAILING = `
import os, sys

def main_handler(event, context):
    print("about to fail")
    print("in the middle of a line", end="")
    if event == "raise":
        raise ValueError("on purpose")
    if event == "loop":
        while True:
            pass
    if event == "exit":
        sys.exit()
    if event == "die":
        os._exit(1)
    if event == "memory":
        kept = []
        while True:
            kept.append(bytearray(1024 * 1024))
    print()
    return "well"
`;

function envelope(errorMessage, statusCode) {
  return `{"errorCode":-1,"errorMessage":"${errorMessage}","requestId":"<id>","statusCode":${statusCode}}`;
}

/** Asserts that `event` fails by `retMsg`, and that the next call is a cold start and works. */
async function assertFails(event, retMsg) {
  // Only what loops is to meet it: the machine may be busy.
  const failing = await makeFunction(FAILING, { timeout: event === "loop" ? 1 : 20 });
  await failing.invoke('"before"');
  const result = await failing.invoke(JSON.stringify(event));
  assert.equal(result.status, "failed");
  assert.equal(normal(result.retMsg), retMsg);
  const logged = JSON.parse(retMsg);
  delete logged.requestId;
  assert.equal(
    normal(result.log),
    "START RequestId:<id>\nabout to fail\nin the middle of a line\n" +
      `ERROR RequestId:<id> Result:${JSON.stringify(logged)}\n` +
      "END RequestId:<id>\n" +
      "Report RequestId:<id> Duration:<n>ms Memory:128MB MemUsage:<n>MB\n",
  );
  const next = await failing.invoke('"next"');
  assert.equal(next.retMsg, '"well"');
  assert.notEqual(next.report.coldStart, null);
}

test("hello: answer, log and report, cold and warm", async () => {
  const pieces = [];
  const hello = await makeFunction(
    "def main_handler(event, context):\n    print('hello', event['name'])\n    return event",
    { onLog: (text) => pieces.push(text) },
  );
  const cold = await hello.invoke({ name: "你好" }, { requestId: "one" });
  assert.deepEqual(
    { status: cold.status, retMsg: cold.retMsg, log: normal(cold.log) },
    {
      status: "succeeded",
      retMsg: '{"name": "你好"}',
      log:
        "START RequestId:one\n" +
        "Init Report RequestId: one Coldstart: <n>ms (PullCode: <n>ms InitRuntime: <n>ms " +
        "InitFunction: <n>ms) Memory: 128MB MemUsage: <n>MB\n" +
        "hello 你好\n" +
        'Response RequestId:one RetMsg:{"name": "你好"}\n' +
        "END RequestId:one\n" +
        "Report RequestId:one Duration:<n>ms Memory:128MB MemUsage:<n>MB\n",
    },
  );
  assert.equal(pieces.join(""), cold.log);
  assert.deepEqual(Object.keys(cold.report.coldStart).sort(), [
    "initFunctionMs",
    "initRuntimeMs",
    "pullCodeMs",
  ]);
  const warm = await hello.invoke('{"name": 12345678901234567890}');
  assert.equal(warm.retMsg, '{"name": 12345678901234567890}');
  assert.equal(warm.report.coldStart, null);
});

test("a module is loaded from a path, a URL, bytes, or as it is", async () => {
  const bytes = await readFile(module);
  for (const source of [pathToFileURL(module), bytes, await WebAssembly.compile(bytes)]) {
    const loaded = await Krait.load(source);
    assert.ok(Array.isArray(await loaded.events()));
  }
});

test("options: handler, environment, files in folders, code in a file", async () => {
  const one = await krait.function({
    files: {
      "app/main.py":
        "import os\nfrom lib import text\ndef go(event, context):\n    return text.of(os.environ['KEY'])",
      "lib/text.py": "def of(key):\n    return key + open('/function/data.txt').read()",
      "data.txt": new TextEncoder().encode("!"),
    },
    handler: "app/main.go",
    environment: { KEY: "value" },
  });
  made.push(one);
  assert.equal((await one.invoke({})).retMsg, '"value!"');
  const file = await krait.function({
    files: { "app.py": "def main_handler(event, context):\n    return __name__" },
    code: "/function/app.py",
  });
  made.push(file);
  assert.equal((await file.invoke({})).retMsg, '"app"');
});

test("/tmp can be written to, and is another instance's own", async () => {
  const code =
    "import os, sys\ndef main_handler(event, context):\n    if event == 'exit':\n        sys.exit()\n" +
    "    open('/tmp/' + event, 'w').close()\n    return sorted(os.listdir('/tmp'))";
  const one = await makeFunction(code);
  assert.equal((await one.invoke('"a"')).retMsg, '["a"]');
  assert.equal((await one.invoke('"b"')).retMsg, '["a", "b"]');
  await one.invoke('"exit"');
  assert.equal((await one.invoke('"c"')).retMsg, '["c"]');
});

test("an exception leaves the instance warm", async () => {
  const failing = await makeFunction(FAILING);
  const result = await failing.invoke('"raise"');
  assert.equal(
    normal(result.retMsg),
    '{"errorCode":-1,"errorMessage":"user code exception caught","requestId":"<id>",' +
      '"stackTrace":"Traceback (most recent call last):\\n  File \\"/var/user/index.py\\", line 8, ' +
      'in main_handler\\n    raise ValueError(\\"on purpose\\")\\nValueError: on purpose","statusCode":430}',
  );
  assert.equal((await failing.invoke('"next"')).report.coldStart, null);
});

test("the time limit: 433", () =>
  assertFails("loop", envelope("Invoking task timed out after 1 seconds", 433)));

test("the memory limit: 434", () =>
  assertFails("memory", envelope("Task memory exceeded 128 MB", 434)));

test("sys.exit: 439", () => assertFails("exit", envelope("User process exit when running", 439)));

test("os._exit: 439", () => assertFails("die", envelope("User process exit when running", 439)));

test("an import that loops: the time limit counts", async () => {
  const looping = await makeFunction("while True:\n    pass", { timeout: 1 });
  const { retMsg } = await looping.invoke({});
  assert.equal(normal(retMsg), envelope("Invoking task timed out after 1 seconds", 433));
});

test("a signal stops the invocation, and the next is a cold start", async () => {
  const stopping = new AbortController();
  const failing = await makeFunction(FAILING, {
    onLog: (text) => text.includes("about") && stopping.abort(),
  });
  await assert.rejects(failing.invoke('"loop"', { signal: stopping.signal }), {
    name: "AbortError",
  });
  await assert.rejects(failing.invoke('"next"', { signal: stopping.signal }), {
    name: "AbortError",
  });
  const next = await failing.invoke('"next"');
  assert.equal(next.retMsg, '"well"');
  assert.equal(next.log.match(/START/g).length, 1);
  assert.notEqual(next.report.coldStart, null);
});

test("invocations are made one after the other", async () => {
  const counting = await makeFunction(
    "count = 0\ndef main_handler(event, context):\n    global count\n    count += 1\n    return count",
  );
  const results = await Promise.all([1, 2, 3].map((event) => counting.invoke(event)));
  assert.deepEqual(
    results.map(({ retMsg }) => retMsg),
    ["1", "2", "3"],
  );
});

test("what cannot be invoked is an error, not an answer", async () => {
  const hello = await makeFunction("def main_handler(event, context):\n    return event");
  await assert.rejects(hello.invoke("{'a'}"), (error) => {
    assert.ok(error instanceof KraitError);
    assert.equal(error.status, 2);
    assert.equal(
      error.message,
      "the event is not valid JSON (400 InvalidParameterValue): Expecting property name enclosed " +
        "in double quotes: line 1 column 2 (char 1)",
    );
    return true;
  });
  await hello.invoke("1");
  await assert.rejects(hello.invoke("]"), KraitError);
  assert.equal((await hello.invoke("2")).report.coldStart, null, "a refused event changes nothing");
  await assert.rejects(makeFunction("", { timeout: 0 }), {
    name: "KraitError",
    status: 2,
    message: "a timeout is 1 to 900 seconds",
  });
  await assert.rejects(makeFunction("", { colour: "red" }), KraitError);
});

test("the triggers' events", async () => {
  const events = await krait.events();
  assert.ok(events.length > 0, "there are none");
  for (const { name, title, event } of events) {
    assert.match(name, /^[a-z-]+$/);
    assert.notEqual(title, "");
    assert.equal(typeof event, "object");
  }
});

test("the example, which leaves nothing behind", async () => {
  const temporary = await mkdtemp(join(tmpdir(), "krait-test-"));
  const invoke = (folder, event) =>
    run(process.execPath, ["examples/node/invoke.js", `examples/${folder}`, event], {
      cwd: repository,
      env: { ...process.env, TMPDIR: temporary },
    });
  const well = await invoke("hello", '{"name": "SCF"}');
  assert.deepEqual(well, { stdout: '"Hello World"\n', stderr: "" });
  const failed = await invoke("errors", '{"how": "exit"}').catch((error) => error);
  assert.equal(failed.code, 1);
  assert.equal(normal(failed.stdout), `${envelope("User process exit when running", 439)}\n`);
  assert.deepEqual(await readdir(temporary), []);
  await rm(temporary, { recursive: true });
});

test("a function that is packed into the module, and one that cannot be", async () => {
  const code = "print('imported')\n\ndef main_handler(event, context):\n    return [event, context['function_name']]\n";
  const packed = await Krait.pack(module, { files: { "index.py": code }, name: "packed" });
  assert.equal(packed.reason, undefined);
  const one = await (await Krait.load(packed.module)).function({});
  made.push(one);
  const first = await one.invoke({ a: 1 });
  assert.equal(first.retMsg, '[{"a": 1}, "packed"]');
  assert.match(first.log, /^START RequestId:.*\nimported\n/);
  assert.doesNotMatch((await one.invoke(2)).log, /imported/);
  await assert.rejects(
    Krait.pack(module, { files: { "index.py": "import nothing_there" } }),
    (error) => error instanceof KraitError && error.message.endsWith("No module named 'nothing_there'"),
  );
});
