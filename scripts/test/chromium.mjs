// A Chromium for the tests in browsers: one that the machine has; none is fetched.

import { find } from "../command.mjs";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/** Its program: the one that LLOYD_CHROMIUM names, else the first on PATH; undefined where there is none. */
export const chromium = process.env.LLOYD_CHROMIUM ?? names.map((name) => find(name)).find(Boolean);
