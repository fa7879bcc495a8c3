// The shape that most libraries of JavaScript want: an array of rows, each an array of numbers.

export function rowsOf({ data, columns }) {
  return Array.from({ length: data.length / columns }, (_, i) => Array.from(data.subarray(i * columns, (i + 1) * columns)));
}
