"""Pairs of pictures in memory, and the error they are judged by."""

import numpy as np
import torch
from PIL import Image

from resample import taps

HELD_OUT = 48  # pictures kept for the curve, never trained on
LUMA = torch.tensor([0.2126, 0.7152, 0.0722]).view(1, 3, 1, 1)
CHROMA_SHARE = 0.1  # of plain RGB error beside the luma error


def matrix(source, target, kernel):
    """The resampling of one axis as a dense float32 matrix [target, source]."""
    index, weight = taps(source, target, kernel)
    dense = np.zeros((target, source))
    np.add.at(dense, (np.arange(target)[:, None], index), weight)
    return torch.tensor(dense, dtype=torch.float32)


def error(made, wanted):
    """Mean squared error per picture [batch]: luma, with a share of RGB. Border pixels count a
    quarter, for a patch has far more border than a frame."""
    d = (made - wanted) ** 2
    y = ((made - wanted) * LUMA).sum(1) ** 2
    weight = torch.full(y.shape[1:], 0.25)
    weight[8:-8, 8:-8] = 1.0
    weight /= weight.mean()
    return ((y + CHROMA_SHARE * d.mean(1)) * weight).mean((1, 2))


def load(path):
    """A PNG as uint8 [3, h, w]."""
    return torch.from_numpy(np.array(Image.open(path))).permute(2, 0, 1)


class Pairs:
    """All pictures of `folder`: `high` uint8 [n, 3, s, s]; `low`, float32 [n, 3, s/scale, s/scale]
    made by our bicubic or, at scale 1, the spoilt pictures of NAME.low.png, uint8; `plain` [n],
    the error of doing nothing better (Lanczos, or the spoilt picture as it is); and `unit` [n],
    what a picture's error is divided by."""

    def __init__(self, folder, recipe):
        files = sorted(f for f in folder.glob("*.png") if not f.name.endswith(".low.png"))
        self.scale, self.patch, self.floor = recipe.scale, recipe.patch, (recipe.floor / 255) ** 2
        self.high = torch.stack([load(f) for f in files])
        if self.scale == 1:
            self.low = torch.stack([load(f.with_suffix(".low.png")) for f in files])
            plain = [error(self.small(i)[None], self.large(i)[None])[0] for i in range(len(files))]
        else:
            size = self.high.shape[-1]
            down, up = matrix(size, size // self.scale, "bicubic"), matrix(size // self.scale, size, "lanczos")
            self.low = torch.stack([down @ (h / 255.0) @ down.T for h in self.high])
            plain = [error((up @ l @ up.T)[None], h[None] / 255.0)[0] for l, h in zip(self.low, self.high)]
        self.plain = torch.stack(plain)
        self.unit = self.plain + self.floor

    def __len__(self):
        return len(self.high)

    def small(self, i):
        return self.low[i] / 255.0 if self.scale == 1 else self.low[i]

    def large(self, i):
        return self.high[i] / 255.0

    def errors(self, net, chosen):
        """The net's error on each whole picture of `chosen` [k]."""
        with torch.no_grad():
            return torch.stack([error(net(self.small(i)[None]), self.large(i)[None])[0] for i in chosen])

    def rough_errors(self, net, chosen, side=64):
        """The same on the middle `side` small pixels alone and in bfloat16, for large nets."""
        out, s = [], self.scale
        for i in chosen:
            low, high = self.small(i)[None], self.large(i)[None]
            at = (low.shape[-1] - side) // 2
            with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
                made = net(low[..., at : at + side, at : at + side])
            out.append(error(made, high[..., s * at : s * (at + side), s * at : s * (at + side)])[0])
        return torch.stack(out)

    def use_own_units(self, net, mapped, rough):
        """From now on the unit is the net's own error: the loss then follows mean PSNR."""
        groups, measure = np.array_split(np.arange(len(self)), 64), self.rough_errors if rough else self.errors
        own = torch.cat(list(mapped(lambda chosen: measure(net, chosen), groups)))
        self.unit = torch.minimum(own, self.plain) + self.floor

    def batch(self, rng, count):
        """Random patches (low, high, unit) after flips, a turn, and a change of gain and level.
        All of these commute with the resampling, so such a pair stays exact; at scale 1, where
        they would not commute with an encoder, gain and level stay."""
        low, high, unit = [], [], []
        s, side = self.scale, self.patch
        for i in rng.integers(0, len(self) - HELD_OUT, count):
            y, x = rng.integers(0, self.low.shape[-1] - side + 1, 2)
            a = self.low[i, :, y : y + side, x : x + side]
            a = a / 255.0 if s == 1 else a
            b = self.high[i, :, s * y : s * (y + side), s * x : s * (x + side)] / 255.0
            turns, flip = int(rng.integers(4)), rng.random() < 0.5
            a, b = torch.rot90(a, turns, (1, 2)), torch.rot90(b, turns, (1, 2))
            if flip:
                a, b = a.flip(2), b.flip(2)
            gain, level = 1.0, 0.0
            if s > 1 and rng.random() < 0.5:
                gain = rng.uniform(0.3, 1.0) * rng.choice([-1.0, 1.0], p=[0.3, 0.7])
                level = rng.uniform(0, 1 - abs(gain)) + (abs(gain) if gain < 0 else 0)
            low.append(a * gain + level)
            high.append(b * gain + level)
            unit.append(self.unit[i] * gain**2)
        shape = {"memory_format": torch.channels_last}
        return torch.stack(low).contiguous(**shape), torch.stack(high).contiguous(**shape), torch.stack(unit)
