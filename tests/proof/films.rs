//! The pictures of the proof: two neighbouring frames each, what is honestly made of them, and how they are held.

use std::path::Path;
use std::sync::Arc;

use doublet::color::{Kernel, Target, conform, from_rgb};
use doublet::demo::Scene;
use doublet::frame::{
    ColorInfo, Family, Frame, FrameSource, Layout, Matrix, Primaries, Range, Rational, Request, Sample, Siting,
    SourceError, SourceInfo, Timeline, Transfer,
};
use doublet::media::{self, Coding, Segments};
use doublet::metrics::{Enlarged, Moment, Pair};
use doublet::models::{self, Runtime};

use super::lies::{Sheet, furnish};

/// Honest things to do with a picture.
pub const HONEST: [&str; 8] = [
    "x264 crf 23",
    "x264 crf 35",
    "bicubic up",
    "lanczos up",
    "compact-2x",
    "bicubic up of a crf 28 encode",
    "compact-2x of a crf 28 encode",
    "the picture itself",
];

const FRAMES: usize = 3;

/// Consecutive frames of one clip, and what is made of them; the last two are looked at.
pub struct Film {
    pub name: String,
    pub truth: Vec<Arc<Frame>>,
    /// Half the size, by bicubic; and that, coded.
    pub small: Vec<Arc<Frame>>,
    coded: Vec<Arc<Frame>>,
    made: Vec<(&'static str, Vec<Arc<Frame>>)>,
}

/// Pictures as a moment holds them: now and before.
#[derive(Clone)]
pub struct Take {
    pub reference: [Arc<Frame>; 2],
    pub candidate: [Arc<Frame>; 2],
    pub input: Option<[Arc<Frame>; 2]>,
}

impl Take {
    pub fn size(&self) -> (u32, u32) {
        (self.candidate[0].width, self.candidate[0].height)
    }

    pub fn with_moment<T>(&self, look: impl FnOnce(&Moment<'_>) -> Option<T>) -> Option<T> {
        let [reference, before] = &self.reference;
        let [candidate, earlier] = &self.candidate;
        let (before, earlier) = (std::slice::from_ref(before), std::slice::from_ref(earlier));
        let moment =
            Moment::new(Pair::new(reference, candidate).ok()?).among(before, &[], Some(25.0)).following(earlier);
        match &self.input {
            None => look(&moment),
            Some([input, input_before]) => {
                let before = Some((input_before, &earlier[0]));
                look(&moment.enlarged_from(Enlarged { input, output: candidate, before }))
            }
        }
    }
}

impl Film {
    /// What the film gives for one of [`HONEST`]; `None` where it cannot be made here.
    pub fn honest(&self, name: &str) -> Option<Take> {
        let made = self.made.iter().find(|(have, _)| *have == name)?;
        let input = match name {
            "bicubic up" | "lanczos up" | "compact-2x" => Some(last_two(&self.small)),
            "bicubic up of a crf 28 encode" | "compact-2x of a crf 28 encode" => Some(last_two(&self.coded)),
            _ => None,
        };
        Some(Take { reference: last_two(&self.truth), candidate: last_two(&made.1), input })
    }

    fn new(name: &str, frames: Vec<Arc<Frame>>) -> Self {
        let (width, height) = (frames[0].width, frames[0].height);
        let furnished = |frame: &Arc<Frame>| {
            let [mut luma, _] = Self::luma(&[frame.clone(), frame.clone()]);
            furnish(&mut Sheet { luma: &mut luma, width: width as usize, height: height as usize }, false);
            Self::with_luma(frame, &luma)
        };
        let truth: Vec<_> = frames.iter().map(furnished).collect();
        let small: Vec<_> = truth.iter().map(|f| sized(f, (width / 2, height / 2), Kernel::Bicubic)).collect();
        let coded = encoded(&small, 28.0).unwrap_or_else(|| small.clone());
        let up =
            |from: &[Arc<Frame>], kernel| from.iter().map(|f| sized(f, (width, height), kernel)).collect::<Vec<_>>();
        let mut made = vec![
            ("bicubic up", up(&small, Kernel::Bicubic)),
            ("lanczos up", up(&small, Kernel::Lanczos)),
            ("bicubic up of a crf 28 encode", up(&coded, Kernel::Bicubic)),
            ("the picture itself", truth.clone()),
        ];
        made.extend(encoded(&truth, 23.0).map(|frames| ("x264 crf 23", frames)));
        made.extend(encoded(&truth, 35.0).map(|frames| ("x264 crf 35", frames)));
        made.extend(compact(&small).map(|frames| ("compact-2x", frames)));
        made.extend(compact(&coded).map(|frames| ("compact-2x of a crf 28 encode", frames)));
        Self { name: name.into(), truth, small, coded, made }
    }

    /// Luma of the last two frames of `frames`, now and before.
    pub fn luma(frames: &[Arc<Frame>; 2]) -> [Vec<f32>; 2] {
        frames
            .each_ref()
            .map(|f| (0..f.height).flat_map(|y| f.plane(0).row_u8(y).iter().map(|c| f32::from(*c))).collect())
    }

    /// `frame` with other luma.
    pub fn with_luma(frame: &Frame, luma: &[f32]) -> Arc<Frame> {
        let codes = luma.iter().map(|v| v.round().clamp(0.0, 255.0) as u8).collect();
        let mut planes = frame.planes().to_vec();
        planes[0] = doublet::frame::Plane::from_u8(frame.width, frame.height, codes).expect("as large as before");
        Arc::new(Frame::new(frame.width, frame.height, frame.layout, frame.color, planes).expect("as before"))
    }
}

pub fn last_two(frames: &[Arc<Frame>]) -> [Arc<Frame>; 2] {
    [frames[frames.len() - 1].clone(), frames[frames.len() - 2].clone()]
}

const LAYOUT: Layout = Layout { family: Family::Yuv, sample: Sample::U8, chroma_shift: (1, 1), alpha: false };
const COLOR: ColorInfo = ColorInfo {
    matrix: Matrix::Bt709,
    primaries: Primaries::Bt709,
    transfer: Transfer::Bt1886,
    range: Range::Limited,
    siting: Siting::Left,
};

/// The demo's street at two moments, and clips of the fixtures where there are any.
pub fn all() -> Vec<Film> {
    let scene = Scene::sized(960, 544, 96);
    let target = Target { width: 960, height: 544, layout: LAYOUT, color: COLOR };
    let street = |from: usize| {
        let frame = |n| Arc::new(from_rgb(&scene.frame(from + n), &target).expect("a picture"));
        Film::new(&format!("demo street, frame {from}"), (0..FRAMES).map(frame).collect())
    };
    let mut films = vec![street(12), street(52)];
    let clips = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/testdata/clips");
    for (name, from) in [
        ("seeking_720x480_h264.mp4", 40),
        ("face_640x428_h264_bt601.mov", 8),
        ("anime_onepiece_640x480_h264.mp4", 30),
        ("face_stage_640x360_h264.mp4", 60),
    ] {
        let Ok(mut video) = media::open(&clips.join(name)) else { continue };
        let frames: Result<Vec<_>, _> = (from..from + FRAMES).map(|n| video.get(n)).collect();
        if let Ok(frames) = frames {
            // Sides that halve to even ones.
            let (width, height) = (frames[0].width / 4 * 4, frames[0].height / 4 * 4);
            let cut = frames.iter().map(|f| Arc::new(f.part((0, 0), (width, height)).expect("a part")));
            let there = |f: Arc<Frame>| {
                let target = Target { width, height, layout: LAYOUT, color: COLOR };
                conform(&f, &target, Kernel::Bicubic).expect("a picture").0
            };
            films.push(Film::new(name, cut.map(there).collect()));
        }
    }
    films
}

/// Plane by plane, as scalers do.
pub fn sized(frame: &Arc<Frame>, (width, height): (u32, u32), kernel: Kernel) -> Arc<Frame> {
    conform(frame, &Target { width, height, ..Target::of(frame) }, kernel).expect("a picture").0
}

/// Frames in memory as a source.
struct Held(Vec<Arc<Frame>>, SourceInfo);

impl Held {
    fn new(frames: &[Arc<Frame>]) -> Box<Self> {
        let first = &frames[0];
        let info = SourceInfo {
            name: "held".into(),
            width: first.width,
            height: first.height,
            layout: first.layout,
            color: first.color,
            timeline: Arc::new(Timeline::constant(frames.len(), Rational::new(25, 1))),
            sample_aspect: (1, 1),
            rotation: 0,
            details: String::new(),
            notes: Vec::new(),
        };
        Box::new(Self(frames.to_vec(), info))
    }
}

impl FrameSource for Held {
    fn info(&self) -> &SourceInfo {
        &self.1
    }

    fn frame(&mut self, request: &mut Request<'_>) -> Result<Arc<Frame>, SourceError> {
        self.0.get(request.frame).cloned().ok_or_else(|| SourceError::frame("there is no such frame"))
    }
}

fn drained(mut source: Box<dyn FrameSource>) -> Option<Vec<Arc<Frame>>> {
    let count = source.info().timeline.len();
    (0..count).map(|n| source.get(n)).collect::<Result<_, _>>().ok()
}

/// Through x264; `None` where this FFmpeg has none.
fn encoded(frames: &[Arc<Frame>], crf: f32) -> Option<Vec<Arc<Frame>>> {
    let coding = Coding { codec: media::codec("x264")?, crf: Some(crf), preset: None, gop: None, bits: None };
    let key = format!("{:p}", Arc::as_ptr(&frames[0]));
    let segments = Arc::new(Segments::new(64 << 20));
    drained(media::recode(Held::new(frames), coding, &format!("encode x264 crf={crf}"), &key, &segments).ok()?)
}

/// Through the Compact model that Doublet ships, rounded to 8 bits as a file of it would be.
fn compact(frames: &[Arc<Frame>]) -> Option<Vec<Arc<Frame>>> {
    let runtime = Runtime::get().map_err(|why| println!("without the model: {why}")).ok()?;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/compact-2x.onnx");
    let model = runtime.model(&path).map_err(|why| println!("without the model: {why}")).ok()?;
    let settings = models::Settings::of_environment().ok()?;
    let made = drained(models::upscale(&runtime, &model, Held::new(frames), &settings).ok()?)?;
    let target = Target { width: frames[0].width * 2, height: frames[0].height * 2, layout: LAYOUT, color: COLOR };
    made.iter().map(|frame| Some(conform(frame, &target, Kernel::Bicubic).ok()?.0)).collect()
}
