//! What the input of an enlargement supports: how the output shrinks back to it, and what of the output it carries.
//!
//! Nobody says how the input relates to the output. So the way down, D, is chosen among box, bicubic and Lanczos and three
//! phases (picture edges meeting; first samples meeting; last samples meeting) by the least root mean square of
//! D(Y) - tone(X), no place counted as more than 4 codes. The way up, U, is the one of nearest, bilinear, bicubic and
//! Lanczos whose U(tone(X)) is nearest to the output. For an output Y = U(X) by any of them everything here is exact:
//! nothing contradicts, nothing was added.

use std::fmt;

use super::plane::{Luma, sum_rows};
use super::tone::Tone;
use crate::color::{Axis, Kernel, resize_plane};
use crate::metrics::{Enlarged, Memo, MetricError, Moment};

/// How an output was shrunk, in words by `Display`: "box, edges meeting".
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Way {
    pub down: Kernel,
    pub up: Kernel,
    /// By how many samples of the output the input's grid stands further right and down than centred.
    pub phase: f64,
    /// Root mean square of D(Y) - tone(X), in codes, no place counted as more than 4.
    pub rms: f64,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = match self.phase {
            0.0 => "edges meeting",
            p if p < 0.0 => "first samples meeting",
            _ => "last samples meeting",
        };
        let up = if self.up == Kernel::Box { "nearest" } else { self.up.name() };
        write!(f, "shrunk by {} ({phase}), enlarged by {up}, {:.1} codes apart", self.down.name(), self.rms)
    }
}

/// An output beside its input.
pub(super) struct Support {
    pub way: Way,
    pub tone: Tone,
    /// tone(X), D(Y) and D(U(tone(X))): what the input says, what the output shrinks to, and what an output that holds
    /// nothing but the input would shrink to. All on the input's grid.
    pub input: Luma,
    pub down: Luma,
    pub plain: Luma,
    /// Y, and what the input carries of it: U(D(Y)), with what D takes from U(X) given back.
    pub output: Luma,
    pub carried: Luma,
}

/// Codes at which a place's misfit stops counting more: a lie must not choose the way down that blurs it best.
const MOST: f32 = 4.0;
/// Least side of input and output.
const LEAST: u32 = 16;

impl Support {
    /// What the enlargement of `moment` rests on, for the overlay `name`.
    ///
    /// # Errors
    /// [`MetricError::NotEnlarged`] where nothing was enlarged, and those of reading luma.
    pub fn of(name: &'static str, moment: &Moment<'_>, _: &Memo) -> Result<Self, MetricError> {
        let enlarged = moment.enlarged.as_ref().ok_or(MetricError::NotEnlarged { overlay: name })?;
        Self::of_enlarged(name, enlarged)
    }

    /// # Errors
    /// As [`Self::of`].
    pub fn of_enlarged(name: &'static str, enlarged: &Enlarged<'_>) -> Result<Self, MetricError> {
        let (x, y) = (Luma::of(name, LEAST, enlarged.input)?, Luma::of(name, LEAST, enlarged.output)?);
        if y.width <= x.width || y.height <= x.height {
            return Err(MetricError::NotEnlarged { overlay: name });
        }
        Ok(Self::between(x, y))
    }

    pub fn between(x: Luma, y: Luma) -> Self {
        let (down, tone, mut way) = chosen(&x, &y);
        let input = x.made(|at, row| row.iter_mut().zip(x.row(at)).for_each(|(o, v)| *o = tone.of(*v)));
        let (up, enlarged) = nearest_to(&y, &input, way.phase);
        way.up = up;
        let plain = shrunk(&enlarged, (x.width, x.height), way.down, way.phase);
        let given_back = input.made(|at, row| {
            let (kept, lost) = (down.row(at), plain.row(at));
            for (((o, i), d), p) in row.iter_mut().zip(input.row(at)).zip(kept).zip(lost) {
                *o = d + (i - p);
            }
        });
        let carried = grown(&given_back, (y.width, y.height), up, way.phase);
        Self { way, tone, input, down, plain, output: y, carried }
    }

    /// E at each place of the input's grid: how far D(Y) lies outside of what input and plain enlargement span. Signed,
    /// codes.
    pub fn contradiction(&self) -> Luma {
        self.input.made(|at, row| {
            let (x, d, p) = (self.input.row(at), self.down.row(at), self.plain.row(at));
            for (((o, x), d), p) in row.iter_mut().zip(x).zip(d).zip(p) {
                *o = d - d.clamp(x.min(*p), x.max(*p));
            }
        })
    }

    /// N at each place of the output's grid: the output minus what the input carries of it. Signed, codes.
    pub fn addition(&self) -> Luma {
        self.output.made(|at, row| {
            row.iter_mut().zip(self.output.row(at)).zip(self.carried.row(at)).for_each(|((o, y), c)| *o = y - c);
        })
    }

    /// One sentence on what was chosen.
    pub fn words(&self) -> String {
        let tone = match self.tone.most() {
            most if most < 0.5 => String::new(),
            most => format!("; a change of tone of up to {most:.0} codes is taken off"),
        };
        format!("The output fits the input best {}{tone}.", self.way)
    }
}

/// The way down with the least misfit, what it gives of `y`, and the tone that goes with it. The phase is chosen first,
/// on bicubic, then the kernel.
fn chosen(x: &Luma, y: &Luma) -> (Luma, Tone, Way) {
    let size = (x.width, x.height);
    let tried = |kernel: Kernel, phase: f64| {
        let down = shrunk(y, size, kernel, phase);
        let tone = Tone::between(&x.samples, &down.samples);
        let apart = x.made(|at, row| {
            let both = x.row(at).iter().zip(down.row(at));
            row.iter_mut().zip(both).for_each(|(o, (x, d))| *o = d - tone.of(*x));
        });
        let squares = sum_rows(x.width, &apart.samples, |v| f64::from(v.abs().min(MOST)).powi(2));
        let rms = (squares / apart.samples.len() as f64).sqrt();
        (down, tone, Way { down: kernel, up: kernel, phase, rms })
    };
    let half = 0.5 * (y.width as f64 / x.width as f64 - 1.0);
    let mut best = tried(Kernel::Bicubic, 0.0);
    let mut take = |other: (Luma, Tone, Way)| {
        // A tie goes to what was tried first.
        if other.2.rms < best.2.rms - 1e-6 {
            best = other;
        }
        best.2.phase
    };
    take(tried(Kernel::Bicubic, -half));
    let phase = take(tried(Kernel::Bicubic, half));
    take(tried(Kernel::Box, phase));
    take(tried(Kernel::Lanczos, phase));
    best
}

/// The way up whose enlargement of `input` is nearest to `y`, and that enlargement.
fn nearest_to(y: &Luma, input: &Luma, phase: f64) -> (Kernel, Luma) {
    let mut best: Option<(f64, Kernel, Luma)> = None;
    for kernel in [Kernel::Bicubic, Kernel::Lanczos, Kernel::Bilinear, Kernel::Box] {
        let grown = grown(input, (y.width, y.height), kernel, phase);
        let apart = y.made(|at, row| {
            row.iter_mut().zip(y.row(at)).zip(grown.row(at)).for_each(|((o, y), g)| *o = y - g);
        });
        let misfit = sum_rows(y.width, &apart.samples, |v| f64::from(v) * f64::from(v));
        if best.as_ref().is_none_or(|(least, ..)| misfit < *least) {
            best = Some((misfit, kernel, grown));
        }
    }
    best.map_or_else(|| (Kernel::Bicubic, input.clone()), |(_, kernel, grown)| (kernel, grown))
}

/// `y` on the grid of `size`, whose samples stand `phase` samples of `y` further than centred.
pub(super) fn shrunk(y: &Luma, size: (usize, usize), kernel: Kernel, phase: f64) -> Luma {
    let axis = |from: usize, to: usize| Axis { from, to, scale: from as f64 / to as f64, shift: phase };
    resized(y, size, kernel, axis)
}

/// The way back.
pub(super) fn grown(x: &Luma, size: (usize, usize), kernel: Kernel, phase: f64) -> Luma {
    let axis = |from: usize, to: usize| {
        let scale = from as f64 / to as f64;
        Axis { from, to, scale, shift: -phase * scale }
    };
    resized(x, size, kernel, axis)
}

fn resized(from: &Luma, (width, height): (usize, usize), kernel: Kernel, axis: impl Fn(usize, usize) -> Axis) -> Luma {
    let (across, down) = (axis(from.width, width), axis(from.height, height));
    Luma { width, height, samples: resize_plane(from.samples.clone(), &across, &down, kernel) }
}
