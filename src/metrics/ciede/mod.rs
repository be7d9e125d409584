//! CIEDE2000 colour difference (Sharma, Wu and Dalal 2005) as libvmaf's `ciede` gives it: 45 - 20 log10 of the mean
//! difference, with k_L 0.65, k_C 1 and k_H 4 (Yang, Ming and Yu 2012).
//!
//! Source: `libvmaf/src/feature/ciede.c`, which takes every file for limited-range BT.709 and repeats chroma samples.
//! It works in doubles with the system's `pow`; here everything is 32-bit with short polynomials, sixteen samples at
//! once, which moves the score by less than 1e-4 dB.
//!
//! Of 4:2:2 libvmaf halves the rows of chroma in place of its columns: sample (x, y) gets the chroma that lies x samples
//! after the beginning of row y / 2, which for x beyond half the width is the row below. As the number is to be the same,
//! that is followed; what it reads beyond the end of its padded rows is taken as 0. Of odd sizes libvmaf drops the last
//! chroma column and row and reads other memory in their place; here they are what the file holds (0.01 dB apart on
//! 1001x333).

mod lab;

use rayon::prelude::*;

use crate::frame::{Frame, Plane, Sample};

use super::{About, Cost, Direction, Extractor, Extracts, Group, Memo, MetricError, Moment, Pair, Plain, Reads, Value};
use lab::{Row, difference};

/// CIEDE2000 of Y'CbCr pictures.
#[derive(Debug)]
pub struct Ciede;

static EXTRACTS: Extracts =
    Extracts { id: "ciede2000", version: 1, features: &["ciede2000"], before: 0, after: 0, cost: Cost::Medium };

/// What identical pictures get, and the highest value given. libvmaf's is infinite.
const CAP: f64 = 100.0;

impl Extractor for Ciede {
    fn about(&self) -> &'static Extracts {
        &EXTRACTS
    }

    fn extract(&self, moment: &Moment<'_>, _: &Memo) -> Result<Vec<Value>, MetricError> {
        moment.pair.planes(ABOUT.id, Reads::Chroma(1))?;
        let mean = mean_difference(&moment.pair);
        Ok(vec![match 45.0 - 20.0 * mean.log10() {
            _ if moment.pair.reference().same_samples(moment.pair.candidate()) => Value::identical(CAP),
            score => Value::measured(score.min(CAP)),
        }])
    }
}

/// Rows that one job takes.
const BAND: usize = 16;

/// The mean CIEDE2000 difference over a picture.
fn mean_difference(pair: &Pair<'_>) -> f64 {
    let (width, height) = (pair.reference().width as usize, pair.reference().height as usize);
    let band = |band: usize| {
        let (mut a, mut b) = (Row::new(width), Row::new(width));
        let rows = band * BAND..((band + 1) * BAND).min(height);
        let row = |y: usize| {
            read(pair.reference(), y, &mut a);
            read(pair.candidate(), y, &mut b);
            difference(&a, &b)
        };
        rows.map(row).collect::<Vec<f64>>()
    };
    let sums: Vec<Vec<f64>> = (0..height.div_ceil(BAND)).into_par_iter().map(band).collect();
    sums.iter().flatten().sum::<f64>() / (width as f64 * height as f64)
}

/// Row `y` of a picture as Y', Cb, Cr: luma 0..1, chroma -0.5..0.5, nominal.
fn read(frame: &Frame, y: usize, row: &mut Row) {
    let sample = frame.layout.sample;
    let scale = (1u32 << (sample.bits().max(8) - 8)) as f32;
    let width = frame.width as usize;
    codes(frame.plane(0), sample, y, 16.0 * scale, 1.0 / (219.0 * scale), &mut row.luma[..width]);
    for (index, out) in [(1, &mut row.blue), (2, &mut row.red)] {
        let plane = frame.plane(index);
        let (middle, factor) = (128.0 * scale, 1.0 / (224.0 * scale));
        let out = &mut out[..width];
        match frame.layout.chroma_shift {
            (0, 0) => codes(plane, sample, y, middle, factor, out),
            (1, 0) => {
                let stride = width.next_multiple_of(64) / 2;
                let (first, rest) = out.split_at_mut(stride.min(width));
                padded(plane, sample, y / 2, middle, factor, first);
                padded(plane, sample, y / 2 + 1, middle, factor, rest);
            }
            (x, down) => {
                let mut narrow = vec![0.0; plane.width as usize];
                codes(plane, sample, y >> down, middle, factor, &mut narrow);
                for (out, code) in out.chunks_mut(1 << x).zip(&narrow) {
                    out.fill(*code);
                }
            }
        }
    }
}

/// (code - middle) * factor of the first samples of a row.
fn codes(plane: &Plane, sample: Sample, y: usize, middle: f32, factor: f32, out: &mut [f32]) {
    let place = |code: f32| (code - middle) * factor;
    match sample {
        Sample::U8 => {
            out.iter_mut().zip(plane.row_u8(y as u32)).for_each(|(out, &code)| *out = place(f32::from(code)));
        }
        // Floats never get here: `Pair::new` refuses them.
        Sample::U16 { .. } | Sample::F32 => {
            out.iter_mut().zip(plane.row_u16(y as u32)).for_each(|(out, &code)| *out = place(f32::from(code)));
        }
    }
}

/// As [`codes`], of a row that code 0 follows.
fn padded(plane: &Plane, sample: Sample, y: usize, middle: f32, factor: f32, out: &mut [f32]) {
    out.fill(-middle * factor);
    if y < plane.height as usize {
        codes(plane, sample, y, middle, factor, out);
    }
}

pub static CIEDE2000: Plain = Plain(&ABOUT);

static ABOUT: About = About {
    id: "ciede2000",
    label: "CIEDE2000",
    unit: "dB",
    group: Group::Perceptual,
    direction: Direction::HigherIsBetter,
    range: |_| (0.0, CAP),
    decimals: 2,
    standard: false,
    meaning: "How far colours are off, sample by sample, as an eye tells colours apart, on a logarithmic scale: 45 means \
              a step that is just seen everywhere, each 6 more half of it.",
    blind_to: "structure and place: a colour cast over everything and noise may cost the same; and it takes every file \
               for limited-range BT.709",
    trust: &[],
};
