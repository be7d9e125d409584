//! `noise S`: grain on luma, new for every frame and the same whenever a frame is made again.

use rayon::prelude::*;

use crate::color::with_luma;
use crate::frame::FrameSource;

use super::FilterError;
use super::wrap::{in_floats, wrap};

/// The strongest noise, in 8-bit codes.
pub const MAX_NOISE: f64 = 100.0;

/// Adds Gaussian noise of standard deviation `deviation` (0 to 100, in 8-bit codes) to luma; chroma is untouched, and
/// of R'G'B' all three channels get the same, so that colours keep their hue. Samples are independent of each other,
/// of the picture, of threads and of the picture's size: each follows from `seed`, the frame's number and its place
/// (see [`normal`]). The sum is float, neither rounded nor cut to the codes there are: a later stage that stores codes
/// does that.
///
/// # Errors
/// [`FilterError::Noise`].
pub fn noise(input: Box<dyn FrameSource>, deviation: f64, seed: u64) -> Result<Box<dyn FrameSource>, FilterError> {
    if !(0.0..=MAX_NOISE).contains(&deviation) {
        return Err(FilterError::Noise { deviation, most: MAX_NOISE });
    }
    let stage = if seed == 0 { format!("noise {deviation}") } else { format!("noise {deviation} seed={seed}") };
    let note = format!("{stage}: Gaussian, on luma alone, in 8-bit codes, seed {seed}");
    let describe = |info: &mut crate::frame::SourceInfo| {
        in_floats(info);
        info.notes.push(note);
    };
    Ok(wrap(input, &stage, deviation == 0.0, describe, move |frame, number| {
        let key = frame_key(seed, number);
        Ok(with_luma(frame, |luma, width, _| {
            luma.par_chunks_mut(width.max(1)).enumerate().for_each(|(y, row)| {
                for (pair, samples) in row.chunks_mut(2).enumerate() {
                    let drawn = normal(key, pair as u64, y as u64);
                    samples.iter_mut().zip(drawn).for_each(|(v, n)| *v += (deviation * n) as f32);
                }
            });
        })?)
    }))
}

/// 2^64 over the golden ratio, odd: the step of splitmix64.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// splitmix64's output function (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// What tells the noise of one frame from that of all others: `mix(mix(seed + STEP) + (frame + 1) * STEP)`.
fn frame_key(seed: u64, frame: usize) -> u64 {
    mix(mix(seed.wrapping_add(STEP)).wrapping_add((frame as u64).wrapping_add(1).wrapping_mul(STEP)))
}

/// The standard normal values of the samples (2 `pair`, `y`) and (2 `pair` + 1, `y`): the word number `y * 2^32 + pair`
/// of the splitmix64 stream that begins at `key`, its upper half as u in (0, 1], its lower half as v in [0, 1), by Box
/// and Muller's formula `sqrt(-2 ln u)` times `cos 2 pi v` and `sin 2 pi v`. None is beyond 6.7.
fn normal(key: u64, pair: u64, y: u64) -> [f64; 2] {
    let word = mix(key.wrapping_add(((y << 32) | pair).wrapping_add(1).wrapping_mul(STEP)));
    let unit = f64::exp2(-32.0);
    let (u, v) = (((word >> 32) + 1) as f64 * unit, (word & 0xffff_ffff) as f64 * unit);
    let (sin, cos) = (std::f64::consts::TAU * v).sin_cos();
    let radius = (-2.0 * u.ln()).sqrt();
    [radius * cos, radius * sin]
}
