"""The exam behind the tables of models/README.md, on clips that took no part in training.

Each model enlarges frames shrunk by our bicubic (kept in float between), or at scale 1 repairs
encoded frames; compared with the untouched frame by luma PSNR and SSIM. What was measured is
kept in --work by file content, so a second run measures only what is new. Models: .onnx, and
Compact or SPAN as .safetensors or .pth.

    python evaluate.py --clips CLIPS --work WORK ../*.onnx ../*.safetensors FOLDER/*.onnx
    python evaluate.py --clips CLIPS --work WORK --whole --detail ../compact-2x.onnx
"""

import argparse
import hashlib
import json
import pathlib
import pickle

import numpy as np
import torch

import clips
from export import read
from graphs import model_of
from judge import open_model, scores, seconds
from resample import luma, resample
from shelf import from_shelf

SIZE = (360, 640)  # height and width of the picture that the processor seconds are for
BASES = ["nearest", "bicubic", "Lanczos"]


def onnx_of(path):
    """What ONNX Runtime opens for a model file: a path, or the bytes of a graph made here."""
    if path.suffix == ".onnx":
        return str(path)
    if path.suffix == ".safetensors":
        weights, _ = read(path)
    else:
        weights = torch.load(path, weights_only=True, map_location="cpu")
        for wrapper in ("params_ema", "params", "state_dict"):
            weights = weights.get(wrapper, weights)
        weights = from_shelf(weights)
    last = max((k for k in weights if k.startswith(("body.", "upsampler.")) and k.endswith("weight")), key=lambda k: int(k.split(".")[1]))
    scale = int((weights[last].shape[0] / 3) ** 0.5)
    architecture = "Compact" if last.startswith("body.") else "SPAN"
    return model_of(path.stem, architecture, weights, scale, {}).SerializeToString()


class Memory:
    """Measured numbers by key, kept in a JSON file."""

    def __init__(self, path):
        self.path = path
        self.known = json.loads(path.read_text()) if path.exists() else {}

    def get(self, key, measure):
        if key not in self.known:
            self.known[key] = measure()
            self.path.write_text(json.dumps(self.known, indent=0))
        return self.known[key]


class Exam:
    """One scale's exam: its pairs of every clip, read once and only when needed."""

    def __init__(self, scale, folder, work, count, whole):
        self.scale, self.folder, self.work, self.count, self.whole, self.read = scale, folder, work, count, whole, {}
        self.kinds = clips.SPOILT if scale == 1 else [f"{scale}x"]

    def pairs(self, clip):
        """Map of kind to list of (given, wanted luma, matrix)."""
        if clip not in self.read:
            # Decoding takes longer than the models do, so what it gave is kept too.
            kept = self.work / f"{clip}.{'repair' if self.scale == 1 else 'frames'}.{self.count}.pickle"
            if not kept.exists():
                path = clips.path_of(self.folder, clip)
                made = clips.spoilt_frames(path, self.count) if self.scale == 1 else clips.frames(path, self.count)
                kept.write_bytes(pickle.dumps(made))
            made = pickle.loads(kept.read_bytes())
            if self.scale == 1:
                self.read[clip] = {k: [(a, luma(b, "bt601"), "bt601") for a, b in v] for k, v in made.items()}
            else:
                self.read[clip] = {self.kinds[0]: [self.shrunk(frame) for frame in made]}
        return self.read[clip]

    def shrunk(self, frame):
        """(what a model is given, wanted luma, matrix) of a frame."""
        matrix = "bt709" if frame.shape[0] >= 720 else "bt601"  # the usual guess: SD is BT.601.
        frame = frame if self.whole else clips.middle(frame)
        height, width = (side // self.scale * self.scale for side in frame.shape[:2])
        frame = frame[:height, :width]
        return resample(frame, height // self.scale, width // self.scale, "bicubic"), luma(frame, matrix), matrix

    def base(self, name):
        """A plain enlargement, or at scale 1 the picture as it is."""
        s = self.scale
        if s == 1:
            return lambda p: p
        if name == "nearest":
            return lambda p: p.repeat(s, 0).repeat(s, 1)
        return lambda p: resample(p, s * p.shape[0], s * p.shape[1], name.lower())

    def measure(self, clip, kind, up):
        """[[psnr, ssim], ...] of each frame."""
        return [scores(luma(up(given), matrix), wanted) for given, wanted, matrix in self.pairs(clip)[kind]]

    def rows(self, memory, name, key, up):
        """Scores of one method: map of kind to array [clips, frames, 2]."""
        out = {}
        for kind in self.kinds:
            table = []
            for clip in clips.CLIPS:
                what = f"{key}|{kind}|{clip}|{self.count}|{'whole' if self.whole else clips.WINDOW}"
                found = memory.get(what, lambda: self.measure(clip, kind, up))
                table.append(found)
            out[kind] = np.array(table)
            print(f"# {name}, {kind}: {out[kind][..., 0].mean():.2f} dB", flush=True)
        return out


def enlargement_table(exam, found):
    lanczos = found["Lanczos"][exam.kinds[0]][..., 0]
    print(f"\n| {exam.scale}x | PSNR-Y | over Lanczos | least clip | SSIM | CPU s a frame |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, table in found.items():
        table = table[exam.kinds[0]]
        gain = (table[..., 0] - lanczos).mean(1)
        speed = "" if name in BASES else f"{found.speed[name]:.2f}"
        print(f"| {name} | {table[..., 0].mean():.2f} | {gain.mean():+.2f} | {gain.min():+.2f} | {table[..., 1].mean():.4f} | {speed} |")


def repair_table(exam, found):
    print("\n| 1x, PSNR-Y (SSIM) | " + " | ".join(exam.kinds) + " | CPU s a frame |")
    print("| --- |" + " ---: |" * (len(exam.kinds) + 1))
    for name, tables in found.items():
        cells = [f"{tables[k][..., 0].mean():.2f} ({tables[k][..., 1].mean():.4f})" for k in exam.kinds]
        print(f"| {name} | " + " | ".join(cells) + f" | {found.speed.get(name, 0):.2f} |")
    print("\n| 1x, gain over the spoilt picture in dB, mean (least clip) | " + " | ".join(exam.kinds[:-1]) + " |")
    print("| --- |" + " ---: |" * (len(exam.kinds) - 1))
    for name in list(found)[1:]:
        gains = [(found[name][k] - found["as it is"][k])[..., 0].mean(1) for k in exam.kinds[:-1]]
        print(f"| {name} | " + " | ".join(f"{g.mean():+.2f} ({g.min():+.2f})" for g in gains) + " |")


def detail_table(exam, found, name):
    """One row a clip, for the model `name`."""
    kind = exam.kinds[0]
    print("\n| clip | bicubic | Lanczos | model | gain | worst frame |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    bicubic, lanczos, model = (found[n][kind][..., 0] for n in ("bicubic", "Lanczos", name))
    gain = model - lanczos
    for k, clip in enumerate(clips.CLIPS):
        cells = [bicubic[k].mean(), lanczos[k].mean(), model[k].mean(), gain[k].mean(), gain[k].min()]
        print(f"| {clip} | " + " | ".join(f"{v:.2f}" for v in cells) + " |")
    cells = [bicubic.mean(), lanczos.mean(), model.mean(), gain.mean(), gain.min()]
    print("| **mean** | " + " | ".join(f"{v:.2f}" for v in cells) + " |")


class Found(dict):
    """Scores by method, in order, with the seconds of the models."""

    def __init__(self):
        super().__init__()
        self.speed = {}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", type=pathlib.Path)
    parser.add_argument("--clips", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path, help="what was measured is kept here")
    parser.add_argument("--frames", type=int, default=4, help="frames per clip")
    parser.add_argument("--whole", action="store_true", help="enlarge whole frames, not their middle 640x480")
    parser.add_argument("--detail", action="store_true", help="also one table per model with a row a clip")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    memory, exams = Memory(options.work / "exam.json"), {}
    for path in options.models:
        try:
            up, scale = open_model(onnx_of(path))
        except Exception as why:  # a multi-frame or fixed-size model is no candidate here
            print(f"# {path.name} left out: {str(why).splitlines()[0][:120]}")
            continue
        if scale not in exams:
            exams[scale] = (Exam(scale, options.clips, options.work, options.frames, options.whole), Found())
            exam, found = exams[scale]
            for name in BASES if scale > 1 else ["as it is"]:
                found[name] = exam.rows(memory, name, f"{scale}x {name}", exam.base(name))
        exam, found = exams[scale]
        key = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        found[path.name] = exam.rows(memory, path.name, key, up)
        found.speed[path.name] = memory.get(f"{key}|cpu seconds", lambda: seconds(up, *SIZE))
    for scale, (exam, found) in sorted(exams.items()):
        (repair_table if scale == 1 else enlargement_table)(exam, found)
        if options.detail and scale > 1:
            for name in list(found)[len(BASES):]:
                print(f"\n{name}")
                detail_table(exam, found, name)


if __name__ == "__main__":
    main()
