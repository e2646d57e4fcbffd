// The log's pane, which shows text as it comes.

export class LiveLog {
  #pane;
  #unshown = "";

  constructor(pane) {
    this.#pane = pane;
  }

  clear() {
    this.#unshown = "";
    this.#pane.textContent = "";
  }

  /** A chatty handler writes thousands of lines a second: they are shown frame by frame. */
  append(text) {
    if (this.#unshown === "") requestAnimationFrame(() => this.show());
    this.#unshown += text;
  }

  /** Shows what was not shown yet. */
  show() {
    this.#pane.append(this.#unshown);
    this.#unshown = "";
    this.#pane.scrollTop = this.#pane.scrollHeight;
  }
}
