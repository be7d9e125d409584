//! `down S KERNEL` and `up S KERNEL`: a source at another size.

use std::sync::Arc;

use crate::color::{Kernel, resize, to_rgb};
use crate::frame::{ColorInfo, Frame, FrameSource, Layout, Request, SourceError, SourceInfo};

use super::FilterError;

/// Which way a factor works.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Direction {
    Down,
    Up,
}

impl Direction {
    /// The word in recipes.
    pub fn name(self) -> &'static str {
        match self {
            Direction::Down => "down",
            Direction::Up => "up",
        }
    }
}

/// The most samples a side that a stage makes.
pub const MAX_SIDE: u32 = 16384;

/// `input` resized by `factor` (1 to 64, decimals allowed) as float R'G'B'. Each side becomes the nearest whole number
/// of samples, at least 1; the picture's edges stay where they are, so a factor that does not divide the size changes
/// the shape by less than a sample. YUV is converted to R'G'B' first.
///
/// # Errors
/// [`FilterError::Factor`] and [`FilterError::TooLarge`].
pub fn resample(
    input: Box<dyn FrameSource>,
    direction: Direction,
    factor: f64,
    kernel: Kernel,
) -> Result<Box<dyn FrameSource>, FilterError> {
    if !(1.0..=64.0).contains(&factor) {
        return Err(FilterError::Factor { stage: direction.name(), factor });
    }
    let from = input.info();
    let side = |len: u32| match direction {
        Direction::Down => (f64::from(len) / factor).round().max(1.0),
        Direction::Up => (f64::from(len) * factor).round(),
    };
    let (width, height) = (side(from.width), side(from.height));
    let stage = format!("{} {factor} {kernel}", direction.name());
    if width.max(height) > f64::from(MAX_SIDE) {
        let (from, to) = (format!("{}x{}", from.width, from.height), format!("{width}x{height}"));
        return Err(FilterError::TooLarge { stage, from, to, limit: MAX_SIDE });
    }
    let mut info = from.clone();
    (info.width, info.height) = (width as u32, height as u32);
    info.layout = Layout::RGB_F32;
    info.color = ColorInfo::rgb(from.color.primaries, from.color.transfer);
    info.notes.push(format!("{stage}: {}x{} to {width}x{height}, {}", from.width, from.height, kernel.phase_note()));
    info.name = format!("{} | {stage}", from.name);
    Ok(Box::new(Resample { input, info, kernel }))
}

struct Resample {
    input: Box<dyn FrameSource>,
    info: SourceInfo,
    kernel: Kernel,
}

impl FrameSource for Resample {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn frame(&mut self, request: &mut Request<'_>) -> Result<Arc<Frame>, SourceError> {
        let frame = self.input.frame(&mut request.inner())?;
        request.stop.check()?;
        let image = to_rgb(&frame)?;
        request.stop.check()?;
        let sized = resize(&image, self.info.width, self.info.height, self.kernel);
        Ok(Arc::new(sized.into_frame(self.info.color)?))
    }
}
