const [geometry, metrics, plot, select, worker] = ["geometry", "metrics", "plot", "select", "worker"].map((name) => require(`lloyd/${name}`));

import("./problem.js").then(async ({ entries }) => console.log(JSON.stringify(await entries({ geometry, metrics, plot, select, worker }))));
