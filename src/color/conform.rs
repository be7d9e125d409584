//! The one road by which a candidate comes to its reference's layout, and the words that say what was done on it.

use std::sync::Arc;

use crate::frame::{ColorInfo, Family, Frame, Image, Layout, Matrix, Sample, Siting};

use super::chroma::offsets;
use super::coding::levels;
use super::resize::{Axis, resize_plane};
use super::samples::{flat_plane, read_plane, write_plane};
use super::{ColorError, Kernel, Resolved, from_rgb, matrix_name, range_name, resize, resolve, siting_name, to_rgb};

/// Size, layout and colour that frames are brought to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Target {
    pub width: u32,
    pub height: u32,
    pub layout: Layout,
    pub color: ColorInfo,
}

impl Target {
    /// What `frame` is.
    pub fn of(frame: &Frame) -> Self {
        Self { width: frame.width, height: frame.height, layout: frame.layout, color: frame.color }
    }
}

/// Brings `frame` to `target`, and says in words for people what that took (nothing: no words).
///
/// - The same size, layout and colour: the same `Arc`, no sample touched.
/// - YUV or grey to YUV or grey of the same matrix: plane by plane, so that luma never passes through RGB. Sizes,
///   subsampling and siting by `kernel` (bilinear where only chroma changes), bits and range by a straight line,
///   integers rounded half up.
/// - All else through R'G'B'.
///
/// A matrix or siting that one side does not state is taken to be the other's (the words say so), and what neither
/// states is guessed alike for both; primaries and
/// transfer are never converted (the words say that too, where both are stated and differ). Alpha the target has and
/// the frame lacks is opaque; alpha it lacks is left out.
///
/// # Errors
/// As [`to_rgb`] and [`from_rgb`].
pub fn conform(frame: &Arc<Frame>, target: &Target, kernel: Kernel) -> Result<(Arc<Frame>, Vec<String>), ColorError> {
    let mut steps = Vec::new();
    let from_tags = adopt(frame.color, target.color);
    let to_tags = adopt(target.color, frame.color);
    let from = resolve(&from_tags, &frame.layout, frame.width, frame.height);
    let to = resolve(&to_tags, &target.layout, target.width, target.height);
    let sized = (frame.width, frame.height) != (target.width, target.height);
    let planar = frame.layout.family != Family::Rgb && target.layout.family != Family::Rgb;
    note_tags(frame, target, &mut steps);

    // A matrix guessed by size must not change on the way because the size does.
    let to = if planar && !stated(to_tags.matrix) { Resolved { matrix: from.matrix, ..to } } else { to };
    // Nor must a siting that neither states because the range does.
    let unsaid = from_tags.siting == Siting::Unknown && to_tags.siting == Siting::Unknown;
    let alike = planar && frame.layout.chroma_shift == target.layout.chroma_shift;
    let to = if unsaid && alike { Resolved { siting: from.siting, ..to } } else { to };
    let gray = Family::Gray;
    let same_matrix = from.matrix == to.matrix || frame.layout.family == gray || target.layout.family == gray;
    let same_codes =
        from.range == to.range || (frame.layout.family != Family::Yuv && frame.layout.sample == Sample::F32);
    if !sized && frame.layout == target.layout && same_matrix && same_codes && from.siting == to.siting {
        return Ok((frame.clone(), steps));
    }
    note_size(frame, target, kernel, &mut steps);
    let made = if planar && same_matrix {
        plane_wise(frame, target, &from, &to, kernel, &mut steps)?
    } else {
        through_rgb(frame, target, (&from_tags, &from), (&to_tags, &to), kernel, &mut steps)?
    };
    note_end(frame, target, &mut steps);
    Ok((Arc::new(made), steps))
}

fn stated(matrix: Matrix) -> bool {
    !matches!(matrix, Matrix::Unknown | Matrix::Other(_))
}

/// `own` with the matrix and siting it does not state taken from `other`.
fn adopt(own: ColorInfo, other: ColorInfo) -> ColorInfo {
    let matrix = match own.matrix {
        known if stated(known) => known,
        // An RGB picture's identity says nothing of the matrix of a YUV one.
        unknown if other.matrix == Matrix::Identity => unknown,
        _ => other.matrix,
    };
    let siting = if own.siting == Siting::Unknown { other.siting } else { own.siting };
    ColorInfo { matrix, siting, ..own }
}

fn note_tags(frame: &Frame, target: &Target, steps: &mut Vec<String>) {
    let (own, reference) = (frame.color, target.color);
    if frame.layout.family == Family::Yuv && target.layout.family == Family::Yuv {
        match (stated(own.matrix), stated(reference.matrix)) {
            (false, true) => {
                steps.push(format!("matrix not stated, taken to be the reference's {}", matrix_name(reference.matrix)));
            }
            (true, false) => steps.push(format!("the reference's matrix taken to be {}", matrix_name(own.matrix))),
            _ => {}
        }
    }
    let differ = |a: String, b: String| a != b && a != "Unknown" && b != "Unknown";
    if differ(format!("{:?}", own.transfer), format!("{:?}", reference.transfer)) {
        let (a, b) = (super::transfer_name(own.transfer), super::transfer_name(reference.transfer));
        steps.push(format!("transfer not converted ({a} beside {b})"));
    }
    if differ(format!("{:?}", own.primaries), format!("{:?}", reference.primaries)) {
        steps.push(format!("primaries not converted ({:?} beside {:?})", own.primaries, reference.primaries));
    }
}

fn note_size(frame: &Frame, target: &Target, kernel: Kernel, steps: &mut Vec<String>) {
    if (frame.width, frame.height) != (target.width, target.height) {
        let (w, h, tw, th) = (frame.width, frame.height, target.width, target.height);
        steps.push(format!("resized {w}x{h} to {tw}x{th}, {kernel}, centred"));
    }
}

fn note_end(frame: &Frame, target: &Target, steps: &mut Vec<String>) {
    if frame.layout.alpha && !target.layout.alpha {
        steps.push("alpha left out".into());
    }
    if target.layout.alpha && !frame.layout.alpha {
        steps.push("alpha taken as opaque".into());
    }
    let (from, to) = (frame.layout.sample, target.layout.sample);
    if to != Sample::F32 && from.bits() > to.bits() {
        steps.push(format!("rounded to {} bit", to.bits()));
    } else if from != Sample::F32 && from.bits() < to.bits() {
        steps.push(format!("{} bit widened to {} bit", from.bits(), to.bits()));
    }
}

fn plane_wise(
    frame: &Frame,
    target: &Target,
    from: &Resolved,
    to: &Resolved,
    kernel: Kernel,
    steps: &mut Vec<String>,
) -> Result<Frame, ColorError> {
    let layout = target.layout;
    let sized = (frame.width, frame.height) != (target.width, target.height);
    if from.range != to.range {
        steps.push(format!("range {} to {}", range_name(from.range), range_name(to.range)));
    }
    let both_yuv = frame.layout.family == Family::Yuv && layout.family == Family::Yuv;
    if frame.layout.family != layout.family {
        steps.push(if layout.family == Family::Gray { "chroma left out" } else { "chroma taken as neutral" }.into());
    } else if both_yuv && frame.layout.chroma_shift != layout.chroma_shift {
        let (a, b) = (frame.layout.name(), layout.name());
        steps.push(format!("chroma {a} to {b}, {}", if sized { kernel.name() } else { "bilinear" }));
    } else if both_yuv && from.siting != to.siting {
        let (a, b) = (siting_name(from.siting), siting_name(to.siting));
        steps.push(format!("chroma moved from {a} to {b} siting, {}", if sized { kernel.name() } else { "bilinear" }));
    }

    let mut planes = Vec::with_capacity(layout.planes());
    for index in 0..layout.planes() {
        let size = layout.plane_size(index, target.width, target.height);
        let goal = levels(&layout, to.matrix, to.range, index);
        let alpha = layout.alpha && index == layout.planes() - 1;
        let source = match (alpha, index) {
            (true, _) => frame.layout.alpha.then(|| frame.layout.planes() - 1),
            (false, 0) => Some(0),
            (false, _) => both_yuv.then_some(index),
        };
        let Some(source) = source else {
            let code = if alpha { goal.gain } else { goal.offset };
            planes.push(flat_plane(size, layout.sample, code)?);
            continue;
        };
        let own = levels(&frame.layout, from.matrix, from.range, source);
        let codes = read_plane(frame.plane(source), frame.layout.sample, own.onto(&goal));
        let (across, down) = axes(frame, target, from, to, source);
        let kernel = if sized { kernel } else { Kernel::Bilinear };
        planes.push(write_plane(size, layout.sample, resize_plane(codes, &across, &down, kernel), (1.0, 0.0))?);
    }
    Ok(Frame::new(target.width, target.height, layout, target.color, planes)?)
}

/// How plane `index` of `frame` lies on the grid of the same plane of `target`, sitings kept in their places.
fn axes(frame: &Frame, target: &Target, from: &Resolved, to: &Resolved, index: usize) -> (Axis, Axis) {
    let own = frame.layout.plane_size(index, frame.width, frame.height);
    let goal = target.layout.plane_size(index, target.width, target.height);
    let chroma = frame.layout.family == Family::Yuv && (index == 1 || index == 2);
    let zero = (0, 0);
    let (own_shift, goal_shift) =
        if chroma { (frame.layout.chroma_shift, target.layout.chroma_shift) } else { (zero, zero) };
    let (own_offset, goal_offset) = (offsets(from.siting, own_shift), offsets(to.siting, goal_shift));
    let axis = |len: (u32, u32), luma: (u32, u32), shift: (u8, u8), offset: (f64, f64)| {
        let (own_step, goal_step) = (f64::exp2(shift.0.into()), f64::exp2(shift.1.into()));
        let ratio = f64::from(luma.0) / f64::from(luma.1);
        // Output sample j lies at luma edge coordinate goal_step * j + goal_offset + 0.5 of the target, which is `ratio`
        // times that in the frame; sample i of the frame lies at own_step * i + own_offset + 0.5, its centre at i + 0.5.
        let scale = ratio * goal_step / own_step;
        let at_zero = (ratio * (offset.1 + 0.5) - offset.0 - 0.5) / own_step + 0.5;
        Axis { from: len.0 as usize, to: len.1 as usize, scale, shift: at_zero - 0.5 * scale }
    };
    let across =
        axis((own.0, goal.0), (frame.width, target.width), (own_shift.0, goal_shift.0), (own_offset.0, goal_offset.0));
    let down = axis(
        (own.1, goal.1),
        (frame.height, target.height),
        (own_shift.1, goal_shift.1),
        (own_offset.1, goal_offset.1),
    );
    (across, down)
}

/// What of the tags that decide an R'G'B' conversion the file did not state: " (matrix, range guessed)".
fn owned_up(tags: &Resolved) -> String {
    let decides = |name: &&&str| matches!(**name, "matrix" | "range" | "siting");
    let guessed: Vec<&str> = tags.guessed.iter().filter(decides).copied().collect();
    if guessed.is_empty() { String::new() } else { format!(" ({} guessed)", guessed.join(", ")) }
}

fn through_rgb(
    frame: &Arc<Frame>,
    target: &Target,
    (from_tags, from): (&ColorInfo, &Resolved),
    (to_tags, to): (&ColorInfo, &Resolved),
    kernel: Kernel,
    steps: &mut Vec<String>,
) -> Result<Frame, ColorError> {
    let tagged = Frame::new(frame.width, frame.height, frame.layout, *from_tags, frame.planes().to_vec())?;
    let image: Image = to_rgb(&tagged)?;
    let image = resize(&image, target.width, target.height, kernel);
    let made = from_rgb(&image, &Target { color: *to_tags, ..*target })?;
    let words = |layout: &Layout, tags: &Resolved| match layout.family {
        Family::Yuv => {
            format!("{} {} {}{}", layout.name(), matrix_name(tags.matrix), range_name(tags.range), owned_up(tags))
        }
        _ => format!("{} {}", layout.name(), range_name(tags.range)),
    };
    let mut step = format!("{} to {}", words(&frame.layout, from), words(&target.layout, to));
    if frame.layout.family != Family::Rgb && target.layout.family != Family::Rgb {
        step += " through RGB";
    }
    if frame.layout.family == Family::Yuv && frame.layout.chroma_shift != (0, 0) {
        step += &format!(", chroma spread bilinear from {}", siting_name(from.siting));
    }
    if target.layout.family == Family::Yuv && target.layout.chroma_shift != (0, 0) {
        step += &format!(", chroma averaged for {} siting", siting_name(to.siting));
    }
    steps.push(step);
    Ok(Frame::new(target.width, target.height, target.layout, target.color, made.planes().to_vec())?)
}
