"""What the exam measures: luma PSNR and SSIM, and an ONNX model as a function on pictures."""

import time

import numpy as np
import onnxruntime
import torch
from torch.nn import functional

from resample import psnr

THREADS = 2


def window():
    """The Gaussian of SSIM, 11 taps, sigma 1.5, as [11]."""
    taps = torch.exp(-((torch.arange(11) - 5.0) ** 2) / (2 * 1.5**2))
    return (taps / taps.sum()).double()


def smooth(maps):
    """`maps` [n, h, w] filtered by the window, without the border that it does not cover."""
    taps = window()
    maps = functional.conv2d(maps[:, None], taps.view(1, 1, 11, 1))
    return functional.conv2d(maps, taps.view(1, 1, 1, 11))[:, 0]


def ssim(a, b):
    """Mean SSIM (Wang et al. 2004) of two arrays [h, w] of 8-bit codes: Gaussian window of 11 by
    11, sigma 1.5, k1 0.01, k2 0.03, peak 255, at full size (no downscale before)."""
    a, b = (torch.from_numpy(np.asarray(v, dtype=np.float64)) for v in (a, b))
    ma, mb, aa, bb, ab = smooth(torch.stack([a, b, a * a, b * b, a * b]))
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    top = (2 * ma * mb + c1) * (2 * (ab - ma * mb) + c2)
    return float((top / ((ma**2 + mb**2 + c1) * (aa - ma**2 + bb - mb**2 + c2))).mean())


def scores(a, b):
    """(PSNR in dB, at most 100; SSIM) of two arrays of luma codes."""
    return min(psnr(a, b), 100.0), ssim(a, b)


def open_model(model):
    """An ONNX model (path or bytes), float16 or float32, as a function from RGB [h, w, 3] to
    [s*h, s*w, 3], with its scale."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting is not work
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    given = session.get_inputs()[0]
    kind = np.float16 if "float16" in given.type else np.float32

    def up(picture):
        batch = np.ascontiguousarray(picture.transpose(2, 0, 1)[None].astype(kind))
        return session.run(None, {given.name: batch})[0][0].transpose(1, 2, 0).astype(np.float32)

    return up, up(np.zeros((64, 64, 3), np.float32)).shape[0] // 64


def seconds(up, height, width, runs=3):
    """Processor seconds, of all threads together, to take a picture of that size through the
    model: the best of a few. Unlike the clock they hardly change when others use the machine."""
    picture, best = np.random.default_rng(1).random((height, width, 3), np.float32), np.inf
    for _ in range(runs):
        began = time.process_time()
        up(picture)
        best = min(best, time.process_time() - began)
    return best
