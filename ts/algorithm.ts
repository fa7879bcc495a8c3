/** How rows find their centroids; never what they find. In the order of their numbers in wasm. */
export const ALGORITHMS = ["auto", "lloyd", "hamerly", "elkan", "yinyang", "projected", "filtering"] as const;
export type Algorithm = (typeof ALGORITHMS)[number];
