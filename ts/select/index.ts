export { chooseK, chooseKSteps, chooseKSync } from "./choose.js";
export type { Candidate, Choice } from "./choose.js";
export type { ChooseKOptions } from "./options.js";
export { elbow } from "./elbow.js";
export type { Elbow } from "./elbow.js";
export type { Box } from "./gap.js";
export type { Criterion, Vote } from "./votes.js";
