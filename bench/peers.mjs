// Who is measured, on what, and in which order they stand in the tables.

import { availableParallelism } from "node:os";
import { Peer } from "./peer.mjs";

const IN_JAVASCRIPT = ["lloyd", "js", "ml-kmeans", "skmeans", "druidjs", "kmeans-wasm"];

/** The peers of a run, each with what it says about itself; lloyd is always the first. */
export async function choosePeers({ names, python, allThreads }) {
  const starts = new Map(IN_JAVASCRIPT.map((name) => [name, () => Peer.node(name)]));
  for (const threads of python ? [1, ...(allThreads ? [availableParallelism()] : [])] : []) {
    for (const library of ["sklearn", "faiss"]) {
      const name = threads === 1 ? library : `${library}-${threads}`;
      starts.set(name, () => Peer.native(name, library, python, threads));
    }
  }
  const unknown = names?.filter((name) => !starts.has(name)) ?? [];
  if (unknown.length > 0) throw new Error(`--peers: unknown ${unknown.join(", ")}; expected some of ${[...starts.keys()].join(", ")}`);
  const chosen = [...starts.keys()].filter((name) => name === "lloyd" || !names || names.includes(name));
  return Promise.all(chosen.map(async (name) => ({ name, start: starts.get(name), ...(await hello(starts.get(name))) })));
}

async function hello(start) {
  const peer = start();
  try {
    return await peer.ask({ do: "hello" });
  } finally {
    peer.stop();
  }
}

/**
 * Whether a peer runs: for each measure that it can take part in at all, it names the sets on which
 * that ends soon; `full` asks for the others too.
 */
export function runs(peer, measure, set, full) {
  const soon = peer.sets[measure];
  return soon !== undefined && (full || soon.includes(set));
}

/** What could be measured and was not: lines for people. */
export function leftOut(peers, measures, sets, full) {
  return peers.flatMap((peer) =>
    measures.flatMap((measure) => {
      if (peer.sets[measure] === undefined) return [];
      const without = sets.filter((set) => !runs(peer, measure, set, full));
      return without.length > 0 ? [`${peer.title}, ${measure}: ${without.join(", ")}`] : [];
    }),
  );
}
