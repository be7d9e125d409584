//! The numbers that VMAF is made of, shown as metrics.

use crate::metrics::{About, Direction, Group, Plain};

pub static VIF_SCALE0: Plain = Plain(&vif("vif_scale0", "VIF 1", FINEST));
pub static VIF_SCALE1: Plain = Plain(&vif("vif_scale1", "VIF 1/2", HALF));
pub static VIF_SCALE2: Plain = Plain(&vif("vif_scale2", "VIF 1/4", QUARTER));
pub static VIF_SCALE3: Plain = Plain(&vif("vif_scale3", "VIF 1/8", EIGHTH));
pub static VIF_SCALE0_NEG: Plain = Plain(&neg("vif_scale0_neg", "VIF 1 NEG", vif("", "", FINEST)));
pub static VIF_SCALE1_NEG: Plain = Plain(&neg("vif_scale1_neg", "VIF 1/2 NEG", vif("", "", HALF)));
pub static VIF_SCALE2_NEG: Plain = Plain(&neg("vif_scale2_neg", "VIF 1/4 NEG", vif("", "", QUARTER)));
pub static VIF_SCALE3_NEG: Plain = Plain(&neg("vif_scale3_neg", "VIF 1/8 NEG", vif("", "", EIGHTH)));

pub static ADM2: Plain = Plain(&ABOUT_ADM2);
pub static ADM2_NEG: Plain = Plain(&neg("adm2_neg", "ADM NEG", adm2()));
pub static ADM3: Plain = Plain(&ABOUT_ADM3);
pub static ADM3_V1: Plain = Plain(&ABOUT_ADM3_V1);
pub static MOTION2: Plain = Plain(&ABOUT_MOTION2);
pub static MOTION3: Plain = Plain(&ABOUT_MOTION3);
pub static MOTION3_V1: Plain = Plain(&ABOUT_MOTION3_V1);
pub static SPEED_CHROMA: Plain = Plain(&ABOUT_SPEED);

const FINEST: &str = "How much of what the eye can take from the finest detail is still there: 1 is all, more is \
                      enhancement.";
const HALF: &str = "How much of what the eye can take from detail at half size is still there: 1 is all.";
const QUARTER: &str = "How much of what the eye can take from detail at quarter size is still there: 1 is all.";
const EIGHTH: &str = "How much of what the eye can take from detail at an eighth of the size is still there: 1 is all.";

const fn feature(id: &'static str, label: &'static str, meaning: &'static str) -> About {
    About {
        id,
        label,
        unit: "",
        group: Group::Features,
        direction: Direction::HigherIsBetter,
        range: |_| (0.0, 2.0),
        decimals: 4,
        standard: false,
        meaning,
        blind_to: "colour; it is a part of VMAF and was not made to be read alone",
        trust: &[],
    }
}

const fn vif(id: &'static str, label: &'static str, meaning: &'static str) -> About {
    feature(id, label, meaning)
}

/// The same feature with no credit for enhancement.
const fn neg(id: &'static str, label: &'static str, plain: About) -> About {
    About { id, label, range: |_| (0.0, 1.0), ..plain }
}

const fn adm2() -> About {
    feature("adm2", "ADM", "How much of the visible detail is still there, by wavelets: 1 is all, more is enhancement.")
}

static ABOUT_ADM2: About = adm2();
static ABOUT_ADM3: About = About {
    id: "adm3",
    label: "ADM3",
    range: |_| (0.0, 1.5),
    meaning: "Detail kept and detail that was added by mistake, in one number (libvmaf's defaults): 1 is neither lost nor \
              added.",
    ..adm2()
};
static ABOUT_ADM3_V1: About = About {
    id: "adm3_v1",
    label: "ADM3 in VMAF v1",
    range: |_| (0.5, 1.0),
    meaning: "Detail kept and detail added as VMAF v1 weighs them for 1080 lines at three screen heights, at least 0.5.",
    ..adm2()
};
static ABOUT_MOTION2: About = About {
    id: "motion2",
    label: "Motion",
    range: |_| (0.0, 255.0),
    decimals: 3,
    meaning: "How much the source changes around this frame, in codes of the 8-bit scale: the smaller of the changes \
              before and after. 0 at the first frame.",
    blind_to: "the candidate: it reads the source alone",
    ..adm2()
};
static ABOUT_MOTION3: About = About {
    id: "motion3",
    label: "Motion 3",
    meaning: "The motion of this frame; the first frame takes that of the second.",
    ..ABOUT_MOTION2
};
static ABOUT_MOTION3_V1: About = About {
    id: "motion3_v1",
    label: "Motion in VMAF v1",
    range: |_| (0.0, 18.0),
    meaning: "The motion of this frame, at most 18, as VMAF v1 reads it.",
    ..ABOUT_MOTION2
};
static ABOUT_SPEED: About = About {
    id: "speed_chroma",
    label: "SpEED-chroma",
    direction: Direction::LowerIsBetter,
    range: |_| (0.0, 45.0),
    decimals: 3,
    meaning: "How much the colour planes differ in information, as VMAF v1 reads it at three screen heights: 0 is no \
              visible difference.",
    blind_to: "brightness, and colour detail finer than 16 samples",
    ..adm2()
};
