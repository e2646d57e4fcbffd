// node examples/node/invoke.js FOLDER [EVENT]: prints the answer of the function in FOLDER.

import { Krait } from "../../hosts/javascript/source/krait.js"; // from npm: "krait"

const [folder, event = "{}"] = process.argv.slice(2);
const krait = await Krait.load(new URL("../../target/dist/krait.wasm", import.meta.url));
const handler = await krait.function({ folder });
const { status, retMsg } = await handler.invoke(event);
console.log(retMsg);
handler.close();
process.exitCode = status === "succeeded" ? 0 : 1;
