// `npm test`: everything that is promised, checked; what is not in here does not count as checked.
//   npm test -- errors    only the TypeScript tests, and of those only the files whose name has "errors" in it

import { build } from "./build.mjs";
import { pathWith, run } from "./command.mjs";
import { npmCommand } from "./place.mjs";
import { asCommand } from "./say.mjs";
import { setup } from "./setup.mjs";
import { browserEnv, chromium } from "./test/browsers.mjs";
import { testCrates } from "./test/crates.mjs";
import { folderOf, majors, nodeOf } from "./test/nodes.mjs";
import { Skip, step, summary } from "./test/report.mjs";

await asCommand(import.meta, async (filter) => {
  const toolchain = await setup();
  if (filter.length > 0) return only(toolchain, filter);

  const built = await step("Package", () => build(toolchain));
  await step("tsc", () => run(process.execPath, [npmCommand.tsc, "--noEmit"]));
  await testCrates(toolchain);
  for (const major of majors)
    await step(`vitest, Node ${major}`, () => {
      if (!built) throw new Skip("the package was not built");
      return vitest(major);
    });
  await step("vitest, Node 22, workers", async () => {
    if (!built) throw new Skip("the package was not built");
    return vitest(22, ["test/pool", "test/worker", "test/process"]);
  });
  await step("vitest, Chromium", async () => {
    if (!built) throw new Skip("the package was not built");
    if (!chromium) throw new Skip("no Chromium on this machine (on Debian: apt-get install chromium); LLOYD_CHROMIUM may name one");
    return vitest(majors[0], ["--config", "vitest.browser.config.ts"]);
  });
  if (!summary()) process.exitCode = 1;
});

async function only(toolchain, filter) {
  await build(toolchain);
  await vitest(majors[0], filter);
}

async function vitest(major, args = []) {
  const node = await nodeOf(major);
  const env = { PATH: pathWith(...folderOf(node)), ...browserEnv };
  await run(node, [npmCommand.vitest, "run", ...args], { env, stdio: "inherit" });
}
