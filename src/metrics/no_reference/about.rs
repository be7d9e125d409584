//! What the measures say of themselves.

use crate::metrics::{About, Direction, Group, Plain};

pub static BLOCKINESS: Plain = Plain(&About {
    id: "blockiness",
    label: "Blockiness",
    unit: "codes",
    direction: Direction::LowerIsBetter,
    range: |_| (0.0, 255.0),
    decimals: 2,
    meaning: "How high the steps at the borders of coding blocks stand above those elsewhere, in codes of the 8-bit scale: \
              0 is no grid to be found, above 0.3 is plain in smooth areas.",
    blind_to: "blocks of no regular grid, and what hides them: it counts a step in sky and in grass alike; a drawn grid of \
               8 samples counts as blocks",
    ..ABOUT
});

pub static SHARPNESS: Plain = Plain(&About {
    id: "sharpness",
    label: "Sharpness",
    unit: "",
    direction: Direction::HigherIsBetter,
    range: |_| (0.0, 1.0),
    decimals: 3,
    meaning: "How much of the picture's fine contrast a further blur would take away: near 1 is crisp, below 0.4 is soft.",
    blind_to: "whether what is sharp was there before: noise, ringing and oversharpening count as sharp, and a picture of \
               soft things is soft",
    ..ABOUT
});

pub static NOISE: Plain = Plain(&About {
    id: "noise",
    label: "Noise",
    unit: "codes",
    direction: Direction::LowerIsBetter,
    range: |_| (0.0, 255.0),
    decimals: 2,
    meaning: "Standard deviation of the grain in the quietest parts of the picture, in codes of the 8-bit scale: below 1 \
              is clean, above 5 is grainy.",
    blind_to: "whether grain is meant; texture all over the picture counts as noise, and coarse noise counts less than \
               fine",
    ..ABOUT
});

pub static BANDING: Plain = Plain(&About {
    id: "banding",
    label: "Banding",
    unit: "%",
    direction: Direction::LowerIsBetter,
    range: |_| (0.0, 100.0),
    decimals: 2,
    meaning: "How much of the picture lies in flat bands with small steps between them, weighted by the height of the \
              steps: 0 is none.",
    blind_to: "whether anybody sees it (CAMBI estimates that); flat drawings with small steps count too, and the \
               slightest dither makes it 0",
    ..ABOUT
});

/// What they have in common.
const ABOUT: About = About {
    id: "",
    label: "",
    unit: "",
    group: Group::NoReference,
    direction: Direction::LowerIsBetter,
    range: |_| (0.0, 0.0),
    decimals: 2,
    standard: false,
    meaning: "",
    blind_to: "",
    trust: &[],
};
