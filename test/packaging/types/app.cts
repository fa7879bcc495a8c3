import lloyd = require("lloyd");
import compat = require("lloyd/ml-kmeans");
import skmeans = require("lloyd/skmeans");

export const model: lloyd.KMeansModel = lloyd.kmeansSync([[1, 2], [3, 4]], { k: 2 });
export const result: compat.KMeansResult = compat.kmeans([[1]], 1);
export const one: skmeans.Result<number> = skmeans([1, 2, 3], 2);
