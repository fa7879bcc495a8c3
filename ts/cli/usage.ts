// What may stand behind each command, and the help that says so.

import { METHODS, type InitMethod } from "../options.js";
import { argumentsOf, fileOf, headerOf, Mistake, numberOf, oneOf, type Takes } from "./arguments.js";

/** What every command reads. */
export interface Input {
  /** A path, or "-" for standard input. */
  readonly file: string;
  /** As given: each a name, or names with commas between. */
  readonly columns: readonly string[];
  /** Whether the first line holds names; undefined where the file shall tell. */
  readonly header: boolean | undefined;
  readonly json: boolean;
}

/** What a fit takes. */
interface Fit {
  readonly seed?: number;
  readonly init?: InitMethod;
  readonly restarts?: number;
  readonly maxIterations?: number;
  readonly tolerance?: number;
}

export interface ClusterOptions extends Input, Fit {
  readonly k: number;
  /** A path, or "-" for standard output. */
  readonly out?: string;
}

export interface ChooseOptions extends Input, Fit {
  readonly from?: number;
  readonly to?: number;
  readonly references?: number;
  readonly resamples?: number;
  readonly plot?: string;
}

export interface EvaluateOptions extends Input {
  /** The column that names each row's cluster, and where given the one with its true class. */
  readonly labels: string;
  readonly truth?: string;
  readonly plot?: string;
}

export const help = (version: string) => `lloyd ${version}: k-means clustering

  lloyd cluster FILE -k N [options]         group the rows of a CSV file into N clusters
  lloyd choose FILE [options]               how many clusters? fits a range of numbers, and compares them
  lloyd evaluate FILE --labels C [options]  how good are the clusters that column C names?
  lloyd COMMAND --help                      all options
  lloyd --version
`;

const INPUT_HELP = `  --columns A,B           use these columns only
  --header, --no-header   the first line holds names, or values (default: names, unless all are numbers)`;

const FIT_HELP = `  --seed N                repeats a clustering; by default a seed is drawn, and printed
  --init METHOD           ${METHODS.join(", ")} (default: auto)
  --restarts N            fit from N seeds, keep the one with the least inertia (default: 1)
  --max-iterations N      (default: 300)
  --tolerance X           0 goes on until no centroid moves (default: 0.0001)`;

export const clusterHelp = `lloyd cluster FILE -k N [options]

Groups the rows of a CSV file into N clusters and prints them. FILE "-" is standard input.
Columns of numbers are used; all others are left out, and the report names them.

  -k N                    number of clusters
${INPUT_HELP}
${FIT_HELP}
  --out FILE              write the rows with one more column, cluster; "-" is standard output
  --json                  print the model as one line of JSON
  -h, --help
`;

export const chooseHelp = `lloyd choose FILE [options]

Fits the rows of a CSV file with every number of clusters in a range, prints how good each is and
which one each criterion picks, and recommends the one with most votes. FILE "-" is standard input.

  --from N, --to N        the range of k (default: 2 to 12)
  --references N          reference sets of the gap statistic, 0 for none (default: 10 up to 10,000 rows)
  --resamples N           bootstrap samples for stability, 0 for none (default: 10 up to 10,000 rows)
${INPUT_HELP}
${FIT_HELP}
  --plot FILE.svg         draw the criteria (needs the packages @observablehq/plot and linkedom)
  --json                  print the table and the votes as one line of JSON
  -h, --help
`;

export const evaluateHelp = `lloyd evaluate FILE --labels COLUMN [options]

Judges the clusters that a column of a CSV file names: each cluster, silhouette, Dunn and other indices.
FILE "-" is standard input.

  --labels COLUMN         the cluster of each row
  --truth COLUMN          its true class: also says how far the two agree
${INPUT_HELP}
  --plot FILE.svg         draw the silhouettes (needs the packages @observablehq/plot and linkedom)
  --json                  print all numbers as one line of JSON
  -h, --help
`;

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const INPUT = { columns: text, header: flag, "no-header": flag, json: flag, help: { type: "boolean", short: "h" } } satisfies Takes;
const FIT = { seed: text, init: text, restarts: text, "max-iterations": text, tolerance: text } satisfies Takes;

/** @throws Mistake */
export function parseCluster(args: string[]): ClusterOptions | "help" {
  const given = argumentsOf(args, { k: { type: "string", short: "k" }, ...INPUT, ...FIT, out: text }, "cluster");
  const { values } = given;
  if (values.has("help")) return "help";
  const file = fileOf(given, "cluster FILE -k N");
  const k = numberOf(given, "k", "-k");
  if (k === undefined) throw new Mistake("how many clusters? -k N, for example -k 3");
  const out = values.get("out");
  const input = inputOf(given, file);
  if (out === "-" && input.json) throw new Mistake("--json and --out - both want standard output; give --out a file");
  return { k, ...input, ...fitOf(given), out };
}

/** @throws Mistake */
export function parseChoose(args: string[]): ChooseOptions | "help" {
  const given = argumentsOf(args, { from: text, to: text, references: text, resamples: text, plot: text, ...INPUT, ...FIT }, "choose");
  if (given.values.has("help")) return "help";
  const file = fileOf(given, "choose FILE --from 2 --to 12");
  return {
    from: numberOf(given, "from"),
    to: numberOf(given, "to"),
    references: numberOf(given, "references"),
    resamples: numberOf(given, "resamples"),
    plot: given.values.get("plot"),
    ...inputOf(given, file),
    ...fitOf(given),
  };
}

/** @throws Mistake */
export function parseEvaluate(args: string[]): EvaluateOptions | "help" {
  const given = argumentsOf(args, { labels: text, truth: text, plot: text, ...INPUT }, "evaluate");
  const { values } = given;
  if (values.has("help")) return "help";
  const file = fileOf(given, "evaluate FILE --labels COLUMN");
  const labels = values.get("labels");
  if (labels === undefined) throw new Mistake("which column names the clusters? --labels COLUMN");
  return { labels, truth: values.get("truth"), plot: values.get("plot"), ...inputOf(given, file) };
}

type Given = ReturnType<typeof argumentsOf>;

function inputOf(given: Given, file: string): Input {
  return { file, columns: given.columns, header: headerOf(given), json: given.values.has("json") };
}

function fitOf(given: Given): Fit {
  return {
    seed: numberOf(given, "seed"),
    init: oneOf(given, "init", METHODS),
    restarts: numberOf(given, "restarts"),
    maxIterations: numberOf(given, "max-iterations"),
    tolerance: numberOf(given, "tolerance"),
  };
}
