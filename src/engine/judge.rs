//! A dropped model that makes a number of pictures becomes a metric like any other: an extractor that runs it, a metric
//! of the same id, and an overlay where it gives a map.

use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::frame::{Frame, Map, SourceError, Urgency};
use crate::metrics::{
    About, Added, Cost, Direction, Extractor, Extracts, Group, Memo, MetricError, Moment, Needs, Overlay, OverlayAbout,
    Plain, Scale, Value, add, find,
};
use crate::models::{Gauge, GaugeInfo, Reading, Runtime};

/// A model that measures.
struct Judge {
    about: &'static Extracts,
    gauge: Gauge,
    /// What it gave last: score and map of one frame take one run.
    last: Mutex<Option<Last>>,
}

struct Last {
    pair: [Arc<Frame>; 2],
    reading: Reading,
}

/// Its map.
struct JudgeMap {
    about: &'static OverlayAbout,
    judge: &'static Judge,
}

/// Makes a metric of the model at `path`, for as long as the program runs, and gives its id. The same file twice is one
/// metric.
///
/// # Errors
/// One sentence: no runtime, a file that is no such model (see [`crate::models::Gauge::load`]), or a metric of that name
/// made of another file.
pub fn add_metric(path: &Path) -> Result<&'static str, SourceError> {
    let gauge = Gauge::load(&Runtime::get()?, path, Urgency::OnScreen)?;
    let info = gauge.info().clone();
    let id = id_of(&info.name);
    let names = JUDGES.lock();
    if let Some((known, _)) = names.iter().find(|(known, sha256)| *known == id && *sha256 == info.sha256) {
        return Ok(known);
    }
    if find(&id).is_some() {
        return Err(MetricError::Taken { id }.into());
    }
    drop(names);
    let id = forever(id);
    // What is added stays until the program ends, so it may as well never be freed.
    let about: &'static About = Box::leak(Box::new(about(id, &info)));
    let extracts = Extracts {
        id: forever(format!("model {id} {}", info.sha256)),
        version: 1,
        features: Box::leak(Box::new([id])),
        before: 0,
        after: 0,
        cost: Cost::Heavy,
    };
    let judge: &'static Judge =
        Box::leak(Box::new(Judge { about: Box::leak(Box::new(extracts)), gauge, last: Mutex::new(None) }));
    let overlay = info.has_map.then(|| {
        let map: &'static JudgeMap =
            Box::leak(Box::new(JudgeMap { about: Box::leak(Box::new(overlay_about(id, &info))), judge }));
        map as &'static dyn Overlay
    });
    add(Added { extractor: judge, metric: Box::leak(Box::new(Plain(about))), overlay })?;
    JUDGES.lock().push((id, info.sha256));
    Ok(id)
}

/// Ids of the metrics that are models, each with the fingerprint of its file.
static JUDGES: Mutex<Vec<(&'static str, String)>> = Mutex::new(Vec::new());

fn forever(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// A file's name as an id: "LPIPS-vgg v0.1" is lpips_vgg_v0_1.
fn id_of(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let id: String = name.chars().map(plain).collect();
    // A list of metrics knows these words otherwise.
    if ["all", "standard", ""].contains(&id.as_str()) { format!("{id}_model") } else { id }
}

fn about(id: &'static str, info: &GaugeInfo) -> About {
    let said = info.description.as_ref().map(|text| format!(" Its maker says: {text}")).unwrap_or_default();
    let meaning = format!("{}: {}.{said}", info.name, info.line());
    About {
        id,
        label: forever(info.label.clone()),
        unit: "",
        group: Group::Model,
        direction: if info.lower_is_better { Direction::LowerIsBetter } else { Direction::HigherIsBetter },
        range: match info.top {
            t if t >= 100.0 => |_| (0.0, 100.0),
            t if t >= 10.0 => |_| (0.0, 10.0),
            _ => |_| (0.0, 1.0),
        },
        decimals: 4,
        standard: false,
        meaning: forever(meaning),
        blind_to: "what its makers did not train it on; nothing is known here of how far people agree with it",
        trust: &[],
    }
}

fn overlay_about(id: &'static str, info: &GaugeInfo) -> OverlayAbout {
    OverlayAbout {
        id,
        label: forever(info.label.clone()),
        unit: "",
        scale: Scale::Sequential { to: info.top as f32 },
        decimals: 3,
        pool: Map::mean,
        pools_to: "the model's score",
        before: 0,
        after: 0,
        needs: Needs::Reference,
        meaning: "What the model gives for each place; the mean is its score.",
        limits: "A model may err anywhere, and why it marks a place cannot be read from it. A dark place is one that it \
                 does not mind, no more.",
    }
}

impl Judge {
    fn reading(&self, moment: &Moment<'_>) -> Result<Reading, MetricError> {
        let pair = [moment.pair.reference(), moment.pair.candidate()];
        let same = |last: &&Last| last.pair.iter().zip(pair).all(|(a, b)| Arc::ptr_eq(a, b));
        if let Some(last) = self.last.lock().as_ref().filter(same) {
            return Ok(last.reading.clone());
        }
        let (reference, candidate) = moment.rgb()?;
        let found = self.gauge.measure(reference, candidate, Urgency::Background);
        let reading = found.map_err(|error| MetricError::Model(error.to_string()))?;
        *self.last.lock() = Some(Last { pair: pair.map(Arc::clone), reading: reading.clone() });
        Ok(reading)
    }
}

impl Extractor for Judge {
    fn about(&self) -> &'static Extracts {
        self.about
    }

    fn extract(&self, moment: &Moment<'_>, _: &Memo) -> Result<Vec<Value>, MetricError> {
        Ok(vec![Value::measured(self.reading(moment)?.value)])
    }
}

impl Overlay for JudgeMap {
    fn about(&self) -> &'static OverlayAbout {
        self.about
    }

    fn map(&self, moment: &Moment<'_>, _: &Memo) -> Result<Map, MetricError> {
        let lacking = || MetricError::Model("the model gave no map for this frame".into());
        self.judge.reading(moment)?.map.ok_or_else(lacking)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_of_files_are_ids() {
        assert_eq!(super::id_of("LPIPS-vgg v0.1"), "lpips_vgg_v0_1");
        assert_eq!(super::id_of("all"), "all_model");
    }
}
