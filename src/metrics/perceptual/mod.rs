//! Models of what an eye sees, by crates that follow libjxl: SSIMULACRA 2 (`fast-ssim2`) and Butteraugli
//! (`butteraugli`). Here is what they are given, and what becomes of what they give.

mod about;
mod light;

use butteraugli::{ButteraugliParams, ButteraugliResult, Img, RGB, butteraugli_linear};
use fast_ssim2::{PixelDescriptor, PixelSlice, TransferFunction, compute_ssimulacra2};

use crate::frame::{Image, Map};

use super::{Cost, Extractor, Extracts, Memo, MetricError, Moment, Overlay, OverlayAbout, Value};
use light::{Curve, Meaning, Pixel, Wide, encoded, linear};

pub use about::{BUTTERAUGLI, BUTTERAUGLI_3, SSIMULACRA2};

/// Smallest side that the crates take.
const LEAST: u32 = 8;

/// SSIMULACRA 2.1 of the whole picture.
#[derive(Debug)]
pub struct Ssimulacra2;

static SSIMULACRA2_EXTRACTS: Extracts =
    Extracts { id: "ssimulacra2", version: 1, features: &["ssimulacra2"], before: 0, after: 0, cost: Cost::Heavy };

impl Extractor for Ssimulacra2 {
    fn about(&self) -> &'static Extracts {
        &SSIMULACRA2_EXTRACTS
    }

    fn extract(&self, moment: &Moment<'_>, _: &Memo) -> Result<Vec<Value>, MetricError> {
        let id = SSIMULACRA2_EXTRACTS.id;
        let (reference, candidate) = pictures(moment, id)?;
        if reference == candidate {
            return Ok(vec![Value::identical(100.0)]);
        }
        let score = ssimulacra2(reference, candidate, Meaning::of(moment.pair.reference()))?;
        Ok(vec![finite(id, score)?])
    }
}

/// The crate's score. High dynamic range goes by the crate's own road, as it is encoded; all else as light, which is
/// twice as fast there as sRGB in floats.
fn ssimulacra2(reference: &Image, candidate: &Image, meaning: Meaning) -> Result<f64, MetricError> {
    let described = |transfer| PixelDescriptor::RGBF32.with_transfer(transfer);
    let descriptor = match meaning.curve {
        Curve::Pq => described(TransferFunction::Pq),
        Curve::Hlg => described(TransferFunction::Hlg),
        _ => PixelDescriptor::RGBF32_LINEAR,
    };
    let descriptor = match meaning.wide {
        Wide::Bt2020 if meaning.is_hdr() => descriptor.with_primaries(PixelDescriptor::RGB16_BT2100_PQ.primaries),
        _ => descriptor,
    };
    let pixels = |image: &Image| if meaning.is_hdr() { encoded(image) } else { linear(image, meaning) };
    let (a, b) = rayon::join(|| pixels(reference), || pixels(candidate));
    let stride = reference.width as usize * size_of::<Pixel>();
    let failed = |error: &dyn std::fmt::Display| MetricError::Color(error.to_string());
    let view = |pixels| {
        let bytes = bytemuck::cast_slice::<Pixel, u8>(pixels);
        PixelSlice::new(bytes, reference.width, reference.height, stride, descriptor).map_err(|error| failed(&error))
    };
    compute_ssimulacra2(&view(&a)?, &view(&b)?).map_err(|error| failed(&error))
}

/// Butteraugli, pooled in both ways that libjxl's tool prints.
#[derive(Debug)]
pub struct Butteraugli;

static BUTTERAUGLI_EXTRACTS: Extracts = Extracts {
    id: "butteraugli",
    version: 1,
    features: &["butteraugli", "butteraugli_3"],
    before: 0,
    after: 0,
    cost: Cost::Heavy,
};

impl Extractor for Butteraugli {
    fn about(&self) -> &'static Extracts {
        &BUTTERAUGLI_EXTRACTS
    }

    fn extract(&self, moment: &Moment<'_>, _: &Memo) -> Result<Vec<Value>, MetricError> {
        let (reference, candidate) = pictures(moment, BUTTERAUGLI_EXTRACTS.id)?;
        if reference == candidate {
            return Ok(vec![Value::identical(0.0); 2]);
        }
        let found = distance(moment, reference, candidate, false)?;
        Ok(vec![finite("butteraugli", found.score)?, finite("butteraugli_3", found.pnorm_3)?])
    }
}

fn distance(
    moment: &Moment<'_>,
    reference: &Image,
    candidate: &Image,
    with_map: bool,
) -> Result<ButteraugliResult, MetricError> {
    let meaning = Meaning::of(moment.pair.reference());
    let parameters = ButteraugliParams::default().with_intensity_target(meaning.nits()).with_compute_diffmap(with_map);
    let (a, b) = rayon::join(|| linear(reference, meaning), || linear(candidate, meaning));
    let (width, height) = (reference.width as usize, reference.height as usize);
    let view = |pixels| Img::new(bytemuck::cast_slice::<Pixel, RGB<f32>>(pixels), width, height);
    butteraugli_linear(view(&a), view(&b), &parameters).map_err(|error| MetricError::Color(error.to_string()))
}

/// Butteraugli's distance at each place.
#[derive(Debug)]
pub struct ButteraugliMap;

impl Overlay for ButteraugliMap {
    fn about(&self) -> &'static OverlayAbout {
        &about::MAP
    }

    fn map(&self, moment: &Moment<'_>, _: &Memo) -> Result<Map, MetricError> {
        let (reference, candidate) = pictures(moment, BUTTERAUGLI_EXTRACTS.id)?;
        let failed = |error: &dyn std::fmt::Display| MetricError::Color(error.to_string());
        let pixels = reference.plane_len();
        let values = if reference == candidate {
            vec![0.0; pixels]
        } else {
            let map = distance(moment, reference, candidate, true)?.diffmap;
            map.map(|map| map.pixels().collect()).unwrap_or_default()
        };
        Map::new(reference.width, reference.height, values).map_err(|error| failed(&error))
    }
}

/// Both pictures as R'G'B', large enough.
fn pictures<'m>(moment: &'m Moment<'_>, metric: &'static str) -> Result<(&'m Image, &'m Image), MetricError> {
    let (reference, candidate) = moment.rgb()?;
    let (width, height) = (reference.width, reference.height);
    if width < LEAST || height < LEAST {
        return Err(MetricError::TooSmall { metric, least: LEAST, width, height });
    }
    Ok((reference, candidate))
}

fn finite(metric: &'static str, value: f64) -> Result<Value, MetricError> {
    if value.is_finite() { Ok(Value::measured(value)) } else { Err(MetricError::NotFinite { metric, value }) }
}
