// Browsers for the tests: those that the machine has; none is fetched.

import { find } from "../command.mjs";

const first = (...names) => names.map((name) => find(name)).find(Boolean);

/** Programs: the ones that LLOYD_CHROMIUM and LLOYD_FIREFOX name, else the first on PATH; undefined where there is none. */
export const chromium = process.env.LLOYD_CHROMIUM ?? first("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
export const firefox = process.env.LLOYD_FIREFOX ?? first("firefox", "firefox-esr");

/** What names them to the tests. */
export const browserEnv = { ...(chromium ? { LLOYD_CHROMIUM: chromium } : {}), ...(firefox ? { LLOYD_FIREFOX: firefox } : {}) };
