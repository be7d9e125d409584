//! Files of bare samples, which both sides read alike: no decoder stands between.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use doublet::frame::{ColorInfo, Family, Frame, Layout, Plane, Sample};
use doublet::metrics::{Features, Memo, Moment, Pair, Plan};

/// Frames a second of everything in here.
pub const RATE: f64 = 25.0;
/// Pairs that are read ahead.
const AHEAD: usize = 2;

/// Planes one after the other, frame after frame; samples of more than 8 bits in two bytes, the low one first.
#[derive(Clone, Debug)]
pub struct Raw {
    pub path: PathBuf,
    pub width: u32,
    pub height: u32,
    pub layout: Layout,
}

pub const fn yuv(bits: u8, chroma_shift: (u8, u8)) -> Layout {
    let sample = if bits == 8 { Sample::U8 } else { Sample::U16 { bits } };
    Layout { family: Family::Yuv, sample, chroma_shift, alpha: false }
}

pub const GRAY: Layout = Layout { family: Family::Gray, sample: Sample::U8, chroma_shift: (0, 0), alpha: false };

impl Raw {
    /// FFmpeg's name of the layout.
    pub fn format(&self) -> String {
        let name = self.layout.name().replace("gray8", "gray");
        if self.layout.sample == Sample::U8 { name } else { format!("{name}le") }
    }

    /// Adds the file to the inputs of `command`, read `passes` times over.
    pub fn input(&self, command: &mut Command, passes: usize) {
        let size = format!("{}x{}", self.width, self.height);
        command.args(["-f", "rawvideo", "-s", &size, "-pix_fmt", &self.format(), "-r", &RATE.to_string()]);
        command.args(["-stream_loop", &(passes.max(1) - 1).to_string(), "-i"]).arg(&self.path);
    }

    /// Reads the file from its beginning.
    pub fn open(&self) -> Result<Reader<'_>, String> {
        let file = File::open(&self.path).map_err(|e| format!("cannot open {}: {e}", self.path.display()))?;
        Ok(Reader { raw: self, file })
    }

    /// Frames in the file.
    pub fn len(&self) -> Result<usize, String> {
        let bytes: usize = (0..self.layout.planes()).map(|index| self.plane_bytes(index)).sum();
        let file = std::fs::metadata(&self.path).map_err(|e| format!("cannot read {}: {e}", self.path.display()))?;
        Ok(file.len() as usize / bytes)
    }

    fn plane_bytes(&self, index: usize) -> usize {
        let (width, height) = self.layout.plane_size(index, self.width, self.height);
        width as usize * height as usize * self.layout.sample.bytes()
    }
}

/// Gives the frames of a [`Raw`] in order.
pub struct Reader<'a> {
    raw: &'a Raw,
    file: File,
}

impl Reader<'_> {
    /// The next frame.
    pub fn frame(&mut self) -> Result<Arc<Frame>, String> {
        let Raw { width, height, layout, .. } = *self.raw;
        let plane = |index: usize| {
            let mut bytes = vec![0; self.raw.plane_bytes(index)];
            self.file.read_exact(&mut bytes).map_err(|e| format!("cannot read {}: {e}", self.raw.path.display()))?;
            let (width, height) = layout.plane_size(index, width, height);
            let plane = match layout.sample {
                Sample::U8 => Plane::from_u8(width, height, bytes),
                _ => {
                    let codes = bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair));
                    Plane::from_u16(width, height, codes.collect())
                }
            };
            plane.map_err(|e| e.to_string())
        };
        let planes = (0..layout.planes()).map(plane).collect::<Result<Vec<_>, _>>()?;
        Frame::new(width, height, layout, ColorInfo::default(), planes).map(Arc::new).map_err(|e| e.to_string())
    }
}

type Both = (Arc<Frame>, Arc<Frame>);

/// Measures every pair of both files in order, `passes` times over, and hands each pair's features to `each` with the
/// moment that they are of. One thread reads ahead.
pub fn measure(
    plan: &Plan,
    (reference, candidate): (&Raw, &Raw),
    passes: usize,
    mut each: impl FnMut(&Moment<'_>, &Memo, Features) -> Result<(), String>,
) -> Result<(), String> {
    let count = reference.len()?;
    let (send, pairs) = sync_channel::<Result<Both, String>>(AHEAD);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for _ in 0..passes {
                let (mut r, mut c) = match (reference.open(), candidate.open()) {
                    (Ok(r), Ok(c)) => (r, c),
                    (Err(reason), _) | (_, Err(reason)) => return drop(send.send(Err(reason))),
                };
                for _ in 0..count {
                    let pair = r.frame().and_then(|r| Ok((r, c.frame()?)));
                    let failed = pair.is_err();
                    // Nobody listens any more: the other side has told why.
                    if send.send(pair).is_err() || failed {
                        return;
                    }
                }
            }
        });
        in_order(plan, pairs.into_iter(), &mut each)
    })
}

/// Gives each pair its neighbours and measures it.
fn in_order(
    plan: &Plan,
    mut pairs: impl Iterator<Item = Result<Both, String>>,
    each: &mut dyn FnMut(&Moment<'_>, &Memo, Features) -> Result<(), String>,
) -> Result<(), String> {
    let (before, after) = plan.neighbours();
    let candidates_before = plan.extractors().iter().map(|e| e.candidates_before()).max().unwrap_or(0);
    let memo = Memo::default();
    // Nearest first, of the reference and of the candidate.
    let (mut earlier, mut damaged): (VecDeque<Arc<Frame>>, VecDeque<Arc<Frame>>) = Default::default();
    let mut coming: VecDeque<Both> = VecDeque::new();
    loop {
        while coming.len() <= after {
            match pairs.next() {
                Some(pair) => coming.push_back(pair?),
                None => break,
            }
        }
        let Some((reference, candidate)) = coming.pop_front() else { return Ok(()) };
        let pair = Pair::new(&reference, &candidate).map_err(|e| e.to_string())?;
        let later: Vec<Arc<Frame>> = coming.iter().take(after).map(|(reference, _)| reference.clone()).collect();
        let moment = Moment::new(pair).among(earlier.make_contiguous(), &later, Some(RATE));
        let moment = moment.following(damaged.make_contiguous());
        let features = plan.extract(&moment, &memo);
        each(&moment, &memo, features)?;
        earlier.push_front(reference);
        earlier.truncate(before);
        damaged.push_front(candidate);
        damaged.truncate(candidates_before);
    }
}
