"""Makes the small weights and golden pictures of tests/suite/import.rs with the reference implementations.

    pip install spandrel safetensors torch numpy
    python tests/data/import/make.py

Each model has random weights of few features, saved under one of the names and in one of the containers that are in
use; spandrel (a test's oracle only, never part of Doublet) reads the weights back, makes the picture of input.npy, and
that is the golden one. `manifest.json` says what was made. Everything is seeded.
"""

import io
import json
import pathlib
import zipfile
from collections import OrderedDict

import numpy as np
import torch
from safetensors.torch import save_file
from spandrel import ModelLoader
from spandrel.architectures.Compact import Compact
from spandrel.architectures.DnCNN import DnCNN
from spandrel.architectures.ESRGAN import ESRGAN
from spandrel.architectures.SPAN import SPAN
from spandrel.architectures.__arch_helpers import block

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 8, 8
manifest = []


def wake(model, seed, gain=1.0):
    """Random weights that keep the signal alive: He's spread, small biases, slopes about 0.25."""
    g = torch.Generator().manual_seed(seed)
    for name, p in model.named_parameters():
        if p.dim() == 4:
            fan = p.shape[1] * p.shape[2] * p.shape[3]
            p.data = torch.randn(p.shape, generator=g) * gain * (1.5 / fan) ** 0.5
        elif "running" in name:
            pass
        else:
            p.data = torch.randn(p.shape, generator=g) * 0.1 + (0.25 if p.numel() > 3 else 0.0)
    for name, b in model.named_buffers():
        if "running_mean" in name:
            b.data = torch.randn(b.shape, generator=g) * 0.1
        if "running_var" in name:
            b.data = torch.rand(b.shape, generator=g) + 0.5
    return model.eval()


def picture(channels, width=WIDTH, height=HEIGHT):
    g = torch.Generator().manual_seed(7)
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    base = torch.stack([0.5 + 0.25 * torch.sin(x / 2.5 + c) * torch.cos(y / 2.0 - c) for c in range(channels)])
    return (base + 0.2 * (torch.rand(channels, height, width, generator=g) - 0.5)).clamp(0, 1)[None].float()


def golden(name, state, words, tolerance=1e-4, channels=3):
    """What the reference makes of the input with these weights, as float32."""
    net = ModelLoader().load_from_state_dict({k: v.float().clone() for k, v in state.items()})
    x = picture(channels)
    with torch.no_grad():
        y = net.model.eval()(x)  # not net(x), which cuts to 0..1
    assert torch.isfinite(y).all() and y.abs().max() < 30, (name, y.abs().max())
    np.save(HERE / f"{name}.npy", y[0].numpy().astype(np.float32))
    manifest.append(
        {"file": name, "words": words, "scale": int(net.scale), "tolerance": tolerance, "channels": channels}
    )


def repack(path, method, prefix, folders):
    """Writes a zip again as re-zipping programs do."""
    old = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    with zipfile.ZipFile(path, "w", method) as new:
        for info in old.infolist():
            tail = info.filename.split("/", 1)[1]
            for folder in (f"{prefix}/", f"{prefix}/data/"):
                if folders and folder not in new.namelist():
                    new.writestr(folder, b"")
            new.writestr(f"{prefix}/{tail}", old.read(info.filename))


def esrgan(seed, *, scale=4, nf=4, nb=1, gc=2, plus=False, shuffle=None, in_nc=3):
    # spandrel's builder has a growth of 32 fixed: small files need less.
    real = block.ResidualDenseBlock_5C.__init__

    def small(self, nf, kernel_size=3, _gc=32, *args, **kw):
        real(self, nf, kernel_size, gc, *args, **kw)

    block.ResidualDenseBlock_5C.__init__ = small
    try:
        inputs = in_nc * (shuffle or 1) ** 2
        net = ESRGAN(in_nc=inputs, out_nc=in_nc, num_filters=nf, num_blocks=nb, scale=scale, plus=plus, shuffle_factor=shuffle)
    finally:
        block.ResidualDenseBlock_5C.__init__ = real
    return wake(net, seed), gc


def esrgan_golden(name, net, words, tolerance=1e-4):
    x = picture(net.model[-1].out_channels)
    with torch.no_grad():
        y = net(x)
    assert torch.isfinite(y).all() and y.abs().max() < 30, name
    np.save(HERE / f"{name}.npy", y[0].numpy())
    scale = y.shape[-1] // x.shape[-1]
    manifest.append({"file": name, "words": words, "scale": scale, "tolerance": tolerance, "channels": x.shape[1]})


def renamed(state, nb, ups, style):
    """Old names of ESRGAN as those of Real-ESRGAN ("new") or of BSRGAN ("trunk")."""
    new = style == "new"
    out = OrderedDict()
    for key, value in state.items():
        kind = key.rsplit(".", 1)[1]
        parts = key.split(".")
        if key.startswith("model.0."):
            to = "conv_first"
        elif key.startswith(f"model.1.sub.{nb}."):
            to = "conv_body" if new else "trunk_conv"
        elif key.startswith("model.1.sub."):
            n, rdb, conv = parts[3], parts[4], parts[5]
            to = f"body.{n}.{rdb.lower()}.{conv}" if new else f"RRDB_trunk.{n}.{rdb}.{conv}"
        else:
            at = int(parts[1])
            if at <= 3 * ups:
                to = f"conv_up{at // 3}" if new else f"upconv{at // 3}"
            elif at == 3 * ups + 2:
                to = "conv_hr" if new else "HRconv"
            else:
                to = "conv_last"
        out[f"{to}.{kind}"] = value
    assert len(out) == len(state)
    return out


def state_of(net):
    return OrderedDict((k, v.detach().clone()) for k, v in net.state_dict().items())


def main():
    for old in list(HERE.glob("*.pth")) + list(HERE.glob("*.npy")) + list(HERE.glob("*.safetensors")):
        old.unlink()
    np.save(HERE / "input3.npy", picture(3)[0].numpy())
    np.save(HERE / "input1.npy", picture(1)[0].numpy())

    # Compact: every scale, wrapper and container.
    compact = {s: wake(Compact(num_feat=8, num_conv=3, upscale=s), 10 + s) for s in (1, 2, 3, 4)}
    words = "Compact, 8 features, 3 convolutions"
    state = state_of(compact[1])
    golden("compact_1x.pth", state, words)
    torch.save(state, HERE / "compact_1x.pth")
    state = state_of(compact[2])
    golden("compact_2x_ema.pth", state, words)
    other = OrderedDict((k, v + 1) for k, v in state.items())
    torch.save({"params": other, "params_ema": state, "iter": 5000, "author": "a test"}, HERE / "compact_2x_ema.pth")
    state = state_of(compact[3])
    golden("compact_3x_legacy.pth", state, words)
    torch.save({"state_dict": state}, HERE / "compact_3x_legacy.pth", _use_new_zipfile_serialization=False)
    state = state_of(compact[4])
    golden("compact_4x_deflated.pth", state, words)
    torch.save({"params": state}, HERE / "compact_4x_deflated.pth")
    repack(HERE / "compact_4x_deflated.pth", zipfile.ZIP_DEFLATED, "any name at all", folders=True)
    half = OrderedDict((k, v.half()) for k, v in state_of(compact[2]).items())
    golden("compact_2x_fp16.safetensors", half, words)
    save_file(
        half,
        HERE / "compact_2x_fp16.safetensors",
        {"modelspec.author": "A. Tester", "modelspec.license": "CC0-1.0", "modelspec.title": "Half a Test"},
    )
    brain = OrderedDict((f"module.{k}", v.bfloat16()) for k, v in state_of(compact[2]).items())
    golden("compact_2x_bf16.pth", OrderedDict((k[7:], v) for k, v in brain.items()), words)
    torch.save({"net": brain}, HERE / "compact_2x_bf16.pth")
    grey = wake(Compact(num_in_ch=1, num_out_ch=1, num_feat=6, num_conv=2, upscale=2), 19)
    state = state_of(grey)
    golden("compact_2x_grey_strided.pth", state, "Compact, 6 features, 2 convolutions", channels=1)
    # Transposed memory, a window of a larger storage, and two tensors in one storage.
    strided = OrderedDict(state)
    strided["body.2.weight"] = state["body.2.weight"].permute(3, 2, 1, 0).contiguous().permute(3, 2, 1, 0)
    wide = torch.randn(6, 12)
    wide[:, 3] = state["body.0.bias"]
    strided["body.0.bias"] = wide[:, 3]
    both = torch.cat([state["body.1.weight"], state["body.3.weight"]])
    strided["body.1.weight"], strided["body.3.weight"] = both[:6], both[6:]
    strided["body.4.weight"] = torch.nn.Parameter(state["body.4.weight"])
    assert not strided["body.2.weight"].is_contiguous() and not strided["body.0.bias"].is_contiguous()
    torch.save(strided, HERE / "compact_2x_grey_strided.pth", pickle_protocol=4)
    double = OrderedDict((k, v.double()) for k, v in state_of(compact[1]).items())
    golden("compact_1x_fp64.pth", double, words)
    torch.save({"model_state_dict": double}, HERE / "compact_1x_fp64.pth")
    repack(HERE / "compact_1x_fp64.pth", zipfile.ZIP_DEFLATED, "archive", folders=False)

    # SPAN: with and without norm, parts and fused.
    for name, norm, scale, nf in (("span_2x", True, 2, 3), ("span_4x_no_norm", False, 4, 3), ("span_1x", True, 1, 6)):
        net = SPAN(num_in_ch=3, num_out_ch=3, feature_channels=nf, upscale=scale, norm=norm, bias=True)
        net = wake(net, 40 + scale, 0.35)
        with torch.no_grad():
            strength = net(picture(3)).abs().max()
            for p in net.upsampler[0].parameters():
                p.data = p.data / strength
            net(picture(3))
        state = state_of(net)
        words = f"SPAN, {nf} features, 6 blocks"
        file = f"{name}.pth"
        if scale == 4:
            # Stale copies: they are to be made again from the parts.
            saved = OrderedDict((k, (v + 1 if "eval_conv" in k else v).half()) for k, v in state.items())
            golden(file, saved, words)
            torch.save({"params_ema": saved}, HERE / file)
            repack(HERE / file, zipfile.ZIP_DEFLATED, "archive", folders=False)
        elif scale == 1:
            file = f"{name}_fused.safetensors"
            golden(file, state, words)
            save_file({k: v for k, v in state.items() if ".sk." not in k and ".conv." not in k}, HERE / file)
        else:
            file = f"{name}.safetensors"
            golden(file, state, words)
            save_file(state, HERE / file)

    # ESRGAN: names, sizes, growth, folds.
    def put(name, net, words, style="old", wrap=None, save=torch.save, map_=lambda v: v):
        state = state_of(net)
        state = OrderedDict((k, map_(v)) for k, v in state.items())
        nb = net.hyperparameters["num_blocks"]
        ups = (max(int(k.split(".")[1]) for k in state) - 4) // 3
        esrgan_golden(name, net, words)
        if style != "old":
            state = renamed(state, nb, ups, style)
        save({wrap: state} if wrap else state, HERE / name)
        if save is torch.save and name != "esrgan_4x_old.pth":
            # Small archives are half padding, which deflates.
            repack(HERE / name, zipfile.ZIP_DEFLATED, "archive", folders=False)

    net, _ = esrgan(60, scale=4)
    put("esrgan_4x_old.pth", net, "ESRGAN, 4 features, 1 block, growth 2")
    net, _ = esrgan(61, scale=4, nb=2, nf=3, gc=2)
    put("esrgan_4x_new.pth", net, "ESRGAN, 3 features, 2 blocks, growth 2", "new", "params_ema")
    net, _ = esrgan(62, scale=4)
    put("esrgan_4x_trunk.pth", net, "ESRGAN, 4 features, 1 block, growth 2", "trunk")
    net, _ = esrgan(63, scale=8, nf=3, gc=2)
    put("esrgan_8x_old.pth", net, "ESRGAN, 3 features, 1 block, growth 2")
    net, _ = esrgan(64, scale=2)
    put("esrgan_2x_old.safetensors", net, "ESRGAN, 4 features, 1 block, growth 2", save=save_file)
    net, _ = esrgan(65, scale=1)
    put("esrgan_1x_old.pth", net, "ESRGAN, 4 features, 1 block, growth 2")
    net, _ = esrgan(66, scale=4, shuffle=2)
    put("esrgan_2x_unshuffle.pth", net, "ESRGAN, 4 features, 1 block, growth 2, pixel-unshuffle", "new", "params")
    net, _ = esrgan(67, scale=4, shuffle=4)
    put("esrgan_1x_unshuffle.pth", net, "ESRGAN, 4 features, 1 block, growth 2, pixel-unshuffle", "new", "params_ema")
    net, _ = esrgan(68, scale=4, plus=True)
    put("esrgan_4x_plus.pth", net, "ESRGAN+, 4 features, 1 block, growth 2")
    net, _ = esrgan(69, scale=2, in_nc=1)
    put("esrgan_2x_grey.pth", net, "ESRGAN, 4 features, 1 block, growth 2")

    # DnCNN: with normalisation, and with a map of the noise.
    net = wake(DnCNN(in_nc=3, out_nc=3, nc=6, nb=9, act_mode="BR"), 80)
    golden("dncnn_norm.pth", state_of(net), "DnCNN, 6 features, 9 convolutions, batch-normalised")
    torch.save(state_of(net), HERE / "dncnn_norm.pth")
    repack(HERE / "dncnn_norm.pth", zipfile.ZIP_DEFLATED, "archive", folders=False)
    net = wake(DnCNN(in_nc=2, out_nc=1, nc=6, nb=9, act_mode="R", mode="FDnCNN"), 81)
    state = state_of(net)
    x = picture(1)
    with torch.no_grad():
        y = net(torch.cat([x, torch.full_like(x, 15 / 255)], 1))
    np.save(HERE / "fdncnn.pth.npy", y[0].numpy())
    torch.save(state, HERE / "fdncnn.pth")
    words = "FDnCNN, 6 features, 9 convolutions"
    manifest.append({"file": "fdncnn.pth", "words": words, "scale": 1, "tolerance": 1e-4, "channels": 1})

    for file in HERE.glob("*.safetensors"):
        file.chmod(0o644)
    (HERE / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    files = [p for p in HERE.iterdir() if p.suffix in (".pth", ".safetensors", ".npy")]
    print(len(manifest), "models,", sum(p.stat().st_size for p in files), "bytes")


if __name__ == "__main__":
    main()
