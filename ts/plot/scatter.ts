import * as Plot from "@observablehq/plot";
import { columnPlane, principalPlane, project, voronoi, type Box, type Plane, type Polygon, type XY } from "../geometry/index.js";
import type { KMeansModel } from "../model.js";
import { parsePoints, type Points } from "../points.js";
import { LloydError } from "../errors.js";
import { colour, PAGE, picture, roomFor, type PictureOptions, type Spec } from "./theme.js";
import { raster } from "./raster.js";

export interface ScatterOptions extends PictureOptions {
  /** Where to look at the rows. Default: the columns of two-dimensional points, else their principal plane. */
  plane?: Plane;
  /** What each axis is, with its unit. Default: the names of the plane's axes, or of the columns. */
  names?: readonly [string, string];
  /** What is shown. Default: around rows and centroids. */
  box?: Box;
  /** Cells of the centroids. Default true. */
  cells?: boolean;
  /** Rows from which on dots become a raster. Default 20,000. */
  rasterFrom?: number;
}

/**
 * The rows by cluster, with the centroids and their Voronoi cells. Both axes have the same scale, so borders
 * stand at right angles between centroids.
 *
 * @param points the rows that the model was made from
 * @throws LloydError `bad-points`
 */
export function scatter(model: KMeansModel, points: Points, options: ScatterOptions = {}): Spec {
  const rows = parsePoints(points);
  if (rows.count !== model.labels.length) throw new LloydError("bad-points", `points have ${rows.count} rows; the model has labels of ${model.labels.length}`);
  const plane = options.plane ?? (rows.columns === 2 ? columnPlane(2, [0, 1], rows.names) : principalPlane(points));
  const places = project(points, plane);
  const { cells, centroids, box } = voronoi(model, { plane, points, box: options.box });
  const [left, bottom, right, top] = box;
  const { width = 640, rasterFrom = 20_000 } = options;
  const margin = { marginLeft: roomFor([bottom, top].map(Math.round)), marginRight: 24, marginBottom: 52, marginTop: 68 };
  // As high as equal scales make it, within reason.
  const across = width - margin.marginLeft - margin.marginRight;
  const height = options.height ?? Math.min(1.2 * width, Math.max(0.45 * width, across * ((top - bottom) / (right - left)) + margin.marginTop + margin.marginBottom));
  const even = fitted(box, across / (height - margin.marginTop - margin.marginBottom));
  const shown = (options.cells ?? true) ? cells.flatMap((cell, j) => (cell ? corners(cell, j) : [])) : [];
  const dots =
    rows.count >= rasterFrom
      ? raster(places, model.labels)
      : Plot.dot(places, { x: "0", y: "1", r: rows.count > 2000 ? 1.6 : 2.8, fill: (_: XY, i: number) => colour(model.labels[i]), fillOpacity: rows.count > 2000 ? 0.6 : 0.8, clip: true });
  return picture(
    {
      ...margin,
      x: { label: options.names?.[0] ?? plane.names[0], domain: [even[0], even[2]], ticks: 6 },
      y: { label: options.names?.[1] ?? plane.names[1], domain: [even[1], even[3]], ticks: 6 },
      marks: [
        Plot.line(shown, { x: "x", y: "y", z: "cell", fill: ({ cell }: Corner) => colour(cell), fillOpacity: 0.1, stroke: "currentColor", strokeOpacity: 0.45, curve: "linear-closed", clip: true }),
        dots,
        Plot.dot(centroids, { x: "0", y: "1", symbol: "diamond", r: 6.5, fill: PAGE, stroke: "currentColor", strokeWidth: 2, clip: true }),
        Plot.frame({ strokeOpacity: 0.25 }),
      ],
    },
    { ...options, width, height },
    { title: `${rows.count.toLocaleString("en")} rows in ${model.k} clusters`, subtitle: `◇ centroids${options.cells === false ? "" : ", with the part of the plane nearest to each"}` },
  );
}

interface Corner {
  readonly cell: number;
  readonly x: number;
  readonly y: number;
}

function corners(ring: Polygon, cell: number): Corner[] {
  return ring.map(([x, y]) => ({ cell, x, y }));
}

/** The box, made wider or higher until its sides have this ratio. */
function fitted([left, bottom, right, top]: Box, ratio: number): Box {
  const [width, height] = [right - left, top - bottom];
  const more = width / height < ratio ? [(height * ratio - width) / 2, 0] : [0, (width / ratio - height) / 2];
  return [left - more[0], bottom - more[1], right + more[0], top + more[1]];
}
