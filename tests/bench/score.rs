//! Scores beside the reference FFmpeg's libvmaf and filters: on the same bare samples, which both sides read from the
//! page cache, with as many threads; and once with H.264 decoding in.
//!
//! Pictures are the demo's street, drawn here, and what x264 leaves of it at crf 35.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use doublet::frame::{Frame, FrameSource};
use doublet::media;
use doublet::metrics::{self, Memo, Moment, Pair, Plan};

use crate::Show;
use crate::machine::threads;
use crate::material;
use crate::reference::raw::{self, Raw, yuv};
use crate::reference::{pictures, program};
use crate::rounds::{Row, alone, compare, timed};

/// Pairs in a file, and how often a heavy and a light run go through it.
const PAIRS: usize = 24;
const HEAVY: usize = 2;
const LIGHT: usize = 16;

const SIZES: [(u32, u32, &str); 2] = [(1920, 1080, "1080p"), (1280, 720, "720p")];

const V0: &str = "version=vmaf_v0.6.1\\:name=vmaf";
const TWO: &str = "version=vmaf_v0.6.1\\:name=vmaf|version=vmaf_v0.6.1neg\\:name=neg";
const ALL: &str = "version=vmaf_v0.6.1\\:name=vmaf|version=vmaf_v0.6.1neg\\:name=neg|\
                   version=vmaf_4k_v0.6.1\\:name=4k|version=vmaf_v0.6.1\\:enable_transform=true\\:name=phone";
const ALL_FEATURES: &str = "name=psnr|name=float_ssim|name=float_ms_ssim|name=cambi";
const ALL_OURS: &str = "vmaf,vmaf_neg,vmaf_4k,vmaf_phone,psnr_y,psnr_cb,psnr_cr,ssim_y,ms_ssim_y,cambi";

pub fn rows(rounds: usize, show: Show<'_>) {
    show(Row::Note(format!("peer: {}, bare samples from the page cache on both sides", program::version())));
    for (width, height, name) in SIZES {
        match Material::new(width, height) {
            Ok(material) => sized(&material, name, rounds, show),
            Err(reason) => show(Row::skipped(&format!("scores, {name}"), reason)),
        }
    }
}

/// One pair in all the forms that rows need.
struct Material {
    reference: Raw,
    candidate: Raw,
    luma: (Raw, Raw),
    /// The same as H.264 files.
    files: (PathBuf, PathBuf),
}

impl Material {
    fn new(width: u32, height: u32) -> Result<Self, String> {
        let reference = pictures::street(&material::folder()?, (width, height), yuv(8, (1, 1)), PAIRS)?;
        let (good, _) = pictures::encoded(&reference, 12)?;
        let (bad, candidate) = pictures::encoded(&reference, 35)?;
        let luma = (pictures::luma(&reference)?, pictures::luma(&candidate)?);
        Ok(Self { reference, candidate, luma, files: (good, bad) })
    }

    fn both(&self) -> (&Raw, &Raw) {
        (&self.reference, &self.candidate)
    }
}

fn sized(material: &Material, name: &str, rounds: usize, show: Show<'_>) {
    let both = material.both();
    let luma = (&material.luma.0, &material.luma.1);
    let against = |label: &str, ids: &str, pair: (&Raw, &Raw), passes: usize, target: Option<f64>, peer: &Peer<'_>| {
        let label = format!("{label}, {name}");
        let Some(plan) = plan(ids) else { return Row::skipped(&label, format!("not all of {ids} are in this build")) };
        let count = (PAIRS * passes) as f64;
        let mut ours = || timed(|| raw::measure(&plan, pair, passes, |_, _, _| Ok(())));
        compare((&label, "fps"), count, target, rounds, &mut ours, &mut || timed(|| program::run(&mut peer(passes)?)))
    };
    let libvmaf =
        |models: &'static str, features: &'static str| move |passes: usize| libvmaf_of(both, passes, models, features);
    let filters = |pair: (&Raw, &Raw)| {
        let pair = (pair.0.clone(), pair.1.clone());
        move |passes: usize| filters_of((&pair.0, &pair.1), passes)
    };
    show(against("vmaf + neg / both", "vmaf,vmaf_neg", both, HEAVY, Some(1.6), &libvmaf(TWO, "")));
    show(against("vmaf + neg / v0.6.1 alone", "vmaf,vmaf_neg", both, HEAVY, None, &libvmaf(V0, "")));
    show(against("psnr_y + ssim_ffmpeg_y / filters", "psnr_y,ssim_ffmpeg_y", both, LIGHT, Some(1.0), &filters(both)));
    show(against("the same, luma alone on both", "psnr_y,ssim_ffmpeg_y", luma, LIGHT, Some(1.0), &filters(luma)));
    show(against("ms_ssim_y / v0.6.1", "ms_ssim_y", both, HEAVY, Some(10.0), &libvmaf(V0, "")));
    show(against("all v0 + psnr ssim ms_ssim cambi", ALL_OURS, both, HEAVY, None, &libvmaf(ALL, ALL_FEATURES)));
    show(alone(&format!("  floor: Doublet reads both, {name}"), "fps", (PAIRS * LIGHT) as f64, rounds, &mut || {
        timed(|| raw::measure(&Plan::new(&[]), both, LIGHT, |_, _, _| Ok(())))
    }));
    show(alone(&format!("  floor: FFmpeg reads both, {name}"), "fps", (PAIRS * LIGHT) as f64, rounds, &mut || {
        timed(|| program::run(inputs(both, LIGHT)?.args(["-map", "0:v", "-map", "1:v", "-f", "null", "-"])))
    }));
    shares(both).into_iter().for_each(&mut *show);
    show(decoded(material, name, rounds));
    maps(both, name, rounds, show);
}

/// A command for so many passes.
type Peer<'a> = dyn Fn(usize) -> Result<Command, String> + 'a;

/// The metrics named, if all of them are in this build.
fn plan(ids: &str) -> Option<Plan> {
    metrics::select(ids).ok().map(|list| Plan::new(&list))
}

/// What each extractor of the heaviest row takes by itself, of the sum of all, by processor time.
fn shares(both: (&Raw, &Raw)) -> Vec<Row> {
    let Some(plan) = plan(ALL_OURS) else { return Vec::new() };
    let mut took = vec![0.0; plan.extractors().len()];
    let run = raw::measure(&Plan::new(&[]), both, 1, |_, _, _| Ok(())).and_then(|()| {
        raw::measure(&Plan::new(plan.metrics()), both, 1, |moment, memo, _| {
            for (took, extractor) in took.iter_mut().zip(plan.extractors()) {
                // Several times: processor time is counted in hundredths of a second.
                let cost = timed(|| {
                    (0..4).try_for_each(|_| extractor.extract(moment, memo).map(drop)).map_err(|e| e.to_string())
                })?;
                *took += cost.work();
            }
            Ok(())
        })
    });
    if let Err(reason) = run {
        return vec![Row::skipped("  share of time", reason)];
    }
    let whole: f64 = took.iter().sum();
    let mut shares: Vec<(f64, &str)> = took
        .iter()
        .zip(plan.extractors())
        .map(|(took, extractor)| (100.0 * took / whole, extractor.about().id))
        .collect();
    shares.sort_by(|a, b| b.0.total_cmp(&a.0));
    let text: Vec<String> = shares.iter().map(|(share, id)| format!("{id} {share:.0}%")).collect();
    vec![Row::Note(format!("share of time of all v0 + psnr ssim ms_ssim cambi: {}", text.join(", ")))]
}

/// Scores with one overlay drawn for every frame, over the same scores without.
fn maps((reference, candidate): (&Raw, &Raw), name: &str, rounds: usize, show: Show<'_>) {
    let Some(plan) = plan(ALL_OURS) else { return };
    let run = |overlay: Option<&'static dyn metrics::Overlay>| {
        raw::measure(&plan, (reference, candidate), 1, |moment, memo, _| match overlay {
            Some(overlay) => overlay.map(moment, memo).map(drop).map_err(|e| e.to_string()),
            None => Ok(()),
        })
    };
    let drawn = ["ssim", "ms_ssim", "vif_loss", "adm_loss", "gain", "points", "points_lost", "cambi", "error"];
    show(Row::Note("maps on: all v0 + psnr ssim ms_ssim cambi with one overlay a frame, over none".into()));
    for overlay in drawn.iter().filter_map(|id| metrics::overlay(id).ok()) {
        let label = format!("map on: {}, {name}", overlay.id());
        // At most 1.3 times the time.
        let target = Some(1.0 / 1.3);
        let mut with = || timed(|| run(Some(overlay)));
        show(compare((&label, "fps"), PAIRS as f64, target, rounds.min(3), &mut with, &mut || timed(|| run(None))));
    }
}

/// The heaviest comparison with the decoding of two H.264 files in it.
fn decoded(material: &Material, name: &str, rounds: usize) -> Row {
    let label = format!("vmaf + neg, H.264 decoded, {name}");
    let Some(plan) = plan("vmaf,vmaf_neg") else { return Row::skipped(&label, "vmaf is not in this build") };
    let (reference, candidate) = &material.files;
    let peer = || {
        let mut command = program::command()?;
        for file in [candidate, reference] {
            command.args(["-threads", &threads().to_string(), "-i"]).arg(file);
        }
        program::run(command.args(["-lavfi", &graph(TWO, ""), "-f", "null", "-"]))
    };
    let mut ours = || timed(|| decode_and_measure(&plan, reference, candidate));
    compare((&label, "fps"), PAIRS as f64, None, rounds, &mut ours, &mut || timed(peer))
}

/// Both files decoded on threads of their own, measured in order.
fn decode_and_measure(plan: &Plan, reference: &Path, candidate: &Path) -> Result<(), String> {
    let count = media::open(reference).map_err(|e| e.to_string())?.info().timeline.len();
    std::thread::scope(|scope| {
        let decode = |file: PathBuf| {
            let (send, frames) = sync_channel::<Result<Arc<Frame>, String>>(4);
            scope.spawn(move || {
                let mut video = match media::open(&file) {
                    Ok(video) => video,
                    Err(error) => return drop(send.send(Err(error.to_string()))),
                };
                for n in 0..count {
                    if send.send(video.get(n).map_err(|e| e.to_string())).is_err() {
                        return;
                    }
                }
            });
            frames
        };
        let (references, candidates) = (decode(reference.to_owned()), decode(candidate.to_owned()));
        let (memo, mut earlier) = (Memo::default(), Vec::new());
        let next = || references.recv().ok().zip(candidates.recv().ok());
        let mut coming = next();
        while let Some((r, c)) = coming {
            let (r, c) = (r?, c?);
            coming = next();
            let later: Vec<Arc<Frame>> = coming.iter().filter_map(|(r, _)| r.as_ref().ok().cloned()).collect();
            let moment = Moment::new(Pair::new(&r, &c).map_err(|e| e.to_string())?);
            std::hint::black_box(plan.extract(&moment.among(&earlier, &later, Some(raw::RATE)), &memo));
            earlier = vec![r];
        }
        Ok(())
    })
}

/// FFmpeg with both files as inputs, the candidate first as its filters have it.
fn inputs((reference, candidate): (&Raw, &Raw), passes: usize) -> Result<Command, String> {
    let mut command = program::command()?;
    candidate.input(&mut command, passes);
    reference.input(&mut command, passes);
    Ok(command)
}

fn graph(models: &str, features: &str) -> String {
    let features = if features.is_empty() { String::new() } else { format!(":feature='{features}'") };
    format!("libvmaf=model='{models}'{features}:n_threads={}", threads())
}

fn libvmaf_of(both: (&Raw, &Raw), passes: usize, models: &str, features: &str) -> Result<Command, String> {
    let mut command = inputs(both, passes)?;
    command.args(["-lavfi", &graph(models, features), "-f", "null", "-"]);
    Ok(command)
}

/// The `psnr` and the `ssim` filter.
fn filters_of(both: (&Raw, &Raw), passes: usize) -> Result<Command, String> {
    let mut command = inputs(both, passes)?;
    let graph = "[0:v]split[a][b];[1:v]split[c][d];[a][c]psnr[p];[b][d]ssim[s]";
    command.args(["-filter_complex_threads", &threads().to_string(), "-lavfi", graph]);
    for output in ["[p]", "[s]"] {
        command.args(["-map", output, "-f", "null", "-"]);
    }
    Ok(command)
}
