// `node bench/readme.mjs`: the table of the README and docs/pictures/bench.svg, from results/24.json.

import { readFileSync, writeFileSync } from "node:fs";

const at = (path) => new URL(path, import.meta.url);
const SHOWN = [
  { name: "js", title: "careful plain JS" },
  { name: "ml-kmeans", title: "ml-kmeans" },
  { name: "sklearn", title: "scikit-learn" },
  { name: "faiss", title: "FAISS" },
];

const { machine, asked, peers, shapes, results } = JSON.parse(readFileSync(at("results/24.json"), "utf8"));
const shown = SHOWN.filter(({ name }) => peers.some((peer) => peer.name === name));

/** A right answer's time; undefined where there is none. */
function seconds(set, measure, peer) {
  const found = results.find((one) => one.set === set && one.measure === measure && one.peer === peer);
  return found?.wrong.length === 0 ? found.seconds : undefined;
}

/** How many times as long as lloyd a peer takes. */
function times(set, measure, peer) {
  return seconds(set, measure, peer) / seconds(set, measure, "lloyd");
}

const duration = (s) => (s >= 1 ? `${s.toPrecision(2)} s` : `${Number((s * 1000).toPrecision(2))} ms`);
const factor = (value) => (value >= 0 ? `${value >= 9.95 ? value.toFixed(0) : value.toFixed(1)}×` : "–");
const thousands = (n) => n.toLocaleString("en");

function table() {
  const measured = shapes.filter(({ name }) => seconds(name, "iterations", "lloyd") !== undefined);
  const head = ["rows × columns, k", `lloyd, ${asked.iterations} iterations`, ...shown.map(({ title }) => title), "lloyd, default call", "scikit-learn"];
  const rows = measured.map(({ name, count, columns, k, like }) => [
    `${thousands(count)} × ${columns}, ${thousands(k)} (${like})`,
    duration(seconds(name, "iterations", "lloyd")),
    ...shown.map((peer) => factor(times(name, "iterations", peer.name))),
    seconds(name, "default", "lloyd") === undefined ? "–" : duration(seconds(name, "default", "lloyd")),
    factor(times(name, "default", "sklearn")),
  ]);
  return [head, head.map((_, i) => (i === 0 ? "---" : "--:")), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** Bars on a scale of powers of two: to the right of 1, lloyd is faster. */
function picture() {
  const native = shown.filter(({ name }) => name === "sklearn" || name === "faiss" || name === "js");
  const sets = shapes.filter(({ name }) => native.some((peer) => times(name, "iterations", peer.name) > 0));
  const [bar, gap, left, top, right] = [13, 12, 340, 92, 40];
  const block = native.length * (bar + 2) + gap;
  const [width, height] = [820, top + sets.length * block + 44];
  const [low, high] = [-1.2, Math.ceil(Math.log2(Math.max(...sets.flatMap(({ name }) => native.map((peer) => times(name, "iterations", peer.name) || 1)))))];
  const x = (value) => left + ((Math.log2(value) - low) / (high - low)) * (width - left - right);
  const ticks = Array.from({ length: high + 2 }, (_, i) => 2 ** (i - 1));
  const colours = { sklearn: "c0", faiss: "c1", js: "c2" };
  const bars = sets.flatMap(({ name }, i) =>
    native.flatMap((peer, j) => {
      const value = times(name, "iterations", peer.name);
      if (!(value > 0)) return [];
      const y = top + i * block + j * (bar + 2);
      const [from, to] = [Math.min(x(1), x(value)), Math.max(x(1), x(value))];
      return [
        `<rect class="${colours[peer.name]}" x="${from.toFixed(1)}" y="${y}" width="${(to - from).toFixed(1)}" height="${bar}"/>`,
        `<text x="${(to + 6).toFixed(1)}" y="${y + bar - 2}" class="small">${factor(value)}</text>`,
      ];
    }),
  );
  const labels = sets.map(({ count, columns, k, like }, i) => `<text x="${left - 12}" y="${top + i * block + (block - gap) / 2 + 4}" text-anchor="end">${like.replace(/^an? /, "")}: ${thousands(count)} × ${columns}, k = ${thousands(k)}</text>`);
  const keys = native.map((peer, j) => `<g transform="translate(${24 + j * 180} 56)"><rect class="${colours[peer.name]}" width="14" height="14"/><text x="20" y="12">${peer.title}</text></g>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">
<title id="title">How many times as long as lloyd others take</title>
<desc id="desc">Bars for each set of rows: ${sets.map(({ name, count, columns, k }) => `${count} × ${columns}, k = ${k}: ${native.map((peer) => `${peer.title} ${factor(times(name, "iterations", peer.name))}`).join(", ")}`).join("; ")}.</desc>
<style>
  svg { --page: #ffffff; --ink: #1f2328; --quiet: #59636e; --line: #d1d9e0; --c0: #0072b2; --c1: #d98200; --c2: #008a64; }
  @media (prefers-color-scheme: dark) { svg { --page: #0d1117; --ink: #f0f6fc; --quiet: #9198a1; --line: #3d444d; --c0: #56b4e9; --c1: #e69f00; --c2: #2bc299; } }
  text { font: 14px system-ui, -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; fill: var(--quiet); }
  .small { font-size: 12px; }
  .page { fill: var(--page); }
  .head { font-size: 17px; font-weight: 600; fill: var(--ink); }
  .axis { stroke: var(--line); }
  .one { stroke: var(--ink); stroke-width: 1.5; }
  .c0 { fill: var(--c0); } .c1 { fill: var(--c1); } .c2 { fill: var(--c2); }
</style>
<rect class="page" width="100%" height="100%" rx="8"/>
<text class="head" x="24" y="34">${asked.iterations} iterations: how many times as long as lloyd, one thread each</text>
${keys.join("\n")}
${ticks.map((tick) => `<path class="${tick === 1 ? "one" : "axis"}" d="M${x(tick).toFixed(1)} ${top - 8}V${height - 36}"/><text x="${x(tick).toFixed(1)}" y="${height - 16}" text-anchor="middle">${tick < 1 ? "½" : tick}×</text>`).join("\n")}
${labels.join("\n")}
${bars.join("\n")}
</svg>
`;
}

const versions = (name) => peers.find((peer) => peer.name === name)?.version.replace(/ \(.*/, "");
const known = [["ml-kmeans", "ml-kmeans"], ["sklearn", "scikit-learn"], ["faiss", "FAISS"]].filter(([name]) => versions(name)).map(([name, title]) => `${title} ${versions(name)}`);
const block = `<!-- made by bench/readme.mjs -->
One thread, Node ${machine.node}, ${machine.cpu}, ${machine.date}; ${known.join(", ")}. Medians of one run in which all took turns, every answer checked before its time was counted. "n×": how many times as long as lloyd.

${table()}

![Bars: how many times as long as lloyd scikit-learn, FAISS and plain JavaScript take for ${asked.iterations} iterations](docs/pictures/bench.svg)
<!-- end -->`;
const readme = readFileSync(at("../README.md"), "utf8");
const made = readme.replace(/<!-- made by bench\/readme\.mjs -->[^]*?<!-- end -->/, () => block);
if (!made.includes(block)) throw new Error("README.md has no place for the table: <!-- made by bench/readme.mjs --> … <!-- end -->");
writeFileSync(at("../README.md"), made);
writeFileSync(at("../docs/pictures/bench.svg"), picture());
