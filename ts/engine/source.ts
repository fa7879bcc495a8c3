import { LloydError, show } from "../errors.js";
import { compile } from "./compile.js";

/** Where a WebAssembly module can be had: its bytes, itself, or an address to fetch it from. */
export type Source = BufferSource | WebAssembly.Module | Response | URL | string;

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
