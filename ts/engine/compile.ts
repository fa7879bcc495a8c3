import { places } from "../../build/wasm/fused.js";
import { LloydError, show } from "../errors.js";
import { fuse, hasFused } from "../fused.js";
import type { Source } from "./engine.js";

const CSP = "a Content-Security-Policy must allow script-src 'wasm-unsafe-eval', and the engine needs WebAssembly SIMD";

/**
 * Compiles the module at once. `otherwise`: what else the caller can do, for the message.
 *
 * @throws LloydError `wasm-unavailable`
 */
export function compile(bytes: Uint8Array<ArrayBuffer>, otherwise: string): WebAssembly.Module {
  if (typeof WebAssembly !== "object") {
    throw new LloydError("wasm-unavailable", `this engine has no WebAssembly (all engines since 2021 have it, with SIMD); ${otherwise}`);
  }
  try {
    return new WebAssembly.Module(hasFused() ? fuse(bytes, places) : bytes);
  } catch (cause) {
    throw new LloydError("wasm-unavailable", `WebAssembly could not be compiled here (${cause instanceof Error ? cause.message : cause}): ${CSP}; ${otherwise}`, { cause });
  }
}

/** The module from wherever it is. @throws LloydError `wasm-unavailable` */
export async function moduleFrom(source: Source): Promise<WebAssembly.Module> {
  if (typeof WebAssembly === "object" && source instanceof WebAssembly.Module) return source;
  const bytes = await bytesFrom(source);
  const [a, s, m] = bytes.subarray(1, 4);
  if (bytes[0] !== 0 || a !== 0x61 || s !== 0x73 || m !== 0x6d) {
    const start = new TextDecoder().decode(bytes.subarray(0, 16));
    throw new LloydError("wasm-unavailable", `what was loaded is not WebAssembly: it begins with ${show(start)}; expected the file lloyd.wasm of this package`);
  }
  return compile(bytes, "lloyd/js does without");
}

async function bytesFrom(source: unknown): Promise<Uint8Array<ArrayBuffer>> {
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (ArrayBuffer.isView(source)) return Uint8Array.from(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
  const response = typeof source === "string" || source instanceof URL ? await fetched(source) : source;
  if (typeof Response !== "function" || !(response instanceof Response)) {
    throw new LloydError("wasm-unavailable", `init was given ${show(source)}; expected bytes, a WebAssembly.Module, a Response or an address`);
  }
  if (!response.ok) throw new LloydError("wasm-unavailable", `${response.url || "the server"} answered ${response.status} ${response.statusText}; expected lloyd.wasm`);
  return new Uint8Array(await response.arrayBuffer());
}

async function fetched(address: URL | string): Promise<Response> {
  try {
    return await fetch(address);
  } catch (cause) {
    throw new LloydError("wasm-unavailable", `${address} could not be fetched (${cause instanceof Error ? cause.message : cause})`, { cause });
  }
}
