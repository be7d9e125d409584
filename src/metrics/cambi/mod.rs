//! CAMBI, the contrast-aware multiscale banding index of Netflix (Tandon, Afonso, Sole and Krasula 2021): how visible
//! the false contours are that a smooth gradient breaks into. It reads luma of the candidate alone.
//!
//! Source: `libvmaf/src/feature/cambi.c`, whose integers this follows one by one. The picture is brought to 10 bits;
//! samples among flat ones are masked in; at five scales, each half the size of the one before, a mode filter cleans
//! the picture and each masked sample gets the contrast of [`contrast`]; the mean of the worst 60% is a scale's score,
//! and the scales are weighed 16, 8, 4, 2, 1 and divided by the samples of a window.
//!
//! Features: `cambi` (libvmaf's defaults) and `cambi_v1` (the settings that all models of the `vmaf_v1.0.16` family
//! share). libvmaf refuses pictures below 216 samples in both directions; here the same formulas go on.

mod contrast;
mod levels;
mod map;
mod runs;
mod scales;
mod settings;

use super::{About, Cost, Direction, Extractor, Extracts, Group, Memo, MetricError, Moment, Plain, Reads, Value};
pub use map::BANDING;
use scales::{Prepared, score};
use settings::Settings;

/// One way to run CAMBI.
#[derive(Debug)]
pub struct Cambi {
    about: &'static Extracts,
    settings: Settings,
}

/// Feature `cambi`: libvmaf's defaults, which FFmpeg's `libvmaf=feature=name=cambi` uses.
pub static PLAIN: Cambi = Cambi { about: &extracts("cambi", &["cambi"]), settings: Settings::PLAIN };

/// Feature `cambi_v1`: `Cambi_feature_cambi_score` as every model of the `vmaf_v1.0.16` family reads it
/// (`cambi_high_res_speedup` 1080, `cambi_vis_lum_threshold` 0.06, `cambi_max_val` 17).
pub static V1: Cambi = Cambi { about: &extracts("cambi_v1", &["cambi_v1"]), settings: Settings::V1 };

const fn extracts(id: &'static str, features: &'static [&'static str]) -> Extracts {
    Extracts { id, version: 1, features, before: 0, after: 0, cost: Cost::Medium }
}

impl Extractor for Cambi {
    fn about(&self) -> &'static Extracts {
        self.about
    }

    fn extract(&self, moment: &Moment<'_>, memo: &Memo) -> Result<Vec<Value>, MetricError> {
        let (_, luma) = moment.pair.planes(self.about.id, Reads::Luma)?;
        let picture = Prepared::new(luma, moment.pair.sample());
        if self.settings == Settings::PLAIN && memo.wished(map::KEY) {
            let (scales, value) = map::evidence(&picture);
            memo.keep(map::KEY, &moment.pair, scales);
            return Ok(vec![Value::measured(value)]);
        }
        Ok(vec![Value::measured(score(&picture, &self.settings, false, drop))])
    }
}

pub static CAMBI: Plain = Plain(&ABOUT);
pub static CAMBI_V1: Plain = Plain(&ABOUT_V1);

static ABOUT: About = About {
    id: "cambi",
    label: "CAMBI",
    unit: "",
    group: Group::NoReference,
    direction: Direction::LowerIsBetter,
    range: |_| (0.0, 31.0),
    decimals: 2,
    standard: false,
    meaning: "How visible the contours are into which a smooth sky or shadow breaks: 0 is none, about 5 begins to \
              annoy, 24 is the most that was seen in practice.",
    blind_to: "everything but banding; it looks at the candidate alone, so bands that the source has count too, and \
               it takes every file for limited-range SDR",
    trust: &[],
};

static ABOUT_V1: About = About {
    id: "cambi_v1",
    label: "CAMBI in VMAF v1",
    group: Group::Features,
    range: |_| (0.0, 17.0),
    meaning: "The banding number that VMAF v1 reads: CAMBI without what is nearly black, at half size from 1080p up, \
              and cut at 17.",
    ..ABOUT
};
