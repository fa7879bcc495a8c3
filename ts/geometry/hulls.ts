import { Delaunay } from "d3-delaunay";
import { parseLabels, type Labels } from "../metrics/labels.js";
import { parsePoints, type Points } from "../points.js";
import { columnPlane, principalPlane, project, type Plane, type XY } from "./plane.js";
import { anticlockwise, type Polygon } from "./voronoi.js";

export interface Hull {
  readonly label: number | string;
  /** The smallest convex ring around the cluster's rows; two corners where they lie on a line, one where they coincide. */
  readonly polygon: Polygon;
}

/**
 * The convex hull of each cluster in a plane, by ascending label.
 *
 * @param labels one per row, or a model
 * @param plane default: the two columns of two-dimensional points, else their principal plane
 * @throws LloydError `bad-points`, `bad-labels`
 */
export function hulls(points: Points, labels: Labels | { readonly labels: Labels }, plane?: Plane): Hull[] {
  const rows = parsePoints(points);
  const places = project(points, plane ?? (rows.columns === 2 ? columnPlane(2) : principalPlane(points)));
  const { codes, names } = parseLabels("labels" in labels ? labels.labels : labels, rows.count);
  return names.map((label, j) => ({ label, polygon: hullOf(places.filter((_, i) => codes[i] === j)) }));
}

function hullOf(places: readonly XY[]): Polygon {
  const origin = places[0];
  const size = places.reduce((most, [x, y]) => Math.max(most, Math.abs(x - origin[0]), Math.abs(y - origin[1])), 0);
  if (size === 0) return [origin];
  const triangulation = Delaunay.from(places.map(([x, y]): XY => [(x - origin[0]) / size, (y - origin[1]) / size]));
  // Without triangles all lie on a line: its ends are the first and the last along it.
  if (triangulation.triangles.length === 0) {
    const along = [...places].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    return [along[0], along[along.length - 1]];
  }
  const ring = Array.from(triangulation.hull, (i) => places[i]);
  return anticlockwise([...ring, ring[0]]);
}
