// The handlers to choose from. Those of the repository's examples are the same files.

import apiGateway from "../../api-gateway/index.py";
import apiGatewayEvent from "../../api-gateway/event.json";
import hello from "../../hello/index.py";
import helloEvent from "../../hello/event.json";
import endless from "../handlers/endless.py";
import exception from "../handlers/exception.py";

export const examples = [
  { title: "Hello", handler: hello, event: helloEvent },
  { title: "API gateway", handler: apiGateway, event: apiGatewayEvent },
  { title: "An exception", handler: exception, event: '{"amount": 10, "people": 0}\n' },
  { title: "An endless loop", handler: endless, event: "{}\n" },
];
