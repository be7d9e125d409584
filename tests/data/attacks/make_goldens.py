#!/usr/bin/env python3
"""Writes goldens.json: what OpenCV makes of small pictures that the tests can draw themselves.

    python3 -m venv venv && venv/bin/pip install numpy opencv-python-headless
    venv/bin/python make_goldens.py

Made with the version named in the file itself. The code of a picture of n bits at column x and row y is
128 + ((37 x + 101 y + 13 x y) mod 256 - 128) div 4 + 2 x - 3 y, held to 0..255, times 2^(n-8), plus for 16 bits
(x y) mod 256.
"""

import json
from pathlib import Path

import cv2
import numpy as np


def picture(w, h, bits):
    y, x = np.mgrid[0:h, 0:w]
    texture = ((37 * x + 101 * y + 13 * x * y) % 256) - 128
    codes = np.clip(128 + texture // 4 + 2 * x - 3 * y, 0, 255)
    if bits == 8:
        return codes.astype(np.uint8)
    return (codes * 256 + (x * y) % 256).astype(np.uint16)


def flat(made):
    return [int(v) for v in made.ravel()]


def clahes():
    sizes = [(20, 16), (19, 13), (16, 13), (5, 3), (1, 1), (1, 7)]
    for w, h in sizes:
        for clip, tiles in [(1.2, 8), (2.0, 2), (4.0, 3), (40.0, 4)]:
            for bits in [8, 16]:
                if bits == 16 and (clip, tiles) not in [(2.0, 2), (4.0, 3)]:
                    continue
                made = cv2.createCLAHE(clip, (tiles, tiles)).apply(picture(w, h, bits))
                yield {"size": [w, h], "bits": bits, "clip": clip, "tiles": tiles, "samples": flat(made)}


def equalised():
    for w, h in [(20, 16), (19, 13), (1, 1), (7, 1)]:
        yield {"size": [w, h], "bits": 8, "samples": flat(cv2.equalizeHist(picture(w, h, 8)))}
    flat_one = np.full((3, 4), 77, np.uint8)
    yield {"size": [4, 3], "bits": 8, "flat": 77, "samples": flat(cv2.equalizeHist(flat_one))}


def unsharps():
    for sigma in [0.5, 1.0, 2.843]:
        y = picture(20, 16, 8).astype(np.float64)
        reach = 2 * int(4 * sigma + 0.5) + 1
        blur = cv2.GaussianBlur(y, (reach, reach), sigma, borderType=cv2.BORDER_REPLICATE)
        made = np.clip(y + 0.75 * (y - blur), 0, 255)
        yield {"size": [20, 16], "bits": 8, "sigma": sigma, "samples": [round(float(v), 4) for v in made.ravel()]}


def main():
    parts = {"clahe": clahes(), "equalise": equalised(), "unsharp": unsharps()}
    lines = [f'"versions": {json.dumps({"numpy": np.__version__, "opencv": cv2.__version__})}']
    for name, cases in parts.items():
        rows = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
        lines.append(f'"{name}": [\n{rows}\n]')
    Path(__file__).with_name("goldens.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
