"""Compare exported ONNX models with expected values in onnxruntime, and check the files.

Called by check-onnx.mjs with the path of its cases.json. Prints a line per file; the exit code is 1
where a file is not valid, describes itself wrongly or gives other numbers.
"""

import json
import os
import sys

import numpy as np
import onnx
import onnxruntime

OPSET = 18

# Of the largest entry: both sides compute in float32, in other orders.
TOLERANCE = 1e-5


def problems_of_file(model, case):
    """What the ONNX checker and strict shape inference find, and what the file says of itself."""
    problems = []
    try:
        onnx.checker.check_model(model, full_check=True)
        onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        problems.append(str(error).splitlines()[0])
    opsets = [(opset.domain, opset.version) for opset in model.opset_import]
    if opsets != [("", OPSET)]:
        problems.append(f"operator sets {opsets}")
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    for key, value in case["metadata"].items():
        if metadata.get(key) != value:
            problems.append(f"metadata {key} is {metadata.get(key)}, expected {value}")
    used = {name for node in model.graph.node for name in node.input}
    unused = [each.name for each in model.graph.initializer if each.name not in used]
    if unused:
        problems.append(f"initializers that nothing uses: {', '.join(unused)}")
    tensors = {**dict(shapes(model.graph.input)), **dict(shapes(model.graph.output))}
    stated = {tensor["name"]: tensor["shape"] for tensor in [*case["inputs"], case["output"]]}
    if tensors != stated:
        problems.append(f"inputs and outputs {tensors}, expected {stated}")
    if set(json.loads(metadata["pushforward.tensors"])) != set(stated):
        problems.append("metadata pushforward.tensors does not describe the inputs and outputs")
    return problems


def shapes(values):
    for value in values:
        extents = value.type.tensor_type.shape.dim
        yield value.name, [extent.dim_param or extent.dim_value for extent in extents]


def largest_error(session, case):
    """Of the largest entry of all runs; infinite where a shape is not as stated."""
    worst = largest = 0.0
    for each in case["runs"]:
        feeds = {name: array(numbers) for name, numbers in each["feeds"].items()}
        (result,) = session.run(None, feeds)
        count = next(iter(feeds.values())).shape[0]
        shape = [count if extent == "n" else extent for extent in case["output"]["shape"]]
        if list(result.shape) != shape or not np.isfinite(result).all():
            return np.inf
        if each["expected"] is not None:
            expected = np.array(each["expected"], np.float64).reshape(shape)
            worst = max(worst, np.abs(result - expected).max())
            largest = max(largest, np.abs(expected).max())
    return worst / largest if largest else 0.0


def array(numbers):
    return np.array(numbers["data"], np.float32).reshape(numbers["shape"])


def main(path):
    with open(path, encoding="utf8") as file:
        cases = json.load(file)
    print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}, opset {OPSET}")
    print("error: of the largest entry, against jax-js; runs: not compared")
    print(f"{'file':42} {'nodes':>5} {'error':>9}")
    failed = 0
    for case in cases:
        model = onnx.load(case["path"])
        problems = problems_of_file(model, case)
        error = largest_error(onnxruntime.InferenceSession(case["path"]), case)
        if not error <= TOLERANCE:
            problems.append(f"error above {TOLERANCE}")
        compared = any(each["expected"] is not None for each in case["runs"])
        shown = f"{error:9.1e}" if compared else f"{'runs':>9}"
        verdict = "; ".join(problems) or "ok"
        name = os.path.basename(case["path"])
        print(f"{name:42} {len(model.graph.node):5} {shown}  {verdict}")
        failed += bool(problems)
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
