//! Small arithmetic that every material uses. Colours are linear light, 1.0 is a white sheet in the sun.

use std::sync::LazyLock;

/// Red, green and blue in linear light.
pub type Rgb = [f32; 3];

/// A display colour, written as on the web (0xRRGGBB), as linear light (power 2.2).
pub fn hex(code: u32) -> Rgb {
    static LIGHT: LazyLock<[f32; 256]> = LazyLock::new(|| std::array::from_fn(|c| (c as f32 / 255.0).powf(2.2)));
    [LIGHT[(code >> 16 & 255) as usize], LIGHT[(code >> 8 & 255) as usize], LIGHT[(code & 255) as usize]]
}

pub fn mix(a: Rgb, b: Rgb, t: f32) -> Rgb {
    [lerp(a[0], b[0], t), lerp(a[1], b[1], t), lerp(a[2], b[2], t)]
}

pub fn mul(a: Rgb, b: Rgb) -> Rgb {
    [a[0] * b[0], a[1] * b[1], a[2] * b[2]]
}

pub fn add(a: Rgb, b: Rgb) -> Rgb {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

pub fn scale(a: Rgb, k: f32) -> Rgb {
    [a[0] * k, a[1] * k, a[2] * k]
}

pub fn lerp(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// 0 at `a` and before, 1 at `b` and after, smooth between (`a` may lie above `b`).
pub fn smooth(a: f32, b: f32, x: f32) -> f32 {
    let t = ((x - a) / (b - a)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Share of a sample of size `px` that lies inside an edge at signed distance `d` (negative is inside).
pub fn cover(d: f32, px: f32) -> f32 {
    (0.5 - d / px).clamp(0.0, 1.0)
}

/// Coverage of a line of width `w` at distance `d` from its middle. Lines thinner than a sample fade and do not
/// break up.
pub fn line(d: f32, w: f32, px: f32) -> f32 {
    let wide = w.max(px);
    (0.5 + (wide * 0.5 - d.abs()) / px).clamp(0.0, 1.0) * (w / wide)
}

/// Signed distance to the rectangle `[left, top, right, bottom]` with corners rounded by `r`.
pub fn rect(x: f32, y: f32, a: [f32; 4], r: f32) -> f32 {
    let dx = (x - (a[0] + a[2]) * 0.5).abs() - (a[2] - a[0]) * 0.5 + r;
    let dy = (y - (a[1] + a[3]) * 0.5).abs() - (a[3] - a[1]) * 0.5 + r;
    dx.max(0.0).hypot(dy.max(0.0)) + dx.max(dy).min(0.0) - r
}

/// Distance to the segment from `a` to `b`, and where along it (0..1) the nearest point lies.
pub fn segment(x: f32, y: f32, a: (f32, f32), b: (f32, f32)) -> (f32, f32) {
    let (ex, ey) = (b.0 - a.0, b.1 - a.1);
    let t = (((x - a.0) * ex + (y - a.1) * ey) / (ex * ex + ey * ey).max(1e-9)).clamp(0.0, 1.0);
    ((x - a.0 - t * ex).hypot(y - a.1 - t * ey), t)
}

/// Euclid's remainder: 0..m whatever the sign of `x`.
pub fn wrap(x: f32, m: f32) -> f32 {
    x - m * (x / m).floor()
}

/// Sine of `x` turns.
pub fn wave(x: f32) -> f32 {
    (x * std::f32::consts::TAU).sin()
}
