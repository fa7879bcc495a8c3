// The entries around the core, in one app.

import * as geometry from "lloyd/geometry";
import * as metrics from "lloyd/metrics";
import * as plot from "lloyd/plot";
import * as select from "lloyd/select";
import * as statistics from "lloyd/simple-statistics";
import * as worker from "lloyd/worker";
import { entries } from "./problem.js";

export const answers = () => entries({ geometry, metrics, plot, select, statistics, worker });
