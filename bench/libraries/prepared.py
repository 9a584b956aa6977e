"""What an adapter hands to the worker."""

from collections.abc import Callable
from dataclasses import dataclass

LEARNING_RATE = 1e-3

BATCHES = 32
"""Different batches that training steps go round."""


class NotExpressible(Exception):
    """The library has no means to build this case; the message says which are missing."""


@dataclass
class Prepared:
    """A task that is ready to be timed."""

    run: Callable[[], object]
    """One training step, or one pass over the rows; returns when the result is there."""
    warm_up: Callable[[], object]
    """The first run, or a part of it that compiles everything that `run` needs."""
    value: Callable[[], float]
    """The last training loss, or the mean of the last results: proof that work was done."""
    parameters: int
    versions: dict[str, str]
    threads: str
    note: str | None = None


def chunks(rows: int, size: int) -> list[tuple[int, int]]:
    """The half-open ranges of at most `size` rows that cover `rows` rows."""
    return [(start, min(start + size, rows)) for start in range(0, rows, size)]
