"""The tasks on a flow of a PyTorch library: a training step, scoring rows, drawing rows."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle

import torch

from prepared import BATCHES, LEARNING_RATE, Prepared, chunks

CHUNK = 8192
"""Rows per call of the two functions where there are a million: see the README."""


@dataclass
class TorchFlow:
    module: torch.nn.Module
    log_prob: Callable[[torch.Tensor], torch.Tensor]
    sample: Callable[[int], torch.Tensor]
    shape: tuple[int, ...]
    note: str | None = None


def prepare(request: dict, build: Callable[[dict], TorchFlow], versions: dict) -> Prepared:
    torch.set_num_threads(request["threads"])
    torch.manual_seed(request["seed"])
    flow = build(request["model"])
    tasks = {"train": training, "logProb": scoring, "sample": sampling}
    run, warm_up, value = tasks[request["task"]](flow, request["rows"])
    return Prepared(
        run=run,
        warm_up=warm_up,
        value=value,
        parameters=sum(parameter.numel() for parameter in flow.module.parameters()),
        versions={**versions, "torch": torch.__version__},
        threads=f"torch.set_num_threads({torch.get_num_threads()})",
        note=with_chunk(flow.note, request),
    )


def training(flow: TorchFlow, rows: int):
    optimizer = torch.optim.Adam(flow.module.parameters(), lr=LEARNING_RATE, fused=True)
    batches = cycle([torch.randn(rows, *flow.shape) for _ in range(BATCHES)])
    losses = [0.0]

    def step():
        loss = -flow.log_prob(next(batches)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses[0] = loss.item()

    return step, step, lambda: losses[0]


def scoring(flow: TorchFlow, rows: int):
    flow.module.eval()
    data = torch.randn(rows, *flow.shape)
    scores = torch.zeros(rows)

    def score(parts):
        with torch.inference_mode():
            for start, end in parts:
                scores[start:end] = flow.log_prob(data[start:end])

    parts = chunks(rows, CHUNK)
    return (
        lambda: score(parts),
        lambda: score(parts[:1]),
        lambda: scores.mean().item(),
    )


def sampling(flow: TorchFlow, rows: int):
    flow.module.eval()
    draws = torch.zeros(rows, *flow.shape)

    def draw(parts):
        with torch.inference_mode():
            for start, end in parts:
                draws[start:end] = flow.sample(end - start)

    parts = chunks(rows, CHUNK)
    return (
        lambda: draw(parts),
        lambda: draw(parts[:1]),
        lambda: draws.mean().item(),
    )


def with_chunk(note: str | None, request: dict) -> str | None:
    many = request["task"] != "train" and request["rows"] > CHUNK
    parts = [note, f"{CHUNK} rows per call" if many else None]
    return "; ".join(part for part in parts if part) or None
