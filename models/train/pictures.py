"""Procedural training pictures: no photograph, film or drawing by hand goes in.

Every picture comes from its seed alone. A scene (scenes.py) is drawn at twice the size, sent
through a made-up camera (light, blur, motion, sensor noise, sharpening, rescaling) and mostly
through a real H.264 encoder (the ffmpeg command), since the pictures people enlarge have been
through all that.

    python pictures.py --out FOLDER --count 2000
"""

import argparse
import multiprocessing
import os
import pathlib
import subprocess

import numpy as np
from PIL import Image

from resample import resample
from scenes import MARGIN, SCALE, SCENES, SIZE, blur, noise_field, palette, write

FRAMES = 5  # frames of the short sequence given to the encoder


def shrink(canvas, y, x):
    """Area-average the canvas window that starts at (y, x) to [SIZE, SIZE, 3]."""
    window = canvas[y : y + SIZE * SCALE, x : x + SIZE * SCALE]
    return window.reshape(SIZE, SCALE, SIZE, SCALE, 3).mean(axis=(1, 3))


def expose(rng, canvas):
    """Uneven light, contrast from flat to full, tone curve."""
    canvas = np.clip(canvas, 0, 1)
    if rng.random() < 0.4:
        canvas = canvas * (1 + rng.uniform(0, 0.25) * noise_field(rng, 2.5))
    contrast, level = rng.choice([1.0, 0.7, 0.4, 0.2], p=[0.5, 0.25, 0.15, 0.1]), rng.uniform(0.1, 0.9)
    canvas = level + contrast * (canvas - level)
    return np.clip(canvas, 0, 1) ** np.exp(rng.normal(0, 0.25))


def rescale(rng, frame):
    """Shrink and enlarge again, as footage of a lower resolution has been."""
    side = int(SIZE / rng.uniform(1.15, 2.2))
    kernel = rng.choice(["bicubic", "lanczos"])
    return resample(resample(frame, side, side, "bicubic"), SIZE, SIZE, kernel)


def encode(frames, crf, preset="veryfast", which=-1):
    """One of `frames` (uint8 [k, SIZE, SIZE, 3]) after all went through H.264 4:2:0 at the given CRF."""
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{SIZE}x{SIZE}"]
    call = ["ffmpeg", "-v", "error"]
    coded = subprocess.run(
        [*call, *raw, "-i", "-", "-c:v", "libx264", "-preset", preset, "-threads", "1", "-crf", str(crf),
         "-pix_fmt", "yuv420p", "-f", "h264", "-"], input=frames.tobytes(), capture_output=True, check=True).stdout
    back = subprocess.run(
        [*call, "-threads", "1", "-f", "h264", "-i", "-", "-f", "rawvideo", "-sws_flags", "accurate_rnd+full_chroma_int",
         "-pix_fmt", "rgb24", "-"], input=coded, capture_output=True, check=True).stdout
    return np.frombuffer(back, np.uint8).reshape(-1, SIZE, SIZE, 3)[which]


def shoot(rng, noisy=True):
    """A short sequence from the made-up camera: a list of FRAMES float pictures
    [SIZE, SIZE, 3], about 0..1; without sensor noise where not `noisy`."""
    colours = palette(rng)
    bank = [noise_field(rng, rng.uniform(0.5, 2.5), rng.choice([1, 3])) for _ in range(3)]
    canvas = rng.choice([s for s, _ in SCENES], p=[p for _, p in SCENES])(rng, bank, colours)
    if rng.random() < 0.12:
        write(rng, canvas, np.array([[0.02] * 3, [0.95] * 3]), int(rng.integers(1, 4)))
    canvas = expose(rng, canvas)

    # Lens: a quarter sharp, most slightly soft, some out of focus. Sigma in canvas pixels.
    low, high = [(0, 0), (0.5, 1.6), (1.6, 3.2), (3.2, 9)][rng.choice(4, p=[0.22, 0.35, 0.28, 0.15])]
    if high:
        canvas = blur(canvas, rng.uniform(low, high))
    if rng.random() < 0.2:
        canvas = canvas + rng.uniform(0.2, 1.2) * (canvas - blur(canvas, rng.uniform(1.5, 4)))

    level = rng.choice([0, rng.uniform(0.2, 1.5), rng.uniform(1.5, 6)], p=[0.35, 0.45, 0.2])  # codes of 255
    grain, mono = rng.choice([0.0, rng.uniform(0.4, 1.0)]), rng.random() < 0.5
    speed = np.clip(np.round(rng.normal(0, 2, 2)), -5, 5).astype(int) if rng.random() < 0.6 else np.zeros(2, int)
    small, comb = rng.random() < 0.12, rng.random() < 0.05
    frames = []
    for k in range(FRAMES):
        frame = shrink(canvas, *(MARGIN + speed * (k - FRAMES // 2)))
        if comb:  # two fields of different times woven into a frame
            frame[1::2] = shrink(canvas, *(MARGIN + speed[::-1] * 2))[1::2]
        if small:
            frame = rescale(rng, frame)
        if level and noisy:
            frame = frame + dirt(rng, frame, level, grain, mono)
        frames.append(frame)
    return frames


def dirt(rng, frame, level, grain, mono):
    """Sensor noise of `level` codes of 255, stronger in the lights; white, or correlated by a
    blur of `grain` pixels as after demosaicing."""
    noise = rng.standard_normal((SIZE, SIZE, 1 if mono else 3))
    noise = blur(noise, grain) if grain else noise
    return level / 255 * noise / noise.std() * (0.4 + frame)


def codes(frames):
    """Float pictures as uint8 [k, SIZE, SIZE, 3]."""
    return np.stack([np.round(np.clip(frame, 0, 1) * 255).astype(np.uint8) for frame in frames])


def picture(seed):
    """The finished picture of `seed`: uint8 [SIZE, SIZE, 3]."""
    rng = np.random.default_rng([seed, 2024])
    frames = codes(shoot(rng))
    if rng.random() < 0.25:
        return frames[-1]
    return encode(frames, int(rng.integers(14, 30)))


def save(job):
    folder, seed = job
    path = pathlib.Path(folder) / f"{seed:06}.png"
    if not path.exists():
        partial = path.with_suffix(".part")
        Image.fromarray(picture(seed)).save(partial, "PNG", compress_level=1)
        partial.rename(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    jobs = [(str(options.out), seed) for seed in range(options.first, options.first + options.count)]
    with multiprocessing.Pool(options.workers) as pool:
        for done, _ in enumerate(pool.imap(save, jobs), 1):
            if done % 100 == 0:
                print(f"{done} of {len(jobs)} pictures", flush=True)


if __name__ == "__main__":
    main()
