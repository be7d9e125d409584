//! `skip`: a film without its first frames, so that one that starts too early stands beside its reference again.

use std::sync::Arc;

use crate::frame::{Frame, FrameSource, Request, SourceError, SourceInfo, Timeline};

use super::FilterError;

/// `input` from its frame `count` on: frame n is the input's frame n + `count`, untouched, and time counts from there.
///
/// # Errors
/// [`FilterError::Skip`] when nothing would be left.
pub fn skip(input: Box<dyn FrameSource>, count: usize) -> Result<Box<dyn FrameSource>, FilterError> {
    let mut info = input.info().clone();
    let frames = info.timeline.len();
    if count >= frames {
        return Err(FilterError::Skip { count, frames });
    }
    info.name = format!("{} | skip {count}", info.name);
    if count > 0 {
        info.timeline = Arc::new(Timeline { pts: info.timeline.pts[count..].to_vec(), ..(*info.timeline).clone() });
    }
    Ok(Box::new(Skip { input, info, count }))
}

struct Skip {
    input: Box<dyn FrameSource>,
    info: SourceInfo,
    count: usize,
}

impl FrameSource for Skip {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn frame(&mut self, request: &mut Request<'_>) -> Result<Arc<Frame>, SourceError> {
        let frame = request.frame.saturating_add(self.count);
        self.input.frame(&mut Request { frame, ..request.inner() })
    }
}
