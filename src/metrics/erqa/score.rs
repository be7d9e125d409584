//! ERQA as extractor, metrics and overlay.

use crate::frame::Map;
use crate::metrics::{
    About, Class, Cost, Direction, Extractor, Extracts, Group, Memo, MetricError, Moment, Needs, Overlay, OverlayAbout,
    Plain, Scale, Task, Tint, Trust, Value,
};

use super::{Counts, Edges, Matched, Rgb8, Shift, Window, best_shift, canny, convert, match_edges};

/// Thresholds of the edge detector, as ERQA sets them.
const LOW: i16 = 100;
const HIGH: i16 = 200;

/// Smallest side: below it the shift search would leave hardly anything to look at.
const LEAST: u32 = 16;

/// Both versions of the metric, from one look at the edges.
#[derive(Debug)]
pub struct Erqa;

static EXTRACTS: Extracts =
    Extracts { id: "erqa", version: 2, features: &FEATURES, before: 0, after: 0, cost: Cost::Medium };
static FEATURES: [&str; 4] = ["erqa", "erqa_1_0", "edges_invented", "edges_lost"];

impl Extractor for Erqa {
    fn about(&self) -> &'static Extracts {
        &EXTRACTS
    }

    fn extract(&self, moment: &Moment<'_>, _: &Memo) -> Result<Vec<Value>, MetricError> {
        let look = Look::new(moment, &by_processor)?;
        let once = look.matched(true).counts();
        let f1 = |f1: f64| {
            // A picture without edges scores 0 against itself, as the reference tool has it: no best to speak of.
            if look.identical && f1 == 1.0 { Value::identical(f1) } else { Value::measured(f1) }
        };
        let share = |share: f64| if look.identical { Value::identical(share) } else { Value::measured(share) };
        let all_may = look.matched(false).counts();
        Ok(vec![f1(once.f1()), f1(all_may.f1()), share(once.share_invented()), share(once.share_lost())])
    }
}

/// The edges of both pictures, shifted onto each other and cut to what they share.
struct Look {
    shift: Shift,
    reference: Edges,
    candidate: Edges,
    identical: bool,
    width: u32,
    height: u32,
}

/// Finds the edges of both windows, the thresholds being low and high.
type Detector<'a> = dyn Fn(&Window<'_>, &Window<'_>, (i16, i16)) -> Result<(Edges, Edges), MetricError> + 'a;

fn by_processor(
    reference: &Window<'_>,
    candidate: &Window<'_>,
    (low, high): (i16, i16),
) -> Result<(Edges, Edges), MetricError> {
    Ok((canny(reference, low, high), canny(candidate, low, high)))
}

impl Look {
    fn new(moment: &Moment<'_>, detect: &Detector<'_>) -> Result<Self, MetricError> {
        let shown = moment.shown();
        let (width, height) = (shown.reference().width, shown.reference().height);
        let too_small = MetricError::TooSmall { metric: "erqa", least: LEAST, width, height };
        if width < LEAST || height < LEAST {
            return Err(too_small);
        }
        let (reference, candidate) = pictures(moment)?;
        let shift = best_shift(&reference, &candidate);
        let (of_reference, of_candidate) = shift.overlap(&reference, &candidate).ok_or(too_small)?;
        let edges = detect(&of_reference, &of_candidate, (LOW, HIGH))?;
        let identical = reference == candidate;
        Ok(Self { shift, reference: edges.0, candidate: edges.1, identical, width, height })
    }

    fn matched(&self, once: bool) -> Matched {
        match_edges(&self.reference, &self.candidate, once)
    }
}

/// Both pictures in 8-bit R'G'B', by one road: the scaler's where it has one, else rounded.
fn pictures(moment: &Moment<'_>) -> Result<(Rgb8, Rgb8), MetricError> {
    let shown = moment.shown();
    if let (Some(reference), Some(candidate)) =
        rayon::join(|| convert(shown.reference()), || convert(shown.candidate()))
    {
        return Ok((reference, candidate));
    }
    let (reference, candidate) = moment.rgb()?;
    Ok(rayon::join(|| Rgb8::rounded(reference), || Rgb8::rounded(candidate)))
}

/// What becomes of each edge, on the candidate's picture.
#[derive(Debug)]
pub struct EdgeMap;

/// Classes of [`EdgeMap`]: a map's value is the position here plus 1.
static CLASSES: [Class; 3] = [
    Class { label: "kept", tint: Tint::White },
    Class { label: "lost", tint: Tint::Blue },
    Class { label: "invented", tint: Tint::Red },
];
const KEPT: f32 = 1.0;
const LOST: f32 = 2.0;
const INVENTED: f32 = 3.0;

static EDGES: OverlayAbout = OverlayAbout {
    id: "erqa",
    label: "Edges (ERQA)",
    unit: "",
    scale: Scale::Classes(&CLASSES),
    decimals: 0,
    pool: |map| {
        let count = |class: f32| map.values.iter().filter(|&&value| value == class).count() as u64;
        Counts { kept: count(KEPT), lost: count(LOST), invented: count(INVENTED) }.f1()
    },
    pools_to: "ERQA 1.1: F1 of the edges, from how many were kept, lost and invented",
    before: 0,
    after: 0,
    needs: Needs::Reference,
    meaning: "White edges stand in both pictures, within a pixel. Blue ones stand in the reference only: lost. Red ones \
              stand in the candidate only: invented. A shift of the whole picture of up to three pixels is undone first.",
    limits: "Only edges strong enough for the detector are seen; soft detail, flat colour and texture below its threshold \
             are not. White means that an edge stands there, not that it is the right one; and where the map is dark, \
             nothing was found to compare.",
};

impl Overlay for EdgeMap {
    fn about(&self) -> &'static OverlayAbout {
        &EDGES
    }

    fn map(&self, moment: &Moment<'_>, _: &Memo) -> Result<Map, MetricError> {
        edge_map(moment, &by_processor)
    }
}

/// [`EdgeMap`] by edges that `detect` finds.
pub fn edge_map(moment: &Moment<'_>, detect: &Detector<'_>) -> Result<Map, MetricError> {
    let look = Look::new(moment, detect)?;
    let matched = look.matched(true);
    let stride = look.width as usize;
    let mut values = vec![0.0; stride * look.height as usize];
    // Both crops begin at the same edge: the candidate's begins `shift` inside its picture, where that is positive.
    let (left, top) = (look.shift.x.max(0) as usize, look.shift.y.max(0) as usize);
    for (edges, class) in [(&matched.lost, LOST), (&matched.invented, INVENTED), (&matched.kept, KEPT)] {
        for (y, row) in edges.data.chunks_exact(edges.width).enumerate() {
            let start = (top + y) * stride + left;
            for (value, _) in values[start..start + edges.width].iter_mut().zip(row).filter(|(_, edge)| **edge != 0) {
                *value = class;
            }
        }
    }
    Map::new(look.width, look.height, values).map_err(|error| MetricError::Color(error.to_string()))
}

pub static ERQA: Plain = Plain(&about(
    "erqa",
    "ERQA",
    "How many of the reference's edges came through, and how few were invented: 1 is every one and no other, 0 is none \
     (version 1.1; widened edges cost).",
    &[Trust { task: Task::Upscale, correlation: 0.73, study: "MSU, super-resolution of compressed video" }],
));

pub static ERQA_1_0: Plain = Plain(&about(
    "erqa_1_0",
    "ERQA 1.0",
    "As ERQA, in its first version: an edge of the reference may count for several edges beside it.",
    &[],
));

const fn about(id: &'static str, label: &'static str, meaning: &'static str, trust: &'static [Trust]) -> About {
    About {
        id,
        label,
        unit: "",
        group: Group::Edges,
        direction: Direction::HigherIsBetter,
        range: |_| (0.0, 1.0),
        decimals: 4,
        standard: false,
        meaning,
        blind_to: "flat areas, soft texture, colour and motion; noise and grain count as invented edges, and a frame that \
                   has no edges at all scores 0 even against itself",
        trust,
    }
}
