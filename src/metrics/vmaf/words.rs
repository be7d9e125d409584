//! What VMAF's metrics say of themselves.

use crate::metrics::{About, Direction, Group, Task, Trust};

const STUDY_ENCODE: &str = "CVQAD open part, codecs within one clip; found for VMAF v0.6.1";
const STUDY_UPSCALE: &str = "MSU, super-resolution of compressed video; found for VMAF v0.6.1";

const TRUST: &[Trust] = &[
    Trust { task: Task::Encode, correlation: 0.950, study: STUDY_ENCODE },
    Trust { task: Task::Upscale, correlation: 0.59, study: STUDY_UPSCALE },
];

const TRUST_NEG: &[Trust] = &[
    Trust {
        task: Task::Encode,
        correlation: 0.949,
        study: "CVQAD open part, codecs within one clip; found for VMAF v0.6.1 NEG",
    },
    Trust {
        task: Task::Upscale,
        correlation: 0.55,
        study: "MSU, super-resolution of compressed video; found for VMAF v0.6.1 NEG",
    },
];

const HACKS: &str = "colour, and being tricked: a sharper or more contrasty copy than the source scores higher than the \
                     source itself";
const NO_HACKS: &str = "colour, gamma and brightness changes; sharpening that brings back what an encode lost still \
                        counts as gain";
const HUNDRED: fn(u8) -> (f64, f64) = |_| (0.0, 100.0);
/// Nothing bounds an unclipped score but the model's own reach; what was seen lies well inside.
const OPEN: fn(u8) -> (f64, f64) = |_| (-60.0, 220.0);

pub static VMAF: About = About {
    id: "vmaf",
    label: "VMAF",
    unit: "",
    group: Group::Vmaf,
    direction: Direction::HigherIsBetter,
    range: HUNDRED,
    decimals: 2,
    standard: true,
    meaning: "How good the picture would look to viewers of a 1080p television at three screen heights: 100 is \
              excellent, 70 good, 40 fair. Model v0.6.1.",
    blind_to: HACKS,
    trust: TRUST,
};

pub static VMAF_NEG: About = About {
    id: "vmaf_neg",
    label: "VMAF NEG",
    meaning: "VMAF that gives no credit for detail stronger than the source's (no enhancement gain): what is left \
              when sharpening is not paid for.",
    blind_to: NO_HACKS,
    trust: TRUST_NEG,
    ..VMAF
};

pub static VMAF_4K: About = About {
    id: "vmaf_4k",
    label: "VMAF 4K",
    standard: false,
    meaning: "VMAF for a 2160-line television at one and a half screen heights. Model 4k v0.6.1.",
    ..VMAF
};

pub static VMAF_4K_NEG: About = About {
    id: "vmaf_4k_neg",
    label: "VMAF 4K NEG",
    standard: false,
    meaning: "VMAF 4K that gives no credit for detail stronger than the source's.",
    ..VMAF_NEG
};

pub static VMAF_PHONE: About = About {
    id: "vmaf_phone",
    label: "VMAF phone",
    standard: false,
    meaning: "VMAF for a phone, where the same loss is seen less: the score of v0.6.1 moved up by a fixed curve.",
    ..VMAF
};

pub static VMAF_RAW: About = About {
    id: "vmaf_raw",
    label: "VMAF unclipped",
    range: OPEN,
    standard: false,
    meaning: "VMAF before it is cut at 0 and 100. Above the frame's ceiling something is stronger than in the source.",
    ..VMAF
};

pub static VMAF_NEG_RAW: About = About {
    id: "vmaf_neg_raw",
    label: "VMAF NEG unclipped",
    range: OPEN,
    standard: false,
    meaning: "VMAF NEG before it is cut at 0 and 100.",
    ..VMAF_NEG
};

pub static VMAF_CEILING: About = About {
    id: "vmaf_ceiling",
    label: "VMAF ceiling",
    range: OPEN,
    standard: false,
    meaning: "What VMAF, unclipped, gives the source itself at this frame: 97.4 where nothing moves, more where much \
              does. A score above it was bought by enhancement.",
    blind_to: "the candidate: it is made of the source's motion alone",
    trust: &[],
    ..VMAF
};

pub static VMAF_B: About = About {
    id: "vmaf_b",
    label: "VMAF b",
    standard: false,
    meaning: "VMAF by model b_v0.6.3, whose twenty siblings tell how sure the score is.",
    ..VMAF
};

pub static VMAF_B_MEAN: About = About {
    id: "vmaf_b_mean",
    label: "VMAF b mean",
    meaning: "Mean of the twenty models that were trained on resampled data (libvmaf calls it bagging).",
    ..VMAF_B
};

pub static VMAF_B_SD: About = About {
    id: "vmaf_b_sd",
    label: "VMAF b deviation",
    direction: Direction::LowerIsBetter,
    meaning: "How far the twenty resampled models are apart, as a standard deviation: below 1 the score is sure, above \
              3 the picture is unlike what the model was trained on. 0 where the score is cut at 100.",
    blind_to: "errors that all twenty models share",
    trust: &[],
    ..VMAF_B
};

pub static VMAF_B_LOW: About = About {
    id: "vmaf_b_low",
    label: "VMAF b low",
    meaning: "Lower end of the 95% interval of the twenty resampled models.",
    ..VMAF_B
};

pub static VMAF_B_HIGH: About = About {
    id: "vmaf_b_high",
    label: "VMAF b high",
    meaning: "Upper end of the 95% interval of the twenty resampled models.",
    ..VMAF_B
};

pub static VMAF_V1: About = About {
    id: "vmaf_v1",
    label: "VMAF v1",
    group: Group::VmafV1,
    meaning: "Netflix's model of 2026 for a 1080p television at three screen heights: detail lost and added, colour, \
              banding and motion. It gives no credit for enhancement.",
    blind_to: "brightness and gamma changes; no independent study of how far viewers agree with it is known here",
    trust: &[],
    standard: false,
    ..VMAF
};

pub static VMAF_V1_PHONE: About = About {
    id: "vmaf_v1_phone",
    label: "VMAF v1 phone",
    meaning: "VMAF v1 for a phone: 1080 lines at five screen heights.",
    ..VMAF_V1
};

pub static VMAF_V1_4K: About = About {
    id: "vmaf_v1_4k",
    label: "VMAF v1 4K",
    meaning: "VMAF v1 for a 2160-line television at one and a half screen heights.",
    ..VMAF_V1
};

pub static VMAF_V1_4K_3H: About = About {
    id: "vmaf_v1_4k_3h",
    label: "VMAF v1 4K at 3H",
    range: |_| (0.0, 110.0),
    meaning: "VMAF v1 for a 2160-line television at three screen heights, up to 110: what 2160 lines add to 1080 shows.",
    ..VMAF_V1
};

pub static VMAF_V1_HFR: About = About {
    id: "vmaf_v1_hfr",
    label: "VMAF v1 HFR",
    meaning: "VMAF v1 for high frame rates (50 and more): motion is taken over two frames.",
    ..VMAF_V1
};

pub static VMAF_V1_PHONE_HFR: About = About {
    id: "vmaf_v1_phone_hfr",
    label: "VMAF v1 phone HFR",
    meaning: "VMAF v1 for a phone and high frame rates.",
    ..VMAF_V1
};

pub static VMAF_V1_4K_HFR: About = About {
    id: "vmaf_v1_4k_hfr",
    label: "VMAF v1 4K HFR",
    meaning: "VMAF v1 for a 2160-line television at one and a half screen heights and high frame rates.",
    ..VMAF_V1
};

pub static VMAF_V1_4K_3H_HFR: About = About {
    id: "vmaf_v1_4k_3h_hfr",
    label: "VMAF v1 4K at 3H HFR",
    meaning: "VMAF v1 for a 2160-line television at three screen heights and high frame rates, up to 110.",
    ..VMAF_V1_4K_3H
};
