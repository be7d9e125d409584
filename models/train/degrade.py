"""Pairs for restoration: a clean procedural picture, and what halos, noise and real encoders
(x264, MPEG-2, JPEG) make of it.

Every pair comes from its seed. A scene is shot once (pictures.py, without sensor noise) and
spoilt several times over: NNNNNN-K.png is the clean picture, NNNNNN-K.low.png the spoilt one.

    python degrade.py --out FOLDER --count 404
    python degrade.py --out FOLDER --count 110 --first 99000 --hard
"""

import argparse
import io
import multiprocessing
import os
import pathlib
import subprocess

import numpy as np
from PIL import Image

from pictures import FRAMES, SIZE, codes, dirt, encode, shoot
from scenes import blur

VERSIONS = 3  # spoilt versions of a scene


def mpeg2(frames, quantiser):
    """The last of `frames` (uint8 [k, SIZE, SIZE, 3]) after MPEG-2 4:2:0 at a fixed quantiser."""
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{SIZE}x{SIZE}"]
    call = ["ffmpeg", "-v", "error", "-threads", "1"]
    coded = subprocess.run(
        [*call, *raw, "-i", "-", "-c:v", "mpeg2video", "-threads", "1", "-g", "4", "-qscale:v", str(quantiser),
         "-pix_fmt", "yuv420p", "-f", "mpeg2video", "-"], input=frames.tobytes(), capture_output=True, check=True).stdout
    back = subprocess.run(
        [*call, "-f", "mpegvideo", "-i", "-", "-f", "rawvideo", "-sws_flags", "accurate_rnd+full_chroma_int",
         "-pix_fmt", "rgb24", "-"], input=coded, capture_output=True, check=True).stdout
    return np.frombuffer(back, np.uint8).reshape(-1, SIZE, SIZE, 3)[-1]


def jpeg(frame, quality, subsampling):
    """`frame` after JPEG; `subsampling` 0 is 4:4:4, 2 is 4:2:0."""
    file = io.BytesIO()
    Image.fromarray(frame).save(file, "JPEG", quality=quality, subsampling=subsampling)
    return np.asarray(Image.open(file))


def spoil(rng, frames):
    """A pair (clean, spoilt), uint8 [SIZE, SIZE, 3], of a clean sequence of float pictures."""
    kind = rng.choice(["none", "h264", "mpeg2", "jpeg", "camera"], p=[0.12, 0.32, 0.14, 0.30, 0.12])
    clean = codes(frames[-1:])[0]
    if kind == "none":  # what is good must stay; so must faint grain
        level = rng.choice([0.0, rng.uniform(0.3, 2.0)])
        clean = codes([frames[-1] + dirt(rng, frames[-1], level, rng.choice([0.0, 0.7]), rng.random() < 0.5)])[0]
        return clean, clean
    if rng.random() < (0.5 if kind == "camera" else 0.15):
        amount, sigma = rng.uniform(0.3, 1.2), rng.uniform(0.8, 2.5)
        frames = [f + amount * (f - blur(f, sigma)) for f in frames]
    noise = rng.uniform(2, 10) if kind == "camera" else rng.uniform(0.5, 6)
    if rng.random() < (0.8 if kind == "camera" else 0.35):
        grain, mono = rng.choice([0.0, rng.uniform(0.4, 1.0)]), rng.random() < 0.5
        frames = [f + dirt(rng, f, noise, grain, mono) for f in frames]
    spoilt = codes(frames)[-int(rng.integers(1, FRAMES + 1)) :]  # so that the last frame is of any kind
    if kind == "h264":
        return clean, encode(spoilt, int(rng.integers(20, 41)))
    if kind == "mpeg2":
        return clean, mpeg2(spoilt, int(np.exp(rng.uniform(np.log(2), np.log(16)))))
    if kind == "jpeg":
        return clean, jpeg(spoilt[-1], int(rng.integers(12, 90)), int(rng.choice([0, 2], p=[0.25, 0.75])))
    return clean, spoilt[-1]


def starve(rng, frames):
    """A pair as of `spoil`, by x264 at the low rates alone where its damage is worst: any frame
    of the sequence, so that the coarser frames between the good ones are among them."""
    which, spoilt = int(rng.integers(FRAMES)), frames
    if rng.random() < 0.25:
        noise = rng.uniform(0.5, 4)
        spoilt = [f + dirt(rng, f, noise, 0.5, True) for f in frames]
    crf, preset = int(rng.integers(28, 42)), rng.choice(["veryfast", "medium"], p=[0.3, 0.7])
    return codes(frames)[which], encode(codes(spoilt), crf, preset, which)


def save(job):
    folder, seed, hard = job
    versions, make = (2 * VERSIONS, starve) if hard else (VERSIONS, spoil)
    names = [pathlib.Path(folder) / f"{seed:06}-{k}" for k in range(versions)]
    if all(name.with_suffix(".png").exists() for name in names):
        return
    rng = np.random.default_rng([seed, 1])
    frames = shoot(rng, noisy=False)
    for name in names:
        # The clean picture is written last: a pair without it does not count as made.
        for suffix, picture in zip((".png", ".low.png"), make(rng, frames), strict=True):
            Image.fromarray(picture).save(name.with_suffix(suffix + ".part"), "PNG", compress_level=1)
        for suffix in (".low.png", ".png"):
            name.with_suffix(suffix + ".part").rename(name.with_suffix(suffix))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--count", type=int, default=404, help="scenes")
    parser.add_argument("--first", type=int, default=100000, help="first seed")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--hard", action="store_true", help="x264 at low rates alone, six versions of a scene")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    jobs = [(str(options.out), seed, options.hard) for seed in range(options.first, options.first + options.count)]
    with multiprocessing.Pool(options.workers) as pool:
        for done, _ in enumerate(pool.imap(save, jobs), 1):
            if done % 20 == 0:
                print(f"{done} of {len(jobs)} scenes", flush=True)


if __name__ == "__main__":
    main()
