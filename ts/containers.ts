/**
 * Tables, tensors and images of other libraries, known by what they can do: none of the libraries
 * is imported. What a container holds comes out as rows, columns or flat numbers (points.ts).
 */
import { LloydError, plural, show } from "./errors.js";

/** A table or record batch of Apache Arrow (apache-arrow, flechette, DuckDB-Wasm): all columns numeric. */
export interface ArrowTable {
  readonly schema: { readonly fields: readonly { readonly name: string }[] };
  getChildAt(index: number): ArrowVector | null;
}

/** A vector or column of Apache Arrow: of numbers, one column of points; of lists, a point each. */
export interface ArrowVector {
  readonly type: { readonly typeId: number };
  readonly length: number;
  readonly nullCount: number;
  toArray(): unknown;
  get?(index: number): unknown;
  at?(index: number): unknown;
}

/** A table of Arquero: all columns numeric; filtered and ordered ones as they are seen. */
export interface ArqueroTable {
  columnNames(): string[];
  array(name: string): unknown;
}

/** The rows that a DuckDB query (`runAndReadAll` of @duckdb/node-api) has read: all columns numeric. */
export interface DuckDBReader {
  columnNames(): readonly string[];
  getColumns(): readonly unknown[];
}

/** A tensor of TensorFlow.js, of rank 2. */
export interface Tensor {
  readonly shape: readonly number[];
  dataSync(): unknown;
}

/** An ImageData: a point per pixel, of red, green, blue and alpha. */
export interface ImageLike {
  readonly data: Uint8ClampedArray<ArrayBufferLike>;
  readonly width: number;
  readonly height: number;
}

export type Container = ArrowTable | ArrowVector | ArqueroTable | DuckDBReader | Tensor | ImageLike;

/** What a container holds. */
export type Contents =
  | { readonly rows: readonly unknown[] }
  | { readonly names: readonly string[]; readonly columns: readonly unknown[] }
  | { readonly data: unknown; readonly shape: readonly number[] };

/**
 * Null for what is no container known here.
 *
 * @throws LloydError `not-a-number` for columns that are not numeric or have nulls
 */
export function contentsOf(points: object): Contents | null {
  const it = points as { [member: string]: unknown };
  const can = (...methods: string[]) => methods.every((method) => typeof it[method] === "function");
  if (can("getChildAt") && Array.isArray((it.schema as { fields?: unknown } | undefined)?.fields)) return ofTable(points as ArrowTable);
  if (can("toArray") && typeof (it.type as { typeId?: unknown } | undefined)?.typeId === "number") return ofVector(points as ArrowVector);
  if (can("columnNames", "getColumns")) return { names: [...(points as DuckDBReader).columnNames()], columns: (points as DuckDBReader).getColumns() };
  if (can("columnNames", "array")) {
    const names = (points as ArqueroTable).columnNames();
    return { names, columns: names.map((name) => (points as ArqueroTable).array(name)) };
  }
  if (can("dataSync") && Array.isArray(it.shape)) return { data: (points as Tensor).dataSync(), shape: (points as Tensor).shape };
  if (it.data instanceof Uint8ClampedArray && Number.isInteger(it.width) && Number.isInteger(it.height)) {
    return { data: it.data, shape: [(it.width as number) * (it.height as number), 4] };
  }
  return null;
}

function ofTable(table: ArrowTable): Contents {
  const names = table.schema.fields.map(({ name }) => name);
  return { names, columns: names.map((name, i) => numbersOf(table.getChildAt(i)!, `column ${show(name)}`)) };
}

/** Numbers of types in the Arrow format, and lists of a fixed or any length. */
const [INT, FLOAT, LIST, FIXED_SIZE_LIST] = [2, 3, 12, 16];
/** Precision of 16-bit floats, which lie in memory as integers. */
const HALF = 0;

function ofVector(vector: ArrowVector): Contents {
  const { typeId } = vector.type;
  if (typeId !== LIST && typeId !== FIXED_SIZE_LIST) return { data: numbersOf(vector, "the vector"), shape: [vector.length, 1] };
  refuseNulls(vector, "the vector");
  const rows = Array.from({ length: vector.length }, (_, i) => {
    const list = vector.get ? vector.get(i) : vector.at?.(i);
    return typeof (list as ArrowVector | null)?.toArray === "function" ? numbersOf(list as ArrowVector, `row ${i}`) : list;
  });
  return { rows };
}

function numbersOf(vector: ArrowVector, name: string): unknown {
  const type = vector.type as { typeId: number; precision?: number };
  if (type.typeId !== INT && type.typeId !== FLOAT) {
    throw new LloydError("not-a-number", `${name} holds ${String(vector.type)}; expected numbers (leave other columns out)`);
  }
  refuseNulls(vector, name);
  return type.typeId === FLOAT && type.precision === HALF ? Array.from(vector as unknown as Iterable<number>) : vector.toArray();
}

function refuseNulls({ nullCount }: ArrowVector, name: string): void {
  if (nullCount > 0) throw new LloydError("not-a-number", `${name} has ${plural(nullCount, "null")}; fill them in or leave their rows out first`);
}
