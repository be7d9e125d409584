//! The one resampler: separable, antialiased, in 32-bit float.
//!
//! Output sample `j` of an axis stands at `(j + 0.5) * scale + shift` of the input (sample centres at half integers), so
//! that the picture's edges meet. A kernel is widened by `scale` when shrinking. At the border it is cut to the picture
//! and its weights are normalised anew, as Pillow's `resize` does; they always add up to 1. Bicubic is Catmull-Rom's
//! (Keys, a = -0.5), Lanczos has 3 lobes, bilinear is a triangle, gauss is a bell of standard deviation 1/2 out to 3
//! (six deviations, where nothing is left of it; the softest when shrinking, and it never rings), and box is the mean
//! over the output sample's own footprint, parts of samples counted as parts.

use std::fmt;
use std::str::FromStr;

use rayon::prelude::*;

use crate::frame::Image;

/// How a resized sample is weighed from its neighbours.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Kernel {
    Box,
    Bilinear,
    #[default]
    Bicubic,
    Lanczos,
    Gauss,
}

impl Kernel {
    /// All kernels, in the order in which they are offered.
    pub const ALL: [Kernel; 5] = [Kernel::Box, Kernel::Bilinear, Kernel::Bicubic, Kernel::Lanczos, Kernel::Gauss];

    /// The name in recipes: "box", "bilinear", "bicubic", "lanczos", "gauss".
    pub fn name(self) -> &'static str {
        match self {
            Kernel::Box => "box",
            Kernel::Bilinear => "bilinear",
            Kernel::Bicubic => "bicubic",
            Kernel::Lanczos => "lanczos",
            Kernel::Gauss => "gauss",
        }
    }

    /// Where the output grid lies on the input, for people.
    pub fn phase_note(self) -> &'static str {
        "centred: the edges of both pictures meet, no shift by half a sample"
    }

    /// Half the kernel's width, in samples of the coarser grid.
    fn radius(self) -> f64 {
        match self {
            Kernel::Box => 0.5,
            Kernel::Bilinear => 1.0,
            Kernel::Bicubic => 2.0,
            Kernel::Lanczos | Kernel::Gauss => 3.0,
        }
    }

    /// The kernel at distance `x`, 0 outside its radius.
    fn at(self, x: f64) -> f64 {
        let x = x.abs();
        match self {
            Kernel::Box => f64::from(u8::from(x <= 0.5)),
            Kernel::Bilinear => (1.0 - x).max(0.0),
            Kernel::Bicubic if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
            Kernel::Bicubic if x < 2.0 => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
            Kernel::Bicubic => 0.0,
            Kernel::Lanczos if x < 3.0 => sinc(x) * sinc(x / 3.0),
            Kernel::Lanczos => 0.0,
            Kernel::Gauss if x < 3.0 => (-2.0 * x * x).exp(),
            Kernel::Gauss => 0.0,
        }
    }
}

fn sinc(x: f64) -> f64 {
    let x = x * std::f64::consts::PI;
    if x == 0.0 { 1.0 } else { x.sin() / x }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kernel {
    type Err = String;

    /// # Errors
    /// One sentence that lists the kernels there are.
    fn from_str(text: &str) -> Result<Self, String> {
        Kernel::ALL
            .into_iter()
            .find(|kernel| kernel.name() == text)
            .ok_or_else(|| format!("there is no kernel \"{text}\"; use box, bilinear, bicubic, lanczos or gauss"))
    }
}

/// `image` at `width` x `height` (each at least 1). The same size gives the same samples; an empty picture stays black.
pub fn resize(image: &Image, width: u32, height: u32, kernel: Kernel) -> Image {
    let (width, height) = (width.max(1), height.max(1));
    if (width, height) == (image.width, image.height) {
        return image.clone();
    }
    let mut out = Image::new(width, height);
    if image.plane_len() == 0 {
        return out;
    }
    let across = Axis::centred(image.width, width).taps(kernel);
    let down = Axis::centred(image.height, height).taps(kernel);
    for (c, channel) in out.channels_mut().into_iter().enumerate() {
        resample(image.channel(c), &across, &down, channel);
    }
    out
}

/// One axis of a resize: output sample `j` stands at `(j + 0.5) * scale + shift` of the input.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Axis {
    pub from: usize,
    pub to: usize,
    pub scale: f64,
    pub shift: f64,
}

impl Axis {
    /// Both edges meet.
    pub fn centred(from: u32, to: u32) -> Self {
        let (from, to) = (from as usize, to as usize);
        Self { from, to, scale: from as f64 / to as f64, shift: 0.0 }
    }

    /// Whether every output sample is the input sample of the same index.
    pub fn is_identity(&self) -> bool {
        self.from == self.to && self.scale == 1.0 && self.shift == 0.0
    }

    /// The input samples and weights of every output sample.
    pub fn taps(&self, kernel: Kernel) -> Taps {
        let mut taps = Taps { from: self.from, spans: Vec::with_capacity(self.to), weights: Vec::new() };
        for j in 0..self.to {
            let centre = (j as f64 + 0.5) * self.scale + self.shift;
            let (first, weights) = match kernel {
                Kernel::Box => self.footprint(centre),
                _ => self.around(kernel, centre),
            };
            taps.spans.push(Span { first, count: weights.len(), at: taps.weights.len() });
            let sum: f64 = weights.iter().sum();
            taps.weights.extend(weights.iter().map(|w| (w / sum) as f32));
        }
        taps
    }

    fn around(&self, kernel: Kernel, centre: f64) -> (usize, Vec<f64>) {
        let stretch = self.scale.max(1.0);
        let reach = kernel.radius() * stretch;
        let last = self.from as i64 - 1;
        let first = ((centre - reach + 0.5).floor() as i64).clamp(0, last);
        let end = ((centre + reach + 0.5).floor() as i64 - 1).clamp(first, last);
        let weights: Vec<f64> = (first..=end).map(|i| kernel.at((i as f64 + 0.5 - centre) / stretch)).collect();
        // A centre beyond the border (chroma that lies outside) may miss every sample: the nearest one stands in.
        if weights.iter().sum::<f64>().abs() < 1e-3 {
            return (centre.floor().clamp(0.0, last as f64) as usize, vec![1.0]);
        }
        (first as usize, weights)
    }

    fn footprint(&self, centre: f64) -> (usize, Vec<f64>) {
        let edge = self.from as f64;
        let (start, end) = (centre - self.scale / 2.0, centre + self.scale / 2.0);
        // A hair's breadth of slack: a start that is a whole number but for its rounding begins there, not one before.
        let first = (start + 1e-9).floor().clamp(0.0, edge - 1.0) as usize;
        let weights: Vec<f64> = (first..self.from)
            .map(|i| end.min(i as f64 + 1.0) - start.max(i as f64))
            .take_while(|&overlap| overlap > 1e-9)
            .collect();
        if weights.is_empty() { (first, vec![1.0]) } else { (first, weights) }
    }
}

/// Where one output sample's weights and inputs begin.
#[derive(Clone, Copy, Debug)]
struct Span {
    first: usize,
    count: usize,
    at: usize,
}

/// Weights of one axis.
#[derive(Clone, Debug)]
pub(crate) struct Taps {
    from: usize,
    spans: Vec<Span>,
    weights: Vec<f32>,
}

impl Taps {
    /// For a graphics device: of every output sample the first input sample, how many are read and where their weights
    /// begin; and all weights.
    pub fn tables(&self) -> (Vec<u32>, &[f32]) {
        let words = |span: &Span| [span.first as u32, span.count as u32, span.at as u32];
        (self.spans.iter().flat_map(words).collect(), &self.weights)
    }

    fn of(&self, span: Span) -> &[f32] {
        &self.weights[span.at..span.at + span.count]
    }
}

/// One plane resampled along two axes; `None` leaves an axis as it is. Returns rows without padding.
pub(crate) fn resize_plane(plane: Vec<f32>, across: &Axis, down: &Axis, kernel: Kernel) -> Vec<f32> {
    if across.is_identity() && down.is_identity() {
        return plane;
    }
    let mut out = vec![0.0; across.to * down.to];
    resample(&plane, &across.taps(kernel), &down.taps(kernel), &mut out);
    out
}

/// Shrinks the data as early as it can: the axis that leaves fewer samples goes first.
fn resample(plane: &[f32], across: &Taps, down: &Taps, out: &mut [f32]) {
    let (from_width, from_height) = (across.from, down.from);
    let (to_width, to_height) = (across.spans.len(), down.spans.len());
    if to_height * from_width <= from_height * to_width {
        // Down, then across, a few rows at a time: nothing leaves the cache in between.
        out.par_chunks_mut(LANES * to_width).zip(down.spans.par_chunks(LANES)).for_each_init(
            || (vec![0.0; LANES * from_width], vec![[0.0; LANES]; from_width]),
            |(rows, columns), (out, spans)| {
                let rows = &mut rows[..spans.len() * from_width];
                for (row, &span) in rows.chunks_exact_mut(from_width).zip(spans) {
                    down_row(plane, span.first, down.of(span), row);
                }
                across_rows(rows, from_width, across, columns, out);
            },
        );
    } else {
        let mut between = vec![0.0; from_height * to_width];
        between.par_chunks_mut(LANES * to_width).zip(plane.par_chunks(LANES * from_width)).for_each_init(
            || vec![[0.0; LANES]; from_width],
            |columns, (out, rows)| across_rows(rows, from_width, across, columns, out),
        );
        out.par_chunks_mut(to_width).zip(&down.spans).for_each(|(row, &span)| {
            down_row(&between, span.first, down.of(span), row);
        });
    }
}

/// Weighs whole rows, from row `first` of `plane` on: contiguous sums that the compiler turns into vectors.
fn down_row(plane: &[f32], first: usize, weights: &[f32], out: &mut [f32]) {
    out.fill(0.0);
    let width = out.len();
    for (line, weight) in plane[first * width..].chunks_exact(width).zip(weights) {
        for (o, v) in out.iter_mut().zip(line) {
            *o += weight * v;
        }
    }
}

/// Rows handled at once across: their samples are interleaved so that one weight serves a whole vector.
const LANES: usize = 8;

/// Up to [`LANES`] rows of `width` from `rows` to `out`; `columns` is as long as a row is wide.
fn across_rows(rows: &[f32], width: usize, taps: &Taps, columns: &mut [[f32; LANES]], out: &mut [f32]) {
    for (lane, row) in rows.chunks_exact(width).enumerate() {
        for (column, v) in columns.iter_mut().zip(row) {
            column[lane] = *v;
        }
    }
    let to = taps.spans.len();
    for (x, &span) in taps.spans.iter().enumerate() {
        let mut sums = [0.0f32; LANES];
        for (weight, column) in taps.of(span).iter().zip(&columns[span.first..]) {
            for (sum, v) in sums.iter_mut().zip(column) {
                *sum += weight * v;
            }
        }
        for (row, sum) in out.chunks_exact_mut(to).zip(sums) {
            row[x] = sum;
        }
    }
}
