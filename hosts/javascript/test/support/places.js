// Where things are in the repository.

import { join } from "node:path";

export const repository = join(import.meta.dirname, "../../../..");
export const module = join(repository, "target/dist/krait.wasm");
export const playground = join(repository, "target/dist/playground");
export const screenshots = join(repository, "target/playground-screenshots");
