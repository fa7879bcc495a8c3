export { scatter } from "./scatter.js";
export type { ScatterOptions } from "./scatter.js";
export { convergence, profiles, sizes } from "./fits.js";
export type { ProfileOptions } from "./fits.js";
export { criteria, elbow, gap, silhouettes } from "./choices.js";
export { toSVG } from "./svg.js";
export type { PictureOptions, Spec } from "./theme.js";
