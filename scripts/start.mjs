// `npm start`: set-up, build, then the command line on a bundled data set, or on what stands after `--`:
//   npm start -- points.csv -k 8

import { relative } from "node:path";
import { build } from "./build.mjs";
import { exitCode } from "./command.mjs";
import { inRoot } from "./place.mjs";
import { asCommand, heading } from "./say.mjs";
import { setup } from "./setup.mjs";

await asCommand(import.meta, async (args) => {
  const cwd = process.env.INIT_CWD ?? process.cwd(); // npm changes folder; file names are meant from where it was called
  const given = args.length > 0 ? args : [relative(cwd, inRoot("examples/iris.csv")), "-k", "3", "--seed", "1"];
  await build(await setup());
  heading(`lloyd cluster ${given.join(" ")}`);
  process.exitCode = await exitCode(process.execPath, [inRoot("dist/cli.js"), "cluster", ...given], { cwd, stdio: "inherit" });
});
