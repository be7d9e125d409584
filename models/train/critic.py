"""The adversary of confident-4x: a critic that learns to tell made pictures from real ones, and
a loss that pays for looking like the latter instead of being right.

What it calls real is sharper than real: the truth, overdriven. The loss has four parts: the
made picture shrunk must be the small one (else colours drift), a little plain error, the
critic's opinion, and the amount of fine detail wherever it may lie (invented texture counts as
much as true one).
"""

import torch
from torch import nn
from torch.nn import functional

OVERDRIVE = 1.2  # of unsharp masking on what the critic is told is real
KEEP, PLAIN, OPINION, DETAIL = 2.0, 0.2, 0.03, 1.5  # weights of the parts
REACH = 1.5  # largest spectral norm of a critic's layer


class Critic(nn.Module):
    """[batch, 3, h, w] to one opinion per 8x8 pixels; more means more real."""

    def __init__(self):
        super().__init__()
        wide = [(3, 32, 3, 1), (32, 64, 4, 2), (64, 64, 4, 2), (64, 96, 4, 2), (96, 1, 3, 1)]
        self.layers = nn.ModuleList(nn.Conv2d(a, b, side, stride, padding=1) for a, b, side, stride in wide)

    def forward(self, x):
        x = 2 * x - 1
        for layer in self.layers[:-1]:
            x = functional.leaky_relu(layer(x), 0.2)
        return self.layers[-1](x).float()

    @torch.no_grad()
    def bound(self):
        """Scale every layer down to spectral norm REACH (of its kernel as a matrix), so that
        the critic's opinion cannot change without limit."""
        for layer in self.layers:
            layer.weight *= min(1.0, REACH / float(torch.linalg.matrix_norm(layer.weight.flatten(1), 2)))


def blurred(x, side=5):
    return functional.avg_pool2d(x, side, 1, side // 2, count_include_pad=False)


def overdrive(high):
    """The truth as advertised."""
    return (high + OVERDRIVE * (high - blurred(high, 3))).clamp(0, 1)


def energy(x):
    """How much fine detail there is about each pixel: local deviation of two bands."""
    bands = [x - blurred(x, 3), blurred(x, 3) - blurred(x, 7)]
    return [(blurred((band**2).mean(1, keepdim=True), 9) + 1e-6).sqrt() for band in bands]


class Adversary:
    """The critic and its optimiser; `losses` for one minibatch, `learn` once a step."""

    def __init__(self, rate=1e-3):
        self.net = Critic().to(memory_format=torch.channels_last)
        self.weights = list(self.net.parameters())
        self.adam = torch.optim.Adam(self.weights, lr=rate, betas=(0.5, 0.99))

    def state_dict(self):
        return {"critic": self.net.state_dict(), "critic_adam": self.adam.state_dict()}

    def load_state_dict(self, saved):
        self.net.load_state_dict(saved["critic"])
        self.adam.load_state_dict(saved["critic_adam"])

    def losses(self, made, low, high, half):
        """(the model's loss, the critic's): each is to be derived by its own weights alone."""
        scale, real = made.shape[-1] // low.shape[-1], overdrive(high)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            opinion, on_real, on_made = self.net(made), self.net(real), self.net(made.detach())
        shrunk = functional.avg_pool2d(made, scale) - functional.avg_pool2d(high, scale)
        detail = sum((a - b).abs().mean() for a, b in zip(energy(made), energy(real)))
        model = (KEEP * shrunk.abs().mean() + PLAIN * (made - real).abs().mean() + DETAIL * detail - OPINION * opinion.mean())
        critic = functional.relu(1 - on_real).mean() + functional.relu(1 + on_made).mean()
        return model, critic

    def learn(self, gradients):
        for w, g in zip(self.weights, gradients):
            w.grad = g
        self.adam.step()
        self.net.bound()
