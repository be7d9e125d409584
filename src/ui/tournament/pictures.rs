//! Thumbnails of the rows: made once a picture, at most one a pass, and never again while it stays.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{Color32, ColorImage, Context, TextureHandle, TextureOptions};

use crate::color;
use crate::engine::Tournament;
use crate::frame::Frame;

/// Largest thumbnail, in pixels: twice its size in points, for screens of twice the density.
const MOST: (u32, u32) = (144, 80);

/// One picture. The frame is held, so that its address names it for as long as this lives.
struct Known {
    frame: Arc<Frame>,
    serial: u64,
    /// `None` where the picture cannot be converted.
    thumbnail: Option<TextureHandle>,
}

/// Pictures of the rows on show.
#[derive(Default)]
pub struct Pictures {
    known: HashMap<usize, Known>,
    made: u64,
}

fn address(frame: &Arc<Frame>) -> usize {
    Arc::as_ptr(frame) as usize
}

impl Pictures {
    /// Forgets what is gone and makes one thumbnail that is missing.
    pub fn refresh(&mut self, ctx: &Context, run: &Tournament) {
        let rows = run.rows.iter().filter_map(|r| r.picture.as_ref());
        let frames: Vec<&Arc<Frame>> = run.referee.picture.iter().chain(rows).collect();
        self.known.retain(|_, known| frames.iter().any(|f| Arc::ptr_eq(f, &known.frame)));
        let mut missing = frames.iter().filter(|f| !self.known.contains_key(&address(f)));
        let Some(frame) = missing.next().map(|f| Arc::clone(f)) else { return };
        if missing.next().is_some() {
            ctx.request_repaint();
        }
        self.made += 1;
        let thumbnail = small(&frame).map(|image| ctx.load_texture("row", image, TextureOptions::LINEAR));
        self.known.insert(address(&frame), Known { frame, serial: self.made, thumbnail });
    }

    pub fn thumbnail(&self, frame: &Arc<Frame>) -> Option<&TextureHandle> {
        self.known.get(&address(frame))?.thumbnail.as_ref()
    }

    /// A number that is the picture's own for as long as the program runs.
    pub fn serial(&self, frame: &Arc<Frame>) -> Option<u64> {
        self.known.get(&address(frame)).map(|k| k.serial)
    }

    /// Thumbnails made so far.
    pub fn made(&self) -> u64 {
        self.made
    }
}

/// The picture shrunk into [`MOST`], every sample counted.
fn small(frame: &Frame) -> Option<ColorImage> {
    let image = color::to_rgb(frame).ok()?;
    let scale = f64::from(image.width) / f64::from(MOST.0);
    let scale = scale.max(f64::from(image.height) / f64::from(MOST.1)).max(1.0);
    let side = |n: u32| ((f64::from(n) / scale).round() as u32).max(1);
    let image = color::resize(&image, side(image.width), side(image.height), color::Kernel::Box);
    let code = |v: f32| (v.clamp(0.0, 1.0) * 255.0).round() as u8;
    let pixels = (0..image.plane_len()).map(|i| {
        let [r, g, b] = [0, 1, 2].map(|c| code(image.channel(c)[i]));
        Color32::from_rgb(r, g, b)
    });
    Some(ColorImage::new([image.width as usize, image.height as usize], pixels.collect()))
}
