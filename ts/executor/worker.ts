// What runs in a worker of a pool, web worker or worker thread. It is built into one script of its own.

import { holder } from "./holder.js";
import { portHere } from "./port.js";
import type { Order } from "./protocol.js";

const port = portHere();
const obey = holder((report, transfer) => port.post(report, transfer));
port.listen((order) => obey(order as Order));
