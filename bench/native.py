"""scikit-learn or FAISS as a peer: reads a line of JSON, does what it says, writes a line of JSON."""

import hashlib
import json
import sys
import time
import warnings

import numpy as np
import threadpoolctl

library, threads = sys.argv[1], int(sys.argv[2])
if library == "sklearn":
    import sklearn
    from sklearn.cluster import KMeans

    warnings.simplefilter("ignore")  # that a fit did not converge in five iterations is no news
else:
    import faiss

    faiss.omp_set_num_threads(threads)


def hello(_):
    # Which instructions BLAS found: on a processor it does not know, it takes slow ones.
    blas = sorted({pool["architecture"] for pool in threadpoolctl.threadpool_info() if "architecture" in pool})
    name, version = ("scikit-learn", sklearn.__version__) if library == "sklearn" else ("FAISS", faiss.__version__)
    how = f"{threads} thread{'' if threads == 1 else 's'}"
    sets = {"iterations": "ABCDEFUKMN"}
    if library == "sklearn":  # FAISS has no end but a number of iterations, and samples rows by default
        sets |= {"convergence": "ABCDEFUMN", "default": "ABCDEFUMN"}
    known = ", ".join(blas) or "an unknown processor"
    return {"title": f"{name}, {how}", "version": f"{version} (BLAS kernels for {known})", "sets": sets}


def load(task):
    global data, start, k
    shape = task["set"]
    k = shape["k"]
    data = np.fromfile(task["file"], dtype=np.float32).reshape(shape["count"], shape["columns"])
    start = data[shape["start"]]
    lloyd(data[: max(4_000, 4 * k)], 2)
    return {}


def lloyd(rows, iterations):
    """Centroids and how many iterations it took to get there from the start."""
    if library == "sklearn":
        fitted = KMeans(k, init=start, n_init=1, max_iter=iterations, tol=0, algorithm="lloyd").fit(rows)
        return fitted.cluster_centers_, fitted.n_iter_
    fitted = faiss.Kmeans(rows.shape[1], k, niter=iterations, min_points_per_centroid=1, max_points_per_centroid=len(rows))
    fitted.train(rows, init_centroids=start)
    return fitted.centroids, iterations


def fit(task):
    return timed(lambda: lloyd(data, task["iterations"]), task["out"])


def default(task):
    def call():
        fitted = KMeans(k, n_init=1, random_state=task["seed"]).fit(data)
        return fitted.cluster_centers_, fitted.n_iter_

    return timed(call, task["out"])


def timed(work, out):
    before = reset_peak()
    began = time.perf_counter()
    centroids, iterations = work()
    seconds = time.perf_counter() - began
    peak = None if before is None else max(0, status("VmHWM") - before)
    stored = np.ascontiguousarray(centroids, dtype=np.float64).tobytes()
    name = f"{out}-{hashlib.sha256(stored).hexdigest()[:16]}.centroids"
    with open(name, "wb") as file:
        file.write(stored)
    return {"seconds": seconds, "iterations": int(iterations), "peak": peak, "files": {"centroids": name}}


def reset_peak():
    """Bytes of memory in use, after which the most in use is counted anew; None where that cannot be (Linux only)."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
        return status("VmRSS")
    except OSError:
        return None


def status(field):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(field))


tasks = {"hello": hello, "load": load, "fit": fit, "default": default}
for line in sys.stdin:
    task = json.loads(line)
    try:
        reply = tasks[task["do"]](task)
    except Exception as error:  # the parent says which peer it was, and stops
        reply = {"error": repr(error)}
    print(json.dumps(reply), flush=True)
