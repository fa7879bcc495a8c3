const lloyd = require("lloyd");
const mlKmeans = require("lloyd/ml-kmeans");
const skmeans = require("lloyd/skmeans");

import("./problem.js").then(async ({ core, faces }) => console.log(JSON.stringify({ core: await core(lloyd), faces: faces(mlKmeans, skmeans) })));
