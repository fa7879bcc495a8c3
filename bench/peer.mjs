// The parent's side of a peer's process.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const childScript = fileURLToPath(new URL("child.mjs", import.meta.url));
const nativeScript = fileURLToPath(new URL("native.py", import.meta.url));

export class Peer {
  #child;
  #lines;

  constructor(name, program, args, env) {
    this.name = name;
    this.#child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...env } });
    this.#child.on("error", () => {}); // one that never started, or is gone, is noticed where its answer is missing
    this.#child.stdin.on("error", () => {});
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** One of peers/, in this Node. The heap has room for set D as rows of plain arrays, twice. */
  static node(name) {
    return new Peer(name, process.execPath, ["--expose-gc", "--max-old-space-size=6144", childScript, name]);
  }

  /** scikit-learn or FAISS; every pool of threads that they may bring is told how many to have. */
  static native(name, library, python, threads) {
    const env = { OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads, MKL_NUM_THREADS: threads };
    return new Peer(name, python, [nativeScript, library, String(threads)], env);
  }

  async ask(task) {
    this.#child.stdin.write(`${JSON.stringify(task)}\n`);
    const { value, done } = await this.#lines.next();
    const reply = done ? { error: "its process ended" } : JSON.parse(value);
    if (reply.error) throw new Error(`${this.name}, asked to ${task.do}: ${reply.error}`);
    return reply;
  }

  stop() {
    this.#child.kill();
  }
}
