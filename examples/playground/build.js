// Makes target/dist/playground/: a folder for any static server.

import { createHash } from "node:crypto";
import { cp, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const here = import.meta.dirname;
const target = join(here, "../../target/dist/playground");
const shared = {
  absWorkingDir: here,
  outdir: target,
  bundle: true,
  minify: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  legalComments: "linked",
  logLevel: "warning",
};

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
await build({
  ...shared,
  entryPoints: { playground: "source/playground.js", worker: "krait/worker" },
  loader: { ".py": "text", ".json": "text" },
});
for (const name of ["index.html", "style.css", "icon.svg"]) {
  await cp(join(here, name), join(target, name));
}
await cp(join(here, "../../target/dist/krait.wasm"), join(target, "krait.wasm"));

// The service worker serves what it has kept until its own text changes.
const files = ["index.html", "style.css", "icon.svg", "playground.js", "worker.js", "krait.wasm"];
const hash = createHash("sha256");
for (const name of files) hash.update(await readFile(join(target, name)));
await build({
  ...shared,
  entryPoints: ["source/service_worker.js"],
  define: {
    VERSION: JSON.stringify(hash.digest("hex").slice(0, 16)),
    FILES: JSON.stringify(["./", ...files]),
  },
});
