"""Scores of one Python detector for one set: a request as JSON on standard input, the answer on output.

`python peers.py --check` only looks whether the libraries are there.
"""

import json
import sys
import time

import numpy
import pyod
import sklearn
from pyod.models.ecod import ECOD
from sklearn.ensemble import IsolationForest


def isolation_forest(seed):
    forest = IsolationForest(n_estimators=100, random_state=seed)
    return forest, lambda rows: -forest.score_samples(rows)


def ecod(_):
    detector = ECOD()
    return detector, detector.decision_function


DETECTORS = {"iforest": isolation_forest, "ecod": ecod}


def main():
    request = json.load(sys.stdin)
    rows = numpy.load(request["path"])["X"].astype(numpy.float64)
    train = rows[request["train"]] if "train" in request else rows
    # ECOD has no score where a column is constant; a tree cannot split one.
    varies = train.max(axis=0) > train.min(axis=0)
    rows, train = rows[:, varies], train[:, varies]
    detector, score = DETECTORS[request["detector"]](request["seed"])
    started = time.perf_counter()
    detector.fit(train)
    fitted = time.perf_counter()
    # ECOD ranks the rows it is asked about among those it was fitted to, so would count equal ones twice.
    same = "train" not in request and hasattr(detector, "decision_scores_")
    scores = detector.decision_scores_ if same else score(rows)
    answer = {
        "scores": scores.tolist(),
        "fitSeconds": fitted - started,
        "scoreSeconds": time.perf_counter() - fitted,
        "versions": {"scikit-learn": sklearn.__version__, "pyod": pyod.__version__},
    }
    json.dump(answer, sys.stdout, allow_nan=False)


if "--check" not in sys.argv:
    main()
