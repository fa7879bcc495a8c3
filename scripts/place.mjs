// Where things are. Everything that set-up makes lies in node_modules/ or .toolchain/, what build makes in build/ and dist/.

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const toolchain = join(root, ".toolchain");
export const inRoot = (...parts) => join(root, ...parts);
export const inToolchain = (...parts) => join(toolchain, ...parts);

/** The script behind a command that npm installed, to be run with whichever Node is wanted. */
export const npmCommand = {
  tsc: inRoot("node_modules/typescript/bin/tsc"),
  tsup: inRoot("node_modules/tsup/dist/cli-default.js"),
  vitest: inRoot("node_modules/vitest/vitest.mjs"),
  wasmOpt: inRoot("node_modules/binaryen/bin/wasm-opt"),
  wasmDis: inRoot("node_modules/binaryen/bin/wasm-dis"),
  wasmAs: inRoot("node_modules/binaryen/bin/wasm-as"),
};

/** The target triple of everything that is compiled to WebAssembly. */
export const wasmTarget = "wasm32-unknown-unknown";
