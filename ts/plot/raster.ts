import type { RenderFunction } from "@observablehq/plot";
import type { XY } from "../geometry/index.js";
import { colour } from "./theme.js";

/** Pixels of a square of the raster. */
const SIZE = 2;
/** Steps from few rows to many. */
const LEVELS = 5;

/**
 * A layer of squares instead of dots, for so many rows that dots would hide each other: each square has the
 * colour of the cluster with most rows in it, and is the fuller the more they are. Stays sharp at any zoom and
 * takes the page's colours, unlike pixels.
 */
export function raster(places: readonly XY[], labels: ArrayLike<number>): RenderFunction {
  return (_index, { x, y }, _values, { width, height, marginLeft, marginRight, marginTop, marginBottom }, { document }) => {
    const [across, down] = [Math.ceil((width - marginLeft - marginRight) / SIZE), Math.ceil((height - marginTop - marginBottom) / SIZE)];
    const squares = counted(places, labels, across, (place) => Math.floor(((x!(place[0]) as number) - marginLeft) / SIZE), down, (place) => Math.floor(((y!(place[1]) as number) - marginTop) / SIZE));
    const most = squares.reduce((most, { rows }) => Math.max(most, rows), 1);
    const paths = new Map<string, { fill: string; opacity: number; d: string }>();
    for (const { at, rows, cluster } of squares) {
      const level = Math.min(LEVELS - 1, Math.floor((LEVELS * Math.log(rows + 1)) / Math.log(most + 2)));
      const key = `${cluster},${level}`;
      const path = paths.get(key) ?? { fill: colour(cluster), opacity: 0.3 + (0.65 * level) / (LEVELS - 1), d: "" };
      path.d += `M${marginLeft + (at % across) * SIZE} ${marginTop + Math.floor(at / across) * SIZE}h${SIZE}v${SIZE}h-${SIZE}z`;
      paths.set(key, path);
    }
    const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
    group.setAttribute("aria-label", "raster");
    group.setAttribute("shape-rendering", "crispEdges");
    for (const { fill, opacity, d } of paths.values()) {
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("fill", fill);
      path.setAttribute("fill-opacity", opacity.toFixed(2));
      path.setAttribute("d", d);
      group.appendChild(path);
    }
    return group as SVGElement;
  };
}

/** The squares that hold rows, with how many, and whose most of them are. */
function counted(places: readonly XY[], labels: ArrayLike<number>, across: number, column: (place: XY) => number, down: number, line: (place: XY) => number): { at: number; rows: number; cluster: number }[] {
  const squares = new Map<number, Map<number, number>>();
  places.forEach((place, i) => {
    const [c, l] = [column(place), line(place)];
    if (!(c >= 0 && c < across && l >= 0 && l < down)) return;
    const square = squares.get(l * across + c) ?? new Map<number, number>();
    square.set(labels[i], (square.get(labels[i]) ?? 0) + 1);
    squares.set(l * across + c, square);
  });
  return [...squares].map(([at, clusters]) => {
    const [cluster] = [...clusters].reduce((best, some) => (some[1] > best[1] ? some : best));
    return { at, cluster, rows: [...clusters.values()].reduce((a, b) => a + b, 0) };
  });
}
