// The command: dist/cli.js as a person runs it, from the outside.

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KMeansModel, kmeansSync } from "../ts/index.js";
import { chooseKSync } from "../ts/select/index.js";

const root = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const IRIS = root("examples/iris.csv");
const { version } = JSON.parse(readFileSync(root("package.json"), "utf8")) as { version: string };

interface Ran {
  code: number;
  out: string;
  err: string;
}

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "lloyd-cli-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the command in the temporary folder. */
function lloyd(args: string[], input = ""): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [root("dist/cli.js"), ...args], { cwd: folder }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
    child.stdin!.on("error", () => {}); // it may end without having read its input
    child.stdin!.end(input);
  });
}

/** `lloyd cluster` on a file of this text. */
function cluster(text: string | Uint8Array, ...args: string[]): Promise<Ran> {
  writeFileSync(join(folder, "data.csv"), text);
  return lloyd(["cluster", "data.csv", ...args]);
}

/** A failure that a person can mend: code 2, one line, no stack. */
function mistake(ran: Ran): string {
  expect(ran.err.split("\n")).toHaveLength(2);
  expect(ran.err).toMatch(/^lloyd: .+\n$/);
  expect({ code: ran.code, out: ran.out }).toEqual({ code: 2, out: "" });
  return ran.err;
}

describe("report", () => {
  test("tells the data, the clusters, the iterations, the beginning, the end and the seed", async () => {
    const { code, out, err } = await lloyd(["cluster", IRIS, "-k", "3", "--seed", "1"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("iris.csv: 150 rows, 4 columns: sepal_length, sepal_width, petal_length, petal_width\n");
    expect(out).toContain("left out: species (not numeric)\n");
    expect(out).toMatch(/^cluster +size +share +inertia +sepal_length +sepal_width +petal_length +petal_width$/m);
    expect(out).toMatch(/^ +\d +50 +33\.3% +15\.151 +5\.006 +3\.428 +1\.462 +0\.246$/m);
    expect(out).toMatch(/^ +all +150 +100% +78\.\d+$/m);
    expect(out).toMatch(/^iteration +inertia +shift +changed/m);
    expect(out).toMatch(/^ +1 +\d+\.\d+ +\d\.\d+ +150 /m);
    expect(out).toMatch(/^initial centroids: k-means\+\+ on all 150 rows/m);
    expect(out).toMatch(/^(stable: no centroid moves any more|converged: the centroids move less than the tolerance of 0\.0001), after \d+ iterations$/m);
    expect(out).toMatch(/^seed: 1$/m);
  });

  test("names a drawn seed, which repeats the clustering", async () => {
    const first = await lloyd(["cluster", IRIS, "-k", "5"]);
    const seed = /^seed: (\d+), drawn; --seed \1 repeats this clustering$/m.exec(first.out)![1];
    const second = await lloyd(["cluster", IRIS, "-k", "5", "--seed", seed]);
    expect(second.out).toBe(first.out.replace(/, drawn;.*/, ""));
  });

  test("shortens a long course to its first and last iterations", async () => {
    const line = Array.from({ length: 400 }, (_, i) => `${i * i}`).join("\n");
    const { out } = await cluster(`x\n${line}\n`, "-k", "6", "--seed", "1", "--init", "random", "--tolerance", "0");
    const course = out.split("\n\n")[2].split("\n");
    expect(course).toHaveLength(13);
    expect(course[7]).toMatch(/^ *… \d+ more$/);
  });

  test("says when the iterations ran out", async () => {
    const { out } = await lloyd(["cluster", IRIS, "-k", "8", "--seed", "1", "--init", "random", "--max-iterations", "2"]);
    expect(out).toMatch(/^max-iterations: centroids still move after 2 iterations; --max-iterations allows more$/m);
  });

  test("sets wide centroids in blocks, the widest data in part", async () => {
    const names = Array.from({ length: 30 }, (_, c) => `column_${c}`);
    const rows = [1, 2, 9].map((v) => names.map((_, c) => v + c).join(","));
    const { out } = await cluster([names.join(","), ...rows].join("\n"), "-k", "2");
    expect(Math.max(...out.split("\n\n")[1].split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(out).toContain("column_23");
    expect(out).toContain("and 6 more columns of centroids; --json prints all");
  });

  test("warns of empty clusters on stderr", async () => {
    const { code, err } = await cluster("a,b\n1,2\n1,2\n1,2\n", "-k", "2");
    expect(code).toBe(0);
    expect(err).toMatch(/^lloyd: warning: 1 of 2 clusters/);
  });
});

describe("--json", () => {
  test("is the model and its columns, alone on stdout", async () => {
    const { code, out, err } = await lloyd(["cluster", IRIS, "-k", "3", "--seed", "7", "--json"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const { columns, leftOut, ...json } = JSON.parse(out);
    expect(columns).toEqual(["sepal_length", "sepal_width", "petal_length", "petal_width"]);
    expect(leftOut).toEqual([{ name: "species", reason: "not numeric" }]);
    expect(KMeansModel.fromJSON(out).toJSON()).toEqual(json);
  });

  test("is what the library gives", async () => {
    const { out } = await lloyd(["cluster", IRIS, "-k", "4", "--seed", "3", "--columns", "petal_length,petal_width", "--init", "k-means++", "--restarts", "2", "--json"]);
    const points = readFileSync(IRIS, "utf8").trim().split("\n").slice(1).map((line) => line.split(",").slice(2, 4).map(Number));
    const model = kmeansSync(points, { k: 4, seed: 3, init: "k-means++", restarts: 2 });
    const found = KMeansModel.fromJSON(out);
    expect(found.labels).toEqual(model.labels);
    expect(found.centroids).toEqual(model.centroids);
    expect(found.inertia).toBe(model.inertia);
    expect(found.restarts).toEqual(model.restarts);
  });
});

describe("--out", () => {
  test("writes the rows as they were, with their cluster", async () => {
    const { code, out } = await cluster('name;x\r\n"a; b";1\r\n\r\nc;2\r\nd;90\r\n', "-k", "2", "--out", "labels.csv");
    expect(code).toBe(0);
    expect(out).toContain('labels: labels.csv, column "cluster"\n');
    const [head, ...rows] = readFileSync(join(folder, "labels.csv"), "utf8").trimEnd().split("\n");
    expect(head).toBe("name;x;cluster");
    expect(rows.map((row) => row.replace(/;\d$/, ""))).toEqual(['"a; b";1', "c;2", "d;90"]);
    const labels = rows.map((row) => row.at(-1));
    expect(labels[0]).toBe(labels[1]);
    expect(labels[2]).not.toBe(labels[1]);
  });

  test("renames its column where the name is taken; - is stdout, with the report on stderr", async () => {
    const { code, out, err } = await cluster("x,cluster\n1,a\n9,b\n", "-k", "1", "--out", "-");
    expect({ code, out }).toEqual({ code: 0, out: "x,cluster,cluster2\n1,a,0\n9,b,0\n" });
    expect(err).toContain("2 rows, 1 column: x\n");
  });

  test("never overwrites the input", async () => {
    expect(mistake(await cluster("x\n1\n2\n", "-k", "1", "--out", "./data.csv"))).toContain("would overwrite the input");
  });
});

describe("files", () => {
  test("standard input", async () => {
    const { code, out } = await lloyd(["cluster", "-", "-k", "2"], "x,y\n1,2\n3,4\n50,60\n");
    expect(code).toBe(0);
    expect(out).toContain("standard input: 3 rows, 2 columns: x, y\n");
  });

  test.each([
    ["semicolons", "x;y\n1;2\n3;4\n50;60\n"],
    ["tabs", "x\ty\n1\t2\n3\t4\n50\t60\n"],
    ["CRLF", "x,y\r\n1,2\r\n3,4\r\n50,60\r\n"],
    ["quotes", '"x","y"\n"1","2"\n"3","4"\n"50","60"'],
    ["a byte order mark", "\uFEFFx,y\n1,2\n3,4\n50,60\n"],
    ["blank lines", "\nx,y\n\n1,2\n3,4\n,\n50,60\n\n\n"],
    ["UTF-16", Buffer.from("\uFEFFx\ty\n1\t2\n3\t4\n50\t60\n", "utf16le")],
  ])("with %s", async (_, text) => {
    const { code, out } = await cluster(text, "-k", "2", "--json");
    expect(code).toBe(0);
    const { columns, sizes, inertia } = JSON.parse(out);
    expect({ columns, sizes: sizes.sort(), inertia }).toEqual({ columns: ["x", "y"], sizes: [1, 2], inertia: 4 });
  });

  test("without a header lose no row", async () => {
    const { code, out } = await cluster("1,2\n3,4\n50,60\n", "-k", "2");
    expect(code).toBe(0);
    expect(out).toContain("3 rows, 2 columns: column1, column2\nno header: all cells of the first line are numbers");
    expect((await cluster("1,2\n3,4\n50,60\n", "-k", "2", "--header")).out).toContain("2 rows, 2 columns: 1, 2\n");
  });

  test("whose first line may be either ask", async () => {
    const text = "5.1,setosa\n7,virginica\n";
    expect(mistake(await cluster(text, "-k", "1"))).toContain("line 1 has both numbers (5.1) and words (setosa); say which it is with --header or --no-header");
    expect((await cluster(text, "-k", "1", "--no-header")).out).toContain("2 rows, 1 column: column1\nleft out: column2 (not numeric)\n");
  });

  test("with a column of row numbers lose that column", async () => {
    const { out } = await cluster('"",x\n1,5\n2,6\n3,9\n', "-k", "2");
    expect(out).toContain("3 rows, 1 column: x\nleft out: column1 (row numbers)\n");
  });

  test.each([
    ["missing", undefined, "cannot read data.csv: no such file or folder"],
    ["empty", "", "data.csv is empty"],
    ["only a header", "a,b\n", "data.csv has a header but no rows"],
    ["ragged", "a,b\n1,2\n\n3\n", "data.csv, line 4: 1 cell; expected 2, as in line 1"],
    ["with an open quote", 'a,b\n1,"2\n3,4\n', "the quotes that begin around line 2 are not closed properly"],
    ["without numbers", "a,b\nx,y\nz,w\n", 'has no column of numbers; line 2, column "a" has "x"'],
    ["with decimal commas", "a;b\n1,5;2,5\n3,5;4,5\n", "decimal commas are not read"],
  ])("that are %s are named", async (_, text, message) => {
    if (text === undefined) rmSync(join(folder, "data.csv"), { force: true });
    const ran = text === undefined ? await lloyd(["cluster", "data.csv", "-k", "1"]) : await cluster(text, "-k", "1");
    expect(mistake(ran)).toContain(message);
  });
});

describe("columns", () => {
  const GAPS = 'id,"a text",x,y\n1,"two\nlines",4,5\n2,u,,7\n3,v,NA,8\n';

  test("a missing value names its line, its column and the ways out", async () => {
    expect(mistake(await cluster(GAPS, "-k", "2"))).toBe(
      'lloyd: data.csv, line 4: column "x" has no value (and in 1 more row); fill it in or remove the row, or leave the column out: --columns id,y\n',
    );
    expect((await cluster(GAPS, "-k", "2", "--columns", "id,y")).code).toBe(0);
  });

  test("--columns takes them in the order given", async () => {
    const { out } = await cluster(GAPS, "-k", "1", "--columns", "y, id", "--json");
    expect(JSON.parse(out)).toMatchObject({ columns: ["y", "id"], centroids: [[20 / 3, 2]], leftOut: [] });
  });

  test("an unknown one is answered with the nearest, or with all", async () => {
    const unknown = (name: string) => lloyd(["cluster", IRIS, "-k", "3", "--columns", name]);
    expect(mistake(await unknown("petal_lenght"))).toContain('no column "petal_lenght"; did you mean "petal_length"?');
    expect(mistake(await unknown("age"))).toContain("it has sepal_length, sepal_width, petal_length, petal_width, species");
  });

  test("one of texts, asked for, is refused with its first text", async () => {
    expect(mistake(await lloyd(["cluster", IRIS, "-k", "3", "--columns", "species"]))).toContain('line 2: column "species" has "setosa"; expected a number');
  });
});

describe("lloyd choose", () => {
  test("prints a line for each k, what each criterion picks, and what to take", async () => {
    const { code, out, err } = await lloyd(["choose", IRIS, "--from", "1", "--to", "6", "--seed", "1"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("left out: species (not numeric)\n");
    expect(out).toMatch(/^k +inertia +silhouette +Dunn +Davies-B\. +Caliński-H\. +BIC +gap +± s +stability$/m);
    expect(out).toMatch(/^1 +681\.371 +- +- /m);
    expect(out).toMatch(/^2 +152\.348 +0\.6810 .*◀$/m);
    for (const criterion of ["elbow", "silhouette", "gap", "Caliński-Harabasz", "Davies-Bouldin", "Dunn", "BIC", "stability"]) expect(out).toMatch(new RegExp(`^${criterion} +[\\d-]+ +\\w`, "m"));
    expect(out).toMatch(/^recommended: k = 2, by \d of 8 criteria$/m);
    expect(out).toMatch(/^repeat it: lloyd cluster .*iris\.csv -k 2 --seed \d+$/m);
  });

  test("--json is what the library gives", async () => {
    const { out } = await lloyd(["choose", IRIS, "--to", "4", "--seed", "3", "--columns", "petal_length,petal_width", "--references", "2", "--resamples", "0", "--json"]);
    const points = readFileSync(IRIS, "utf8").trim().split("\n").slice(1).map((line) => line.split(",").slice(2, 4).map(Number));
    const { k, votes, table } = chooseKSync(points, { to: 4, seed: 3, references: 2, resamples: 0 });
    const plain = table.map(({ model, ...row }) => ({ ...row, seed: model.seed }));
    expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify({ k, seed: 3, votes, table: plain, columns: ["petal_length", "petal_width"], leftOut: [] })));
  });

  test("names a command that repeats the recommended fit", async () => {
    const { out } = await lloyd(["choose", IRIS, "--to", "4", "--columns", "petal_length,petal_width", "--init", "k-means||", "--restarts", "2", "--tolerance", "0", "--references", "0", "--resamples", "0"]);
    const [, k, rest] = /^repeat it: lloyd cluster \S+ (-k \d+) (.*)$/m.exec(out)!;
    expect(rest).toMatch(/^--seed \d+ --columns petal_length,petal_width --init 'k-means\|\|' --restarts 2 --tolerance 0$/);
    const repeated = await lloyd(["cluster", IRIS, ...k.split(" "), ...rest.replaceAll("'", "").split(" "), "--json"]);
    const row = out.split("\n").find((line) => line.endsWith("◀"))!;
    expect(row).toContain(JSON.parse(repeated.out).inertia.toFixed(3));
  });

  test("--plot draws the criteria", async () => {
    const { code, out } = await lloyd(["choose", IRIS, "--to", "5", "--seed", "1", "--plot", "criteria.svg"]);
    expect(code).toBe(0);
    expect(out).toContain("picture: criteria.svg\n");
    expect(readFileSync(join(folder, "criteria.svg"), "utf8")).toMatch(/^<svg [\s\S]*Recommended: k = \d[\s\S]*<\/svg>\n$/);
  });

  test.each([
    [[], "which file?"],
    [[IRIS, "--from", "5", "--to", "3"], "to is 3; expected an integer from 5 to 150"],
    [[IRIS, "--form", "2"], "unknown option --form"],
    [[IRIS, "-k", "2"], "unknown option -k"],
    [[IRIS, "--plot", IRIS], "would overwrite the input"],
  ])("%j is answered", async (args, message) => {
    expect(mistake(await lloyd(["choose", ...args]))).toContain(message);
  });
});

describe("lloyd evaluate", () => {
  test("prints every cluster and every index", async () => {
    const { code, out, err } = await lloyd(["evaluate", IRIS, "--labels", "species"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("left out: species (labels)\n");
    expect(out).toMatch(/^ +setosa +50 .* versicolor +3\.208 +0\.7894?/m);
    expect(out).toMatch(/^silhouette +0\.5035 /m);
    expect(out).toMatch(/^Dunn +0\.0585 /m);
    expect(out).toMatch(/^Davies-Bouldin +0\.7514 /m);
    expect(out).toMatch(/^inertia +89\.2974$/m);
  });

  test("--truth tells how far two columns agree; numbers in them are no coordinates", async () => {
    const { out } = await cluster("x,c,t\n0,1,a\n1,1,a\n9,2,b\n10,2,b\n", "-k", "2", "--out", "-");
    expect(out).toContain("cluster");
    const ran = await lloyd(["evaluate", "data.csv", "--labels", "c", "--truth", "t"]);
    expect(ran.out).toContain("1 column: x\nleft out: c (labels), t (labels)\n");
    expect(ran.out).toContain("agreement of c with t\n");
    expect(ran.out).toMatch(/^adjusted Rand +1\.0000$/m);
  });

  test("says what is undefined", async () => {
    writeFileSync(join(folder, "data.csv"), "x,c\n0,a\n1,a\n");
    const { code, out } = await lloyd(["evaluate", "data.csv", "--labels", "c"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^silhouette +undefined /m);
    const { out: json } = await lloyd(["evaluate", "data.csv", "--labels", "c", "--json"]);
    expect(JSON.parse(json)).toMatchObject({ silhouette: null, dunn: null, inertia: 0.5, clusters: [{ label: "a", size: 2, nearest: null }] });
  });

  test("--plot draws the silhouettes", async () => {
    const { code } = await lloyd(["evaluate", IRIS, "--labels", "species", "--plot", "silhouettes.svg"]);
    expect(code).toBe(0);
    expect(readFileSync(join(folder, "silhouettes.svg"), "utf8")).toMatch(/^<svg [\s\S]*versicolor[\s\S]*<\/svg>\n$/);
  });

  test.each([
    [[IRIS], "which column names the clusters?"],
    [[IRIS, "--labels", "spezies"], 'no column "spezies"; did you mean "species"?'],
  ])("%j is answered", async (args, message) => {
    expect(mistake(await lloyd(["evaluate", ...args]))).toContain(message);
  });
});

describe("command line", () => {
  test.each([
    [["--help"], "lloyd cluster FILE -k N"],
    [["cluster", "--help"], "--max-iterations"],
    [["cluster", "x.csv", "-h"], "--max-iterations"],
    [["choose", "--help"], "--references"],
    [["evaluate", "--help"], "--truth"],
    [["--version"], `${version}\n`],
  ])("%j", async (args, text) => {
    const { code, out, err } = await lloyd(args);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain(text);
  });

  test("without arguments shows the help on stderr", async () => {
    const { code, out, err } = await lloyd([]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain("lloyd cluster FILE -k N");
  });

  test.each([
    [["clutser", "x"], 'unknown command "clutser"; did you mean: lloyd cluster'],
    [["iris.csv", "-k", "3"], "did you mean: lloyd cluster iris.csv"],
    [["cluster", "-k", "3"], "which file?"],
    [["cluster", "a.csv", "b.csv", "-k", "3"], "one file at a time"],
    [["cluster", IRIS], "how many clusters? -k N"],
    [["cluster", IRIS, "-k"], "-k needs a value"],
    [["cluster", IRIS, "--out", "--json"], "--out needs a value"],
    [["cluster", IRIS, "-k", "three"], '-k is "three"; expected a number'],
    [["cluster", IRIS, "-k", "500"], "k is 500; expected an integer from 1 to the number of rows, 150"],
    [["cluster", IRIS, "-k", "-3"], "k is -3; expected an integer"],
    [["cluster", IRIS, "-k", "3", "--colums", "a"], "unknown option --colums; did you mean --columns?"],
    [["cluster", IRIS, "-k", "3", "--init", "kmeans++"], '--init is "kmeans++"; did you mean k-means++?'],
    [["cluster", IRIS, "-k", "3", "--seed", "-1"], "seed is -1; expected an integer from 0"],
    [["cluster", IRIS, "-k", "3", "--json=1"], "--json takes no value"],
    [["cluster", IRIS, "-k", "3", "--header", "--no-header"], "contradict each other"],
    [["cluster", IRIS, "-k", "3", "--json", "--out", "-"], "both want standard output"],
    [["cluster", IRIS, "-k", "3", "--out", "no/such/folder.csv"], "cannot write no/such/folder.csv: no such file or folder"],
  ])("%j", async (args, message) => {
    expect(mistake(await lloyd(args))).toContain(message);
  });
});
