//! Brings a pair of frames to common ground and measures it: the one road to a score, live, in the background and on
//! the command line.

use std::sync::Arc;

use crate::color::{self, Kernel, Target, conform};
use crate::frame::{ColorInfo, Family, Frame, Layout, Matrix, Range, Sample, Siting, SourceError, SourceInfo};
use crate::metrics::{Metric, MetricError, Moment, Pair, Plan, Value};

use super::pairing::Pairing;

/// What was measured on one pair.
pub struct Measurement {
    /// By metric, in the order asked for.
    pub values: Vec<(&'static str, Result<Value, MetricError>)>,
    /// What had to be converted, in words; empty when the samples were compared as they are.
    pub steps: Vec<String>,
}

/// Measures `candidate` against `reference`.
///
/// Common ground is the reference's size, layout and colour tags. Of two integer depths the greater is taken, so that
/// nothing is cut; float candidates are rounded to the reference's depth, as a file of them would be. An RGB reference
/// is measured as 4:4:4 Y'CbCr of its own depth (16 bits for floats).
///
/// # Errors
/// One sentence when the candidate cannot be converted. A metric that does not apply is no error of the pair: it stands
/// in [`Measurement::values`].
pub fn measure(
    reference: &Arc<Frame>,
    candidate: &Arc<Frame>,
    metrics: &[&'static dyn Metric],
    kernel: Kernel,
) -> Result<Measurement, SourceError> {
    let target = common_ground(reference, candidate.layout.sample);
    let (reference, reference_steps) = conform(reference, &target, kernel)?;
    let (candidate, candidate_steps) = conform(candidate, &target, kernel)?;
    let pair = Pair::new(&reference, &candidate)?;
    let values = Plan::new(metrics).measure(&Moment::new(pair));
    let said =
        |who: &str, steps: Vec<String>| steps.into_iter().map(move |s| format!("{who}: {s}")).collect::<Vec<_>>();
    let steps = [said("reference", reference_steps), said("candidate", candidate_steps)].concat();
    Ok(Measurement { values, steps })
}

/// Where a pair meets; see [`measure`].
pub fn common_ground(reference: &Frame, candidate: Sample) -> Target {
    let bits = match (reference.layout.sample, candidate) {
        (Sample::F32, Sample::F32) => 16,
        (Sample::F32, integer) => integer.bits(),
        (integer, Sample::F32) => integer.bits(),
        (a, b) => a.bits().max(b.bits()),
    };
    let sample = Sample::integer(bits);
    let mut target = Target::of(reference);
    target.layout = Layout { sample, alpha: false, ..reference.layout };
    if reference.layout.family == Family::Rgb {
        target.layout.family = Family::Yuv;
        target.color = ycbcr_tags(&target);
    }
    target
}

/// Tags for Y'CbCr made from R'G'B': the matrix that would be guessed for the size, limited range.
fn ycbcr_tags(target: &Target) -> ColorInfo {
    let open = ColorInfo { matrix: Matrix::Unknown, range: Range::Limited, ..target.color };
    let matrix = color::resolve(&open, &target.layout, target.width, target.height).matrix;
    ColorInfo { matrix, siting: Siting::Center, ..open }
}

/// One line that says how scores of `candidate` against `reference` came to be. `steps` are those of a measured pair;
/// what is to be known of a source (cut off, interlaced, resized on the way) stands before them.
pub fn provenance((reference, candidate): (&SourceInfo, &SourceInfo), pairing: &Pairing, steps: &[String]) -> String {
    let size = |i: &SourceInfo| format!("{} ({}x{} {})", i.name, i.width, i.height, i.layout.name());
    let mut clauses = vec![format!("{} against {}", size(candidate), size(reference)), pairing.describe()];
    let news = candidate.notes.iter().filter(|note| !reference.notes.contains(note));
    clauses.extend(reference.notes.iter().map(|note| format!("reference: {note}")));
    clauses.extend(news.map(|note| format!("candidate: {note}")));
    if steps.is_empty() {
        clauses.push("samples compared as they are".into());
    }
    clauses.extend(steps.iter().cloned());
    clauses.push(concat!("doublet ", env!("CARGO_PKG_VERSION")).into());
    clauses.join("; ")
}
