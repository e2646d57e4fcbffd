// What a run came to, in the page's panes.

import { indentJson } from "./indent_json.js";
import { reportRows } from "./report.js";

export class AnswerPanes {
  #page;
  #retMsg = "";
  #cold = null;
  #warm = null;

  constructor(page) {
    this.#page = page;
    page.indent.onchange = () => this.#showRetMsg();
  }

  clear() {
    this.#retMsg = "";
    this.#showRetMsg();
    this.#page.report.replaceChildren();
  }

  /** `pageMs` is how long the page waited. */
  show({ status, retMsg, report }, { memory, pageMs }) {
    this.#retMsg = retMsg;
    this.#showRetMsg();
    if (report.coldStart) {
      this.#cold = report.coldStart;
      this.#warm = null;
    } else if (status === "succeeded") {
      this.#warm = report.durationMs;
    }
    const rows = reportRows({ report, memory, cold: this.#cold, warm: this.#warm, pageMs });
    this.#page.report.replaceChildren(...rows.map(reportRow));
  }

  #showRetMsg() {
    const { indent, "ret-msg": pane } = this.#page;
    pane.textContent = indent.checked ? indentJson(this.#retMsg) : this.#retMsg;
  }
}

function reportRow([name, value]) {
  const row = document.createElement("div");
  const [term, description] = ["dt", "dd"].map((tag) => document.createElement(tag));
  term.textContent = name;
  description.textContent = value;
  row.append(term, description);
  return row;
}
