"""The flows of the cases, built from zuko."""

from functools import partial
from importlib.metadata import version

import torch
from zuko.distributions import DiagNormal
from zuko.flows import MAF
from zuko.flows.coupling import GeneralCouplingTransform
from zuko.lazy import Flow, UnconditionalDistribution, UnconditionalTransform
from zuko.transforms import MonotonicRQSTransform, PermutationTransform

import torch_tasks
from prepared import NotExpressible
from torch_tasks import TorchFlow


def prepare(request):
    return torch_tasks.prepare(request, build, {"zuko": version("zuko")})


def build(model):
    if model["kind"] not in FLOWS:
        raise NotExpressible("zuko has no layers for images")
    flow = FLOWS[model["kind"]](model)
    return TorchFlow(
        flow,
        lambda x: flow().log_prob(x),
        lambda count: flow().sample((count,)),
        (model["dimensions"],),
    )


def splines(model):
    """Arguments for rational-quadratic splines."""
    bins = model["bins"]
    return dict(
        univariate=partial(MonotonicRQSTransform, bound=model["bound"]),
        shapes=[(bins,), (bins,), (bins - 1,)],
    )


def coupling_flow(model, **univariate):
    """Halves and reversals in place of zuko's checkered masks, as the other libraries have."""
    dimensions, hidden = model["dimensions"], model["hidden"]
    kept = torch.arange(dimensions) < dimensions // 2
    order = torch.arange(dimensions).flip(0)
    layers = []
    for index in range(model["layers"]):
        if index > 0:
            layers += [UnconditionalTransform(PermutationTransform, order, buffer=True)]
        layers += [
            GeneralCouplingTransform(
                dimensions, mask=kept, hidden_features=(hidden, hidden), **univariate
            )
        ]
    base = UnconditionalDistribution(
        DiagNormal, torch.zeros(dimensions), torch.ones(dimensions), buffer=True
    )
    return Flow(layers, base)


def autoregressive_flow(model, **univariate):
    hidden = model["hidden"]
    return MAF(
        model["dimensions"],
        transforms=model["layers"],
        hidden_features=(hidden, hidden),
        **univariate,
    )


FLOWS = {
    "rq-nsf-coupling": lambda model: coupling_flow(model, **splines(model)),
    "rq-nsf-autoregressive": lambda model: autoregressive_flow(model, **splines(model)),
    "real-nvp": coupling_flow,
    "maf": autoregressive_flow,
}
