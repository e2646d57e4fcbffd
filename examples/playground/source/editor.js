// A text editor of the page.

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import {
  bracketMatching,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

export class Editor {
  #view;

  /** `labelledBy` and `describedBy` are ids; `onChange` is called after every change. */
  constructor(parent, { language, indent, labelledBy, describedBy, onChange }) {
    const extensions = [
      lineNumbers(),
      history(),
      indentOnInput(),
      bracketMatching(),
      indentUnit.of(indent),
      language,
      // Colours are the style sheet's, which knows light and dark.
      syntaxHighlighting(classHighlighter),
      // Tab indents; after Escape it leaves the editor, as CodeMirror has it.
      keymap.of([indentWithTab, ...defaultKeymap, ...historyKeymap]),
      EditorView.contentAttributes.of({
        // What can be scrolled can be focused: that a contenteditable is, axe does not know.
        tabindex: "0",
        "aria-labelledby": labelledBy,
        "aria-describedby": describedBy,
      }),
      EditorView.updateListener.of((update) => update.docChanged && onChange()),
    ];
    this.#view = new EditorView({ parent, state: EditorState.create({ extensions }) });
  }

  get text() {
    return this.#view.state.doc.toString();
  }

  /** Can be undone, like typing. */
  set text(text) {
    const { length } = this.#view.state.doc;
    this.#view.dispatch({ changes: { from: 0, to: length, insert: text } });
    this.#view.scrollDOM.scrollTop = 0;
  }
}
