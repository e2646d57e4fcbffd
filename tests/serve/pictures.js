// The status page in headless Chromium, on a phone and on a desk, light and dark: no script is
// needed, nothing is wider than the screen, axe-core finds nothing, the console has no error, and
// pictures to look at.
//
//   tests/serve/pictures PROGRAM    # writes target/pictures

const assert = require("node:assert");
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { once } = require("node:events");
const { chromium } = require("playwright-core");

const folder = process.argv[2] ?? "target/pictures";
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const screens = { phone: { width: 360, height: 740 }, desk: { width: 1280, height: 900 } };

const audit = async (page, name) => {
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
  const [wide, screen] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    innerWidth,
  ]);
  assert.ok(wide <= screen, `${name} is ${wide} wide on a screen of ${screen}`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run());
  const found = violations.map((each) => [each.id, each.nodes.map((node) => node.html)]);
  assert.deepStrictEqual(found, [], name);
};

// What the console and pages complain of, all of which is wrong.
const complaints = [];

const watched = async (browser, options) => {
  const context = await browser.newContext(options);
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(`${error.error()}`));
  context.on("requestfailed", (request) => {
    complaints.push(`${request.url()}: ${request.failure()?.errorText}`);
  });
  context.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.url()}: ${response.status()}`);
  });
  return context;
};

const visit = async (browser, address, screen, scheme) => {
  const options = { viewport: screens[screen], colorScheme: scheme, baseURL: `http://${address}` };
  const context = await watched(browser, options);
  const page = await context.newPage();
  const name = (part) => `${part}-${screen}-${scheme}`;
  await page.goto("/ui");
  await audit(page, name("front"));
  await page.locator("summary").first().click();
  await audit(page, name("open"));
  await page.goto("/ui/functions/default/raises");
  await page.locator("summary").first().click();
  await audit(page, name("function"));
  await context.close();

  // The way of somebody who has scripts switched off.
  const plain = await watched(browser, { ...options, javaScriptEnabled: false });
  const invoking = await plain.newPage();
  await invoking.goto("/ui");
  await invoking.getByLabel("Function", { exact: true }).selectOption("default/writes");
  await invoking.getByLabel("Template").selectOption("timer");
  await invoking.getByRole("button", { name: "Fill in" }).click();
  assert.match(await invoking.getByLabel("Event, as JSON").inputValue(), /"TriggerName"/);
  await invoking.getByRole("button", { name: "Invoke", exact: true }).click();
  assert.strictEqual(await invoking.title(), "writes answered 200 · krait");
  await invoking.screenshot({ path: path.join(folder, `${name("answer")}.png`), fullPage: true });
  await plain.close();
};

const main = async () => {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const server = spawn("python3", [path.join(__dirname, "page.py"), "--serve"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [said] = await once(server.stdout, "data");
  const address = said.toString().trim();
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  try {
    for (const screen of Object.keys(screens)) {
      for (const scheme of ["light", "dark"]) await visit(browser, address, screen, scheme);
    }
  } finally {
    await browser.close();
    server.stdin.end();
  }
  const [code] = server.exitCode === null ? await once(server, "exit") : [server.exitCode];
  assert.strictEqual(code, 0);
  assert.deepStrictEqual(complaints, []);
  console.log(`${fs.readdirSync(folder).length} pictures are in ${folder}`);
};

main();
