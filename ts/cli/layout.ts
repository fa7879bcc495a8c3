// Numbers and columns as text.

/** Powers of ten beyond which numbers are written with an exponent. */
const LEAST = -6;
const MOST = 15;

/** `value` with the decimals that give `scale` that many significant digits: a column of them looks alike. */
export function significant(value: number, digits: number, scale: number): string {
  if (scale === 0) return String(value);
  const power = powerOf(scale);
  if (power < LEAST || power > MOST) return value === 0 ? "0" : value.toExponential(digits - 1);
  return value.toFixed(Math.max(0, digits - 1 - power));
}

/** Coordinates of one column, fine enough to tell a thousandth of its span. */
export function coordinates(values: readonly number[], span: number): string[] {
  const power = powerOf(values.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  const decimals = 3 - (span > 0 ? powerOf(span) : power);
  const written =
    power < LEAST || power > MOST
      ? values.map((value) => value.toExponential(Math.min(15, Math.max(3, power + decimals))))
      : values.map((value) => value.toFixed(Math.min(15, Math.max(0, decimals))));
  return written.map((text) => text.replace(/^-(?=[0.]+$)/, ""));
}

/** Columns side by side, numbers to the right; from `left` on, texts to the left. */
export function aligned(columns: readonly (readonly string[])[], left = columns.length): string[] {
  const widths = columns.map((cells) => cells.reduce((most, cell) => Math.max(most, widthOf(cell)), 0));
  return columns[0].map((_, line) =>
    columns
      .map((cells, c) => {
        const space = " ".repeat(widths[c] - widthOf(cells[line]));
        return c < left ? space + cells[line] : cells[line] + space;
      })
      .join("  ")
      .trimEnd(),
  );
}

/** A bar of eighths of a character. */
export function bar(part: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, part)) * width * 8);
  return "█".repeat(eighths >> 3) + ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths & 7];
}

/** Characters a person counts. */
function widthOf(text: string): number {
  return [...text].length;
}

/** Of ten: 0 for 1 to 9.99. */
function powerOf(value: number): number {
  return value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
}
