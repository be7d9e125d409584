//! Finding out what a model does by letting it do it. Declared output sizes are often wrong (an upscaler whose output
//! claims its input's size), so scale, channels and reach are measured on small trial pictures.

use std::time::{Duration, Instant};

use super::ModelError;
use super::session::{Declared, Output, Precision, Samples};

/// Largest scale that counts as one.
const MAX_SCALE: usize = 8;
/// The reach that is looked for at most, in samples; what depends on more is cut into tiles with a note.
pub(super) const MAX_REACH: u32 = 64;
/// Sizes are tried that are multiples of these.
const MULTIPLES: [u32; 8] = [1, 2, 4, 8, 16, 32, 64, 128];
/// Longest that one trial for the reach may take before larger ones are left out.
const PATIENCE: Duration = Duration::from_millis(500);

/// Runs a model on one planar picture: samples, then channels, height, width.
pub(super) type Run<'a> = dyn FnMut(Samples, [usize; 3]) -> Result<Output, ModelError> + 'a;

/// What the declaration of the input says, checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Form {
    /// Channels the input takes; None: not declared.
    pub channels: Option<u32>,
    pub precision: Precision,
    /// Width and height, where fixed.
    pub fixed: Option<(u32, u32)>,
}

/// What the trials showed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    pub scale: u32,
    /// Channels of input and output.
    pub channels: (u32, u32),
    /// Width and height must be multiples of this; 1 where any size goes.
    pub multiple: u32,
    /// Samples around an input sample on which its output depends, with a margin.
    pub reach: u32,
    /// The reach is larger than what was looked at.
    pub far: bool,
    pub notes: Vec<String>,
}

/// Reads the declaration of a model's input, and refuses what cannot be one picture in.
pub(super) fn form(model: &str, input: &Declared, inputs: usize) -> Result<Form, ModelError> {
    let refuse = |what: String| Err(ModelError::Shape { model: model.to_owned(), what });
    if inputs != 1 {
        return refuse(format!("it has {inputs} inputs"));
    }
    let Some(precision) = input.precision else {
        return refuse(format!("it takes values of the kind {}", input.kind));
    };
    let &[batch, channels, height, width] = input.shape.as_slice() else {
        return refuse(format!("its input has {} dimensions", input.shape.len()));
    };
    if batch > 1 {
        return refuse(format!("it takes {batch} pictures at once"));
    }
    let channels = match channels {
        1 | 3 => Some(channels as u32),
        ..=0 => None,
        _ if width == 3 || width == 1 => {
            return refuse("it wants the channels last (NHWC), and pictures are given channels first".into());
        }
        n if n % 3 == 0 => {
            let (frames, channels) = ((n / 3) as u32, n as u32);
            return Err(ModelError::Frames { model: model.to_owned(), frames, channels });
        }
        n => return refuse(format!("its input has {n} channels")),
    };
    let fixed = match (width, height) {
        (..=0, ..=0) => None,
        (1.., 1..) => Some((width as u32, height as u32)),
        // One side fixed: a square of it suits the other side too.
        (side, ..=0) | (.., side) => Some((side as u32, side as u32)),
    };
    Ok(Form { channels, precision, fixed })
}

/// Measures scale, channels, the multiple that sizes must be of, and the reach.
pub(super) fn probe(model: &str, form: &Form, run: &mut Run) -> Result<Found, ModelError> {
    let mut trial = Trial { model, precision: form.precision, run };
    let (found, output, input) = trial.size(form)?;
    let (scale, channels, multiple) = found;
    let mut notes = Vec::new();
    let samples = output.to_vec().map_err(|reason| trial.failed(reason))?;
    if samples.iter().any(|v| !v.is_finite()) {
        return Err(ModelError::NotFinite { model: model.to_owned() });
    }
    let mean = |v: &[f32]| v.iter().map(|&x| f64::from(x)).sum::<f64>() / v.len().max(1) as f64;
    let drift = mean(&samples) - mean(&input);
    if drift.abs() > 0.25 {
        notes.push(format!("its pictures are {drift:+.2} off in brightness: it may expect another range of values"));
    }
    let (reach, far) = trial.reach(form, channels.0, scale, multiple)?;
    if far {
        notes.push(format!("it looks further than {reach} samples around, so tiles may differ faintly from the whole"));
    }
    if form.fixed.is_some_and(|(w, h)| reach > w.min(h) / 4) {
        notes.push("its fixed size is small beside what it looks at, so faint seams may show".into());
    }
    if channels.0 == 1 {
        notes.push("it knows grey only: colour is lost".into());
    }
    Ok(Found { scale, channels, multiple, reach, far, notes })
}

struct Trial<'a, 'b> {
    model: &'a str,
    precision: Precision,
    run: &'a mut Run<'b>,
}

impl Trial<'_, '_> {
    fn failed(&self, reason: String) -> ModelError {
        ModelError::Trial { model: self.model.to_owned(), reason }
    }

    fn go(&mut self, samples: Vec<f32>, shape: [usize; 3]) -> Result<Output, ModelError> {
        (self.run)(Samples::from_f32(self.precision, samples), shape)
    }

    /// Finds a size that works; gives (scale, channels, multiple) with that trial's output and input.
    #[allow(clippy::type_complexity)]
    fn size(&mut self, form: &Form) -> Result<((u32, (u32, u32), u32), Output, Vec<f32>), ModelError> {
        let mut first_failure = None;
        for channels in form.channels.map_or(vec![3, 1], |c| vec![c]) {
            for multiple in MULTIPLES {
                let (width, height) = match form.fixed {
                    Some(size) if multiple == 1 => size,
                    Some(_) => break,
                    // Odd in units of the multiple, and different, so that swapped or lucky sizes do not pass.
                    None => (multiple * odd_from(37, multiple), multiple * odd_from(27, multiple)),
                };
                let shape = [channels as usize, height as usize, width as usize];
                let input = texture(shape);
                match self.go(input.clone(), shape).and_then(|out| Ok((self.scale(shape, out.shape)?, out))) {
                    Ok((scale, out)) => {
                        let channels = (channels, out.shape[0] as u32);
                        return Ok(((scale, channels, multiple), out, input));
                    }
                    Err(ModelError::Stopped) => return Err(ModelError::Stopped),
                    Err(error) => first_failure = first_failure.or(Some(error)),
                }
            }
        }
        Err(first_failure.unwrap_or_else(|| self.failed("no size was tried".into())))
    }

    /// The whole number by which the output is larger, if it is one.
    fn scale(&self, input: [usize; 3], output: [usize; 3]) -> Result<u32, ModelError> {
        let what = |what: String| ModelError::Shape { model: self.model.to_owned(), what };
        let ([_, h, w], [c, oh, ow]) = (input, output);
        if c != 1 && c != 3 {
            return Err(what(format!("its output has {c} channels")));
        }
        let scale = ow / w;
        if ow != w * scale || oh != h * scale || !(1..=MAX_SCALE).contains(&scale) {
            return Err(what(format!("{w}x{h} became {ow}x{oh}, which is no whole scale from 1 to {MAX_SCALE}")));
        }
        Ok(scale as u32)
    }

    /// Changes one sample in the middle and looks how far the change is seen. Gives the distance in input samples
    /// with a margin, and whether it went past what was looked at.
    fn reach(&mut self, form: &Form, channels: u32, scale: u32, multiple: u32) -> Result<(u32, bool), ModelError> {
        let radii: &[u32] = if form.fixed.is_some() { &[MAX_REACH] } else { &[14, 30, MAX_REACH] };
        for &radius in radii {
            let side = (2 * radius + 1).next_multiple_of(multiple);
            let (width, height) = form.fixed.unwrap_or((side, side));
            let clock = Instant::now();
            let seen = self.spread([channels as usize, height as usize, width as usize], scale as usize)?;
            let room = width.min(height).div_ceil(2) - 1;
            // The far corners of what a network sees weigh little, and a random picture may not wake them.
            let reach = seen + (seen / 8).max(2);
            if seen + 1 < room && reach <= MAX_REACH {
                return Ok((reach, false));
            }
            if clock.elapsed() > PATIENCE {
                break;
            }
        }
        Ok((MAX_REACH, true))
    }

    /// How far from the middle a change there is seen, in input samples.
    fn spread(&mut self, shape: [usize; 3], scale: usize) -> Result<u32, ModelError> {
        let [channels, height, width] = shape;
        let (cx, cy) = (width / 2, height / 2);
        let base = texture(shape);
        let mut poked = base.clone();
        for c in 0..channels {
            let sample = &mut poked[(c * height + cy) * width + cx];
            *sample += if *sample > 0.5 { -0.5 } else { 0.5 };
        }
        let read = |out: Output| match out.shape[1..] == [height * scale, width * scale] {
            true => out.to_vec().map(|v| (v, out.shape)),
            false => {
                Err(format!("{width}x{height} became {}x{}, not {scale} times as large", out.shape[2], out.shape[1]))
            }
        };
        let (a, out) = read(self.go(base, shape)?).map_err(|e| self.failed(e))?;
        let (b, _) = read(self.go(poked, shape)?).map_err(|e| self.failed(e))?;
        let mut far = 0;
        for (row, (a, b)) in a.chunks(out[2]).zip(b.chunks(out[2])).enumerate() {
            let y = (row % out[1]) / scale;
            for (column, (a, b)) in a.iter().zip(b).enumerate() {
                if (a - b).abs() > 1e-6 {
                    far = far.max((column / scale).abs_diff(cx)).max(y.abs_diff(cy));
                }
            }
        }
        Ok(far as u32)
    }
}

/// The least odd number whose `multiple`-fold is `least` or more.
fn odd_from(least: u32, multiple: u32) -> u32 {
    least.div_ceil(multiple) | 1
}

/// A picture that wakes a network: slopes and waves under noise, all of 0.1..0.9, always the same.
pub(super) fn texture([channels, height, width]: [usize; 3]) -> Vec<f32> {
    let mut seed = 0x2545_f491_u32;
    let mut noise = move || {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed as f32 / u32::MAX as f32 - 0.5
    };
    let mut samples = Vec::with_capacity(channels * height * width);
    for c in 0..channels {
        for y in 0..height {
            for x in 0..width {
                let (x, y) = (x as f32 / 7.0 + c as f32, y as f32 / 5.0);
                samples.push(0.5 + 0.15 * x.sin() + 0.1 * (y + x / 2.0).cos() + 0.3 * noise());
            }
        }
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(shape: &[i64]) -> Declared {
        Declared { name: "x".into(), precision: Some(Precision::F32), kind: "Float32".into(), shape: shape.to_vec() }
    }

    #[test]
    fn forms_are_told_apart() {
        let fine = form("m", &declared(&[-1, 3, -1, -1]), 1).unwrap();
        assert_eq!(fine, Form { channels: Some(3), precision: Precision::F32, fixed: None });
        assert_eq!(form("m", &declared(&[1, 1, 48, 64]), 1).unwrap().fixed, Some((64, 48)));
        let five = form("m", &declared(&[-1, 15, -1, -1]), 1).unwrap_err();
        assert!(five.to_string().contains("5 frames"), "{five}");
        for shape in [vec![1, 4, -1, -1], vec![2, 3, -1, -1], vec![1, 64, 64, 3], vec![3, 64, 64]] {
            assert!(form("m", &declared(&shape), 1).is_err(), "{shape:?}");
        }
        assert!(form("m", &declared(&[1, 3, -1, -1]), 2).is_err());
        assert!(form("m", &Declared { precision: None, ..declared(&[1, 3, -1, -1]) }, 1).is_err());
    }

    #[test]
    fn the_texture_stays_inside() {
        let samples = texture([3, 31, 17]);
        assert!(samples.iter().all(|v| (0.0..=1.0).contains(v)));
        assert_eq!(samples, texture([3, 31, 17]));
    }
}
