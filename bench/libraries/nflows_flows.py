"""The flows of the cases, built from nflows."""

from importlib.metadata import version

import torch
from nflows.distributions.normal import StandardNormal
from nflows.flows.base import Flow
from nflows.nn.nets import MLP
from nflows.transforms import (
    ActNorm,
    AffineCouplingTransform,
    CompositeTransform,
    MaskedAffineAutoregressiveTransform,
    MaskedPiecewiseRationalQuadraticAutoregressiveTransform,
    MultiscaleCompositeTransform,
    OneByOneConvolution,
    PiecewiseRationalQuadraticCouplingTransform,
    ReversePermutation,
    SqueezeTransform,
)

import torch_tasks
from glow_network import GlowNetwork
from torch_tasks import TorchFlow


def prepare(request):
    return torch_tasks.prepare(request, build, {"nflows": version("nflows")})


def build(model):
    return glow(model) if model["kind"] == "glow" else vector_flow(model)


def vector_flow(model):
    dimensions = model["dimensions"]
    layers = []
    for index in range(model["layers"]):
        layers += [LAYERS[model["kind"]](model)]
        if index + 1 < model["layers"]:
            layers += [ReversePermutation(dimensions)]
    return finish(CompositeTransform(layers), (dimensions,))


def finish(transform, shape, size=None):
    flow = Flow(transform, StandardNormal(size or list(shape)))
    return TorchFlow(flow, flow.log_prob, flow.sample, shape)


class Conditioner(MLP):
    """nflows' MLP with the signature and the attribute that its coupling layers look for."""

    def __init__(self, inputs, outputs, hidden):
        super().__init__([inputs], [outputs], [hidden, hidden])
        self.hidden_features = hidden

    def forward(self, inputs, context=None):
        return super().forward(inputs)


def halves(model):
    """1 where a dimension changes: the second half."""
    dimensions = model["dimensions"]
    return [int(index >= dimensions // 2) for index in range(dimensions)]


def conditioner(model):
    return lambda inputs, outputs: Conditioner(inputs, outputs, model["hidden"])


def spline_coupling(model):
    return PiecewiseRationalQuadraticCouplingTransform(
        halves(model),
        conditioner(model),
        num_bins=model["bins"],
        tails="linear",
        tail_bound=model["bound"],
    )


def affine_coupling(model):
    return AffineCouplingTransform(halves(model), conditioner(model))


def masked_network(model):
    """MADE with two hidden layers: an input layer and one feed-forward block."""
    return dict(
        features=model["dimensions"],
        hidden_features=model["hidden"],
        num_blocks=1,
        use_residual_blocks=False,
    )


def masked_affine(model):
    return MaskedAffineAutoregressiveTransform(**masked_network(model))


def masked_spline(model):
    return MaskedPiecewiseRationalQuadraticAutoregressiveTransform(
        **masked_network(model),
        num_bins=model["bins"],
        tails="linear",
        tail_bound=model["bound"],
    )


LAYERS = {
    "rq-nsf-coupling": spline_coupling,
    "rq-nsf-autoregressive": masked_spline,
    "real-nvp": affine_coupling,
    "maf": masked_affine,
}


def glow(model):
    channels, height, width = model["shape"]
    transform = MultiscaleCompositeTransform(num_transforms=model["levels"])
    for _ in range(model["levels"]):
        channels, height, width = channels * 4, height // 2, width // 2
        steps = [glow_step(channels, model["hidden"]) for _ in range(model["steps"])]
        level = CompositeTransform([SqueezeTransform(), *steps])
        rest = transform.add_transform(level, (channels, height, width))
        channels = rest[0] if rest else 0
    shape = tuple(model["shape"])
    flow = finish(transform, shape, size=[torch.Size(shape).numel()])
    flow.note = "conditioner written by hand (3x3, 1x1, 3x3 convolutions, ReLU)"
    return flow


def glow_step(channels, hidden):
    mask = [int(index >= channels // 2) for index in range(channels)]
    coupling = AffineCouplingTransform(
        mask, lambda inputs, outputs: GlowNetwork(inputs, outputs, hidden)
    )
    return CompositeTransform([ActNorm(channels), OneByOneConvolution(channels), coupling])
