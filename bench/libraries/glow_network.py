"""The network of a Glow step where a library leaves it to its user."""

import torch
from torch import nn


class GlowNetwork(nn.Module):
    """3x3, 1x1 and 3x3 convolutions with ReLU between them; the last one starts at zero."""

    def __init__(self, inputs, outputs, hidden):
        super().__init__()
        last = nn.Conv2d(hidden, outputs, 3, padding=1)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.layers = nn.Sequential(
            nn.Conv2d(inputs, hidden, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(hidden, hidden, 1),
            nn.ReLU(),
            last,
        )

    def forward(self, inputs, context=None) -> torch.Tensor:
        return self.layers(inputs)

