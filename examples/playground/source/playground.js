// The page: its fields, its buttons, and what a run shows.

import { json } from "@codemirror/lang-json";
import { python } from "@codemirror/lang-python";
import { AnswerPanes } from "./answer.js";
import { Editor } from "./editor.js";
import { examples } from "./examples.js";
import { fieldsOf, fragmentOf } from "./link.js";
import { LiveLog } from "./live_log.js";
import { fillMenu } from "./menu.js";
import { optionsOf } from "./options.js";
import { Runner } from "./runner.js";
import { saveModule } from "./save_module.js";

const OPTIONS = ["timeout", "memory", "environment"];
const NARROW = matchMedia("(max-width: 60rem)");
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

const withIds = Array.from(document.querySelectorAll("[id]"));
const page = Object.fromEntries(withIds.map((element) => [element.id, element]));
const handler = new Editor(page.handler, {
  language: python(),
  indent: "    ",
  labelledBy: "handler-label",
  describedBy: "editor-hint",
  onChange: () => (page.example.value = ""),
});
const event = new Editor(page.event, {
  language: json(),
  indent: "  ",
  labelledBy: "event-label",
  describedBy: "editor-hint",
  onChange: () => (page.trigger.value = ""),
});
const answer = new AnswerPanes(page);
const log = new LiveLog(page.log);
const runner = new Runner((text) => log.append(text));

/** Stops the run under way; null while there is none. */
let stopping = null;

function fields() {
  const options = OPTIONS.map((name) => [name, page[name].value]);
  return { handler: handler.text, event: event.text, ...Object.fromEntries(options) };
}

function fill(fields) {
  handler.text = fields.handler;
  event.text = fields.event;
  for (const name of OPTIONS) page[name].value = fields[name] ?? page[name].defaultValue;
}

/** `outcome` is a class of the status line, whose sign it chooses. */
function say(outcome, text) {
  page.status.className = outcome;
  page.status.textContent = text;
}

async function run() {
  if (stopping) return;
  stopping = new AbortController();
  showRunning();
  answer.clear();
  log.clear();
  say("running", "Running…");
  const given = fields();
  const begun = performance.now();
  try {
    const result = await runner.run(optionsOf(given), given.event, stopping.signal);
    log.show();
    answer.show(result, { memory: given.memory, pageMs: performance.now() - begun });
    sayResult(result);
  } catch (error) {
    if (stopping.signal.aborted) say("stopped", "Stopped. The next run is a cold start.");
    else say("failed", `Not run: ${error.message}`);
  }
  stopping = null;
  showRunning();
  if (NARROW.matches) {
    page.answer.scrollIntoView({ behavior: CALM.matches ? "instant" : "smooth" });
  }
}

function sayResult({ status, retMsg, report }) {
  if (status === "succeeded") say(status, `Succeeded in ${report.durationMs} ms`);
  else say(status, `Failed: ${JSON.parse(retMsg).errorMessage}`);
}

/** Not the attribute `disabled`: a button that has the focus would lose it. */
function showRunning() {
  page.run.setAttribute("aria-disabled", stopping !== null);
  page.stop.setAttribute("aria-disabled", stopping === null);
}

async function copyLink() {
  history.replaceState(null, "", `#${await fragmentOf(fields())}`);
  try {
    await navigator.clipboard.writeText(location.href);
    say("", "The link is copied. It holds handler, event and options.");
  } catch {
    // A page from plain HTTP has no clipboard.
    say("", "The link is in the address bar. It holds handler, event and options.");
  }
}

async function save() {
  if (page["save-module"].getAttribute("aria-disabled") === "true") return;
  page["save-module"].setAttribute("aria-disabled", true);
  say("running", "Packing…");
  try {
    const { name, megabytes, reason } = await saveModule(optionsOf(fields()));
    const loaded =
      reason === undefined
        ? "The function is loaded in it."
        : `It loads the function at each start: ${reason}.`;
    say("", `Saved ${name}, ${megabytes} MB. ${loaded}`);
  } catch (error) {
    // What the import printed and its traceback, whose last line says what is wrong.
    const told = error.message.trimEnd();
    answer.clear();
    log.clear();
    log.append(`${told}\n`);
    say("failed", `Not saved: ${told.split("\n").at(-1)}`);
  }
  page["save-module"].setAttribute("aria-disabled", false);
}

/** Fills the page from its address, or with the first example. */
async function open() {
  const fragment = location.hash.slice(1);
  if (fragment === "") return chooseFirstExample();
  try {
    fill(await fieldsOf(fragment));
  } catch {
    chooseFirstExample();
    say("failed", "This link cannot be read: was it cut off?");
  }
}

function chooseFirstExample() {
  page.example.value = "0";
  page.example.onchange();
}

async function begin() {
  const shortcut = /Mac|iP(hone|ad)/.test(navigator.platform) ? "⌘ Enter" : "Ctrl+Enter";
  page.shortcut.textContent = shortcut;
  page.run.onclick = run;
  page.stop.onclick = () => stopping?.abort();
  page["copy-link"].onclick = copyLink;
  page["save-module"].onclick = save;
  addEventListener("hashchange", open);
  // Before an editor gets it, where it would break the line.
  addEventListener(
    "keydown",
    (key) => {
      if (key.key !== "Enter" || !(key.ctrlKey || key.metaKey)) return;
      key.preventDefault();
      key.stopPropagation();
      run();
    },
    { capture: true },
  );
  fillMenu(page.example, examples, fill);
  await open();
  try {
    await runner.prepare(optionsOf(fields()));
    const events = await runner.events();
    fillMenu(page.trigger, events, (chosen) => {
      event.text = `${JSON.stringify(chosen.event, null, 2)}\n`;
    });
    if (page.status.className === "loading") say("", "Ready");
  } catch (error) {
    say("failed", error.message);
  }
  navigator.serviceWorker?.register("service_worker.js");
}

begin();
