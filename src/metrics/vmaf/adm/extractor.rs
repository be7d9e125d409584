//! The features that models and people read.

use crate::metrics::{Cost, Extractor, Extracts, Memo, MetricError, Moment, Reads, Value};

use super::region::SCALES;
use super::{Account, Ask, Gain, KEY, Measured, Part, Viewing, measure};

/// A walk with fixed asks and the features it yields.
pub struct Adm {
    about: &'static Extracts,
    asks: &'static [Ask],
    features: fn(&Measured) -> Vec<f64>,
}

/// `adm2` and `adm2_neg`, what the v0.6.1 models and their NEG twins read, and the same by scale.
pub static ADM: Adm = Adm {
    about: &extracts(
        "adm",
        &[
            "adm2",
            "adm2_neg",
            "adm_scale0",
            "adm_scale1",
            "adm_scale2",
            "adm_scale3",
            "adm_scale0_neg",
            "adm_scale1_neg",
            "adm_scale2_neg",
            "adm_scale3_neg",
        ],
    ),
    asks: &ASKS,
    features: |found| {
        let scales = (0..2).flat_map(|ask| (0..SCALES).map(move |scale| found.scale(ask, scale)));
        [0, 1].into_iter().map(|ask| found.ratio(ask, 1.0)).chain(scales).collect()
    },
};

/// The two v0.6.1 scores.
pub(super) const ASKS: [Ask; 2] = [ask(Viewing::V0, Gain::Free, Part::Kept), ask(Viewing::V0, Gain::None, Part::Kept)];

/// `aim`, the detail that was added (0 is none), and `adm3`, half of `adm2` and half of what `aim` leaves of 1; with
/// libvmaf's defaults. No model reads them.
pub static ADM3: Adm = Adm {
    about: &extracts("adm3", &["aim", "adm3", "aim_neg", "adm3_neg"]),
    asks: &[
        ask(Viewing::V0, Gain::Free, Part::Kept),
        ask(Viewing::V0, Gain::Free, Part::Added),
        ask(Viewing::V0, Gain::None, Part::Kept),
        ask(Viewing::V0, Gain::None, Part::Added),
    ],
    features: |found| {
        let both = |first: usize| [found.ratio(first + 1, 0.0), mixed(found, first, 0.5).max(0.0)];
        [both(0), both(2)].concat()
    },
};

/// `adm3_v1`: the v1 models at three heights from 1080 lines, and at one and a half from 2160, which is the same.
pub static ADM3_V1: Adm = v1(&extracts("adm3_v1", &["adm3_v1"]), &of_v1(Viewing::V1_3H));
/// `adm3_v1_5h`: the v1 phone models, five heights from 1080 lines.
pub static ADM3_V1_5H: Adm = v1(&extracts("adm3_v1_5h", &["adm3_v1_5h"]), &of_v1(Viewing::V1_5H));
/// `adm3_v1_2160`: the v1 models at three heights from 2160 lines.
pub static ADM3_V1_2160: Adm = v1(&extracts("adm3_v1_2160", &["adm3_v1_2160"]), &of_v1(Viewing::V1_2160_3H));

const fn extracts(id: &'static str, features: &'static [&'static str]) -> Extracts {
    Extracts { id, version: 1, features, before: 0, after: 0, cost: Cost::Light }
}

const fn ask(viewing: Viewing, gain: Gain, part: Part) -> Ask {
    Ask { viewing, gain, part }
}

const fn of_v1(viewing: Viewing) -> [Ask; 2] {
    [ask(viewing, Gain::None, Part::Kept), ask(viewing, Gain::None, Part::Added)]
}

/// The v1 models: seven tenths of the kept, three of what the added leaves of 1, and never below a half.
const fn v1(about: &'static Extracts, asks: &'static [Ask]) -> Adm {
    Adm { about, asks, features: |found| vec![mixed(found, 0, 0.7).max(0.5)] }
}

/// `weight` of the kept detail, ask number `kept`, and the rest of what the next ask, the added, leaves of 1.
fn mixed(found: &Measured, kept: usize, weight: f64) -> f64 {
    found.ratio(kept, 1.0) * weight + (1.0 - found.ratio(kept + 1, 0.0)) * (1.0 - weight)
}

impl Extractor for Adm {
    fn about(&self) -> &'static Extracts {
        self.about
    }

    fn extract(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Vec<Value>, MetricError> {
        let found = if self.asks == ASKS && memo.wished(KEY) {
            let (account, found) = Account::of(&moment.pair)?;
            memo.keep(KEY, &moment.pair, account);
            found
        } else {
            measure(&moment.pair, self.asks)?
        };
        let (reference, candidate) = moment.pair.planes(self.about.id, Reads::Luma)?;
        let bytes = moment.pair.sample().bytes();
        let identical = (0..reference.height).all(|y| reference.row_bytes(y, bytes) == candidate.row_bytes(y, bytes));
        let value = |value| if identical { Value::identical(value) } else { Value::measured(value) };
        Ok((self.features)(&found).into_iter().map(value).collect())
    }
}
