// What every consumer computes: an answer per face, as text that must be the same everywhere, to the last bit.

const points = [];
let state = 1;
for (let i = 0; i < 3000; i++) {
  const row = [];
  for (let j = 0; j < 4; j++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    row.push(3 * ((i * (j + 1)) % 6) + state / 2 ** 32);
  }
  points.push(row);
}

export async function core({ backend, kmeans, kmeansSync }) {
  const model = await kmeans(points, { k: 6, seed: 1 });
  const again = kmeansSync(points, { k: 6, seed: 1 });
  return { backend: backend(), centroids: model.centroids, inertia: model.inertia, again: again.inertia, sizes: model.sizes, first: model.predict(points.slice(0, 9)).join() };
}

export function faces({ kmeans }, skmeans) {
  const { centroids, iterations } = kmeans(points, 6, { seed: 1 });
  return { centroids, iterations, skmeans: skmeans(points, 6, points.slice(0, 6)).centroids };
}

export async function entries({ geometry, metrics, plot, select, statistics, worker }) {
  const some = points.slice(0, 300);
  const { k, model, table } = await select.chooseK(some, { from: 2, to: 7, seed: 1 });
  const lloyd = await worker.createLloydWorker();
  const far = await lloyd.kmeans(some, { k, seed: 1 });
  lloyd.dispose();
  let drawn = 0;
  const alike = statistics.kMeansCluster(points, 4, () => (drawn = (drawn + 0.618033988749895) % 1));
  const svg = await plot.toSVG(plot.scatter(model, some));
  return {
    k,
    inertias: table.map(({ inertia }) => inertia),
    far: far.centroids,
    alike: alike.centroids,
    same: metrics.adjustedRand(far.labels, model.labels),
    dunn: await metrics.dunn(some, model),
    silhouette: (await metrics.silhouette(some, model)).mean,
    cells: geometry.voronoi(model).cells,
    picture: /^<svg[^]*<\/svg>\s*$/.test(svg) && svg.match(/<circle/g).length > 300,
  };
}
