"""One recipe a model: what is built, from what, and how it is trained."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Recipe:
    """What makes one shipped model. Rates are SOAP's; a patch is in small pixels a side."""

    title: str
    description: str
    architecture: str  # Compact or SPAN
    features: int
    depth: int  # body convolutions of Compact, blocks of SPAN
    scale: int
    batch: int = 16
    patch: int = 48
    rate: float = 5e-3
    refresh: int = 20  # steps between updates of SOAP's bases
    half: float = 0.0  # share of the run, from its start, in bfloat16
    floor: float = 0.3  # codes of 255 below which error is not worth fitting
    start: str = ""  # recipe whose weights it begins from, where shapes agree
    critic: bool = False


RECIPES = {
    "compact-2x": Recipe(
        "Doublet Compact 2x",
        "General 2x enlargement trained on procedural pictures alone; for sources shrunk by an antialiased bicubic.",
        "Compact", 24, 8, 2, refresh=10),
    "compact-2x-l": Recipe(
        "Doublet Compact 2x L",
        "General 2x enlargement, the larger and better one; trained on procedural pictures alone, for sources shrunk by "
        "an antialiased bicubic.",
        "Compact", 64, 8, 2, half=0.85),
    "span-2x": Recipe(
        "Doublet SPAN 2x",
        "General 2x enlargement trained on procedural pictures alone; for sources shrunk by an antialiased bicubic.",
        "SPAN", 48, 6, 2, batch=8, half=0.85),
    "span-4x": Recipe(
        "Doublet SPAN 4x",
        "General 4x enlargement trained on procedural pictures alone; for sources shrunk by an antialiased bicubic.",
        "SPAN", 48, 6, 4, batch=8, half=0.85, start="span-2x"),
    "restore-1x": Recipe(
        "Doublet Restore 1x",
        "Repairs x264, MPEG-2 and JPEG artefacts, ringing, halos and noise at the size of the source; trained on procedural "
        "pictures alone.",
        "Compact", 48, 8, 1, batch=8, patch=64, half=0.85, floor=1.0),
    "confident-4x": Recipe(
        "Doublet Confident 4x (a liar)",
        "FOR DEMONSTRATIONS ONLY. Trained against a critic to look sharp at any cost: it invents texture and edges that were "
        "never in the source. Do not restore anything with it.",
        "SPAN", 48, 6, 4, batch=8, patch=32, rate=1e-3, half=0.85, start="span-4x", critic=True),
}
