/**
 * `lloyd/engine-js`: the crate as plain JavaScript, for `init({ fallback: () => import("lloyd/engine-js") })`.
 *
 * @module lloyd/engine-js
 */
import { instantiate as make } from "../../build/js/instantiate.js";

/** @internal */
export const instantiate: () => unknown = make;
