// The script of `lloyd/worker`'s worker, built into one file of its own.

import * as Comlink from "comlink";
import { portHere } from "../executor/port.js";
import { endpoint } from "./endpoint.js";
import { register } from "./handlers.js";
import { host } from "./host.js";

register();
const port = portHere();
const { endpoint: end, hear } = endpoint((message, transfer) => port.post(message, transfer));
Comlink.expose(host, end);
port.listen(hear);
