"""The two networks, with the key names of the reference implementations: Compact
(SRVGGNetCompact, of Real-ESRGAN) and SPAN (Wan et al. 2024, "Swift Parameter-free Attention
Network"), both float RGB [batch, 3, h, w] to [batch, 3, s*h, s*w].

Both forward passes may run in bfloat16 under autocast; the picture itself goes round the
network and is added in float32, for bfloat16 has no eight good bits to carry it.
"""

import torch
from torch import nn
from torch.nn import functional


class Compact(nn.Module):
    """`body.N`: convolutions of `features`, each but the last followed by a PReLU."""

    def __init__(self, features, body, scale):
        super().__init__()
        self.scale = scale
        layers = [nn.Conv2d(3, features, 3, padding=1), nn.PReLU(features)]
        for _ in range(body):
            layers += [nn.Conv2d(features, features, 3, padding=1), nn.PReLU(features)]
        layers.append(nn.Conv2d(features, 3 * scale**2, 3, padding=1))
        with torch.no_grad():
            layers[-1].weight *= 0.1  # start close to plain nearest enlargement
        self.body = nn.Sequential(*layers)

    def forward(self, x):
        made = self.body(x).float()
        if self.scale == 1:
            return made + x
        return functional.pixel_shuffle(made, self.scale) + functional.interpolate(x, scale_factor=self.scale, mode="nearest")

    def plain(self):
        """The state dict as the reference implementation names it."""
        return {k: v.detach().float() for k, v in self.state_dict().items()}


class Spab(nn.Module):
    """One attention block; `c1_r` and so on as in the reference, its convolutions already fused."""

    def __init__(self, features):
        super().__init__()
        self.c1_r, self.c2_r, self.c3_r = (nn.Conv2d(features, features, 3, padding=1) for _ in range(3))

    def forward(self, x):
        # The reference activates in place, so what it hands on as "out1" is the activated one.
        out1 = functional.silu(self.c1_r(x))
        out3 = self.c3_r(functional.silu(self.c2_r(out1)))
        return (out3 + x) * (torch.sigmoid(out3) - 0.5), out1


class Span(nn.Module):
    """SPAN without input normalisation. SPAN has no path for the picture itself, so three
    features of `conv_1` and of `conv_cat` are tied to it here: `plain()` writes the ordinary
    network, in which they are kernels of one 1 each."""

    def __init__(self, features, blocks, scale):
        super().__init__()
        self.scale, self.features, self.blocks = scale, features, blocks
        self.conv_1 = nn.Conv2d(3, features - 3, 3, padding=1)
        for k in range(1, blocks + 1):
            setattr(self, f"block_{k}", Spab(features))
        self.conv_2 = nn.Conv2d(features, features, 3, padding=1)
        self.conv_cat = nn.Conv2d(4 * features, features - 3, 1)
        self.upsampler = nn.Sequential(nn.Conv2d(features, 3 * scale**2, 3, padding=1))
        with torch.no_grad():
            self.upsampler[0].weight *= 0.1

    def forward(self, x):
        first = self.conv_1(x)
        near = x.to(first.dtype)
        first = value = torch.cat([near, first], 1)
        for k in range(1, self.blocks + 1):
            value, inner = getattr(self, f"block_{k}")(value)
            if k == 1:
                one = value
        features = self.conv_cat(torch.cat([first, self.conv_2(value), one, inner], 1))
        made = self.upsampler(torch.cat([near, features], 1)).float()
        return functional.pixel_shuffle(made, self.scale) + functional.interpolate(x, scale_factor=self.scale, mode="nearest")

    @torch.no_grad()
    def settle(self, x):
        """Scale the fresh weights layer by layer on a batch `x` (LSUV, Mishkin and Matas 2016):
        the blocks multiply their values, so that plain weights would fade to nothing."""
        def scaled(layer, value, spread):
            made = layer(value)
            layer.weight *= spread / made.std()
            layer.bias.zero_()
            made = layer(value)
            layer.bias -= made.mean((0, 2, 3))
            return layer(value)

        value = torch.cat([x, scaled(self.conv_1, x, 0.5)], 1)
        first = value
        for k in range(1, self.blocks + 1):
            block = getattr(self, f"block_{k}")
            inner = functional.silu(scaled(block.c1_r, value, 1.0))
            out3 = scaled(block.c3_r, functional.silu(scaled(block.c2_r, inner, 1.0)), 1.5)
            value = (out3 + value) * (torch.sigmoid(out3) - 0.5)
            if k == 1:
                one = value
        scaled(self.conv_cat, torch.cat([first, scaled(self.conv_2, value, 0.5), one, inner], 1), 0.5)

    def plain(self):
        """The state dict of the ordinary SPAN with fused convolutions, float32."""
        out = {k: v.detach().float().clone() for k, v in self.state_dict().items()}
        n, s = self.features, self.scale
        picture = torch.zeros(3, 3, 3, 3)
        picture[range(3), range(3), 1, 1] = 1.0
        out["conv_1.weight"] = torch.cat([picture, out["conv_1.weight"]])
        out["conv_1.bias"] = torch.cat([torch.zeros(3), out["conv_1.bias"]])
        through = torch.zeros(3, 4 * n, 1, 1)
        through[range(3), range(3)] = 1.0
        out["conv_cat.weight"] = torch.cat([through, out["conv_cat.weight"]])
        out["conv_cat.bias"] = torch.cat([torch.zeros(3), out["conv_cat.bias"]])
        for channel in range(3):  # the nearest enlargement
            out["upsampler.0.weight"][channel * s**2 : (channel + 1) * s**2, channel, 1, 1] += 1.0
        return out


def build(recipe):
    """The net of a recipe, fresh from torch's random state."""
    kind = {"Compact": Compact, "SPAN": Span}[recipe.architecture]
    return kind(recipe.features, recipe.depth, recipe.scale)
