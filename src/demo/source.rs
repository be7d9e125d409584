//! The scene as a source of frames.

use std::sync::Arc;

use crate::frame::{
    ColorInfo, Frame, FrameSource, Layout, Primaries, Rational, Request, SourceError, SourceInfo, Timeline, Transfer,
};

use super::scene::Scene;

/// Frames a second of the demo clip.
pub const RATE: Rational = Rational { num: 24, den: 1 };

/// What the scene's R'G'B' means: BT.709 primaries and curve.
pub(super) const COLOR: ColorInfo = ColorInfo {
    matrix: crate::frame::Matrix::Identity,
    primaries: Primaries::Bt709,
    transfer: Transfer::Bt1886,
    range: crate::frame::Range::Full,
    siting: crate::frame::Siting::Center,
};

/// Draws frames of the [`Scene`] as they are asked for (R'G'B' in float, unclipped by any codec).
pub struct SceneSource {
    scene: Arc<Scene>,
    info: SourceInfo,
}

impl SceneSource {
    /// Shares `scene`, which is costly to make and never changes.
    pub fn new(scene: Arc<Scene>) -> Self {
        let (width, height) = scene.size();
        let info = SourceInfo {
            name: "demo scene".into(),
            width,
            height,
            layout: Layout::RGB_F32,
            color: COLOR,
            timeline: Arc::new(Timeline::constant(scene.frames(), RATE)),
            sample_aspect: (1, 1),
            rotation: 0,
            details: format!("drawn from formulas, {width}x{height}, 24 fps"),
            notes: Vec::new(),
        };
        Self { scene, info }
    }
}

impl FrameSource for SceneSource {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn frame(&mut self, request: &mut Request<'_>) -> Result<Arc<Frame>, SourceError> {
        request.stop.check()?;
        let frames = self.scene.frames();
        if request.frame >= frames {
            let sentence = format!("the demo scene has no frame {}; its last one is {}", request.frame, frames - 1);
            return Err(SourceError::frame(sentence));
        }
        Ok(Arc::new(self.scene.frame(request.frame).into_frame(COLOR)?))
    }
}
