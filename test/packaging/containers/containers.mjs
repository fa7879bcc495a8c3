// Points out of the containers of other libraries, and labels back into them.

import assert from "node:assert/strict";
import { DuckDBInstance } from "@duckdb/node-api";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import * as flechette from "@uwdata/flechette";
import * as arrow from "apache-arrow";
import * as aq from "arquero";
import { kmeansSync } from "lloyd";

const n = 300;
const x = Float64Array.from({ length: n }, (_, i) => (i % 3) * 10 + Math.sin(i));
const y = Float64Array.from({ length: n }, (_, i) => (i % 3) * -7 + Math.cos(3 * i));
const options = { k: 3, seed: 1 };
const expected = kmeansSync({ x, y }, options);

const short = { x: Float32Array.from(x), y: Float32Array.from(y) };
const expectedShort = kmeansSync(short, options);

function same(name, points, wanted = expected) {
  const { labels, centroids } = kmeansSync(points, options);
  assert.deepEqual(labels, wanted.labels, name);
  assert.deepEqual(centroids, wanted.centroids, name);
  assert.deepEqual(wanted.predict(points), wanted.labels, name);
  return labels;
}
const refuses = (points, message) => assert.throws(() => kmeansSync(points, options), message);

// Apache Arrow: tables, also of several batches and read from bytes; batches; vectors; half floats; lists.
{
  const table = arrow.makeTable({ x, y });
  const labels = same("arrow table", table);
  same("arrow table of 32 bits", arrow.makeTable(short), expectedShort);
  const halves = table.slice(0, 100).concat(table.slice(100));
  assert.equal(halves.batches.length, 2);
  same("arrow table of two batches", halves);
  same("arrow table from bytes", arrow.tableFromIPC(arrow.tableToIPC(table)));
  same("arrow batch", table.batches[0]);
  const one = kmeansSync(table.getChild("x"), options);
  assert.deepEqual(one.labels, kmeansSync({ data: x, columns: 1 }, options).labels);
  const lists = arrow.vectorFromArray(Array.from(x, (v, i) => [v, y[i]]), new arrow.FixedSizeList(2, new arrow.Field("item", new arrow.Float64())));
  same("arrow lists of fixed size", lists);
  same("arrow lists", arrow.vectorFromArray(Array.from(x, (v, i) => [v, y[i]]), new arrow.List(new arrow.Field("item", new arrow.Float64()))));
  const half = arrow.vectorFromArray([0, 0.5, 100, 101], new arrow.Float16());
  assert.deepEqual(kmeansSync(half, { k: 2, init: [[0], [100]] }).centroids, [[0.25], [100.5]]);
  refuses(arrow.tableFromArrays({ x, name: Array.from(x, String) }), /column "name" holds .*; expected numbers \(leave other columns out\)/);
  refuses(new arrow.Table({ x: arrow.vectorFromArray([1, null, 3], new arrow.Float64()) }), /column "x" has 1 null; fill them in/);
  refuses(new arrow.Table({ x: arrow.vectorFromArray([1n, 2n, 3n], new arrow.Int64()) }), /column "x" is a BigInt64Array of 3; expected an array of numbers/);
  refuses(new arrow.Table({ x: arrow.vectorFromArray([new Date(), new Date(), new Date()]) }), /column "x" holds .*; expected numbers/);
  const back = table.assign(arrow.makeTable({ cluster: labels }));
  assert.equal(back.get(5).cluster, labels[5]);
}

// flechette: what Arquero and Mosaic read Arrow with.
{
  const table = flechette.tableFromArrays({ x, y });
  const labels = same("flechette table", table);
  same("flechette table from bytes", flechette.tableFromIPC(arrow.tableToIPC(arrow.makeTable({ x, y }))));
  assert.equal(flechette.tableFromArrays({ cluster: labels }).getChild("cluster").at(7), labels[7]);
  refuses(flechette.tableFromArrays({ x: [1, null, 2] }), /column "x" has 1 null/);
}

// Arquero: as the table is seen, filtered and ordered.
{
  const table = aq.table({ x, y });
  const labels = same("arquero table", table);
  const some = table.derive({ row: () => aq.op.row_number() }).filter((d) => d.row > 100).orderby(aq.desc("row")).select("x", "y");
  const { labels: few } = kmeansSync(some, options);
  assert.deepEqual(few, kmeansSync({ x: x.slice(100).reverse(), y: y.slice(100).reverse() }, options).labels);
  const back = table.assign(aq.table({ cluster: labels }));
  assert.equal(back.get("cluster", 9), labels[9]);
  refuses(aq.table({ x: [1, null, 3] }), /row 1, column 0 is null/);
}

// DuckDB: what a query gave, and a table of labels.
{
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run("create table points (id integer, x double, y double)");
  const appender = await connection.createAppender("points");
  for (let i = 0; i < n; i++) {
    appender.appendInteger(i);
    appender.appendDouble(x[i]);
    appender.appendDouble(y[i]);
    appender.endRow();
  }
  appender.closeSync();
  const labels = same("duckdb", await connection.runAndReadAll("select x, y from points order by id"));
  await connection.run("create table labels (id integer, cluster integer)");
  const back = await connection.createAppender("labels");
  labels.forEach((label, i) => {
    back.appendInteger(i);
    back.appendInteger(label);
    back.endRow();
  });
  back.closeSync();
  const counted = await connection.runAndReadAll("select count(*)::integer from labels group by cluster order by cluster");
  assert.deepEqual(counted.getColumns()[0], expected.sizes);
  refuses(await connection.runAndReadAll("select x, y::bigint as b from points"), /row 0, column 1 is -?\d+n \(bigint\)/);
}

// TensorFlow.js: tensors of rank 2, and labels as a tensor.
{
  const tensor = tf.tensor2d(Array.from(x, (v, i) => [v, y[i]]));
  const labels = same("tensor", tensor, kmeansSync({ data: Float32Array.from([...x].flatMap((v, i) => [v, y[i]])), columns: 2 }, options));
  assert.deepEqual(tf.tensor1d(labels, "int32").dataSync(), labels);
  refuses(tf.tensor1d([1, 2, 3]), /points.shape is \[3\]; expected \[rows, columns\]/);
}

// ImageData: a point per pixel; centroids are pixels. Node has no ImageData: an object of its form.
{
  const image = { data: new Uint8ClampedArray(4 * 6).map((_, i) => (i % 4 === 3 ? 255 : i < 12 ? 10 : 200)), width: 3, height: 2, colorSpace: "srgb" };
  const { labels, centroids } = kmeansSync(image, { k: 2, seed: 1 });
  assert.equal(labels.length, 6);
  assert.deepEqual(centroids.toSorted?.((a, b) => a[0] - b[0]) ?? [...centroids].sort((a, b) => a[0] - b[0]), [[10, 10, 10, 255], [200, 200, 200, 255]]);
  labels.forEach((label, pixel) => image.data.set(centroids[label], 4 * pixel));
  assert.deepEqual([...image.data.subarray(0, 4)], [10, 10, 10, 255]);
}

console.log("containers: all as expected");
