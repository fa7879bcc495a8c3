// The words behind a command, by name. Read without parseArgs' own strictness, whose messages span lines.

import { parseArgs, type ParseArgsConfig } from "node:util";
import { nearest } from "../nearest.js";

/** Something a person can mend: printed as one line, without a stack. */
export class Mistake extends Error {}

/** What a command takes: a name each, with a value or without. */
export type Takes = NonNullable<ParseArgsConfig["options"]>;

export interface Arguments {
  readonly files: readonly string[];
  readonly values: ReadonlyMap<string, string>;
  /** Every value of --columns, in order. */
  readonly columns: readonly string[];
}

/** @throws Mistake */
export function argumentsOf(args: string[], takes: Takes, command: string): Arguments {
  const files: string[] = [];
  const columns: string[] = [];
  const values = new Map<string, string>();
  for (const token of parseArgs({ args, options: takes, strict: false, allowPositionals: true, tokens: true }).tokens) {
    if (token.kind === "positional") files.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    if (!Object.hasOwn(takes, name)) {
      const meant = nearest(name, Object.keys(takes));
      throw new Mistake(`unknown option ${rawName}; ${meant ? `did you mean ${meant.length === 1 ? `-${meant}` : `--${meant}`}?` : `lloyd ${command} --help lists them`}`);
    }
    const takesValue = takes[name].type === "string";
    if (takesValue && (!value || (!inlineValue && /^-[a-z-]/i.test(value)))) throw new Mistake(`${rawName} needs a value`);
    if (!takesValue && value !== undefined) throw new Mistake(`${rawName} takes no value; got ${JSON.stringify(value)}`);
    if (name === "columns") columns.push(value!);
    values.set(name, value ?? "");
  }
  return { files, values, columns };
}

/** The one file. */
export function fileOf({ files }: Arguments, usage: string): string {
  const [file, second] = files;
  if (file === undefined) throw new Mistake(`which file? lloyd ${usage}; "-" is standard input`);
  if (second !== undefined) throw new Mistake(`one file at a time; got ${files.map((f) => JSON.stringify(f)).join(" and ")}`);
  return file;
}

/** Whether the first line holds names; undefined where the file shall tell. */
export function headerOf({ values }: Arguments): boolean | undefined {
  if (values.has("header") && values.has("no-header")) throw new Mistake("--header and --no-header contradict each other");
  return values.has("header") ? true : values.has("no-header") ? false : undefined;
}

/** A number as given; whether it lies in range is the library's to say. */
export function numberOf({ values }: Arguments, name: string, shown = `--${name}`): number | undefined {
  const value = values.get(name);
  if (value === undefined) return undefined;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) throw new Mistake(`${shown} is ${JSON.stringify(value)}; expected a number`);
  return Number(value);
}

/** One of some words. */
export function oneOf<T extends string>({ values }: Arguments, name: string, known: readonly T[]): T | undefined {
  const given = values.get(name);
  if (given === undefined) return undefined;
  const found = known.find((word) => word === given);
  if (found) return found;
  const meant = nearest(given, known);
  throw new Mistake(`--${name} is ${JSON.stringify(given)}; ${meant ? `did you mean ${meant}?` : `expected one of ${known.join(", ")}`}`);
}
