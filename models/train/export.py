"""Write the trained weights as ONNX, operator by operator, and check them against PyTorch.

    python export.py --weights WORK/last.pt --out ../compact-2x.onnx
"""

import argparse
import pathlib

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

from train import BODY, Compact

CARD = {
    "name": "Doublet Compact 2x",
    "author": "Doublet authors",
    "license": "MIT OR Apache-2.0",
    "architecture": "Compact",
    "scale": "2",
    "description": "General 2x enlargement trained on procedural pictures alone; for sources shrunk by an antialiased bicubic.",
}


def graph_of(weights):
    """The ONNX graph of a Compact state dict: float32 NCHW, RGB in 0..1, not clipped."""
    nodes, constants = [], []

    def constant(name, array):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(operator, inputs, output, **attributes):
        nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    value = "input"
    for layer in range(2 * (BODY + 1) + 1):
        key = f"body.{layer}"
        weight = weights[f"{key}.weight"].detach().contiguous().numpy()
        if layer % 2 == 0:
            inputs = [value, constant(f"{key}.weight", weight), constant(f"{key}.bias", weights[f"{key}.bias"].numpy())]
            value = node("Conv", inputs, f"{key}.out", kernel_shape=[3, 3], pads=[1, 1, 1, 1])
        else:
            value = node("PRelu", [value, constant(f"{key}.weight", weight.reshape(-1, 1, 1))], f"{key}.out")
    shuffled = node("DepthToSpace", [value], "shuffled", blocksize=2, mode="CRD")
    nearest = node(
        "Resize", ["input", "", constant("scales", np.array([1, 1, 2, 2], np.float32))], "nearest",
        mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    node("Add", [shuffled, nearest], "output")
    source = helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 3, "height", "width"])
    target = helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", 3, "2*height", "2*width"])
    return helper.make_graph(nodes, "compact-2x", [source], [target], constants)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", required=True, type=pathlib.Path)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    options = parser.parse_args()
    weights = torch.load(options.weights, weights_only=True)["params_ema"]
    model = helper.make_model(
        graph_of(weights), opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="doublet")
    helper.set_model_props(model, CARD)
    onnx.checker.check_model(model, full_check=True)

    net = Compact()
    net.load_state_dict(weights)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    for shape in [(1, 3, 17, 24), (2, 3, 40, 33)]:
        x = torch.rand(shape, generator=torch.Generator().manual_seed(1))
        with torch.no_grad():
            wanted = net(x).numpy()
        made = session.run(None, {"input": x.numpy()})[0]
        assert made.shape == wanted.shape and np.abs(made - wanted).max() < 1e-4, (made.shape, np.abs(made - wanted).max())
    onnx.save(model, options.out)
    print(f"{options.out}: {options.out.stat().st_size} bytes, {sum(w.numel() for w in weights.values())} weights")


if __name__ == "__main__":
    main()
