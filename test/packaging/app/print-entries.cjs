const [geometry, metrics, plot, select, statistics, worker] = ["geometry", "metrics", "plot", "select", "simple-statistics", "worker"].map((name) => require(`lloyd/${name}`));

import("./problem.js").then(async ({ entries }) => console.log(JSON.stringify(await entries({ geometry, metrics, plot, select, statistics, worker }))));
