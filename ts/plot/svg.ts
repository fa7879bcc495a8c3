import * as Plot from "@observablehq/plot";
import { LloydError } from "../errors.js";
import type { Spec } from "./theme.js";

/**
 * A picture as the text of an SVG file. In browsers it is drawn by the page's document; in Node by that of the
 * package linkedom, an optional peer, or by the one given.
 *
 * @param document any DOM document
 * @throws LloydError `bad-option` where there is no document and linkedom is not installed
 */
export async function toSVG(spec: Spec, { document }: { document?: Document } = {}): Promise<string> {
  const drawn = Plot.plot({ ...spec, document: document ?? globalThis.document ?? (await documentOfNode()) });
  const svg = drawn.tagName.toLowerCase() === "svg" ? drawn : drawn.querySelector("svg")!;
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.setAttribute("role", "img");
  // Hundredths of a pixel are enough.
  return `${ownIds(svg.outerHTML.replace(/(\d\.\d\d)\d+/g, "$1"))}\n`;
}

/** Plot counts its ids; here they come from the picture: the same each time, and apart from another picture's on one page. */
function ownIds(svg: string): string {
  let hash = 0x811c9dc5;
  const bare = svg.replace(/plot-clip-\d+/g, "");
  for (let i = 0; i < bare.length; i++) hash = Math.imul(hash ^ bare.charCodeAt(i), 0x01000193);
  const ids = new Map<string, string>();
  return svg.replace(/plot-clip-\d+/g, (id) => {
    if (!ids.has(id)) ids.set(id, `lloyd-${(hash >>> 0).toString(36)}-${ids.size + 1}`);
    return ids.get(id)!;
  });
}

async function documentOfNode(): Promise<Document> {
  try {
    const { parseHTML } = await import("linkedom");
    return parseHTML("<!doctype html><html><body></body></html>").document as unknown as Document;
  } catch (cause) {
    throw new LloydError("bad-option", "there is no document to draw in; install linkedom, or pass one: toSVG(spec, { document })", { cause });
  }
}
