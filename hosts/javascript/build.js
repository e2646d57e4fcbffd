// Makes dist/: the package and its worker with the WASI shim inside, since a page without a
// bundler cannot resolve the shim's name, least of all in a worker.
import { build } from "esbuild";

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ["source/krait.js", "source/worker.js"],
  outdir: "dist",
  bundle: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  logLevel: "warning",
});
