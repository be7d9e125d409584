"""State dicts as the field writes and reads them: SPAN with every convolution in its training
parts (Conv3XC), and the fused form again."""

import torch
from torch.nn import functional

PARTS = 2  # the reference's gain: inner convolutions of a Conv3XC are this much wider


def split(kernel, bias):
    """The Conv3XC whose fused kernel is `kernel` [out, in, 3, 3] in float16 exactly: the 1x1
    convolutions only copy. Where float16 falls short, the second copy carries the remainder,
    so that a reader that fuses in float32 gets the trained kernel to 22 bits."""
    out, given = kernel.shape[:2]
    near = kernel.half().float()
    wide = torch.zeros(PARTS * out, PARTS * given, 3, 3)
    wide[:out, :given] = near
    wide[out:, given:] = kernel - near
    copy = torch.eye(given).repeat(PARTS, 1).view(PARTS * given, given, 1, 1)
    join = torch.eye(out).repeat(1, PARTS).view(out, PARTS * out, 1, 1)
    rough = bias.half().float()
    return {
        "sk.weight": torch.zeros(out, given, 1, 1), "sk.bias": bias - rough,
        "conv.0.weight": copy, "conv.0.bias": torch.zeros(PARTS * given),
        "conv.1.weight": wide, "conv.1.bias": torch.zeros(PARTS * out),
        "conv.2.weight": join, "conv.2.bias": rough,
        "eval_conv.weight": near, "eval_conv.bias": rough}


def fuse(weights, key):
    """The plain kernel and bias [out, in, 3, 3], [out] of the Conv3XC at `key`."""
    w1, w2, w3, sk = (weights[f"{key}.{part}.weight"].float() for part in ("conv.0", "conv.1", "conv.2", "sk"))
    b1, b2, b3, sk_b = (weights[f"{key}.{part}.bias"].float() for part in ("conv.0", "conv.1", "conv.2", "sk"))
    kernel = torch.einsum("om,mnyx,ni->oiyx", w3[:, :, 0, 0], w2, w1[:, :, 0, 0]) + functional.pad(sk, [1] * 4)
    bias = w3[:, :, 0, 0] @ (w2.sum((2, 3)) @ b1 + b2) + b3 + sk_b
    return kernel, bias


def to_shelf(architecture, plain):
    """What is written to a file, float16, of a plain state dict (nets.py)."""
    if architecture == "Compact":
        return {k: v.half().contiguous() for k, v in plain.items()}
    out = {"no_norm": torch.zeros(1)}
    for key in sorted({k.rsplit(".", 1)[0] for k in plain}):
        kernel, bias = plain[f"{key}.weight"], plain[f"{key}.bias"]
        parts = {"weight": kernel, "bias": bias}
        if kernel.shape[2] == 3 and key != "upsampler.0":
            parts = split(kernel, bias)
        out.update({f"{key}.{k}": v for k, v in parts.items()})
    return {k: v.half().contiguous() for k, v in out.items()}


def from_shelf(weights):
    """The plain float32 state dict of a file's."""
    out = {}
    for key, value in weights.items():
        if key.endswith(".eval_conv.weight"):
            base = key.removesuffix(".eval_conv.weight")
            out[f"{base}.weight"], out[f"{base}.bias"] = fuse(weights, base)
        elif key != "no_norm" and not any(part in key for part in (".sk.", ".conv.", ".eval_conv.")):
            out[key] = value.float()
    return out
