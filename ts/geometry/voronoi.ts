import { Delaunay } from "d3-delaunay";
import { LloydError, show } from "../errors.js";
import { columnPlane, principalPlane, project, type Plane, type XY } from "./plane.js";
import type { Points } from "../points.js";

/** Left, bottom, right and top. */
export type Box = readonly [number, number, number, number];

/** A convex ring of corners, anticlockwise with y upwards, the first one again at the end, as in GeoJSON. */
export type Polygon = XY[];

export interface VoronoiOptions {
  /** Where to look at the centroids. Default: the two columns of a two-dimensional model, else the principal plane of the centroids. */
  plane?: Plane;
  /** What the cells are cut off by. Default: around the centroids and `points`, with a margin of a tenth. */
  box?: Box;
  /** Rows that the default box is to hold too. */
  points?: Points;
  /**
   * Of models with more than two columns: `"projection"` (default), the parts of the plane nearest to each
   * centroid as it is seen there; or `"section"`, the parts of space nearest to each centroid, where the plane
   * cuts them: a point on the plane is in the cell that `predict` says.
   */
  cells?: "projection" | "section";
}

export interface Voronoi {
  /** The part of the box that belongs to each centroid; null where that is nothing. */
  readonly cells: readonly (Polygon | null)[];
  /** Where each centroid lies in the plane. */
  readonly centroids: readonly XY[];
  readonly box: Box;
  readonly plane: Plane;
  /** The cell that a place of the plane is in, the lowest on ties. */
  readonly find: (place: XY) => number;
}

/**
 * The Voronoi cells of a model's centroids in a plane, clipped to a box. For a model of two columns they are
 * its clusters' regions: a point is in the cell that `predict` says (but for points that rounding puts on a
 * border).
 *
 * @param model a model, or what else has centroids: k rows of d
 * @throws LloydError `bad-points`, `bad-option`
 */
export function voronoi(model: { readonly centroids: readonly (readonly number[])[] }, options: VoronoiOptions = {}): Voronoi {
  const { cells = "projection", points } = options;
  if (cells !== "projection" && cells !== "section") throw new LloydError("bad-option", `cells is ${show(cells)}; expected "projection" or "section"`);
  const columns = model.centroids[0].length;
  const plane = options.plane ?? (columns === 2 ? columnPlane(2) : principalPlane(model.centroids));
  const centroids = project(model.centroids, plane);
  const box = options.box ? checked(options.box) : around([...centroids, ...(points ? project(points, plane) : [])]);
  const heights = cells === "section" ? model.centroids.map((c, j) => squaredOff(c, centroids[j], plane)) : centroids.map(() => 0);
  const own = distinct(centroids, heights, box);
  const find = ([x, y]: XY) => {
    const away = (j: number) => (x - centroids[j][0]) ** 2 + (y - centroids[j][1]) ** 2 + heights[j];
    return own.reduce((best, j) => (away(j) < away(best) ? j : best), own[0]);
  };
  const places = own.map((j) => centroids[j]);
  const flat = heights.every((height) => height === heights[0]);
  const made = flat ? byDelaunay(places, box) : byBisectors(places, own.map((j) => heights[j]), box);
  const found: (Polygon | null)[] = centroids.map(() => null);
  own.forEach((j, at) => (found[j] = made[at]));
  return { cells: found, centroids, box, plane, find };
}

/** Parts of the box's size that count as no distance: by so much means and 32-bit rows may differ. */
const TOUCHING = 1e-7;

/** Of centroids that coincide only the first. */
function distinct(centroids: readonly XY[], heights: readonly number[], [left, bottom, right, top]: Box): number[] {
  const touching = TOUCHING * Math.max(right - left, top - bottom);
  const own: number[] = [];
  centroids.forEach(([x, y], j) => {
    const same = (o: number) => Math.hypot(x - centroids[o][0], y - centroids[o][1]) < touching && Math.abs(Math.sqrt(heights[j]) - Math.sqrt(heights[o])) < touching;
    if (!own.some(same)) own.push(j);
  });
  return own;
}

/** The squared distance of a centroid to the plane. */
function squaredOff(c: readonly number[], [x, y]: XY, { origin, axes }: Plane): number {
  return c.reduce((sum, v, j) => sum + (v - origin[j] - x * axes[0][j] - y * axes[1][j]) ** 2, 0);
}

/** The dual of the Delaunay triangulation, in units in which the box is about 1 wide and at 0. */
function byDelaunay(centroids: readonly XY[], [left, bottom, right, top]: Box): (Polygon | null)[] {
  const size = Math.max(right - left, top - bottom);
  const [x, y] = [(left + right) / 2, (bottom + top) / 2];
  const places = centroids.map(([cx, cy]): XY => [(cx - x) / size, (cy - y) / size]);
  const reach: [number, number, number, number] = [(left - x) / size, (bottom - y) / size, (right - x) / size, (top - y) / size];
  // On one line there are no triangles; bisectors do as well.
  const diagram = onLine(places) ? null : Delaunay.from(places).voronoi(reach);
  const cells = diagram ? places.map((_, j) => (diagram.cellPolygon(j) as XY[] | null) ?? null) : byBisectors(places, places.map(() => 0), reach);
  return cells.map((cell) => cell && anticlockwise(cell).map(([px, py]): XY => [px * size + x, py * size + y]));
}

function onLine(places: readonly XY[]): boolean {
  if (places.length < 3) return true;
  const [ax, ay] = places[0];
  const [bx, by] = places.reduce((far, place) => (Math.hypot(place[0] - ax, place[1] - ay) > Math.hypot(far[0] - ax, far[1] - ay) ? place : far));
  const length = Math.hypot(bx - ax, by - ay);
  return places.every(([px, py]) => Math.abs((bx - ax) * (py - ay) - (by - ay) * (px - ax)) <= 1e-9 * length * length);
}

/** The box, cut for each centroid by one half-plane per other: ‖p - c‖² + h is linear in p but for ‖p‖². */
function byBisectors(centroids: readonly XY[], heights: readonly number[], [left, bottom, right, top]: Box): (Polygon | null)[] {
  return centroids.map(([cx, cy], j) => {
    let corners: XY[] = [[left, bottom], [right, bottom], [right, top], [left, top]];
    centroids.forEach(([ox, oy], other) => {
      if (other === j) return;
      const spare = ([x, y]: XY) => (x - ox) ** 2 + (y - oy) ** 2 + heights[other] - (x - cx) ** 2 - (y - cy) ** 2 - heights[j];
      corners = corners.flatMap((to, i) => {
        const from = corners.at(i - 1)!;
        const [a, b] = [spare(from), spare(to)];
        const crossing: XY[] = a * b < 0 ? [[from[0] + (a / (a - b)) * (to[0] - from[0]), from[1] + (a / (a - b)) * (to[1] - from[1])]] : [];
        return b >= 0 ? [...crossing, to] : crossing;
      });
    });
    return corners.length > 2 ? [...corners, corners[0]] : null;
  });
}

/** A ring in the order in which its area is positive. */
export function anticlockwise(ring: XY[]): XY[] {
  const [ox, oy] = ring[0];
  const area = ring.reduce((sum, [x, y], i) => (i === 0 ? 0 : sum + (ring[i - 1][0] - ox) * (y - oy) - (x - ox) * (ring[i - 1][1] - oy)), 0);
  return area < 0 ? [...ring].reverse() : ring;
}

function checked(box: Box): Box {
  const ok = Array.isArray(box) && box.length === 4 && box.every(Number.isFinite) && box[0] < box[2] && box[1] < box[3];
  if (!ok) throw new LloydError("bad-option", `box is ${Array.isArray(box) ? `[${box.join(", ")}]` : show(box)}; expected [left, bottom, right, top], each side of some length`);
  return box;
}

/** A box around places, with a margin of a tenth; 1 wide where they do not spread. */
export function around(places: readonly XY[]): Box {
  const [xs, ys] = [0, 1].map((axis) => {
    let [low, high] = [Infinity, -Infinity];
    for (const place of places) [low, high] = [Math.min(low, place[axis]), Math.max(high, place[axis])];
    return [low, high];
  });
  const widest = Math.max(xs[1] - xs[0], ys[1] - ys[0]);
  const [left, right] = widened(xs, widest);
  const [bottom, top] = widened(ys, widest);
  return [left, bottom, right, top];
}

function widened([low, high]: number[], widest: number): [number, number] {
  const margin = high > low ? (high - low) / 10 : widest > 0 ? widest / 4 : Math.max(0.5, Math.abs(low) * 1e-6);
  return [low - margin, high + margin];
}
