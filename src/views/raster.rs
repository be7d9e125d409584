//! A small software rasteriser for egui's meshes, so that a shot needs no GPU and equals the window. It follows
//! egui-wgpu's shader: bilinear texture times vertex colour, premultiplied, blended in gamma space into 8 bits.

use std::collections::HashMap;

use egui::epaint::{ClippedPrimitive, ImageData, Primitive, Vertex};
use egui::{Color32, ColorImage, TextureId, TexturesDelta};
use image::RgbaImage;

/// Positions are snapped to this many parts of a pixel, as GPUs do, so that edges meet without gaps.
const SUBPIXEL: f64 = 256.0;

/// The textures egui has handed out.
#[derive(Default)]
pub struct Textures(HashMap<TextureId, ColorImage>);

impl Textures {
    /// Takes over what a pass changed.
    pub fn apply(&mut self, mut delta: TexturesDelta) {
        for (id, images) in delta.set.drain() {
            for change in images {
                let ImageData::Color(image) = &change.image;
                match (change.pos, self.0.get_mut(&id)) {
                    (Some(at), Some(whole)) => patch(whole, image, at),
                    _ => {
                        self.0.insert(id, image.as_ref().clone());
                    }
                }
            }
        }
        for id in delta.free.drain() {
            self.0.remove(&id);
        }
    }
}

fn patch(whole: &mut ColorImage, part: &ColorImage, at: [usize; 2]) {
    let [w, h] = part.size;
    for y in 0..h {
        let from = &part.pixels[y * w..(y + 1) * w];
        let start = (at[1] + y) * whole.size[0] + at[0];
        if let Some(to) = whole.pixels.get_mut(start..start + w) {
            to.copy_from_slice(from);
        }
    }
}

/// Draws primitives over `target`. Paint callbacks are left out: they are the pictures, which the caller has drawn.
pub fn draw(target: &mut RgbaImage, primitives: &[ClippedPrimitive], textures: &Textures, pixels_per_point: f32) {
    for ClippedPrimitive { clip_rect, primitive } in primitives {
        let Primitive::Mesh(mesh) = primitive else { continue };
        let Some(texture) = textures.0.get(&mesh.texture_id) else { continue };
        let edge = |v: f32, max: u32| (v * pixels_per_point).round().clamp(0.0, max as f32) as i64;
        let (w, h) = target.dimensions();
        let clip =
            [edge(clip_rect.min.x, w), edge(clip_rect.min.y, h), edge(clip_rect.max.x, w), edge(clip_rect.max.y, h)];
        for corners in mesh.indices.chunks_exact(3) {
            let corner = |i: usize| mesh.vertices.get(corners[i] as usize);
            if let (Some(a), Some(b), Some(c)) = (corner(0), corner(1), corner(2)) {
                triangle(target, [a, b, c], texture, clip, pixels_per_point);
            }
        }
    }
}

/// One triangle, by edge functions on snapped positions; a pixel on an edge belongs to the triangle whose top or left
/// edge it is.
fn triangle(target: &mut RgbaImage, corners: [&Vertex; 3], texture: &ColorImage, clip: [i64; 4], ppp: f32) {
    let snap = |v: f32| (f64::from(v * ppp) * SUBPIXEL).round() as i64;
    let mut corners = corners;
    let mut p = corners.map(|v| [snap(v.pos.x), snap(v.pos.y)]);
    let area = cross(p[0], p[1], p[2]);
    if area == 0 {
        return;
    }
    if area < 0 {
        corners.swap(1, 2);
        p.swap(1, 2);
    }
    let area = area.abs() as f64;
    let one = SUBPIXEL as i64;
    let low = |i: usize| p.iter().map(|q| q[i]).min().unwrap_or(0).div_euclid(one);
    let high = |i: usize| p.iter().map(|q| q[i]).max().unwrap_or(0).div_euclid(one) + 1;
    for y in low(1).max(clip[1])..high(1).min(clip[3]) {
        for x in low(0).max(clip[0])..high(0).min(clip[2]) {
            let at = [x * one + one / 2, y * one + one / 2];
            let edges = [(1, 2), (2, 0), (0, 1)].map(|(i, j)| (cross(p[i], p[j], at), owns(p[i], p[j])));
            if edges.iter().any(|(e, owned)| *e < 0 || (*e == 0 && !owned)) {
                continue;
            }
            let weights = edges.map(|(e, _)| (e as f64 / area) as f32);
            let source = shade(corners, weights, texture);
            blend(&mut target.get_pixel_mut(x as u32, y as u32).0, source);
        }
    }
}

/// Twice the signed area of a, b, c.
fn cross(a: [i64; 2], b: [i64; 2], c: [i64; 2]) -> i64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

/// Whether an edge (clockwise on the screen, y down) is a top or a left one.
fn owns(a: [i64; 2], b: [i64; 2]) -> bool {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    dy < 0 || (dy == 0 && dx > 0)
}

/// Vertex colour times texture; premultiplied, 0..1.
fn shade(corners: [&Vertex; 3], weights: [f32; 3], texture: &ColorImage) -> [f32; 4] {
    let mix = |f: &dyn Fn(&Vertex) -> f32| (0..3).map(|i| f(corners[i]) * weights[i]).sum::<f32>();
    let texel = sample(texture, mix(&|v| v.uv.x), mix(&|v| v.uv.y));
    std::array::from_fn(|c| mix(&|v| f32::from(v.color.to_array()[c])) / 255.0 * texel[c])
}

/// Bilinear, clamped to the edge, texel centres at halves.
fn sample(texture: &ColorImage, u: f32, v: f32) -> [f32; 4] {
    let [w, h] = texture.size;
    let (x, y) = (u * w as f32 - 0.5, v * h as f32 - 0.5);
    let (fx, fy) = (x - x.floor(), y - y.floor());
    let texel = |dx: i64, dy: i64| {
        let column = (x.floor() as i64 + dx).clamp(0, w as i64 - 1) as usize;
        let row = (y.floor() as i64 + dy).clamp(0, h as i64 - 1) as usize;
        texture.pixels.get(row * w + column).copied().unwrap_or(Color32::TRANSPARENT).to_array()
    };
    let near = [texel(0, 0), texel(1, 0), texel(0, 1), texel(1, 1)];
    std::array::from_fn(|c| {
        let [tl, tr, bl, br] = near.map(|t| f32::from(t[c]) / 255.0);
        let (top, bottom) = (tl + (tr - tl) * fx, bl + (br - bl) * fx);
        top + (bottom - top) * fy
    })
}

/// Source over destination, as the GPU's fixed function does with an 8-bit target.
fn blend(pixel: &mut [u8; 4], source: [f32; 4]) {
    let old = pixel.map(|v| f32::from(v) / 255.0);
    let out = |v: f32| (v.clamp(0.0, 1.0) * 255.0).round() as u8;
    for c in 0..3 {
        pixel[c] = out(source[c] + old[c] * (1.0 - source[3]));
    }
    pixel[3] = out(source[3] * (1.0 - old[3]) + old[3]);
}
