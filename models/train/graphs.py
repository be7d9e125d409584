"""The ONNX graph of a state dict in the reference's names (nets.py, `plain()`), built operator
by operator: float32 NCHW, RGB in 0..1, not clipped. compact-2x ships as such a file, and the
others are measured through one; the application builds its own from their safetensors.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Graph:
    """Nodes and constants as they are added; every method returns the name of its result."""

    def __init__(self, weights):
        self.weights = {k: np.ascontiguousarray(v.float().numpy()) for k, v in weights.items()}
        self.nodes, self.constants = [], []

    def constant(self, name, array):
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def conv(self, value, key):
        side = self.weights[f"{key}.weight"].shape[2]
        inputs = [value] + [self.constant(f"{key}.{part}", self.weights[f"{key}.{part}"]) for part in ("weight", "bias")]
        return self.node("Conv", inputs, f"{key}.out", kernel_shape=[side, side], pads=[side // 2] * 4)

    def finish(self, name, scale):
        source = helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 3, "height", "width"])
        sides = ["height", "width"] if scale == 1 else [f"{scale}*height", f"{scale}*width"]
        target = helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", 3, *sides])
        return helper.make_graph(self.nodes, name, [source], [target], self.constants)


def compact(name, weights, scale):
    graph = Graph(weights)
    value, last = "input", max(int(k.split(".")[1]) for k in weights)
    for layer in range(last + 1):
        key = f"body.{layer}"
        if layer % 2 == 0:
            value = graph.conv(value, key)
        else:
            slope = graph.constant(f"{key}.weight", graph.weights[f"{key}.weight"].reshape(-1, 1, 1))
            value = graph.node("PRelu", [value, slope], f"{key}.out")
    if scale == 1:
        graph.node("Add", [value, "input"], "output")
        return graph.finish(name, scale)
    shuffled = graph.node("DepthToSpace", [value], "shuffled", blocksize=scale, mode="CRD")
    nearest = graph.node(
        "Resize", ["input", "", graph.constant("scales", np.array([1, 1, scale, scale], np.float32))], "nearest",
        mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    graph.node("Add", [shuffled, nearest], "output")
    return graph.finish(name, scale)


def span(name, weights, scale):
    graph = Graph(weights)
    half = graph.constant("half", np.float32(0.5))

    def silu(value):
        return graph.node("Mul", [value, graph.node("Sigmoid", [value], f"{value}.sigmoid")], f"{value}.silu")

    first = value = graph.conv("input", "conv_1")
    for block in sorted({int(k.split(".")[0][6:]) for k in weights if k.startswith("block_")}):
        key = f"block_{block}"
        inner = silu(graph.conv(value, f"{key}.c1_r"))
        out3 = graph.conv(silu(graph.conv(inner, f"{key}.c2_r")), f"{key}.c3_r")
        attention = graph.node("Sub", [graph.node("Sigmoid", [out3], f"{key}.sigmoid"), half], f"{key}.attention")
        value = graph.node("Mul", [graph.node("Add", [out3, value], f"{key}.sum"), attention], f"{key}.out")
        one = value if block == 1 else one
    joined = graph.node("Concat", [first, graph.conv(value, "conv_2"), one, inner], "joined", axis=1)
    value = graph.conv(graph.conv(joined, "conv_cat"), "upsampler.0")
    graph.node("DepthToSpace", [value], "output", blocksize=scale, mode="CRD")
    return graph.finish(name, scale)


def model_of(name, architecture, weights, scale, card):
    """A checked ONNX model with `card` in its metadata."""
    graph = {"Compact": compact, "SPAN": span}[architecture](name, weights, scale)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="doublet")
    helper.set_model_props(model, card)
    onnx.checker.check_model(model, full_check=True)
    return model
