"""The flows of the cases, built from normflows."""

from importlib.metadata import version

import normflows as nf
import torch
from normflows.flows.neural_spline.autoregressive import (
    MaskedPiecewiseRationalQuadraticAutoregressive,
)
from normflows.flows.neural_spline.coupling import PiecewiseRationalQuadraticCoupling

import torch_tasks
from torch_tasks import TorchFlow


def prepare(request):
    return torch_tasks.prepare(request, build, {"normflows": version("normflows")})


def build(model):
    return glow(model) if model["kind"] == "glow" else vector_flow(model)


def vector_flow(model):
    dimensions = model["dimensions"]
    make, note = LAYERS[model["kind"]]
    layers = []
    for index in range(model["layers"]):
        if index > 0:
            layers += [nf.flows.Permute(dimensions, mode=PERMUTATIONS[model["kind"]])]
        layers += [make(model)]
    base = nf.distributions.DiagGaussian(dimensions, trainable=False)
    flow = nf.NormalizingFlow(base, layers)
    return TorchFlow(flow, flow.log_prob, lambda n: flow.sample(n)[0], (dimensions,), note)


class Conditioner(nf.nets.MLP):
    """normflows' MLP with the signature and the attribute that its spline layers look for."""

    def __init__(self, inputs, outputs, hidden):
        super().__init__([inputs, hidden, hidden, outputs])
        self.hidden_features = hidden

    def forward(self, x, context=None):
        return super().forward(x)


class DataToBase(nf.flows.base.Flow):
    """A spline layer the way normflows' own wrappers turn it: its cheap direction is the inverse."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, z, context=None):
        z, log_det = self.layer.inverse(z, context)
        return z, log_det.view(-1)

    def inverse(self, z, context=None):
        z, log_det = self.layer(z, context)
        return z, log_det.view(-1)


def spline_coupling(model):
    dimensions = model["dimensions"]
    return DataToBase(
        PiecewiseRationalQuadraticCoupling(
            (torch.arange(dimensions) >= dimensions // 2).int(),
            lambda inputs, outputs: Conditioner(inputs, outputs, model["hidden"]),
            num_bins=model["bins"],
            tails="linear",
            tail_bound=model["bound"],
        )
    )


class AffineCoupling(nf.flows.AffineCouplingBlock):
    """An affine coupling layer that takes the context argument that NormalizingFlow passes."""

    def forward(self, z, context=None):
        return super().forward(z)

    def inverse(self, z, context=None):
        return super().inverse(z)


def affine_coupling(model):
    dimensions, hidden = model["dimensions"], model["hidden"]
    kept = dimensions // 2
    network = nf.nets.MLP([kept, hidden, hidden, 2 * (dimensions - kept)])
    return AffineCoupling(network, scale_map="exp", split_mode="channel_inv")


def masked_network(model):
    """MADE with two hidden layers: an input layer and one feed-forward block."""
    return dict(
        features=model["dimensions"],
        hidden_features=model["hidden"],
        num_blocks=1,
        use_residual_blocks=False,
    )


def masked_affine(model):
    return DataToBase(nf.flows.MaskedAffineAutoregressive(**masked_network(model)))


def masked_spline(model):
    return DataToBase(
        MaskedPiecewiseRationalQuadraticAutoregressive(
            **masked_network(model),
            num_bins=model["bins"],
            tails="linear",
            tail_bound=model["bound"],
        )
    )


BARE = "without the library's wrapper, whose residual networks have more parameters"
TURNED = "layer turned round: the library's own takes one pass per dimension for the density"

LAYERS = {
    "rq-nsf-coupling": (spline_coupling, BARE),
    "rq-nsf-autoregressive": (masked_spline, BARE),
    "real-nvp": (affine_coupling, None),
    "maf": (masked_affine, TURNED),
}

PERMUTATIONS = {
    "rq-nsf-coupling": "swap",
    "rq-nsf-autoregressive": "shuffle",
    "real-nvp": "swap",
    "maf": "shuffle",
}


def glow(model):
    """The library's own Glow example, with a base that does not know classes."""
    channels, size, _ = model["shape"]
    levels = model["levels"]
    bases, flows, merges = [], [], []
    for index in range(levels):
        depth = levels - index
        width = channels * 2 ** (depth + 1)
        steps = [nf.flows.GlowBlock(width, model["hidden"]) for _ in range(model["steps"])]
        flows += [[*steps, nf.flows.Squeeze()]]
        if index > 0:
            merges += [nf.flows.Merge()]
        latent = channels * 2 ** (depth + (index == 0))
        shape = (latent, size // 2**depth, size // 2**depth)
        bases += [nf.distributions.DiagGaussian(shape, trainable=False)]
    flow = nf.MultiscaleFlow(bases, flows, merges, class_cond=False)
    return TorchFlow(
        flow,
        lambda x: flow.log_prob(x, None),
        lambda count: flow.sample(count)[0],
        tuple(model["shape"]),
    )
