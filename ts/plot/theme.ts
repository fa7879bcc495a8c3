import * as Plot from "@observablehq/plot";

/** What `Plot.plot` of Observable Plot takes. */
export type Spec = Plot.PlotOptions;

export interface PictureOptions {
  /** Pixels. Defaults differ by picture. */
  width?: number;
  height?: number;
  /** Above the picture; each picture has one of its own. */
  title?: string;
  subtitle?: string;
}

/**
 * Okabe and Ito's colours (2008), which people with any kind of colour vision tell apart, each a little darker
 * on white and lighter on black. In the order in which clusters take them; more clusters begin again.
 */
const COLOURS = [
  ["#0072b2", "#56b4e9"],
  ["#c86a00", "#f0a030"],
  ["#00805c", "#2bc299"],
  ["#b0447f", "#e692c0"],
  ["#6a5d00", "#e4d84a"],
  ["#3f3f9e", "#a3a5ff"],
  ["#a33000", "#ff8a5c"],
  ["#4d6470", "#a9c0cc"],
] as const;

/** The colour of a cluster. */
export function colour(cluster: number): string {
  return `var(--lloyd-${cluster % COLOURS.length})`;
}

const scheme = (which: 0 | 1) =>
  `color: ${["#1f2328", "#f0f6fc"][which]}; --plot-background: ${["#ffffff", "#0d1117"][which]}; --lloyd-quiet: ${["#59636e", "#9198a1"][which]}; ` +
  COLOURS.map((pair, i) => `--lloyd-${i}: ${pair[which]};`).join(" ");

/** Colours for light pages and for dark ones; `:where` lets a page's own rules win. */
export const STYLE = `:where(.lloyd-plot) { ${scheme(0)} background: var(--plot-background); } @media (prefers-color-scheme: dark) { :where(.lloyd-plot) { ${scheme(1)} } }`;

export const QUIET = "var(--lloyd-quiet)";
export const PAGE = "var(--plot-background)";

/** A picture with its title inside, so that one SVG holds all of it. */
export function picture(spec: Spec, { width = 640, height = 400, title, subtitle }: PictureOptions, own: { title: string; subtitle?: string }): Spec {
  const [head, under] = [title ?? own.title, subtitle ?? own.subtitle];
  const { marginLeft = 64, marks = [], x, y } = spec;
  const at = { frameAnchor: "top-left", textAnchor: "start", lineAnchor: "bottom", dx: 16 - marginLeft, facet: "super" } as const;
  return {
    width,
    height,
    marginRight: 24,
    marginBottom: 52,
    marginTop: under ? 68 : 48,
    className: "lloyd-plot",
    style: { fontSize: "12px", fontFamily: "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" },
    ariaLabel: head,
    ariaDescription: under,
    ...spec,
    marginLeft,
    x: { labelAnchor: "center", labelArrow: "none", labelOffset: 40, ...x },
    y: { labelAnchor: "center", labelArrow: "none", labelOffset: marginLeft - 10, ...y },
    marks: [
      ...marks,
      Plot.text([head], { ...at, dy: under ? -36 : -16, fontSize: 16, fontWeight: 600 }),
      ...(under ? [Plot.text([under], { ...at, dy: -14, fill: QUIET })] : []),
      styles,
    ],
  };
}

/** The colours, in the picture itself. */
const styles: Plot.RenderFunction = (_index, _scales, _values, _dimensions, { document }) => {
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  style.textContent = STYLE;
  return style as SVGElement;
};

/** A number for people: 4 digits, thousands apart. */
export function shown(value: number): string {
  if (value !== 0 && (Math.abs(value) >= 1e7 || Math.abs(value) < 1e-3)) return value.toExponential(2);
  return Number(value.toPrecision(4)).toLocaleString("en", { maximumFractionDigits: 6 });
}

/** Room for numbers at the left of an axis, and for its label. */
export function roomFor(values: readonly number[]): number {
  return 44 + 7 * values.reduce((most, value) => Math.max(most, shown(value).length), 1);
}

/** Round numbers along a logarithmic axis, far enough apart to be read. */
export function decades(low: number, high: number): number[] {
  const powers = Array.from({ length: Math.ceil(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 }, (_, i) => Math.floor(Math.log10(low)) + i);
  const [all, some, few] = [[1, 2, 3, 5], [1, 3], [1]].map((steps) => powers.flatMap((power) => steps.map((step) => step * 10 ** power)).filter((v) => v >= low && v <= high));
  return all.length <= 8 ? all : some.length <= 8 ? some : few.filter((_, i) => i % Math.ceil(few.length / 8) === 0);
}
