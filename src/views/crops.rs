//! A strip of crops as a picture: one place as everybody shows it, each under its name. The window and the command line
//! draw it with this same code.

use egui::{Align2, Rect, pos2, vec2};
use image::{Rgba, RgbaImage, imageops};

use crate::color::{Kernel, resize};
use crate::engine::SideCrop;
use crate::frame::Image;

use super::{shot, style};

/// Pixels between crops and around them, and height of a name.
const GAP: u32 = 6;
const NAME: u32 = 22;
/// The least and the most a crop is wide.
const WIDE: (u32, u32) = (48, 1024);

/// The crops side by side, each `tall` pixels high in the shape of the last one (the first may be of a coarser grid); a
/// sample is a block where they are enlarged. `None` where there are none.
pub fn strip(crops: &[SideCrop], tall: u32) -> Option<RgbaImage> {
    let shape = &crops.last()?.image;
    let tall = tall.clamp(16, 2048);
    let wide = (f64::from(tall) * f64::from(shape.width) / f64::from(shape.height.max(1))).round() as u32;
    let wide = wide.clamp(WIDE.0, WIDE.1);
    let count = crops.len() as u32;
    let size = (GAP + count * (wide + GAP), NAME + tall + GAP);
    let mut picture = RgbaImage::from_pixel(size.0, size.1, Rgba(style::SURROUND.to_array()));
    let left = |n: usize| GAP + n as u32 * (wide + GAP);
    for (n, crop) in crops.iter().enumerate() {
        let tile = eight_bits(&resize(&crop.image, wide, tall, Kernel::Box));
        imageops::replace(&mut picture, &tile, i64::from(left(n)), i64::from(NAME));
    }
    shot::painted(&mut picture, 1.0, |ui| {
        for (n, crop) in crops.iter().enumerate() {
            let room = Rect::from_min_size(pos2(left(n) as f32, 0.0), vec2(wide as f32, NAME as f32));
            let painter = ui.painter().with_clip_rect(room);
            let font = style::font(style::SMALL);
            painter.text(room.left_center(), Align2::LEFT_CENTER, &crop.label, font, style::TEXT);
        }
    });
    Some(picture)
}

fn eight_bits(image: &Image) -> RgbaImage {
    let code = |v: f32| (v * 255.0).round().clamp(0.0, 255.0) as u8;
    RgbaImage::from_fn(image.width, image.height, |x, y| {
        let [r, g, b] = image.pixel(x, y).map(code);
        Rgba([r, g, b, 255])
    })
}
