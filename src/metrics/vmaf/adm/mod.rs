//! ADM, VMAF's "detail loss": how much of the reference's visible detail is still there, equal to libvmaf's
//! `integer_adm` bit for bit before the last cube root.
//!
//! Both pictures go through four levels of a wavelet transform. Each coefficient of the candidate is split into what
//! it keeps of the reference and what it adds; the kept part is weighed by contrast sensitivity, less what the added
//! part around it hides. `adm2` is the kept detail (cube root of the sum of cubes, by band) over the reference's.
//! `aim` is the added detail over the reference's, `adm3` a mix of both.
//!
//! Where the detail of both points the same way, the kept part may exceed the reference's: by up to 100 times in
//! plain VMAF ("enhancement gain"), not at all in NEG and in the v1 models. Everything up to the split is the same for
//! both, so that one walk over the pictures answers any number of [`Ask`]s.
//!
//! Sources: Li, Zhang, Ma, Ngan 2011, "Image quality assessment by separately evaluating detail losses and additive
//! impairments"; `libvmaf/src/feature/integer_adm.c` of Netflix/vmaf at f85a8536.

mod csf;
mod deep;
mod detail;
mod dwt;
mod exact;
mod extractor;
mod first;
mod levels;
mod region;
mod shares;
mod walk;

pub use csf::Viewing;
pub use detail::{ADM_LOSS, AdmDetail, AdmLoss, ScaleDetail, detail};
pub use extractor::{ADM, ADM3, ADM3_V1, ADM3_V1_5H, ADM3_V1_2160, Adm};
pub(super) use shares::{Change, Shares, shares};

use crate::frame::{Plane, Sample};
use crate::metrics::{MetricError, Pair, Reads};

use detail::{Account, KEY};
use levels::{Below, Deep, First};
use region::{Axis, SCALES};
use walk::{MAPS, Sums, Walk};

/// Compiles plain loops several times, for the vectors of different processors; the best is chosen at run time.
macro_rules! kernels {
    ($($(#[$meta:meta])* $visible:vis fn $name:ident($($arguments:tt)*) $(-> $result:ty)? $body:block)*) => {$(
        $(#[$meta])*
        #[multiversion::multiversion(targets(
            "x86_64+avx512f+avx512bw+avx512cd+avx512dq+avx512vl",
            "x86_64+avx2",
            "aarch64+neon",
        ))]
        $visible fn $name($($arguments)*) $(-> $result)? $body
    )*};
}
use kernels;

/// Least width and height: below, libvmaf's fixed point has no digits left. At exactly 32 libvmaf reads outside its
/// buffers, so that there is nothing to be equal to; from 33 on the features are the same.
pub const LEAST: u32 = 32;

/// How much stronger than the reference's a detail may be that points the same way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gain {
    /// Not at all: NEG and the v1 models (`adm_enhn_gain_limit=1`).
    None,
    /// A hundred times: the v0.6.1 models.
    Free,
}

/// Which part of the candidate's detail is summed; the other part hides it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// What is kept of the reference's.
    Kept,
    /// What is not in the reference (libvmaf's AIM).
    Added,
}

/// One question to a walk over a pair of pictures.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Ask {
    pub viewing: Viewing,
    pub gain: Gain,
    pub part: Part,
}

/// Cube roots of one ask or of the reference, summed over the bands, by scale (finest first).
pub type Roots = [f32; SCALES];

/// What a walk found: numerators by ask, and the denominators they are held against.
#[derive(Clone, PartialEq, Debug)]
pub struct Measured {
    pub numerators: Vec<Roots>,
    pub denominators: Vec<Roots>,
    /// Below this a sum over the scales counts as nothing.
    nothing: f64,
}

impl Measured {
    /// Ask number `ask` over the reference, all scales together; `empty` when the reference has no detail at all.
    pub fn ratio(&self, ask: usize, empty: f64) -> f64 {
        let total = |roots: &Roots| roots.iter().copied().map(f64::from).sum::<f64>();
        let [up, down] = [total(&self.numerators[ask]), total(&self.denominators[ask])];
        if down < self.nothing {
            return empty;
        }
        if up < self.nothing { 0.0 } else { up / down }
    }

    /// Ask number `ask` over the reference at one scale.
    pub fn scale(&self, ask: usize, scale: usize) -> f64 {
        f64::from(self.numerators[ask][scale]) / f64::from(self.denominators[ask][scale])
    }
}

/// Answers all of `asks` in one walk over a pair's luma.
///
/// # Errors
/// [`MetricError`] for RGB, and below [`LEAST`] samples a side.
pub fn measure(pair: &Pair<'_>, asks: &[Ask]) -> Result<Measured, MetricError> {
    measure_and(pair, asks, |_| ())
}

/// As [`measure`]; `show` sees what each scale came to.
fn measure_and(pair: &Pair<'_>, asks: &[Ask], mut show: impl FnMut(&Found<'_>)) -> Result<Measured, MetricError> {
    let pictures = Pictures::new(pair)?;
    let mut measured = pictures.nothing_yet(asks);
    pictures.walk(asks, None, |scale, found| {
        show(&found);
        for (number, ask) in asks.iter().enumerate() {
            let roots = found.numerator(number, ask);
            measured.numerators[number][scale] = roots[0] + roots[1] + roots[2];
            let roots = found.denominator(ask);
            measured.denominators[number][scale] = roots[0] + roots[1] + roots[2];
        }
    });
    Ok(measured)
}

/// A pair's luma planes and the geometry of their pyramid.
struct Pictures<'a> {
    planes: [&'a Plane; 2],
    bits: u32,
    x: [Axis; SCALES],
    y: [Axis; SCALES],
}

/// What a walk found at one scale.
struct Found<'a> {
    scale: usize,
    axes: [&'a Axis; 2],
    sums: Sums,
}

impl Found<'_> {
    /// Coefficients of a band that count.
    fn area(&self) -> usize {
        self.axes[0].inner.len() * self.axes[1].inner.len()
    }

    /// Cube roots of the bands of ask number `number`, with what is added whatever is there.
    fn numerator(&self, number: usize, ask: &Ask) -> [f32; 3] {
        let floor = match ask.part {
            Part::Kept => ask.viewing.floor(self.area()),
            Part::Added => 0.0,
        };
        self.numerator_alone(number).map(|root| root + floor)
    }

    fn numerator_alone(&self, number: usize) -> [f32; 3] {
        let shifts = csf::Shifts::numerator(self.scale, self.axes[0], self.axes[1]);
        shifts.roots(self.sums.asks[number], [1.0; 3])
    }

    /// Cube roots of the reference's bands under the viewing condition of `ask`.
    fn denominator(&self, ask: &Ask) -> [f32; 3] {
        let floor = ask.viewing.floor(self.area());
        self.denominator_alone(ask).map(|root| root + floor)
    }

    fn denominator_alone(&self, ask: &Ask) -> [f32; 3] {
        let shifts = csf::Shifts::denominator(self.scale, self.axes[0], self.axes[1]);
        shifts.roots(self.sums.reference, ask.viewing.sensitivity(self.scale))
    }
}

impl<'a> Pictures<'a> {
    fn new(pair: &Pair<'a>) -> Result<Self, MetricError> {
        let (reference, candidate) = pair.planes("adm", Reads::Luma)?;
        let (width, height) = (reference.width, reference.height);
        if width < LEAST || height < LEAST {
            return Err(MetricError::TooSmall { metric: "adm", least: LEAST, width, height });
        }
        let bits = match pair.sample() {
            Sample::U8 => 8,
            sample => u32::from(sample.bits()),
        };
        let (x, y) = (region::axes(width as usize), region::axes(height as usize));
        Ok(Self { planes: [reference, candidate], bits, x, y })
    }

    fn nothing_yet(&self, asks: &[Ask]) -> Measured {
        let area = f64::from(self.planes[0].width) * f64::from(self.planes[0].height);
        let none = vec![[0.0; SCALES]; asks.len()];
        Measured { numerators: none.clone(), denominators: none, nothing: 1e-10 * area / (1920.0 * 1080.0) }
    }

    /// Walks all scales, finest first, and shows what each came to. With `weights` (by scale) it paints.
    fn walk(
        &self,
        asks: &[Ask],
        weights: Option<&[Vec<[[f64; MAPS]; 3]>; SCALES]>,
        mut show: impl FnMut(usize, Found<'_>),
    ) {
        let mut below: Option<Below> = None;
        for scale in 0..SCALES {
            let (x, y) = (&self.x[scale], &self.y[scale]);
            let axes = [x, y];
            let shifts = [csf::Shifts::numerator(scale, x, y).row, csf::Shifts::denominator(scale, x, y).row];
            let weights = weights.map(|weights| weights[scale].as_slice());
            let (next, sums) = match &below {
                None => {
                    let level = &First::new(self.planes, self.bits, axes, asks);
                    let (next, sums) = Walk { level, x, y, asks, shifts, weights }.run();
                    (Below::Narrow(next), sums)
                }
                Some(below) => {
                    let level = &Deep::new(below, scale, axes, asks);
                    let (next, sums) = Walk { level, x, y, asks, shifts, weights }.run();
                    (Below::Wide(next), sums)
                }
            };
            below = Some(next);
            show(scale, Found { scale, axes, sums });
        }
    }
}
