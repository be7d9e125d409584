//! A filter as a source: what all stages of this room that keep the size have in common.

use std::sync::Arc;

use crate::frame::{ColorInfo, Family, Frame, FrameSource, Layout, Request, Sample, SourceError, SourceInfo};

/// Puts `edit` behind `input`; it hears each frame and its number. `idle`: the edit changes nothing, frames pass as
/// they are.
pub fn wrap<F>(
    input: Box<dyn FrameSource>,
    stage: &str,
    idle: bool,
    describe: impl FnOnce(&mut SourceInfo),
    edit: F,
) -> Box<dyn FrameSource>
where
    F: Fn(&Arc<Frame>, usize) -> Result<Frame, SourceError> + Send + 'static,
{
    let mut info = input.info().clone();
    info.name = format!("{} | {stage}", info.name);
    if !idle {
        describe(&mut info);
    }
    Box::new(Filter { input, info, idle, edit })
}

/// States that pictures come out in floats, as `color::with_luma` and `color::with_planes` make them.
pub fn in_floats(info: &mut SourceInfo) {
    match info.layout.family {
        Family::Rgb => {
            info.layout = Layout::RGB_F32;
            info.color = ColorInfo::rgb(info.color.primaries, info.color.transfer);
        }
        _ => info.layout = Layout { sample: Sample::F32, ..info.layout },
    }
}

struct Filter<F> {
    input: Box<dyn FrameSource>,
    info: SourceInfo,
    idle: bool,
    edit: F,
}

impl<F> FrameSource for Filter<F>
where
    F: Fn(&Arc<Frame>, usize) -> Result<Frame, SourceError> + Send,
{
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn frame(&mut self, request: &mut Request<'_>) -> Result<Arc<Frame>, SourceError> {
        let frame = self.input.frame(&mut request.inner())?;
        if self.idle {
            return Ok(frame);
        }
        request.stop.check()?;
        Ok(Arc::new((self.edit)(&frame, request.frame)?))
    }
}
