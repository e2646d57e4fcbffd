// The playground, as its tests handle it.

import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { screenshots } from "./places.js";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The parts of an opened playground, by the names that a reader is given. */
export class PlaygroundPage {
  constructor(page) {
    this.page = page;
    this.handler = page.getByRole("textbox", { name: "Handler" });
    this.event = page.getByRole("textbox", { name: "Event" });
    this.example = page.getByLabel("Example");
    this.trigger = page.getByLabel("Trigger");
    this.run = page.getByRole("button", { name: "Run" });
    this.stop = page.getByRole("button", { name: "Stop" });
    this.copyLink = page.getByRole("button", { name: "Copy link" });
    this.saveModule = page.getByRole("button", { name: "Save module" });
    this.status = page.getByRole("status");
    this.retMsg = page.getByRole("region", { name: "RetMsg" });
    this.log = page.getByRole("region", { name: "Log" });
  }

  static async open(context, address) {
    const page = await context.newPage();
    await page.goto(address);
    return new PlaygroundPage(page);
  }

  /** Waits until the status says it, or begins with it. */
  async says(text) {
    await this.status.filter({ hasText: text }).waitFor();
  }

  /** The rows of the report, by their names. */
  async report() {
    const rows = await this.page.locator("#report > div").all();
    const texts = rows.map((row) =>
      Promise.all(["dt", "dd"].map((tag) => row.locator(tag).innerText())),
    );
    return Object.fromEntries(await Promise.all(texts));
  }

  /** What an editor holds: a line each. */
  async textOf(editor) {
    return (await editor.locator(".cm-line").allInnerTexts()).map((line) =>
      line.replace(/^\n$/, ""),
    );
  }

  /** What axe finds wrong: rule, and the elements. */
  async accessibilityFaults() {
    await this.page.evaluate(axe);
    return this.page.evaluate(async () => {
      const { violations } = await window.axe.run();
      return violations.map(({ id, nodes }) => [id, ...nodes.map((node) => node.html)]);
    });
  }

  async screenshot(name) {
    await mkdir(screenshots, { recursive: true });
    await this.page.screenshot({ path: join(screenshots, `${name}.png`) });
  }
}
