import type { Question } from "../questions.js";

/** Bytes from which one copy for all workers is less work than one for each. */
const LARGE = 16 * 2 ** 10;

const copies = new WeakMap<Float64Array, Float64Array>();

/**
 * The question with its centroids in shared memory, where there is such a thing (Node; pages that
 * are cross-origin isolated): one copy, and the next question's `previous` is there already.
 */
export function shared<Q extends Question>(question: Q): Q {
  if (typeof SharedArrayBuffer !== "function" || !("centroids" in question) || question.centroids.byteLength < LARGE) return question;
  const centroids = inShared(question.centroids);
  if (question.ask !== "assign" || !question.previous) return { ...question, centroids };
  return { ...question, centroids, previous: inShared(question.previous) };
}

function inShared(values: Float64Array): Float64Array {
  let copy = copies.get(values);
  if (!copy) {
    copy = new Float64Array(new SharedArrayBuffer(values.byteLength));
    copy.set(values);
    copies.set(values, copy);
  }
  return copy;
}
