// The command line.

import { parseArgs } from "node:util";
import { NAMES } from "./sets.mjs";

export const HELP = `npm run bench -- [options]

  --sets A,B           of ${NAMES.join(", ")}; default all
  --peers js,sklearn   default all; lloyd always runs
  --measures a,b       of iterations, convergence, default; default all
  --iterations n       of the first measure; default 20
  --repeats n          runs per peer, more if short, 1 if long; default 5
  --full               also what is slow
  --native             also scikit-learn and FAISS, from PyPI into bench/.venv
  --all-threads        and these again with as many threads as there are cores
  --workers            instead: what 1, 2 and 4 workers gain
  --lloyd file.js      another build of lloyd
  --json file          also write the results there
`;

const MEASURES = ["iterations", "convergence", "default"];
const text = { type: "string" };
const flag = { type: "boolean", default: false };

export function parseOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      sets: text,
      peers: text,
      measures: text,
      iterations: text,
      repeats: text,
      lloyd: text,
      json: text,
      full: flag,
      native: flag,
      "all-threads": flag,
      workers: flag,
      help: flag,
    },
  });
  return {
    sets: chosen("sets", values.sets, NAMES),
    names: values.peers?.split(","),
    measures: chosen("measures", values.measures, MEASURES),
    iterations: positive("iterations", values.iterations ?? "20"),
    repeats: positive("repeats", values.repeats ?? "5"),
    full: values.full,
    native: values.native || values["all-threads"],
    allThreads: values["all-threads"],
    workers: values.workers,
    lloyd: values.lloyd,
    json: values.json,
    help: values.help,
    /** Nothing is left out or changed, so the results may stand for lloyd's. */
    whole: ["sets", "peers", "measures", "iterations", "lloyd"].every((name) => values[name] === undefined),
  };
}

function chosen(name, value, known) {
  if (value === undefined) return known;
  const given = value.split(",");
  const unknown = given.filter((one) => !known.includes(one));
  if (unknown.length > 0) throw new Error(`--${name}: unknown ${unknown.join(", ")}; expected some of ${known.join(", ")}`);
  return known.filter((one) => given.includes(one));
}

function positive(name, value) {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} is ${value}; expected a positive integer`);
  return number;
}
