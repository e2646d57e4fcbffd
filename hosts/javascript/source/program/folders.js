// What a program in krait.wasm sees of the disk: this folder, an empty /tmp, and what its command line names.

import { existsSync, statSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";

/** Options whose value is a path. */
const PATHS = new Set(["-E", "--event-file", "--env-file", "--layer", "--template"]);

/**
 * The folders to open, by the names that the module has for them, and the command line with paths that the
 * module can use: it knows no drive letters, and nothing above this folder.
 */
export function opened(typed, folder, scratch) {
  const folders = { "/tmp": scratch, ".": folder };
  if (sep === "/") folders[folder] = folder;
  const seen = (path) => {
    const place = resolve(folder, path);
    if (!existsSync(place)) return path;
    const below = relative(folder, place);
    if (!isAbsolute(path) && below !== ".." && !below.startsWith(`..${sep}`)) {
      return path.split(sep).join("/");
    }
    const named = place.split(sep).join("/").replace(/^([A-Za-z]):/, "/$1");
    // A file's template and its neighbours lie beside it.
    const isFolder = statSync(place).isDirectory();
    folders[isFolder ? named : dirname(named)] = isFolder ? place : dirname(place);
    return named;
  };
  let takesPath = false;
  const words = typed.map((word, index) => {
    const wasPath = takesPath;
    takesPath = PATHS.has(word);
    if (wasPath) return seen(word);
    const [, option, value] = /^(--[a-z-]+)=(.*)$/s.exec(word) ?? [];
    if (option && PATHS.has(option)) return `${option}=${seen(value)}`;
    // The code has no option; a value of another option that is a path as well does no harm.
    const isValue = index > 0 && typed[index - 1].startsWith("-");
    return index > 0 && !word.startsWith("-") && !isValue ? seen(word) : word;
  });
  return { folders, words };
}
