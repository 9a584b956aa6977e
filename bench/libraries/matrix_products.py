"""The bound: only the matrix products of a training step, at the shapes of the case.

Each linear layer has three: its output, the gradient of its weight and the gradient of its input.
They are independent here, read and write memory that is allocated once, and run twice: by PyTorch
and by ONNX Runtime as one graph. The faster of the two counts.
"""

import time
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import onnxruntime
import torch
from onnx import TensorProto, helper

from prepared import NotExpressible, Prepared


PATCHES = "; convolutions as products with patches, which a library can do better than"


@dataclass
class Linear:
    """A dense layer: `inputs` to `outputs` numbers for each of `rows` rows."""

    inputs: int
    outputs: int
    rows: int


def prepare(request):
    if request["task"] != "train":
        raise NotExpressible("the bound is one of training steps")
    torch.set_num_threads(request["threads"])
    layers = linear_layers(request["model"], request["rows"])
    runs = {"torch": in_torch(layers), "onnxruntime": in_onnxruntime(layers, request["threads"])}
    best = min(runs, key=lambda name: fastest(runs[name]))
    return Prepared(
        run=runs[best],
        warm_up=runs[best],
        value=lambda: 0.0,
        parameters=sum(layer.inputs * layer.outputs for layer in layers),
        versions={"torch": torch.__version__, "onnxruntime": version("onnxruntime")},
        threads=f"torch.set_num_threads and intra_op_num_threads = {request['threads']}",
        note=f"{best} was the faster one" + (PATCHES if request["model"]["kind"] == "glow" else ""),
    )


def fastest(run, attempts=5):
    def seconds():
        start = time.perf_counter()
        run()
        return time.perf_counter() - start

    return min(seconds() for _ in range(attempts))


def linear_layers(model, rows):
    layers = glow_layers if model["kind"] == "glow" else network_layers
    return layers(model, rows)


def network_layers(model, rows):
    """A network with two hidden layers per layer of the flow; masked ones are dense here."""
    dimensions, hidden = model["dimensions"], model["hidden"]
    per_dimension = 3 * model["bins"] - 1 if "bins" in model else 2
    coupling = model["kind"] in ("rq-nsf-coupling", "real-nvp")
    inputs = dimensions // 2 if coupling else dimensions
    outputs = per_dimension * (dimensions - inputs if coupling else dimensions)
    widths = [inputs, hidden, hidden, outputs]
    one = [Linear(before, after, rows) for before, after in zip(widths, widths[1:])]
    return one * model["layers"]


def glow_layers(model, rows):
    """Convolutions as products with patches, whose making is not counted."""
    channels, height, width = model["shape"]
    hidden = model["hidden"]
    layers = []
    for _ in range(model["levels"]):
        channels, height, width = channels * 4, height // 2, width // 2
        pixels = rows * height * width
        half = channels // 2
        step = [
            Linear(channels, channels, pixels),
            Linear(9 * half, hidden, pixels),
            Linear(hidden, hidden, pixels),
            Linear(9 * hidden, channels, pixels),
        ]
        layers += step * model["steps"]
        channels = half
    return layers


def in_torch(layers):
    calls = []
    for layer in layers:
        x = torch.randn(layer.rows, layer.inputs)
        weight = torch.randn(layer.outputs, layer.inputs)
        gradient = torch.randn(layer.rows, layer.outputs)
        calls += [
            (x, weight.t(), torch.empty_like(gradient)),
            (gradient.t(), x, torch.empty_like(weight)),
            (gradient, weight, torch.empty_like(x)),
        ]

    def run():
        for left, right, out in calls:
            torch.mm(left, right, out=out)

    return run


PRODUCTS = (("y", "x", "w", 0, 1), ("dw", "dy", "x", 1, 0), ("dx", "dy", "w", 0, 0))
"""Result, operands and whether each is transposed: output, weight gradient, input gradient."""


def in_onnxruntime(layers, threads):
    nodes, inputs, outputs = [], {}, {}
    for index, layer in enumerate(layers):
        shapes = {
            "x": [layer.rows, layer.inputs],
            "w": [layer.outputs, layer.inputs],
            "dy": [layer.rows, layer.outputs],
        }
        results = {"y": shapes["dy"], "dw": shapes["w"], "dx": shapes["x"]}
        inputs |= {f"{name}{index}": shape for name, shape in shapes.items()}
        outputs |= {f"{name}{index}": shape for name, shape in results.items()}
        nodes += [
            helper.make_node(
                "Gemm", [f"{a}{index}", f"{b}{index}"], [f"{out}{index}"], transA=ta, transB=tb
            )
            for out, a, b, ta, tb in PRODUCTS
        ]
    session = session_of(nodes, inputs, outputs, threads)
    binding = session.io_binding()
    for name, shape in inputs.items():
        binding.bind_ortvalue_input(name, array(shape))
    for name, shape in outputs.items():
        binding.bind_ortvalue_output(name, array(shape))
    return lambda: session.run_with_iobinding(binding)


def session_of(nodes, inputs, outputs, threads):
    def values(shapes):
        return [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in shapes.items()
        ]

    graph = helper.make_graph(nodes, "products", values(inputs), values(outputs))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    content = model.SerializeToString()
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def array(shape):
    values = np.random.default_rng(0).standard_normal(shape, dtype=np.float32)
    return onnxruntime.OrtValue.ortvalue_from_numpy(values)
