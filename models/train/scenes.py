"""Procedural scenes, drawn from a seeded generator alone: dead leaves, soft shading, text,
line art, clutter, noise and brick.

Dead leaves follow Achddou et al. 2021, "Synthetic images as a regularity prior for image
restoration neural networks". Canvases are float32 [CANVAS, CANVAS, 3], nominally 0..1,
supersampled, with a margin for motion and for the blur's wrap-around.
"""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SIZE = 256  # side of a finished picture in pixels
SCALE = 2  # supersampling of the canvas
MARGIN = 24  # canvas pixels on each side that no finished picture shows at rest
CANVAS = SIZE * SCALE + 2 * MARGIN


# Building blocks.


def spectrum(filter_of_frequency, picture):
    """Filter `picture` [n, n, c] by a function of frequency in cycles per pixel."""
    n, m = picture.shape[:2]
    f = np.hypot(np.fft.fftfreq(n)[:, None], np.fft.rfftfreq(m)[None])
    out = np.fft.rfft2(picture, axes=(0, 1)) * filter_of_frequency(f)[..., None]
    return np.fft.irfft2(out, s=(n, m), axes=(0, 1)).astype(np.float32)


def blur(picture, sigma):
    """Gaussian blur, sigma in pixels of `picture`, wrapping at the border."""
    return spectrum(lambda f: np.exp(-2 * (np.pi * sigma * f) ** 2), picture)


def noise_field(rng, slope, channels=1, n=CANVAS):
    """Noise with amplitude spectrum f^-slope, mean 0, standard deviation 1."""
    field = spectrum(lambda f: np.maximum(f, 1.0 / n) ** -slope, rng.standard_normal((n, n, channels)))
    return (field - field.mean()) / (field.std() + 1e-9)


def palette(rng):
    """A few colours [k, 3] that go together: near greys mostly, sometimes vivid."""
    k = rng.integers(3, 9)
    grey = rng.uniform(0.03, 0.97, (k, 1))
    tint = rng.standard_normal((k, 3)) * rng.choice([0.03, 0.1, 0.3])
    return np.clip(grey + tint + rng.standard_normal(3) * 0.06, 0, 1).astype(np.float32)


def colour(rng, colours, spread=0.04):
    pick = colours[rng.integers(len(colours))]
    return np.clip(pick + rng.standard_normal() * spread + rng.standard_normal(3) * spread / 3, 0, 1)


def gradient(rng, n, m):
    """Linear or curved ramp [n, m] in about -1..1."""
    y, x = np.mgrid[0:n, 0:m].astype(np.float32)
    a = rng.uniform(0, 2 * np.pi)
    ramp = (np.cos(a) * (x / m - 0.5) + np.sin(a) * (y / n - 0.5)) * 2
    if rng.random() < 0.4:
        cy, cx = rng.uniform(-0.2, 1.2, 2)
        ramp = 1 - 2 * np.hypot(x / m - cx, y / n - cy)
    return ramp


def grating(rng, n, m):
    """Sine, square or checkered waves [n, m] in -1..1, period from 3 canvas pixels."""
    y, x = np.mgrid[0:n, 0:m].astype(np.float32)
    period, a = np.exp(rng.uniform(np.log(3), np.log(60))), rng.uniform(0, np.pi)
    bend = rng.uniform(0, 0.002) * (x**2 + y**2) ** 0.5 if rng.random() < 0.3 else 0
    u = (np.cos(a) * x + np.sin(a) * y) * (1 + bend)
    wave = np.sin(2 * np.pi * u / period + rng.uniform(0, 6))
    if rng.random() < 0.3:
        wave = wave * np.sin(2 * np.pi * (np.cos(a) * y - np.sin(a) * x) / (period * rng.uniform(0.5, 2)))
    return np.clip(wave * rng.choice([1.0, 1.0, 4.0]), -1, 1)


def bricks(rng, n, m):
    """Brick or tile wall [n, m]: about -1 in the joints, random per brick elsewhere."""
    y, x = np.mgrid[0:n, 0:m].astype(np.float32)
    a = rng.normal(0, 0.15)
    y, x = np.cos(a) * y - np.sin(a) * x + 1000, np.cos(a) * x + np.sin(a) * y + 1000
    h = np.exp(rng.uniform(np.log(6), np.log(60)))
    w, joint = h * rng.uniform(0.8, 3.5), rng.uniform(0.04, 0.2) * h
    row = np.floor(y / h)
    x = x + (row % 2) * w * rng.choice([0.0, 0.5])
    tint = np.sin(row * 12.9898 + np.floor(x / w) * 78.233) * 43758.5453
    tint = (tint - np.floor(tint)) * rng.uniform(0, 1.2) - 0.2
    return np.where((y % h < joint) | (x % w < joint), -1.0, tint)


def fill(rng, bank, n, m, base):
    """Texture [n, m, 3] about colour `base`; `bank` holds the scene's noise fields."""
    out = np.broadcast_to(base.astype(np.float32), (n, m, 3))
    kind, amount = rng.random(), rng.choice([0.02, 0.06, 0.15, 0.3]) * rng.uniform(0.5, 1.5)
    tint = 1 + rng.standard_normal(3).astype(np.float32) * 0.2
    if kind < 0.45:
        field = bank[rng.integers(len(bank))]
        y, x = rng.integers(0, CANVAS - n + 1), rng.integers(0, CANVAS - m + 1)
        out = out + amount * 0.7 * field[y : y + n, x : x + m] * tint
    elif kind < 0.60:
        out = out + amount * grating(rng, n, m)[..., None] * tint
    elif kind < 0.64:
        out = out + amount * bricks(rng, n, m)[..., None] * tint
    if rng.random() < 0.5:
        out = out + rng.uniform(0, 0.25) * gradient(rng, n, m)[..., None]
    return out


def outline(rng, radius, kind=None):
    """Closed outline [k, 2] about the origin: disc, ellipse, box, polygon or smooth blob."""
    kind = rng.integers(5) if kind is None else kind
    k = {0: 48, 1: 48, 2: 4, 3: int(rng.integers(3, 8)), 4: 64}[int(kind)]
    t = np.arange(k) * 2 * np.pi / k
    r = np.ones(k)
    if kind == 3:
        t, r = np.sort(rng.uniform(0, 2 * np.pi, k)), rng.uniform(0.5, 1, k)
    if kind == 4:
        r = 1 + sum(rng.normal(0, 0.25 / h) * np.cos(h * t + rng.uniform(0, 6)) for h in range(1, 7))
        r = np.clip(r, 0.2, 1.4)
    points = np.stack([np.cos(t + np.pi / 4) * r, np.sin(t + np.pi / 4) * r], 1) * radius
    if kind != 0:
        points[:, 1] *= np.exp(rng.uniform(np.log(0.12), 0))
    a = rng.uniform(0, 2 * np.pi) if rng.random() < 0.8 else 0.0
    return points @ np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])


def stamp(canvas, draw, low, high, paint):
    """Blend `paint(n, m)` into the box low..high (x, y) where `draw(pen, offset, zoom)` draws."""
    x0, y0 = (max(int(np.floor(v)) - 2, 0) for v in low)
    x1, y1 = (min(int(np.ceil(v)) + 3, CANVAS) for v in high)
    if x1 <= x0 or y1 <= y0:
        return
    mask = Image.new("L", ((x1 - x0) * 2, (y1 - y0) * 2))
    draw(ImageDraw.Draw(mask), np.array([x0, y0]), 2)
    alpha = np.asarray(mask.reduce(2), dtype=np.float32)[..., None] / 255
    box = canvas[y0:y1, x0:x1]
    box += alpha * (paint(y1 - y0, x1 - x0) - box)


def stamp_polygon(canvas, points, paint):
    def draw(pen, offset, zoom):
        pen.polygon([tuple(p) for p in (points - offset) * zoom], fill=255)

    stamp(canvas, draw, points.min(0), points.max(0), paint)


def stamp_stroke(canvas, points, width, ink):
    def draw(pen, offset, zoom):
        pen.line([tuple(p) for p in (points - offset) * zoom], fill=255, width=max(1, round(width * zoom)), joint="curve")

    stamp(canvas, draw, points.min(0) - width, points.max(0) + width, lambda n, m: ink.astype(np.float32))


def curve(rng, reach):
    """A smooth stroke [24, 2]: a cubic Bezier with its ends about `reach` apart."""
    a = rng.uniform(0, 2 * np.pi)
    start = rng.uniform(-20, CANVAS + 20, 2)
    step = reach / 3 * np.array([np.cos(a), np.sin(a)])
    p = [start + k * step + rng.normal(0, reach / 8, 2) for k in range(4)]
    t = np.linspace(0, 1, 24)[:, None]
    return (1 - t) ** 3 * p[0] + 3 * t * (1 - t) ** 2 * p[1] + 3 * t**2 * (1 - t) * p[2] + t**3 * p[3]


def write(rng, canvas, colours, lines):
    """Lines of random characters in Pillow's own font, as on a page or a caption."""
    letters = "abcdefghijklmnopqrstuvwxyz" * 3 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,;:-()/&%!?" + " " * 16
    size = int(np.exp(rng.uniform(np.log(12), np.log(90))))
    font, bold = ImageFont.load_default(size), int(rng.random() < 0.3)
    ink = colour(rng, colours)
    x, y = rng.integers(-10, CANVAS // 2), rng.integers(-10, CANVAS - 20)
    for _ in range(lines):
        text = "".join(rng.choice(list(letters), rng.integers(8, 90)))
        width = int(font.getlength(text)) + 4
        mask = Image.new("L", (width, int(size * 1.5)))
        ImageDraw.Draw(mask).text((1, 0), text, fill=255, font=font, stroke_width=bold)
        if y >= CANVAS:
            break
        top, left = max(-y, 0), max(-x, 0)
        alpha = np.asarray(mask, dtype=np.float32)[top : CANVAS - y, left : CANVAS - x, None] / 255
        box = canvas[y + top : y + top + alpha.shape[0], x + left : x + left + alpha.shape[1]]
        box += alpha * (ink - box)
        y += int(size * rng.uniform(1.15, 1.4))


def scribble(rng, canvas, colours, lines):
    """Lines of made-up letters with thick stems and thin arms, as in a book face."""
    height = np.exp(rng.uniform(np.log(10), np.log(50)))
    stem, arm, ink = height * rng.uniform(0.1, 0.2), height * rng.uniform(0.03, 0.1), colour(rng, colours)
    corners = np.stack(np.meshgrid([0, 0.3, 0.6], [-0.3, 0, 0.5, 1.0]), -1).reshape(-1, 2)
    letters = [[corners[rng.choice(12, 2, replace=False)] for _ in range(rng.integers(2, 5))] for _ in range(16)]
    left, y = rng.uniform(-10, CANVAS / 2), rng.uniform(0, CANVAS)
    for _ in range(lines):
        x, end = left, rng.uniform(0.6, 1.1) * CANVAS
        while x < end and y < CANVAS:
            for stroke in letters[rng.integers(16)] if rng.random() < 0.85 else []:
                slant = abs(stroke[0, 1] - stroke[1, 1]) > 0.4
                stamp_stroke(canvas, stroke * height + [x, y], stem if slant else arm, ink)
            x += height * 0.85
        y += height * 2


# Scenes.


def backdrop(rng, bank, colours):
    return np.array(np.clip(fill(rng, bank, CANVAS, CANVAS, colour(rng, colours)), 0, 1), dtype=np.float32)


def leaves(rng, bank, colours):
    """Dead leaves: occluding shapes with radii of density r^-3, the far ones out of focus."""
    canvas = backdrop(rng, bank, colours)
    small = np.exp(rng.uniform(np.log(4), np.log(60)))
    count = int(min(700, 3.0 * CANVAS**2 / (np.pi * small**2 * 2)) * rng.uniform(0.3, 1)) + 5
    focus = np.sort(rng.integers(0, count, rng.integers(0, 4)))
    for k in range(count):
        if k in focus:
            canvas = blur(canvas, rng.uniform(1, 8))
        radius = min(small / np.sqrt(1 - rng.random() * 0.9998), 500)
        points = outline(rng, radius) + rng.uniform(-30, CANVAS + 30, 2)
        base = colour(rng, colours)
        stamp_polygon(canvas, points, lambda n, m: np.clip(fill(rng, bank, n, m, base), 0, 1))
        if rng.random() < 0.1:
            stamp_stroke(canvas, np.vstack([points, points[:1]]), rng.uniform(0.7, 4), colour(rng, colours))
    return canvas


def soft(rng, bank, colours):
    """Smooth shading and a few blurred shapes: walls, skin, sky."""
    canvas = backdrop(rng, bank, colours)
    for _ in range(rng.integers(2, 30)):
        points = outline(rng, rng.uniform(10, 250), rng.choice([0, 1, 4])) + rng.uniform(0, CANVAS, 2)
        base = colour(rng, colours, 0.1)
        stamp_polygon(canvas, points, lambda n, m: base + rng.uniform(0, 0.3) * gradient(rng, n, m)[..., None])
        if rng.random() < 0.3:
            canvas = blur(canvas, rng.uniform(1, 12))
    return canvas + rng.uniform(0, 0.05) * noise_field(rng, rng.uniform(0.8, 2.0))


def page(rng, bank, colours):
    """Text, rules and boxes on a plain or shaded ground."""
    canvas = np.empty((CANVAS, CANVAS, 3), np.float32)
    canvas[:] = colour(rng, colours) if rng.random() < 0.6 else rng.uniform(0.85, 1)
    if rng.random() < 0.25:
        canvas = backdrop(rng, bank, colours)
    contrast = np.vstack([colours, [[0.02] * 3, [0.98] * 3]]).astype(np.float32)
    for _ in range(rng.integers(0, 8)):
        points = outline(rng, rng.uniform(15, 200), 2) + rng.uniform(0, CANVAS, 2)
        stamp_polygon(canvas, points, lambda n, m: colour(rng, colours))
    for _ in range(rng.integers(1, 7)):
        style = write if rng.random() < 0.7 else scribble
        style(rng, canvas, contrast, int(rng.integers(1, 30)))
    for _ in range(rng.integers(0, 12)):
        start, along = rng.uniform(0, CANVAS, 2), rng.integers(2)
        end = start + rng.uniform(20, 500) * np.eye(2)[along]
        stamp_stroke(canvas, np.array([start, end]), rng.uniform(1, 6), colour(rng, contrast))
    return canvas


def cel(rng, bank, colours):
    """Line art: flat or cel-shaded shapes with dark outlines, hair-like strokes."""
    canvas = backdrop(rng, bank, colours)
    if rng.random() < 0.6:
        canvas = blur(canvas, rng.uniform(2, 8))
    ink, width = rng.uniform(0, 0.2) + np.zeros(3), rng.uniform(1.2, 6)
    for _ in range(rng.integers(5, 60)):
        points = outline(rng, np.exp(rng.uniform(np.log(8), np.log(220))), rng.choice([1, 3, 4, 4])) + rng.uniform(0, CANVAS, 2)
        base = colour(rng, colours)
        stamp_polygon(canvas, points, lambda n, m: base)
        if rng.random() < 0.4:
            stamp_polygon(canvas, points * 0.6 + points.mean(0) * 0.4 + rng.normal(0, 8, 2), lambda n, m: base * rng.uniform(0.6, 0.9))
        if rng.random() < 0.85:
            stamp_stroke(canvas, np.vstack([points, points[:1]]), width * rng.uniform(0.6, 1.4), ink)
    for _ in range(rng.integers(0, 60)):
        stamp_stroke(canvas, curve(rng, rng.uniform(20, 250)), width * rng.uniform(0.4, 1.2), ink)
    return canvas


def clutter(rng, bank, colours):
    """Foliage, grass, hair, gravel: very many small shapes or strokes."""
    canvas = backdrop(rng, bank, colours)
    size, kind, strokes = np.exp(rng.uniform(np.log(3), np.log(24))), rng.integers(5), rng.random()
    strokes = 0.0 if strokes < 0.4 else 1.0 if strokes < 0.7 else 0.5
    for k in range(int(min(2500, 1.5 * CANVAS**2 / size**2))):
        base = colour(rng, colours, 0.1)
        if rng.random() < strokes:
            stamp_stroke(canvas, curve(rng, size * rng.uniform(2, 10)), rng.uniform(0.7, max(1, size / 4)), base)
        else:
            points = outline(rng, size * np.exp(rng.normal(0, 0.4)), kind) + rng.uniform(0, CANVAS, 2)
            stamp_polygon(canvas, points, lambda n, m: base)
        if k == 600 and rng.random() < 0.5:
            canvas = blur(canvas, rng.uniform(1, 5))
    return canvas


def fields(rng, bank, colours):
    """Noise of several slopes, gratings and brick walls, mixed by a soft mask."""
    kinds = [lambda: backdrop(rng, bank, colours)] * 2
    kinds.append(lambda: colour(rng, colours) + rng.uniform(0.03, 0.2) * noise_field(rng, rng.uniform(0.5, 2.5), 3))
    kinds.append(lambda: colour(rng, colours) + rng.uniform(0.03, 0.2) * bricks(rng, CANVAS, CANVAS)[..., None])
    a, b = (kinds[rng.integers(4)]() for _ in range(2))
    mask = np.clip(0.5 + noise_field(rng, 2.0) * rng.choice([0.4, 4, 40]), 0, 1)
    return (a * mask + b * (1 - mask)).astype(np.float32)


SCENES = [(leaves, 0.36), (soft, 0.16), (page, 0.10), (cel, 0.14), (clutter, 0.14), (fields, 0.10)]
