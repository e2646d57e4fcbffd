// The system that krait.wasm sees in a browser: files in memory, and no network.

import {
  ConsoleStdout,
  Directory,
  File,
  OpenFile,
  PreopenDirectory,
  WASI,
  WASIProcExit,
} from "@bjorn3/browser_wasi_shim";

let files;

export const send = (message) => postMessage(message);

export const isExit = (error) => error instanceof WASIProcExit;

/** The first message is the function's files, every other one is for `handle`. */
export function receive(handle) {
  onmessage = ({ data }) => {
    files = data;
    onmessage = (message) => handle(message.data);
  };
}

export function makeSystem(write) {
  const descriptors = [
    new OpenFile(new File([])),
    new ConsoleStdout(write),
    new ConsoleStdout(write),
    new PreopenDirectory("/function", makeTree(files).contents),
    new PreopenDirectory("/tmp", new Map()),
  ];
  const wasi = new WASI([], [], descriptors, { debug: false });
  return {
    imports: { wasi_snapshot_preview1: wasi.wasiImport },
    begin(instance) {
      wasi.inst = instance;
    },
  };
}

/** Folders for files that are named by their paths. */
function makeTree(files) {
  const root = new Directory(new Map());
  for (const [path, content] of Object.entries(files)) {
    const names = path.split("/");
    const fileName = names.pop();
    let folder = root;
    for (const name of names) {
      if (!folder.contents.has(name)) folder.contents.set(name, new Directory(new Map()));
      folder = folder.contents.get(name);
    }
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    folder.contents.set(fileName, new File(bytes));
  }
  return root;
}
