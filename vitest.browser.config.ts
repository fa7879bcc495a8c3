// The tests of workers, in a Chromium: `npm test` names it in LLOYD_CHROMIUM.
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { wasmAsBytes } from "./vitest.config.js";

export default defineConfig({
  plugins: [wasmAsBytes],
  test: {
    include: ["test/pool.test.ts", "test/worker.test.ts", "test/steps.test.ts", "test/laws.test.ts"],
    testTimeout: 120_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: { executablePath: process.env.LLOYD_CHROMIUM, args: ["--no-sandbox"] } }),
      instances: [{ browser: "chromium" }],
    },
  },
});
