"""Separable resampling and luma PSNR, by the same definitions as the application.

Pixel grid: centre aligned, output pixel i sits at (i + 0.5) * scale - 0.5 in the source.
When shrinking, the kernel is stretched by the scale, so it low-passes. Weights are
normalised to sum 1, the border pixel is repeated outside the picture, and nothing is
clipped: values are gamma-encoded RGB, nominally 0..1.
"""

import numpy as np


def bicubic(x):
    """Catmull-Rom cubic (Keys, a = -0.5), support 2."""
    x = np.abs(x)
    near = 1.5 * x**3 - 2.5 * x**2 + 1.0
    far = -0.5 * x**3 + 2.5 * x**2 - 4.0 * x + 2.0
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


def lanczos(x):
    """Lanczos windowed sinc with 3 lobes, support 3."""
    return np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3.0), 0.0)


KERNELS = {"bicubic": (bicubic, 2.0), "lanczos": (lanczos, 3.0)}


def taps(source, target, kernel):
    """Index [target, n] and weight [target, n] that make `target` samples of `source`."""
    function, support = KERNELS[kernel]
    scale = source / target
    stretch = max(scale, 1.0)
    centre = (np.arange(target) + 0.5) * scale - 0.5
    reach = support * stretch
    first = np.floor(centre - reach).astype(int) + 1
    index = first[:, None] + np.arange(int(np.ceil(2 * reach)) + 1)[None]
    weight = function((index - centre[:, None]) / stretch)
    weight /= weight.sum(axis=1, keepdims=True)
    return np.clip(index, 0, source - 1), weight


def resample_axis(picture, target, kernel, axis):
    """`picture` with `axis` brought to `target` samples."""
    index, weight = taps(picture.shape[axis], target, kernel)
    moved = np.moveaxis(picture, axis, 0)
    shape = (target,) + (1,) * (moved.ndim - 1)
    out = np.zeros((target,) + moved.shape[1:], dtype=picture.dtype)
    for k in range(index.shape[1]):
        out += moved[index[:, k]] * weight[:, k].astype(picture.dtype).reshape(shape)
    return np.moveaxis(out, 0, axis)


def resample(picture, height, width, kernel):
    """Resample `picture` [height, width, channels] (float) to the given size."""
    return resample_axis(resample_axis(picture, height, kernel, 0), width, kernel, 1)


def luma(rgb, matrix="bt709"):
    """8-bit limited-range luma codes (rounded) of `rgb` [..., 3] in 0..1, clipped first."""
    red, blue = {"bt709": (0.2126, 0.0722), "bt601": (0.299, 0.114)}[matrix]
    rgb = np.clip(rgb, 0.0, 1.0)
    y = red * rgb[..., 0] + (1.0 - red - blue) * rgb[..., 1] + blue * rgb[..., 2]
    return np.round(16.0 + 219.0 * y)


def psnr(a, b):
    """PSNR in dB of two arrays of 8-bit codes, peak 255."""
    mse = np.mean((a - b) ** 2)
    return float("inf") if mse == 0 else float(10 * np.log10(255.0**2 / mse))
