"""Train Compact 2x (SRVGGNetCompact, 24 features, 8 body convolutions) on procedural pictures.

Seeded; writes a checkpoint every minute and goes on from it when started again with the same
--work. The curve goes to curve.csv there.

    python pictures.py --out WORK/pictures --count 2000
    python train.py --work WORK --minutes 60
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # the threads below are whole mini-batches, not loops

import argparse
import concurrent.futures
import csv
import math
import pathlib
import time

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

from resample import taps
from soap import Soap

FEATURES, BODY = 24, 8
PATCH = 48  # low-resolution pixels on a side
HELD_OUT = 48  # pictures kept for the curve, never trained on
LUMA = torch.tensor([0.2126, 0.7152, 0.0722]).view(1, 3, 1, 1)
CHROMA_SHARE = 0.1  # of plain RGB error beside the luma error
FLOOR = (0.3 / 255) ** 2  # error below a third of a code is rounding, not worth fitting


class Compact(nn.Module):
    """[batch, 3, h, w] to [batch, 3, 2h, 2w]; key names as in SRVGGNetCompact (`body.N`)."""

    def __init__(self):
        super().__init__()
        layers = [nn.Conv2d(3, FEATURES, 3, padding=1), nn.PReLU(FEATURES)]
        for _ in range(BODY):
            layers += [nn.Conv2d(FEATURES, FEATURES, 3, padding=1), nn.PReLU(FEATURES)]
        layers.append(nn.Conv2d(FEATURES, 12, 3, padding=1))
        with torch.no_grad():
            layers[-1].weight *= 0.1  # start close to plain nearest enlargement
        self.body = nn.Sequential(*layers)

    def forward(self, x):
        return functional.pixel_shuffle(self.body(x), 2) + functional.interpolate(x, scale_factor=2, mode="nearest")


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


class Pictures:
    """All pictures in memory: `high` uint8 [n, 3, s, s], `low` float32 [n, 3, s/2, s/2] made
    by our bicubic, and `unit` [n], the error that a picture's error is divided by."""

    def __init__(self, folder):
        files = sorted(folder.glob("*.png"))
        self.high = torch.stack([torch.from_numpy(np.array(Image.open(f))).permute(2, 0, 1) for f in files])
        size = self.high.shape[-1]
        down, up = matrix(size, size // 2, "bicubic"), matrix(size // 2, size, "lanczos")
        self.low = torch.stack([down @ (h / 255.0) @ down.T for h in self.high])
        self.lanczos = torch.stack([error((up @ l @ up.T)[None], h[None] / 255.0)[0] for l, h in zip(self.low, self.high)])
        self.unit = self.lanczos + FLOOR

    def __len__(self):
        return len(self.high)

    def errors(self, net, chosen):
        """The net's error on each whole picture of `chosen` [k]."""
        with torch.no_grad():
            return torch.stack([error(net(self.low[i : i + 1]), self.high[i : i + 1] / 255.0)[0] for i in chosen])

    def batch(self, rng, count):
        """Random patches (low, high, unit) after flips, a turn, and a change of gain and level.
        All of these commute with the resampling, so the pair stays exact."""
        low, high, unit = [], [], []
        for i in rng.integers(0, len(self) - HELD_OUT, count):
            y, x = rng.integers(0, self.low.shape[-1] - PATCH + 1, 2)
            a = self.low[i, :, y : y + PATCH, x : x + PATCH]
            b = self.high[i, :, 2 * y : 2 * (y + PATCH), 2 * x : 2 * (x + PATCH)] / 255.0
            turns, flip = int(rng.integers(4)), rng.random() < 0.5
            a, b = torch.rot90(a, turns, (1, 2)), torch.rot90(b, turns, (1, 2))
            if flip:
                a, b = a.flip(2), b.flip(2)
            gain, level = 1.0, 0.0
            if rng.random() < 0.5:
                gain = rng.uniform(0.3, 1.0) * rng.choice([-1.0, 1.0], p=[0.3, 0.7])
                level = rng.uniform(0, 1 - abs(gain)) + (abs(gain) if gain < 0 else 0)
            low.append(a * gain + level)
            high.append(b * gain + level)
            unit.append(self.unit[i] * gain**2)
        shape = {"memory_format": torch.channels_last}
        return torch.stack(low).contiguous(**shape), torch.stack(high).contiguous(**shape), torch.stack(unit)


def loss_of(net, low, high, unit):
    """Mean over patches of the error in units of the picture's reference error, so that soft
    pictures, whose errors are small, count as much as sharp ones; bent gently for outliers."""
    return (4 * torch.log1p(error(net(low), high) / unit / 4)).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", required=True, type=pathlib.Path, help="holds pictures/, last.pt, curve.csv")
    parser.add_argument("--pictures", type=pathlib.Path, help="default WORK/pictures")
    parser.add_argument("--start", type=pathlib.Path, help="begin from these weights")
    parser.add_argument("--steps", type=int, default=20000)
    parser.add_argument("--minutes", type=float, help="let time, not --steps, end the run")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=5e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    options.work.mkdir(parents=True, exist_ok=True)
    data = Pictures(options.pictures or options.work / "pictures")
    held_out = range(len(data) - HELD_OUT, len(data))
    net = Compact().to(memory_format=torch.channels_last)
    if options.start:
        net.load_state_dict(torch.load(options.start)["params_ema"])
    smooth = Compact().to(memory_format=torch.channels_last)
    smooth.load_state_dict(net.state_dict())
    weights = list(net.parameters())
    soap = Soap([w for w in weights if w.dim() > 1])
    adam = torch.optim.Adam([w for w in weights if w.dim() == 1], betas=(0.9, 0.99))  # biases and slopes
    step, spent, own_units = 0, 0.0, False

    last = options.work / "last.pt"
    if last.exists():
        state = torch.load(last, weights_only=True)
        net.load_state_dict(state["params"])
        smooth.load_state_dict(state["params_ema"])
        soap.load_state_dict(state["soap"])
        adam.load_state_dict(state["adam"])
        step, spent, own_units, data.unit = state["step"], state["seconds"], state["own_units"], state["unit"]
    pool = concurrent.futures.ThreadPoolExecutor(options.threads, thread_name_prefix="minibatch")
    parts = 2 * options.threads if options.batch >= 2 * options.threads else 1

    def part(number):
        rng = np.random.default_rng([options.seed, step, number])
        loss = loss_of(net, *data.batch(rng, options.batch // parts))
        return loss.item(), torch.autograd.grad(loss, weights)

    def save():
        state = {"params": net.state_dict(), "params_ema": smooth.state_dict(), "soap": soap.state_dict(),
                 "adam": adam.state_dict(), "step": step, "seconds": spent, "own_units": own_units, "unit": data.unit}
        torch.save(state, last.with_suffix(".part"))
        last.with_suffix(".part").rename(last)

    began, saved, noted, recent = time.monotonic() - spent, time.monotonic(), time.monotonic(), []
    while True:
        spent = time.monotonic() - began
        done = spent / (60 * options.minutes) if options.minutes else step / options.steps
        if done > 0.3 and not own_units:
            # From here the unit is the net's own error: the loss then follows mean PSNR.
            own, own_units = data.errors(smooth, range(len(data))), True
            data.unit = torch.minimum(own, data.lanczos) + FLOOR
        if time.monotonic() - saved > 60 or done >= 1:
            save()
            saved = time.monotonic()
        if time.monotonic() - noted > 60 or done >= 1:
            gain = 10 * torch.log10(data.lanczos[held_out] / data.errors(smooth, held_out))
            row = [step, round(spent), f"{np.mean(recent[-500:]):.4f}", f"{gain.mean():.3f}", f"{gain.min():.3f}"]
            fresh = not (options.work / "curve.csv").exists()
            with open(options.work / "curve.csv", "a", newline="") as file:
                if fresh:
                    csv.writer(file).writerow(["step", "seconds", "loss", "held_out_gain_db", "held_out_worst_db"])
                csv.writer(file).writerow(row)
            print(*row, flush=True)
            noted = time.monotonic()
        if done >= 1:
            break
        rate = options.rate * min(1, (step + 1) / 200) * (0.005 + 0.995 * (0.5 + 0.5 * math.cos(math.pi * done)))
        losses, gradients = zip(*pool.map(part, range(parts)))
        for w, *g in zip(weights, *gradients):
            w.grad = sum(g) / parts
        nn.utils.clip_grad_norm_(weights, 1.0)
        soap.step(rate)
        adam.param_groups[0]["lr"] = 0.4 * rate
        adam.step()
        recent = recent[-500:] + [np.mean(losses)]
        step += 1
        with torch.no_grad():
            keep = min(0.999, step / (step + 10))
            for s, w in zip(smooth.parameters(), weights):
                s.lerp_(w, 1 - keep)


if __name__ == "__main__":
    main()
