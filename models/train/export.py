"""Write trained weights as they ship, with the model's card, and check them against PyTorch.

The ending of --out says the form: .safetensors (float16, the field's names) or .onnx (float32).

    python export.py compact-2x --weights WORK/compact-2x.pt --out ../compact-2x.onnx
    python export.py span-2x --weights WORK/span-2x.pt --out ../span-2x.safetensors
"""

import argparse
import pathlib

import numpy as np
import onnx
import onnxruntime
import safetensors
import torch
from safetensors.torch import load_file, save_file

from graphs import model_of
from nets import build
from recipes import RECIPES
from shelf import from_shelf, to_shelf


def card_of(name):
    """What the application shows about the model: a map of strings."""
    recipe = RECIPES[name]
    return {"name": recipe.title, "author": "Doublet authors", "license": "MIT OR Apache-2.0",
            "architecture": recipe.architecture, "scale": str(recipe.scale), "description": recipe.description}


def read(path):
    """Plain float32 weights and card of a shipped .safetensors."""
    with safetensors.safe_open(path, "pt") as file:
        card = file.metadata()
    return from_shelf(load_file(path)), card


def worst(model, net, scale):
    """Largest difference between an ONNX model and a PyTorch net on pictures of noise."""
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found = 0.0
    for shape in [(1, 3, 17, 24), (2, 3, 40, 33)]:
        x = torch.rand(shape, generator=torch.Generator().manual_seed(1))
        with torch.no_grad():
            wanted = net(x).numpy()
        made = session.run(None, {"input": x.numpy()})[0]
        assert made.shape == wanted.shape == (shape[0], 3, scale * shape[2], scale * shape[3]), made.shape
        found = max(found, float(np.abs(made - wanted).max()))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=RECIPES)
    parser.add_argument("--weights", required=True, type=pathlib.Path)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    options = parser.parse_args()
    recipe, card = RECIPES[options.name], card_of(options.name)
    net = build(recipe)
    net.load_state_dict(torch.load(options.weights, weights_only=True)["params_ema"])
    plain = net.plain()
    model = model_of(options.name, recipe.architecture, plain, recipe.scale, card)
    assert (off := worst(model, net, recipe.scale)) < 1e-4, off
    if options.out.suffix == ".onnx":
        onnx.save(model, options.out)
    else:
        save_file(to_shelf(recipe.architecture, plain), options.out, metadata=card)
        again, _ = read(options.out)
        off = worst(model_of(options.name, recipe.architecture, again, recipe.scale, card), net, recipe.scale)
        assert off < 4e-3, off
    count = sum(w.numel() for w in plain.values())
    print(f"{options.out}: {options.out.stat().st_size} bytes, {count} weights, off by {off:.1e} at most")


if __name__ == "__main__":
    main()
