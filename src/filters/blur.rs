//! `blur S` and `chroma S`: Gaussian softening of the whole picture, and of its colour alone.

use crate::color::{with_chroma, with_planes};
use crate::frame::FrameSource;

use super::FilterError;
use super::gaussian::{Bell, across, down};
use super::wrap::{in_floats, wrap};

/// The widest bell, in luma samples.
pub const MAX_SIGMA: f64 = 50.0;

/// Softens every plane by a Gaussian of standard deviation `sigma` across and `sigma_down` down, in luma samples (0 to
/// 50 each; 0 leaves that axis as it is). Subsampled chroma is weighed on its own grid by a bell as much narrower as
/// its grid is coarser, so that colour and luma soften alike. Weights are sampled at whole samples, out to 4 standard
/// deviations, and edge samples are held beyond the edge: on one plane this is `scipy.ndimage.gaussian_filter(mode=
/// "nearest", truncate=4)`. Nothing moves. R'G'B' is softened as it is, gamma-encoded; alpha is left alone. The result
/// is float and not rounded.
///
/// # Errors
/// [`FilterError::Sigma`].
pub fn blur(input: Box<dyn FrameSource>, sigma: f64, sigma_down: f64) -> Result<Box<dyn FrameSource>, FilterError> {
    if let Some(sigma) = [sigma, sigma_down].into_iter().find(|s| !(0.0..=MAX_SIGMA).contains(s)) {
        return Err(FilterError::Sigma { stage: "blur", sigma, least: 0.0, most: MAX_SIGMA });
    }
    let stage = if sigma == sigma_down { format!("blur {sigma}") } else { format!("blur {sigma} down={sigma_down}") };
    let note = format!("{stage}: Gaussian, standard deviation in luma samples, edges held, no shift");
    let describe = |info: &mut crate::frame::SourceInfo| {
        in_floats(info);
        info.notes.push(note);
    };
    Ok(wrap(input, &stage, sigma == 0.0 && sigma_down == 0.0, describe, move |frame, _| {
        Ok(with_planes(frame, |plane| {
            let (x, y) = (scaled(sigma, plane.shift.0), scaled(sigma_down, plane.shift.1));
            across(plane.samples, plane.width, &Bell::new(x, 0.0));
            down(plane.samples, plane.width, plane.height, &Bell::new(y, 0.0));
        })?)
    }))
}

/// Softens colour alone, across alone, and moves it to the right: what analogue tape does to colour, whose band is a
/// fraction of luma's and which comes out of its filter late. `sigma` (1 to 50) and `shift` (-50 to 50) are in luma
/// samples. Luma keeps its values exactly; of R'G'B' pictures it is what the primaries' coefficients make of them.
///
/// # Errors
/// [`FilterError::Sigma`] and [`FilterError::Shift`].
pub fn chroma(input: Box<dyn FrameSource>, sigma: f64, shift: f64) -> Result<Box<dyn FrameSource>, FilterError> {
    if !(1.0..=MAX_SIGMA).contains(&sigma) {
        return Err(FilterError::Sigma { stage: "chroma", sigma, least: 1.0, most: MAX_SIGMA });
    }
    if !(-MAX_SIGMA..=MAX_SIGMA).contains(&shift) {
        return Err(FilterError::Shift { shift, most: MAX_SIGMA });
    }
    let stage = if shift == 0.0 { format!("chroma {sigma}") } else { format!("chroma {sigma} shift={shift}") };
    let note = format!("{stage}: colour softened across and moved {shift} luma samples to the right, luma untouched");
    let describe = |info: &mut crate::frame::SourceInfo| {
        in_floats(info);
        info.notes.push(note);
    };
    Ok(wrap(input, &stage, false, describe, move |frame, _| {
        Ok(with_chroma(frame, |plane| {
            let bell = Bell::new(scaled(sigma, plane.shift.0), scaled(shift, plane.shift.0));
            across(plane.samples, plane.width, &bell);
        })?)
    }))
}

/// A length in luma samples on a grid that is coarser by 2^`shift`.
fn scaled(length: f64, shift: u8) -> f64 {
    length / f64::exp2(shift.into())
}
