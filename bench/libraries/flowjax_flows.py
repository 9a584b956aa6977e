"""The flows of the cases, built from flowjax and compiled by XLA."""

import os
from importlib.metadata import version
from itertools import cycle

import equinox as eqx
import jax
import jax.numpy as jnp
import jax.random as jr
import optax
import paramax
from flowjax.bijections import RationalQuadraticSpline
from flowjax.distributions import StandardNormal
from flowjax.flows import coupling_flow, masked_autoregressive_flow
from flowjax.train.losses import MaximumLikelihoodLoss

from prepared import BATCHES, LEARNING_RATE, NotExpressible, Prepared, chunks

CHUNK = 8192


def prepare(request):
    keys = jr.split(jr.key(request["seed"]), 3)
    flow = build(request["model"], keys[0])
    tasks = {"train": training, "logProb": scoring, "sample": sampling}
    run, warm_up, value = tasks[request["task"]](flow, request["rows"], keys[1:])
    leaves = jax.tree.leaves(trainable(flow)[0])
    return Prepared(
        run=run,
        warm_up=warm_up,
        value=value,
        parameters=sum(leaf.size for leaf in leaves),
        versions={name: version(name) for name in ("flowjax", "jax")},
        threads=f"NPROC={os.environ.get('NPROC', 'unset')} and CPU affinity",
        note=note(request),
    )


def build(model, key):
    builder = FLOWS.get(model["kind"])
    if builder is None:
        raise NotExpressible("flowjax has no layers for images")
    # k inner knots make k + 1 bins; the two boundary slopes are parameters as well.
    splines = "bins" in model
    transformer = (
        RationalQuadraticSpline(knots=model["bins"] - 1, interval=model["bound"])
        if splines
        else None
    )
    return builder(
        key,
        base_dist=StandardNormal((model["dimensions"],)),
        transformer=transformer,
        flow_layers=model["layers"],
        nn_width=model["hidden"],
        nn_depth=2,
    )


FLOWS = {
    "rq-nsf-coupling": coupling_flow,
    "rq-nsf-autoregressive": masked_autoregressive_flow,
    "real-nvp": coupling_flow,
    "maf": masked_autoregressive_flow,
}


def trainable(flow):
    return eqx.partition(
        flow,
        eqx.is_inexact_array,
        is_leaf=lambda leaf: isinstance(leaf, paramax.NonTrainable),
    )


def training(flow, rows, keys):
    """A bare jitted step with donated buffers: less overhead than flowjax's own `train.step`."""
    params, static = trainable(flow)
    optimizer = optax.adam(LEARNING_RATE)
    loss_of = MaximumLikelihoodLoss()

    def update(params, state, x):
        loss, gradient = jax.value_and_grad(loss_of)(params, static, x)
        updates, state = optimizer.update(gradient, state, params)
        return eqx.apply_updates(params, updates), state, loss

    compiled = jax.jit(update, donate_argnums=(0, 1))
    batches = cycle(list(jr.normal(keys[0], (BATCHES, rows, *flow.shape))))
    training_state = [params, optimizer.init(params), 0.0]

    def step():
        params, state, _ = training_state
        params, state, loss = compiled(params, state, next(batches))
        training_state[:] = params, state, loss.item()

    return step, step, lambda: training_state[2]


def scoring(flow, rows, keys):
    log_prob = eqx.filter_jit(lambda flow, x: flow.log_prob(x))
    data = jr.normal(keys[0], (rows, *flow.shape))
    results = []

    def score(parts):
        scores = [log_prob(flow, data[start:end]) for start, end in parts]
        results[:] = [jax.block_until_ready(jnp.concatenate(scores))]

    parts = chunks(rows, CHUNK)
    return (
        lambda: score(parts),
        lambda: score([*parts[:1], *parts[-1:]]),
        lambda: results[0].mean().item(),
    )


def sampling(flow, rows, keys):
    sample = eqx.filter_jit(lambda flow, key, count: flow.sample(key, (count,)))
    results = []

    def draw(parts):
        each = jr.split(keys[0], len(parts))
        draws = [sample(flow, key, end - start) for key, (start, end) in zip(each, parts)]
        results[:] = [jax.block_until_ready(jnp.concatenate(draws))]

    parts = chunks(rows, CHUNK)
    return (
        lambda: draw(parts),
        lambda: draw([*parts[:1], *parts[-1:]]),
        lambda: results[0].mean().item(),
    )


def note(request):
    notes = ["random permutations between layers"]
    if "bins" in request["model"]:
        notes += ["boundary slopes are parameters, too"]
    if request["task"] != "train" and request["rows"] > CHUNK:
        notes += [f"{CHUNK} rows per call"]
    return "; ".join(notes)
