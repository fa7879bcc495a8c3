// What may stand behind `lloyd cluster`, and the help that says so.

import { parseArgs, type ParseArgsConfig } from "node:util";
import { METHODS, type InitMethod } from "../options.js";
import { nearest } from "../nearest.js";

/** Something a person can mend: printed as one line, without a stack. */
export class Mistake extends Error {}

export interface ClusterOptions {
  /** A path, or "-" for standard input. */
  readonly file: string;
  readonly k: number;
  /** As given: each a name, or names with commas between. */
  readonly columns: readonly string[];
  /** Whether the first line holds names; undefined where the file shall tell. */
  readonly header: boolean | undefined;
  readonly seed?: number;
  readonly init?: InitMethod;
  readonly restarts?: number;
  readonly maxIterations?: number;
  readonly tolerance?: number;
  /** A path, or "-" for standard output. */
  readonly out?: string;
  readonly json: boolean;
}


export const help = (version: string) => `lloyd ${version}: k-means clustering

  lloyd cluster FILE -k N [options]   group the rows of a CSV file into N clusters
  lloyd cluster --help                all options
  lloyd --version
`;

export const clusterHelp = `lloyd cluster FILE -k N [options]

Groups the rows of a CSV file into N clusters and prints them. FILE "-" is standard input.
Columns of numbers are used; all others are left out, and the report names them.

  -k N                    number of clusters
  --columns A,B           use these columns only
  --seed N                repeats a clustering; by default a seed is drawn, and printed
  --init METHOD           ${METHODS.join(", ")} (default: auto)
  --restarts N            fit from N seeds, keep the one with the least inertia (default: 1)
  --max-iterations N      (default: 300)
  --tolerance X           0 goes on until no centroid moves (default: 0.0001)
  --header, --no-header   the first line holds names, or values (default: names, unless all are numbers)
  --out FILE              write the rows with one more column, cluster; "-" is standard output
  --json                  print the model as one line of JSON
  -h, --help
`;

const OPTIONS = {
  k: { type: "string", short: "k" },
  columns: { type: "string" },
  seed: { type: "string" },
  init: { type: "string" },
  restarts: { type: "string" },
  "max-iterations": { type: "string" },
  tolerance: { type: "string" },
  header: { type: "boolean" },
  "no-header": { type: "boolean" },
  out: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} satisfies ParseArgsConfig["options"];

/** @throws Mistake */
export function parseCluster(args: string[]): ClusterOptions | "help" {
  const { files, values, columns } = tokens(args);
  if (values.has("help")) return "help";
  const [file, second] = files;
  if (file === undefined) throw new Mistake('which file? lloyd cluster FILE -k N; "-" is standard input');
  if (second !== undefined) throw new Mistake(`one file at a time; got ${files.map((f) => JSON.stringify(f)).join(" and ")}`);
  const k = number(values, "k", "-k");
  if (k === undefined) throw new Mistake("how many clusters? -k N, for example -k 3");
  if (values.has("header") && values.has("no-header")) throw new Mistake("--header and --no-header contradict each other");
  const out = values.get("out");
  const json = values.has("json");
  if (out === "-" && json) throw new Mistake("--json and --out - both want standard output; give --out a file");
  return {
    file,
    k,
    columns,
    header: values.has("header") ? true : values.has("no-header") ? false : undefined,
    seed: number(values, "seed"),
    init: method(values.get("init")),
    restarts: number(values, "restarts"),
    maxIterations: number(values, "max-iterations"),
    tolerance: number(values, "tolerance"),
    out,
    json,
  };
}

/** The arguments by name. Read without parseArgs' own strictness, whose messages span lines. */
function tokens(args: string[]): { files: string[]; values: Map<string, string>; columns: string[] } {
  const files: string[] = [];
  const columns: string[] = [];
  const values = new Map<string, string>();
  for (const token of parseArgs({ args, options: OPTIONS, strict: false, allowPositionals: true, tokens: true }).tokens) {
    if (token.kind === "positional") files.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    if (!Object.hasOwn(OPTIONS, name)) {
      const meant = nearest(name, Object.keys(OPTIONS));
      throw new Mistake(`unknown option ${rawName}; ${meant ? `did you mean ${meant === "k" ? "-k" : `--${meant}`}?` : "lloyd cluster --help lists them"}`);
    }
    const takesValue = OPTIONS[name as keyof typeof OPTIONS].type === "string";
    if (takesValue && (!value || (!inlineValue && /^-[a-z-]/i.test(value)))) throw new Mistake(`${rawName} needs a value`);
    if (!takesValue && value !== undefined) throw new Mistake(`${rawName} takes no value; got ${JSON.stringify(value)}`);
    if (name === "columns") columns.push(value!);
    values.set(name, value ?? "");
  }
  return { files, values, columns };
}

/** A number as given; whether it lies in range is the library's to say. */
function number(values: Map<string, string>, name: string, shown = `--${name}`): number | undefined {
  const value = values.get(name);
  if (value === undefined) return undefined;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) throw new Mistake(`${shown} is ${JSON.stringify(value)}; expected a number`);
  return Number(value);
}

function method(given: string | undefined): InitMethod | undefined {
  if (given === undefined) return undefined;
  const found = METHODS.find((known) => known === given);
  if (found) return found;
  const meant = nearest(given, METHODS);
  throw new Mistake(`--init is ${JSON.stringify(given)}; ${meant ? `did you mean ${meant}?` : `expected one of ${METHODS.join(", ")}`}`);
}
