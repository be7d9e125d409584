#!/usr/bin/env python3
"""Writes goldens.json: what reference implementations make of small pictures that the tests can draw themselves.

    python3 -m venv venv && venv/bin/pip install numpy scipy pillow opencv-python-headless
    venv/bin/python make_goldens.py

Made with the versions named in the file itself. The picture of width w and height h is
((37 x + 101 y + 13 x y) mod 256) / 255 at column x and row y; JPEG gets its codes (0..255) in half strength about
mid-grey over a ramp, so that blocks have both texture and slope.
"""

import io
import json
from pathlib import Path

import cv2
import numpy as np
import PIL
import scipy
from PIL import Image
from scipy import ndimage


def picture(w, h):
    y, x = np.mgrid[0:h, 0:w]
    return ((37 * x + 101 * y + 13 * x * y) % 256) / 255.0


def codes(w, h, c=0):
    y, x = np.mgrid[0:h, 0:w]
    texture = ((37 * x + 101 * y + 13 * x * y + 59 * c) % 256) - 128
    return np.clip(128 + texture // 4 + 2 * x - 3 * y + 20 * c, 0, 255).astype(np.uint8)


def flat(values):
    return [round(float(v), 7) for v in np.asarray(values).ravel()]


def blurs():
    for w, h in [(17, 13), (1, 9), (8, 1), (1, 1), (32, 32)]:
        for sigma in [0.3, 1.3, 4.0]:
            if (w, h) == (32, 32) and sigma != 1.3:
                continue
            made = ndimage.gaussian_filter(picture(w, h), sigma, mode="nearest", truncate=4.0)
            yield {"size": [w, h], "sigma": [sigma, sigma], "samples": flat(made)}
    # scipy names axes from the slowest: (down, across).
    made = ndimage.gaussian_filter(picture(17, 13), (0.4, 2.0), mode="nearest", truncate=4.0)
    yield {"size": [17, 13], "sigma": [2.0, 0.4], "samples": flat(made)}


def shifted(sigma, shift):
    """Weights for scipy's correlate1d that move a picture right by `shift` samples."""
    radius = int(4.0 * sigma + 0.5) + int(np.ceil(abs(shift))) + 1
    k = np.arange(-radius, radius + 1, dtype=float)
    middle = round(-shift)
    w = np.where(np.abs(k - middle) <= int(4.0 * sigma + 0.5), np.exp(-0.5 * ((k + shift) / sigma) ** 2), 0.0)
    return w / w.sum()


def chroma():
    for sigma, shift in [(2.0, 0.0), (2.0, 1.0), (1.5, -0.75), (3.0, 2.6)]:
        made = ndimage.correlate1d(picture(17, 13), shifted(sigma, shift), axis=1, mode="nearest")
        yield {"size": [17, 13], "sigma": sigma, "shift": shift, "samples": flat(made)}


STEP = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def noise_field(seed, frame, w, h):
    key = mix((mix((seed + STEP) & MASK) + (frame + 1) * STEP) & MASK)
    out = np.zeros((h, w))
    for y in range(h):
        for x in range(w):
            word = mix((key + ((y << 32 | x // 2) + 1) * STEP) & MASK)
            u, v = ((word >> 32) + 1) / 2**32, (word & 0xFFFFFFFF) / 2**32
            turn = (np.cos, np.sin)[x % 2]
            out[y, x] = np.sqrt(-2 * np.log(u)) * turn(2 * np.pi * v)
    return out


def noises():
    for seed, frame, (w, h) in [(0, 0, (9, 5)), (0, 1, (9, 5)), (7, 123456, (4, 3)), (2**64 - 1, 0, (1, 1))]:
        yield {"seed": str(seed), "frame": frame, "size": [w, h], "samples": flat(noise_field(seed, frame, w, h))}


def gauss(n, m):
    """Rows of weights from n to m samples: a bell of deviation 1/2 of the coarser grid, out to 3."""
    scale = n / m
    stretch = max(scale, 1.0)
    rows = np.zeros((m, n))
    for j in range(m):
        d = (np.arange(n) + 0.5 - (j + 0.5) * scale) / stretch
        rows[j] = np.where(np.abs(d) < 3.0, np.exp(-0.5 * (d / 0.5) ** 2), 0.0)
    return rows / rows.sum(axis=1, keepdims=True)


def sizes():
    pillow = [("box", (32, 32), (16, 16)), ("box", (33, 21), (11, 7)), ("bicubic", (32, 32), (16, 16)),
              ("bicubic", (33, 21), (17, 11)), ("lanczos", (32, 32), (16, 16)), ("lanczos", (33, 21), (17, 11)),
              ("bicubic", (9, 1), (3, 1)), ("lanczos", (1, 9), (1, 3)), ("bicubic", (9, 7), (18, 14))]
    names = {"box": Image.BOX, "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS}
    for kernel, (w, h), to in pillow:
        made = Image.fromarray(picture(w, h).astype(np.float32)).resize(to, names[kernel])
        yield {"by": "pillow", "kernel": kernel, "size": [w, h], "to": list(to), "samples": flat(made)}
    for (w, h), to in [((33, 21), (22, 14)), ((32, 32), (16, 16))]:
        made = cv2.resize(picture(w, h).astype(np.float32), to, interpolation=cv2.INTER_AREA)
        yield {"by": "opencv area", "kernel": "box", "size": [w, h], "to": list(to), "samples": flat(made)}
    for (w, h), to in [((32, 32), (16, 16)), ((33, 21), (17, 11)), ((9, 7), (18, 14)), ((5, 1), (2, 1))]:
        made = gauss(h, to[1]) @ picture(w, h) @ gauss(w, to[0]).T
        yield {"by": "numpy", "kernel": "gauss", "size": [w, h], "to": list(to), "samples": flat(made)}


def jpegs():
    for w, h in [(24, 20), (13, 9), (1, 1)]:
        for quality in [5, 30, 75, 95]:
            file = io.BytesIO()
            Image.fromarray(codes(w, h)).save(file, "jpeg", quality=quality)
            made = np.asarray(Image.open(file))
            yield {"size": [w, h], "quality": quality, "channels": 1, "samples": made.ravel().tolist()}
    rgb = np.stack([codes(32, 24, c) for c in range(3)], axis=-1)
    for quality in [10, 30, 90]:
        file = io.BytesIO()
        Image.fromarray(rgb).save(file, "jpeg", quality=quality, subsampling="4:2:0")
        made = np.asarray(Image.open(file))
        planes = made.transpose(2, 0, 1).ravel().tolist()
        yield {"size": [32, 24], "quality": quality, "channels": 3, "samples": planes}


def main():
    versions = {"numpy": np.__version__, "scipy": scipy.__version__, "pillow": PIL.__version__, "opencv": cv2.__version__}
    parts = {"blur": blurs(), "chroma": chroma(), "noise": noises(), "resize": sizes(), "jpeg": jpegs()}
    lines = [f'"versions": {json.dumps(versions)}']
    for name, cases in parts.items():
        rows = ",\n  ".join(json.dumps(case, separators=(",", ":")) for case in cases)
        lines.append(f'"{name}": [\n  {rows}\n]')
    Path(__file__).with_name("goldens.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
