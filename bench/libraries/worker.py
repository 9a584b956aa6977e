"""One measurement of one Python library: `python worker.py ADAPTER '{"task": ...}'`.

The request is JSON in the arguments, the result is JSON on standard output. What an adapter cannot
do comes back as {"unavailable": reason}; anything else that goes wrong ends the process.
"""

import importlib
import json
import math
import resource
import sys
import time

from prepared import NotExpressible


def main():
    adapter, request = sys.argv[1], json.loads(sys.argv[2])
    try:
        result = measure(importlib.import_module(adapter).prepare(request), request)
    except ModuleNotFoundError as error:
        result = {"unavailable": f"the Python package {error.name} is not installed"}
    except NotExpressible as reason:
        result = {"unavailable": str(reason)}
    print(json.dumps(result))


def measure(prepared, request):
    """Warm up, then time each repetition: the mean time of its steps."""
    prepared.warm_up()
    first = time.time() * 1000 - request["startedAt"]
    for _ in range(request["warmUp"]):
        prepared.run()
    milliseconds = [timed(prepared.run, request["steps"]) for _ in range(request["repetitions"])]
    value = prepared.value()
    if not math.isfinite(value):
        raise FloatingPointError(f"the result of the {request['task']} task is {value}")
    return {
        "milliseconds": milliseconds,
        "memoryMiB": peak_memory(),
        "firstResultMilliseconds": first,
        "parameters": prepared.parameters,
        "value": value,
        "versions": prepared.versions,
        "threads": prepared.threads,
        "note": prepared.note,
    }


def timed(run, steps):
    start = time.perf_counter()
    for _ in range(steps):
        run()
    return (time.perf_counter() - start) * 1000 / steps


def peak_memory():
    """The largest resident set of this process in MiB.

    On Linux from /proc: what getrusage says can come from the process that started this one.
    """
    try:
        with open("/proc/self/status") as status:
            line = next(line for line in status if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    except OSError:
        unit = 1024**2 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


if __name__ == "__main__":
    main()
