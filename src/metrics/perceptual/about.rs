//! What they say of themselves.

use crate::metrics::{About, Direction, Group, Needs, OverlayAbout, Plain, Scale, Task, Trust};

pub static SSIMULACRA2: Plain = Plain(&About {
    id: "ssimulacra2",
    label: "SSIMULACRA 2",
    direction: Direction::HigherIsBetter,
    range: |_| (f64::NEG_INFINITY, 100.0),
    decimals: 2,
    meaning: "How good the picture is beside its reference for somebody who looks closely: 90 is no difference to be \
              seen, 70 is high, 50 medium, 30 low quality; very bad ones fall below 0.",
    blind_to: "motion and flicker: it was made for still images; and it takes grain that was lost for damage",
    trust: &[Trust { task: Task::Encode, correlation: 0.89, study: "CID22, compressed still images" }],
    ..ABOUT
});

pub static BUTTERAUGLI: Plain = Plain(&About {
    id: "butteraugli",
    label: "Butteraugli",
    meaning: "How plain the worst difference in the picture is to an eye close by: below 1 nobody sees it, above 2 \
              everybody does.",
    blind_to: "everything but the worst place; motion and flicker, as it was made for still images",
    trust: &[Trust {
        task: Task::Encode,
        correlation: 0.74,
        study: "SSIMULACRA 2's authors on their validation set of compressed still images, worst place",
    }],
    ..ABOUT
});

pub static BUTTERAUGLI_3: Plain = Plain(&About {
    id: "butteraugli_3",
    label: "Butteraugli 3-norm",
    meaning: "How plain the differences in the picture are to an eye close by, all places together, bad ones counting \
              more: below 0.5 is excellent, above 2 is poor.",
    blind_to: "motion and flicker, as it was made for still images; one small bad place in a large good picture",
    trust: &[Trust { task: Task::Encode, correlation: 0.79, study: "CID22, compressed still images" }],
    ..ABOUT
});

/// What they have in common.
const ABOUT: About = About {
    id: "",
    label: "",
    unit: "",
    group: Group::Perceptual,
    direction: Direction::LowerIsBetter,
    range: |_| (0.0, f64::INFINITY),
    decimals: 3,
    standard: false,
    meaning: "",
    blind_to: "",
    trust: &[],
};

pub static MAP: OverlayAbout = OverlayAbout {
    id: "butteraugli",
    label: "Butteraugli",
    unit: "",
    scale: Scale::Sequential { to: 4.0 },
    decimals: 2,
    pool: |map| map.values.iter().copied().map(f64::from).fold(0.0, f64::max),
    pools_to: "Butteraugli: the highest number on the map",
    before: 0,
    after: 0,
    needs: Needs::Reference,
    meaning: "How plain the difference is to an eye close by, at each place: below 1 nobody sees it, above 2 everybody \
              does.",
    limits: "It is a model of contrast and masking in a still image: it knows nothing of faces, of text or of motion. \
             A dark place is hard to tell from the reference; that the reference is true is not said.",
};
