//! What people see of it as scores.

use crate::metrics::{About, Direction, Group, Plain};

pub static DETAIL_KEPT: Plain = Plain(&About {
    id: "detail_kept",
    label: "Detail kept",
    direction: Direction::HigherIsBetter,
    range: |_| (0.0, 10.0),
    decimals: 3,
    meaning: "How much of the reference's strongest detail stands in the candidate: 1 is all, below is lost; above 1.02 \
              detail was turned up, which no encoder does.",
    blind_to: "detail that was not in the reference: noise and inventions change nothing here",
    ..ABOUT
});

pub static PEAKING: Plain = Plain(&About {
    id: "peaking",
    label: "Peaking",
    range: |_| (-1.0, 10.0),
    decimals: 3,
    meaning: "How much more fine detail was turned up than the coarser detail beside it: 0 or below is usual, above 0.05 is \
              sharpening.",
    blind_to: "a rise of contrast, which turns all detail up alike",
    ..ABOUT
});

pub static TONE_CHANGE: Plain = Plain(&About {
    id: "tone_change",
    label: "Tone change",
    unit: "codes",
    range: |_| (0.0, 255.0),
    decimals: 2,
    meaning: "How far the curve from the reference's brightness to the candidate's stands from no change, in codes of the \
              8-bit scale: an encoder stays below 2.",
    blind_to: "changes that differ from place to place and even out, and all that happens within 9 samples",
    ..ABOUT
});

pub static SHIFT: Plain = Plain(&About {
    id: "shift",
    label: "Shift",
    unit: "px",
    range: |_| (0.0, 64.0),
    decimals: 2,
    meaning: "How far the whole candidate stands beside the reference, in samples: above a quarter of a sample every \
              other score speaks of the shift first.",
    blind_to: "movements of parts of the picture, and shifts along a direction in which the picture does not vary",
    ..ABOUT
});

pub static SATURATION: Plain = Plain(&About {
    id: "chroma_slope",
    label: "Saturation",
    direction: Direction::HigherIsBetter,
    range: |_| (0.0, 4.0),
    decimals: 3,
    meaning: "How colourful the candidate is beside the reference: 1 is the same, 1.1 a tenth more; coding loses a little.",
    blind_to: "hue: colours that turn and keep their strength",
    ..ABOUT
});

pub static FRAME_OFFSET: Plain = Plain(&About {
    id: "frame_offset",
    label: "Frame offset",
    unit: "frames",
    range: |_| (-1.0, 1.0),
    decimals: 0,
    meaning: "Which frame of the reference the candidate's is nearest to: 0 is its own, -1 the one before, 1 the one after.",
    blind_to: "stills, slow motion, and offsets of more than one frame: the verdict finds those from many frames",
    ..ABOUT
});

/// What they have in common.
const ABOUT: About = About {
    id: "",
    label: "",
    unit: "",
    group: Group::Evidence,
    direction: Direction::LowerIsBetter,
    range: |_| (0.0, 0.0),
    decimals: 2,
    standard: false,
    meaning: "",
    blind_to: "",
    trust: &[],
};
