"""Train one model of recipes.py on procedural pictures.

Seeded; writes a checkpoint every minute and goes on from it when started again with the same
--work. The curve goes to NAME.curve.csv there.

    python pictures.py --out WORK/pictures --count 1200
    python train.py compact-2x --work WORK --steps 12400
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
from torch import nn

from critic import Adversary
from nets import build
from pairs import HELD_OUT, Pairs, error
from recipes import RECIPES
from soap import Soap


def loss_of(made, high, unit):
    """Mean over patches of the error in units of the picture's reference error, so that soft
    pictures, whose errors are small, count as much as sharp ones; bent gently for outliers."""
    return (4 * torch.log1p(error(made, high) / unit / 4)).mean()


class Run:
    """A training in progress: the net, its moving average, the optimisers, time and steps."""

    def __init__(self, name, options):
        self.name, self.recipe, self.options = name, RECIPES[name], options
        torch.manual_seed(options.seed)
        torch.set_num_threads(1)
        self.pool = concurrent.futures.ThreadPoolExecutor(options.threads, thread_name_prefix="minibatch")
        self.data = Pairs(options.pictures or options.work / "pictures", self.recipe)
        self.net = build(self.recipe).to(memory_format=torch.channels_last)
        if hasattr(self.net, "settle"):
            self.net.settle(self.data.batch(np.random.default_rng(options.seed), 16)[0])
        if self.recipe.start:
            self.begin_from(options.start or options.work / f"{self.recipe.start}.pt")
        self.smooth = build(self.recipe).to(memory_format=torch.channels_last)
        self.smooth.load_state_dict(self.net.state_dict())
        self.weights = list(self.net.parameters())
        self.soap = Soap([w for w in self.weights if w.dim() > 1], refresh=self.recipe.refresh, pool=self.pool)
        self.adam = torch.optim.Adam([w for w in self.weights if w.dim() == 1], betas=(0.9, 0.99))  # biases and slopes
        self.adversary = Adversary() if self.recipe.critic else None
        self.step, self.spent, self.own_units, self.recent = 0, 0.0, False, []
        self.last = options.work / f"{name}.pt"
        if self.last.exists():
            self.restore()

    def begin_from(self, path):
        """Take over every weight of another training whose shape agrees."""
        given, own = torch.load(path, weights_only=True)["params_ema"], self.net.state_dict()
        own.update({k: v for k, v in given.items() if k in own and own[k].shape == v.shape})
        self.net.load_state_dict(own)

    def restore(self):
        state = torch.load(self.last, weights_only=True)
        self.net.load_state_dict(state["params"])
        self.smooth.load_state_dict(state["params_ema"])
        self.soap.load_state_dict(state["soap"])
        self.adam.load_state_dict(state["adam"])
        self.step, self.spent = state["step"], state["seconds"]
        if len(state["unit"]) == len(self.data):  # else more pictures were made meanwhile: units anew
            self.own_units, self.data.unit = state["own_units"], state["unit"]
        if self.adversary:
            self.adversary.load_state_dict(state["adversary"])

    def save(self):
        state = {"params": self.net.state_dict(), "params_ema": self.smooth.state_dict(), "soap": self.soap.state_dict(),
                 "adam": self.adam.state_dict(), "step": self.step, "seconds": self.spent,
                 "own_units": self.own_units, "unit": self.data.unit}
        if self.adversary:
            state["adversary"] = self.adversary.state_dict()
        torch.save(state, self.last.with_suffix(".part"))
        self.last.with_suffix(".part").rename(self.last)

    def note(self):
        """One row of the curve: gains are over Lanczos, or over the spoilt picture at scale 1."""
        held_out = range(len(self.data) - HELD_OUT, len(self.data))
        errors = torch.cat(list(self.pool.map(lambda i: self.data.errors(self.smooth, [i]), held_out)))
        floor = self.data.floor / 9 if self.recipe.scale == 1 else 0.0  # an unspoilt pair has no error at all
        gain = 10 * torch.log10((self.data.plain[held_out] + floor) / (errors + floor))
        row = [self.step, round(self.spent), f"{np.mean(self.recent[-500:] or [0]):.4f}", f"{gain.mean():.3f}", f"{gain.min():.3f}"]
        path = self.options.work / f"{self.name}.curve.csv"
        fresh = not path.exists()
        with open(path, "a", newline="") as file:
            if fresh:
                csv.writer(file).writerow(["step", "seconds", "loss", "held_out_gain_db", "held_out_worst_db"])
            csv.writer(file).writerow(row)
        print(*row, flush=True)

    def part(self, number, parts, half):
        """One thread's share of a batch: its loss, the gradients, and the critic's if any."""
        rng = np.random.default_rng([self.options.seed, self.step, number])
        low, high, unit = self.data.batch(rng, self.recipe.batch // parts)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            made = self.net(low)
        if not self.adversary:
            loss = loss_of(made, high, unit)
            return loss.item(), torch.autograd.grad(loss, self.weights), ()
        loss, critic = self.adversary.losses(made, low, high, half)
        return loss.item(), torch.autograd.grad(loss, self.weights), torch.autograd.grad(critic, self.adversary.weights)

    def advance(self, done):
        """One step; `done` is the share of the run that is over."""
        parts = 2 * self.options.threads if self.recipe.batch >= 2 * self.options.threads else 1
        half = done < self.recipe.half
        rate = self.recipe.rate * min(1, (self.step + 1) / 200) * (0.005 + 0.995 * (0.5 + 0.5 * math.cos(math.pi * done)))
        losses, gradients, opinions = zip(*self.pool.map(lambda k: self.part(k, parts, half), range(parts)))
        for w, *g in zip(self.weights, *gradients):
            w.grad = sum(g) / parts
        nn.utils.clip_grad_norm_(self.weights, 1.0)
        self.soap.step(rate)
        self.adam.param_groups[0]["lr"] = 0.4 * rate
        self.adam.step()
        if self.adversary:
            self.adversary.learn([sum(g) / parts for g in zip(*opinions)])
        self.recent = self.recent[-500:] + [np.mean(losses)]
        self.step += 1
        with torch.no_grad():
            keep = min(0.999, self.step / (self.step + 10))
            for s, w in zip(self.smooth.parameters(), self.weights):
                s.lerp_(w, 1 - keep)

    def go(self):
        """Train to the end of the steps or minutes."""
        options = self.options
        began, saved, noted = time.monotonic() - self.spent, time.monotonic(), time.monotonic()
        while True:
            self.spent = time.monotonic() - began
            done = self.spent / (60 * options.minutes) if options.minutes else self.step / options.steps
            if done > 0.3 and not self.own_units and not self.adversary:
                self.data.use_own_units(self.smooth, self.pool.map, rough=self.recipe.half > 0)
                self.own_units = True
            if time.monotonic() - saved > 60 or done >= 1:
                self.save()
                saved = time.monotonic()
            if time.monotonic() - noted > 60 * options.note or done >= 1:
                self.note()
                noted = time.monotonic()
            if done >= 1:
                break
            self.advance(done)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=RECIPES)
    parser.add_argument("--work", required=True, type=pathlib.Path, help="holds pictures/, NAME.pt, NAME.curve.csv")
    parser.add_argument("--pictures", type=pathlib.Path, help="default WORK/pictures")
    parser.add_argument("--start", type=pathlib.Path, help="checkpoint of the recipe to begin from, default WORK/ITS NAME.pt")
    parser.add_argument("--steps", type=int, default=12400)
    parser.add_argument("--minutes", type=float, help="let time, not --steps, end the run")
    parser.add_argument("--note", type=float, default=1.0, help="minutes between rows of the curve")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    Run(options.name, options).go()


if __name__ == "__main__":
    main()
