//! What the tests of single metrics share: the stored pairs with what libvmaf and FFmpeg said of them, and made-up
//! pictures in whole numbers, of which FFmpeg was asked by hand.

use std::path::Path;
use std::sync::Arc;

use doublet::frame::{ColorInfo, Family, Frame, FrameSource, Layout, Plane, Sample};
use doublet::media;
use doublet::metrics::{self, Memo, MetricError, Moment, Pair, Plan, Value};

use super::made::code;
use super::support::testdata;

/// What is asked of the stored scores of one pair.
pub struct Stored {
    pub name: &'static str,
    pub reference: Vec<Arc<Frame>>,
    pub candidate: Vec<Arc<Frame>>,
    json: serde_json::Value,
}

impl Stored {
    /// The first `frames` frames of a pair ("street__x264_crf35"), or `None` where the fixtures are not.
    pub fn pair(name: &'static str, frames: usize) -> Option<Self> {
        let oracle = testdata()?.join("oracle");
        let (clip, candidate) = name.split_once("__").unwrap();
        let read = |name: &str| {
            let mut video = media::open(&oracle.join(format!("pairs/{clip}/{name}.mkv"))).unwrap();
            (0..frames).map(|n| video.get(n).unwrap()).collect()
        };
        let json = json(&oracle.join(format!("scores/{name}.json")));
        Some(Self { name, reference: read("ref"), candidate: read(candidate), json })
    }

    /// Netflix's raw files, whose 10-bit codes are shifted up by `shift`.
    pub fn raw(name: &'static str, files: [&str; 2], (w, h): (u32, u32), shift: u32) -> Option<Self> {
        let dir = testdata()?.join("oracle/netflix");
        let [reference, candidate] = files.map(|file| raw(&std::fs::read(dir.join(file)).unwrap(), w, h, shift));
        Some(Self { name, reference, candidate, json: json(&dir.join(format!("{name}.json"))) })
    }

    /// A list of the stored scores; `None` where a frame has none.
    pub fn said(&self, tool: &str, metric: &str) -> Vec<Option<f64>> {
        let list = self.json[tool][metric].as_array().unwrap_or_else(|| panic!("{}: no {metric}", self.name));
        list.iter().map(serde_json::Value::as_f64).collect()
    }

    /// What FFmpeg printed at the end.
    pub fn summary(&self, filter: &str) -> String {
        self.json["ffmpeg_summary"][filter].as_str().unwrap().to_owned()
    }

    /// Holds `ours` against `theirs`, frame by frame; gives the largest distance.
    pub fn check(&self, ours: &str, tool: &str, theirs: &str, bound: f64) -> f64 {
        let found = scores(ours, &self.reference, &self.candidate, 25.0);
        let said = self.said(tool, theirs);
        let mut worst = 0.0f64;
        for (n, (found, said)) in found.iter().zip(said).enumerate() {
            let found = found.as_ref().unwrap();
            match said {
                Some(said) => worst = worst.max((found.value - said).abs()),
                None => assert!(found.identical, "{} frame {n}: {ours} is {}", self.name, found.value),
            }
            assert!(worst <= bound, "{} frame {n}: {ours} is {}, {tool} says {said:?}", self.name, found.value);
        }
        worst
    }
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn raw(bytes: &[u8], w: u32, h: u32, shift: u32) -> Vec<Arc<Frame>> {
    let layout = layout(10 + shift as u8, (1, 1));
    let sizes = [0, 1, 2].map(|i| layout.plane_size(i, w, h));
    let whole: usize = sizes.iter().map(|(w, h)| 2 * (w * h) as usize).sum();
    let frame = |mut bytes: &[u8]| {
        let plane = |(w, h): (u32, u32)| {
            let (plane, rest) = bytes.split_at(2 * (w * h) as usize);
            bytes = rest;
            let codes = plane.chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]]) << shift);
            Plane::from_u16(w, h, codes.collect()).unwrap()
        };
        Arc::new(Frame::new(w, h, layout, ColorInfo::default(), sizes.map(plane).to_vec()).unwrap())
    };
    bytes.chunks_exact(whole).map(frame).collect()
}

pub fn layout(bits: u8, chroma_shift: (u8, u8)) -> Layout {
    Layout { family: Family::Yuv, sample: Sample::integer(bits), chroma_shift, alpha: false }
}

pub fn grey(bits: u8) -> Layout {
    Layout { family: Family::Gray, ..layout(bits, (0, 0)) }
}

/// A frame of codes by plane, column and row.
pub fn frame(w: u32, h: u32, layout: Layout, code: impl Fn(usize, i32, i32) -> i32) -> Arc<Frame> {
    let plane = |index: usize| {
        let (w, h) = layout.plane_size(index, w, h);
        let places = (0..h as i32).flat_map(|y| (0..w as i32).map(move |x| (x, y)));
        let codes = places.map(|(x, y)| code(index, x, y));
        match layout.sample {
            Sample::U8 => Plane::from_u8(w, h, codes.map(|c| c as u8).collect()).unwrap(),
            _ => Plane::from_u16(w, h, codes.map(|c| c as u16).collect()).unwrap(),
        }
    };
    Arc::new(Frame::new(w, h, layout, ColorInfo::default(), (0..layout.planes()).map(plane).collect()).unwrap())
}

/// Frame `n` of a made-up clip that moves: slopes, tiles and noise; the candidate has coarser steps and noise of its
/// own. The codes are made for 10 bits and shifted.
pub fn clip(w: u32, h: u32, layout: Layout, n: i32, candidate: bool) -> Arc<Frame> {
    let bits = layout.sample.bits();
    frame(w, h, layout, |plane, x, y| {
        let seed = plane as u32;
        let slope = match plane {
            0 => 300 + (x + 2 * n) / 3 % 300 + y / 2 % 200,
            1 => 500 + x / 4 % 90 - y / 5 % 70,
            _ => 520 - x / 6 % 80 + y / 3 % 100,
        };
        let tile = if plane == 0 && ((x + n) / 24 + y / 16) % 2 == 0 { 40 } else { 0 };
        let noise = if (x / 64 + y / 48 + n) % 3 == 0 { code(seed + 1, x, y + 1000 * n) % 32 - 16 } else { 0 };
        let mut v = slope + tile + noise;
        if candidate {
            v = (v + 4) / 12 * 12 + code(seed + 7, x, y + 1000 * n) / 128 * 3 * (y / 64 % 2);
        }
        let v = v.clamp(64, 940);
        if bits < 10 { v >> (10 - bits) } else { v << (bits - 10) }
    })
}

/// Scores of frames in order by `id`, each with its neighbours.
pub fn scores(
    id: &str,
    reference: &[Arc<Frame>],
    candidate: &[Arc<Frame>],
    rate: f64,
) -> Vec<Result<Value, MetricError>> {
    let plan = Plan::new(&[metrics::find(id).unwrap()]);
    let memo = Memo::default();
    let before = |frames: &[Arc<Frame>], n: usize| -> Vec<Arc<Frame>> {
        (1..=2).filter(|&by| by <= n).map(|by| frames[n - by].clone()).collect()
    };
    let score = |n: usize| {
        let (earlier, earlier_candidate) = (before(reference, n), before(candidate, n));
        let pair = Pair::new(&reference[n], &candidate[n]).unwrap();
        let moment = Moment::new(pair).among(&earlier, &[], Some(rate)).following(&earlier_candidate);
        plan.score(&plan.extract(&moment, &memo)).remove(0).1
    };
    (0..reference.len()).map(score).collect()
}

/// The score of one pair by itself.
pub fn try_score(id: &str, reference: &Arc<Frame>, candidate: &Arc<Frame>) -> Result<Value, MetricError> {
    scores(id, std::slice::from_ref(reference), std::slice::from_ref(candidate), 25.0).remove(0)
}

pub fn score(id: &str, reference: &Arc<Frame>, candidate: &Arc<Frame>) -> Value {
    try_score(id, reference, candidate).unwrap()
}

/// The same samples with rows that are padded by wild ones.
pub fn padded(frame: &Arc<Frame>) -> Arc<Frame> {
    let size = frame.layout.sample.bytes();
    let plane = |plane: &Plane| {
        let mut bytes = Vec::new();
        for y in 0..plane.height {
            bytes.extend_from_slice(plane.row_bytes(y, size));
            bytes.extend(std::iter::repeat_n(201u8.wrapping_add(y as u8), 32));
        }
        let stride = plane.width as usize * size + 32;
        // A 16-bit plane wants its bytes at an even address.
        let words: Vec<u16> = bytes.chunks(2).map(|b| u16::from_ne_bytes([b[0], *b.get(1).unwrap_or(&0)])).collect();
        let bytes = bytes::Bytes::from_owner(Words(words));
        Plane::new(plane.width, plane.height, frame.layout.sample, stride, bytes).unwrap()
    };
    let planes = frame.planes().iter().map(plane).collect();
    Arc::new(Frame::new(frame.width, frame.height, frame.layout, frame.color, planes).unwrap())
}

struct Words(Vec<u16>);

impl AsRef<[u8]> for Words {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(&self.0)
    }
}

/// Runs `measure` in pools of 1, 2 and 5 threads; all must give the same bits.
pub fn threads_leave_no_trace(measure: impl Fn() -> f64 + Sync) {
    let in_pool = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| measure().to_bits())
    };
    let one = in_pool(1);
    assert!([2, 5].into_iter().all(|threads| in_pool(threads) == one));
}
