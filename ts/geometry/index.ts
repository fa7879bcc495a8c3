export { columnPlane, principalPlane, project } from "./plane.js";
export type { Plane, XY } from "./plane.js";
export { voronoi } from "./voronoi.js";
export type { Box, Polygon, Voronoi, VoronoiOptions } from "./voronoi.js";
export { hulls } from "./hulls.js";
export type { Hull } from "./hulls.js";
