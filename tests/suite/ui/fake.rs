//! An engine that is none: pictures from arithmetic, scores from a table, commands obeyed at once and written down.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use doublet::engine::{
    Attack, Bench, Clock, Command, Coverage, Found, HuntRun, Mapped, Measured, Needle, Series, Shown, State, Track,
    TrackId, TrackStatus, Tried, attacked,
};
use doublet::frame::{
    ColorInfo, Frame, Image, Layout, Map, Matrix, Primaries, Range, Rational, SourceInfo, Timeline, Transfer,
};
use doublet::ui::{Conductor, UiRequest};

use super::{models, spots};

/// What the fake was asked, in order.
#[derive(Default)]
pub struct Log {
    pub commands: Vec<Command>,
    pub requests: Vec<UiRequest>,
    pub updates: u64,
}

pub struct Fake {
    state: State,
    pub log: Rc<RefCell<Log>>,
    frames: usize,
    serial: u64,
    size: (u32, u32),
}

pub const FRAMES: usize = 48;

impl Fake {
    /// Nothing open.
    pub fn empty() -> Self {
        let metrics = doublet::metrics::standard().iter().map(|metric| metric.id()).collect();
        Self {
            state: State { metrics, ..State::default() },
            log: Rc::default(),
            frames: FRAMES,
            serial: 0,
            size: (320, 180),
        }
    }

    /// A reference and three candidates of `size`.
    pub fn four(size: (u32, u32)) -> Self {
        let mut fake = Self { size, ..Self::empty() };
        for line in ["street.mkv", "x264_crf35.mkv", "vendor_b.mkv", "source | down 2 bicubic | model compact-2x"] {
            fake.add(line);
        }
        fake.seek(24);
        fake
    }

    /// The same with the reference in `folder`.
    pub fn four_in(folder: &std::path::Path, size: (u32, u32)) -> Self {
        let mut fake = Self::four(size);
        fake.state.tracks[0].recipe = folder.join("street.mkv").display().to_string();
        fake
    }

    pub fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    fn add(&mut self, line: &str) {
        let (given, line) = match line.split_once(" = ") {
            Some((name, line)) => (Some(name), line),
            None => (None, line),
        };
        let id = TrackId(self.state.tracks.iter().map(|t| t.id.0 + 1).max().unwrap_or(1));
        let place = self.state.tracks.len();
        let name = line.rsplit('/').next().unwrap_or(line);
        let label = match line.contains('|') {
            true => line.rsplit("model ").next().unwrap_or(line).to_owned(),
            false => name.trim_end_matches(".mkv").replace('_', " "),
        };
        let series = if place == 0 { BTreeMap::new() } else { self.series(place) };
        self.state.tracks.push(Track {
            id,
            recipe: line.into(),
            label: if place == 0 { name.into() } else { given.map_or(label, str::to_owned) },
            stages: line.split(" | ").skip(1).map(str::to_owned).collect(),
            tap: None,
            status: TrackStatus::Ready,
            info: Some(Arc::new(self.info(name))),
            shown: None,
            frame_fault: None,
            live: BTreeMap::new(),
            series,
            edges: BTreeMap::new(),
            refusals: BTreeMap::new(),
            measured: if place == 3 { 0.5 } else { 1.0 },
            provenance: if place == 0 {
                String::new()
            } else {
                format!("{name}: compared as yuv420p in bt709, frames paired by time")
            },
            seconds_per_frame: (place == 3).then_some(0.32),
        });
        let frame = self.state.clock.frame;
        self.seek(frame);
    }

    fn info(&self, name: &str) -> SourceInfo {
        SourceInfo {
            name: name.into(),
            width: self.size.0,
            height: self.size.1,
            layout: Layout {
                family: doublet::frame::Family::Yuv,
                sample: doublet::frame::Sample::U8,
                chroma_shift: (1, 1),
                alpha: false,
            },
            color: ColorInfo { matrix: Matrix::Bt709, range: Range::Limited, ..ColorInfo::default() },
            timeline: Arc::new(Timeline::constant(self.frames, Rational::new(25, 1))),
            sample_aspect: (1, 1),
            rotation: 0,
            details: "h264 High, 364 kb/s, matroska".into(),
            notes: Vec::new(),
        }
    }

    /// The last place is measured only in part, with a gap.
    fn series(&self, place: usize) -> BTreeMap<&'static str, Arc<Series>> {
        let wave = |n: usize, base: f64, depth: f64| {
            let value = base + depth * ((n as f64 * 0.37 + place as f64).sin() + 0.4 * (n as f64 * 0.11).cos());
            let missing = place == 3 && (n > 30 || (10..14).contains(&n));
            (!missing).then_some(Measured { value, identical: false })
        };
        let make = |base, depth| Arc::new((0..self.frames).map(|n| wave(n, base, depth)).collect::<Series>());
        BTreeMap::from([
            ("psnr_y", make(28.0 + 2.5 * place as f64, 0.8)),
            ("psnr_cb", make(36.0 + place as f64, 0.5)),
            ("psnr_cr", make(37.0 + place as f64, 0.5)),
            ("ssim_y", make(0.90 + 0.02 * place as f64, 0.006)),
        ])
    }

    pub fn seek(&mut self, frame: usize) {
        let count = if self.state.tracks.is_empty() { 0 } else { self.frames };
        let frame = frame.min(count.saturating_sub(1));
        let clock = self.state.clock;
        self.state.clock =
            Clock { frame, frames: count, seconds: frame as f64 / 25.0, duration: count as f64 / 25.0, ..clock };
        for place in 0..self.state.tracks.len() {
            self.serial += 1;
            let frame_data = picture(self.size, place, frame);
            let track = &mut self.state.tracks[place];
            let coverage = Coverage::Whole;
            track.shown =
                Some(Shown { frame: frame_data, number: frame, own_number: frame, serial: self.serial, coverage });
            track.live = track.series.iter().filter_map(|(id, s)| Some((*id, s[frame]?))).collect();
        }
        self.state.revision += 1;
    }

    /// The maps of what is on show, as an engine would have them ready: a square of 16 at a third of the picture, and
    /// a number of its own for each track in the left top cell.
    pub fn map(&mut self) {
        let Some(overlay) = self.state.overlay else { return };
        let (w, h) = self.size;
        let Some(reference) = self.state.tracks[0].shown.as_ref().map(|s| s.frame.clone()) else { return };
        for place in 1..self.state.tracks.len() {
            let track = &self.state.tracks[place];
            let Some(candidate) = track.shown.as_ref().map(|s| s.frame.clone()) else { continue };
            let lit = |x: u32, y: u32| (w / 3..w / 3 + 40).contains(&x) && (h / 3..h / 3 + 40).contains(&y);
            let mut values: Vec<f32> = (0..h)
                .flat_map(|y| (0..w).map(move |x| (x, y)))
                .map(|(x, y)| if lit(x, y) { 16.0 } else { 0.0 })
                .collect();
            values[0] = place as f32;
            let found = Found::new(Map::new(w, h, values).unwrap(), 10.0 * place as f64, None);
            let mapped = Mapped { overlay, reference: reference.clone(), candidate, found: Ok(found) };
            self.state.maps.entry(track.id).or_default().push(mapped);
        }
    }

    /// A bench on which sharpening gains and PSNR pays.
    fn benched(&self, track: TrackId, attack: Attack) -> Bench {
        let (amount, recipe) = (attack.of("unsharp"), &self.state.track(track).unwrap().recipe);
        let needle = |plain: f64, gain: f64| Needle { plain: Some(plain), value: Some(plain + gain * amount) };
        let needles = BTreeMap::from([
            ("vmaf_raw", needle(91.6, 10.0)),
            ("vmaf_neg_raw", needle(90.8, 1.0)),
            ("vmaf_v1", needle(88.1, -2.5)),
            ("psnr_y", needle(38.2, -3.0)),
            ("ssim_y", needle(0.962, -0.03)),
            ("ms_ssim_y", needle(0.981, -0.012)),
            ("erqa", needle(0.81, 0.07)),
        ]);
        let line = (!attack.is_idle()).then(|| attacked(recipe, &attack).unwrap().chain());
        let can_precede = recipe.contains("encode ");
        Bench {
            track,
            attack,
            can_precede,
            needles,
            measured: Some(attack),
            line,
            pace: Some(14.0),
            fault: None,
            hunt: None,
            picture: None,
        }
    }

    fn obey(&mut self, command: Command) {
        let frame = self.state.clock.frame;
        match command {
            Command::Seek(n) => self.seek(n),
            Command::Step(by) => self.seek((frame as i64 + by).max(0) as usize),
            Command::Jump(by) => self.seek((frame as f64 + by * 25.0).max(0.0) as usize),
            Command::Play => self.state.clock.playing = true,
            Command::Loop(on) => self.state.clock.looping = on,
            Command::Pause => self.state.clock.playing = false,
            Command::Speed(speed) => self.state.clock.speed = speed,
            Command::Add(line) => self.add(&line),
            Command::Open { reference, candidates } => {
                self.state.tracks.clear();
                self.add(&reference);
                candidates.iter().for_each(|c| self.add(c));
            }
            Command::Remove(id) => self.state.tracks.retain(|t| t.id != id),
            Command::Edit(id, line) => {
                if let Some(track) = self.state.tracks.iter_mut().find(|t| t.id == id) {
                    track.stages = line.split(" | ").skip(1).map(str::to_owned).collect();
                    track.recipe = line.split(" = ").last().unwrap_or_default().to_owned();
                }
            }
            Command::Move(id, to) => {
                if let Some(from) = self.state.tracks.iter().position(|t| t.id == id) {
                    let track = self.state.tracks.remove(from);
                    self.state.tracks.insert(to, track);
                }
            }
            Command::Tap(id, tap) => {
                self.state.tracks.iter_mut().filter(|t| t.id == id).for_each(|t| t.tap = tap);
            }
            Command::Overlay(id) => {
                self.state.overlay = id;
                self.state.maps.clear();
                self.map();
            }
            Command::Bench(track) => {
                let attack = self.state.bench.as_ref().map_or_else(Attack::default, |bench| bench.attack);
                self.state.bench = track.map(|track| self.benched(track, attack));
            }
            Command::Attack(attack) => {
                self.state.bench = self.state.bench.take().map(|bench| {
                    let hunt = bench.hunt.clone();
                    Bench { hunt, ..self.benched(bench.track, attack) }
                });
            }
            Command::Hunt(loss) => {
                if let Some(bench) = &mut self.state.bench {
                    let plain = Tried { attack: Attack::default(), vmaf: 90.0, psnr: 38.0 };
                    let best = Tried { attack: bench.attack.with("contrast", 1.05), vmaf: 98.5, psnr: 37.25 };
                    let (psnr_loss, running) = (loss.unwrap_or(1.0), loss.is_some());
                    let (plain, best) = (Some(plain), Some(best));
                    bench.hunt = Some(HuntRun { psnr_loss, done: 0.5, tried: 57, frames: 1, plain, best, running });
                }
            }
            Command::Range(range) => self.state.range = range,
            Command::Metrics(ids) => self.state.metrics = ids,
            Command::Region(region) => self.state.region = region,
            Command::FindHardest(_) => self.state.range = Some(6..31),
            Command::ShelfAdd(paths) => self.state.shelf.extend(paths.iter().map(|p| models::card(p))),
            Command::ShelfForget(path) => self.state.shelf.retain(|c| c.path != path),
            Command::Tournament(plan) => self.state.tournament = Some(models::begun(plan)),
            Command::StopTournament => {
                if let Some(run) = &mut self.state.tournament {
                    run.running = false;
                }
            }
            Command::ForgetTournament => self.state.tournament = None,
            Command::HotSpots(Some((id, frames))) => {
                self.state.hot_spots.insert(id, spots::found(frames));
            }
            Command::Detail(share) => self.state.detail = share.map(|share| spots::detail(&self.state, share)),
            Command::Dismiss(id) => self.state.notices.retain(|n| n.id != id),
            _ => {}
        }
    }
}

impl Conductor for Fake {
    fn state(&self) -> &State {
        &self.state
    }
    fn send(&mut self, command: Command) {
        self.log.borrow_mut().commands.push(command.clone());
        self.obey(command);
    }
    fn update(&mut self) -> Option<std::time::Duration> {
        self.log.borrow_mut().updates += 1;
        None
    }
    fn request(&mut self, request: UiRequest) {
        self.log.borrow_mut().requests.push(request);
    }
}

/// A picture with fine and coarse things in it; later places are blurrier and a little wrong in colour.
pub fn picture((w, h): (u32, u32), place: usize, frame: usize) -> Arc<Frame> {
    let mut image = Image::new(w, h);
    let shift = frame as f32 * 0.6;
    for y in 0..h {
        for x in 0..w {
            let (u, v) = (x as f32 / w as f32, y as f32 / h as f32);
            let fine = ((x as f32 + shift) * 0.9).sin() * (y as f32 * 0.7).cos();
            let depth = [0.16, 0.05, 0.09, 0.13][place.min(3)];
            let disc = ((u - 0.5).hypot((v - 0.5) * 0.56) * 40.0 - shift * 0.1).sin() * 0.12;
            let base = [0.75 - 0.35 * v + disc, 0.62 - 0.1 * v + disc, 0.45 + 0.4 * v * u + disc];
            let tint = [0.0, 0.01, 0.03, -0.01][place.min(3)];
            for (c, value) in base.into_iter().enumerate() {
                let i = (y * w + x) as usize;
                image.channel_mut(c)[i] = (value + depth * fine + tint * (c as f32 - 1.0)).clamp(0.0, 1.0);
            }
        }
    }
    Arc::new(image.into_frame(ColorInfo::rgb(Primaries::Bt709, Transfer::Bt1886)).unwrap())
}
