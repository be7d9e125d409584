//! `make calibrate`: the verdict against honest encodes and against attacks, on every clip of a folder.
//!
//! `cargo bench --bench calibrate -- [--clips FOLDER] [--size N] [--out FOLDER] [WORD ..]`: clips whose names hold one of
//! the words, at most N samples a side. Writes `table.csv` (a row a pair) and `roc.csv`, prints the bars. The thresholds
//! of `src/evidence/limits.rs` come from this table.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the figures are what the program is for")]

mod attacks;
mod clips;
mod figures;

#[path = "../reference/program.rs"]
mod program;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use doublet::evidence::{Candidate, Seen, judge, measured};
use doublet::metrics::{Memo, Moment, Pair, Plan};
use rayon::prelude::*;

use attacks::ATTACKS;
use clips::{AFTER, BEFORE, Clip, HONEST, videos};
use figures::{Kind, Row};

/// Frames taken of a clip, and those that are measured: each has neighbours.
const FRAMES: usize = 7;
const MEASURED: [usize; 2] = [2, 5];
/// Seconds into a clip: beyond a black start.
const SKIP: f64 = 0.4;

fn main() -> ExitCode {
    match calibrate() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => {
            eprintln!("nothing was calibrated: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn calibrate() -> Result<bool, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut folder, mut out) = (root.join("../shared/testdata/clips"), root.join("tests/calibrate"));
    let (mut size, mut words) = (640, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut next = || arguments.next().ok_or(format!("{argument} needs a word after it"));
        match argument.as_str() {
            "--clips" => folder = next()?.into(),
            "--out" => out = next()?.into(),
            "--size" => size = next()?.parse().map_err(|_| "--size is a number")?,
            // What cargo itself adds.
            "--bench" => {}
            word => words.push(word.to_owned()),
        }
    }
    let chosen = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        words.is_empty() || words.iter().any(|word| name.contains(word.as_str()))
    };
    println!("encoders and filters: {}", program::version());
    let mut rows = Vec::new();
    for video in videos(&folder)?.into_iter().filter(chosen) {
        let name = video.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match clip(&video, &name, size) {
            Ok(found) => {
                println!("{name}: {} pairs", found.len());
                rows.extend(found);
            }
            Err(reason) => println!("{name}: left out, {reason}"),
        }
    }
    figures::write(&rows, &out)?;
    Ok(figures::bars(&rows))
}

/// A job: how a candidate is made.
#[derive(Clone, Copy)]
enum Job {
    Honest(usize),
    Attack(usize),
    AttackThenEncode(usize, usize),
    EncodeThenAttack(usize, usize),
    Fault(usize),
}

/// Everything that is made of one clip.
fn clip(video: &Path, name: &str, size: usize) -> Result<Vec<Row>, String> {
    let scratch = std::env::temp_dir().join(format!("doublet-calibrate-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).map_err(|e| e.to_string())?;
    let source = Clip::of(video, SKIP, size, FRAMES, &scratch)?;
    if source.frames.len() < FRAMES {
        return Err(format!("it has {} frames only", source.frames.len()));
    }
    let mut jobs: Vec<Job> = (0..HONEST.len()).map(Job::Honest).collect();
    for attack in 0..ATTACKS.len() {
        jobs.push(Job::Attack(attack));
        jobs.extend(BEFORE.iter().map(|honest| Job::AttackThenEncode(attack, *honest)));
        jobs.extend(AFTER.iter().map(|honest| Job::EncodeThenAttack(attack, *honest)));
    }
    jobs.extend((0..FAULTS.len()).map(Job::Fault));
    // Encodes that several attacks follow are made once.
    let kept: Vec<(usize, Result<Clip, String>)> = AFTER
        .par_iter()
        .map(|honest| (*honest, fresh(&scratch, |folder| source.through(HONEST[*honest].1, folder))))
        .collect();
    let kept = |honest: usize| match kept.iter().find(|(at, _)| *at == honest) {
        Some((_, made)) => made.clone(),
        None => Err("not encoded".into()),
    };
    let rows: Vec<Result<Row, String>> = jobs
        .par_iter()
        .with_max_len(1)
        .map(|job| {
            let (kind, family, label, made) = match *job {
                Job::Honest(n) => {
                    let (label, arguments) = HONEST[n];
                    let made = fresh(&scratch, |folder| source.through(arguments, folder));
                    (Kind::Honest, "honest", label.to_owned(), made)
                }
                Job::Attack(n) => (Kind::Attack, ATTACKS[n].family, ATTACKS[n].name.to_owned(), {
                    Ok(source.with_luma(ATTACKS[n].act))
                }),
                Job::AttackThenEncode(n, honest) => {
                    let attacked = source.with_luma(ATTACKS[n].act);
                    let made = fresh(&scratch, |folder| attacked.through(HONEST[honest].1, folder));
                    (Kind::Attack, ATTACKS[n].family, format!("{}, {}", ATTACKS[n].name, HONEST[honest].0), made)
                }
                Job::EncodeThenAttack(n, honest) => {
                    let made = kept(honest).map(|encoded| encoded.with_luma(ATTACKS[n].act));
                    (Kind::Attack, ATTACKS[n].family, format!("{}, {}", HONEST[honest].0, ATTACKS[n].name), made)
                }
                Job::Fault(n) => (Kind::Fault, FAULTS[n].0, FAULTS[n].0.to_owned(), Ok((FAULTS[n].1)(&source))),
            };
            measure(&source, &made?, name, (kind, family, label))
        })
        .collect();
    std::fs::remove_dir_all(&scratch).map_err(|e| e.to_string())?;
    let mut found = Vec::new();
    for row in rows {
        match row {
            Ok(row) => found.push(row),
            Err(reason) => println!("  {name}: {}", reason.lines().next().unwrap_or_default()),
        }
    }
    Ok(found)
}

/// Runs `make` in a folder of its own.
fn fresh<T>(scratch: &Path, make: impl FnOnce(&Path) -> Result<T, String>) -> Result<T, String> {
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let folder = scratch.join(NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_string());
    std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
    let made = make(&folder);
    std::fs::remove_dir_all(&folder).map_err(|e| e.to_string())?;
    made
}

/// A mistake that is no hack: its family and how it comes about.
type Fault = (&'static str, fn(&Clip) -> Clip);

static FAULTS: &[Fault] =
    &[
        ("shift 1", |clip| moved(clip, (2, 0), (1, 0))),
        ("shift 2 down", |clip| moved(clip, (0, 4), (0, 2))),
        ("shift half", |clip| moved(clip, (1, 0), (0, 0))),
        ("chroma shift 1", |clip| moved(clip, (0, 0), (2, 0))),
        ("range expanded", |clip| {
            clip.with_codes(|plane, code| {
                if plane == 0 { (code - 16.0) * 255.0 / 219.0 } else { 128.0 + (code - 128.0) * 255.0 / 224.0 }
            })
        }),
        ("range squeezed", |clip| {
            clip.with_codes(|plane, code| {
                if plane == 0 { 16.0 + code * 219.0 / 255.0 } else { 128.0 + (code - 128.0) * 224.0 / 255.0 }
            })
        }),
        ("frame late", |clip| {
            let frames = (0..clip.frames.len()).map(|n| clip.frames[n.saturating_sub(1)].clone()).collect();
            Clip { frames, ..*clip }
        }),
    ];

/// The clip with luma and chroma moved, in halves of their own samples; edges are held.
fn moved(clip: &Clip, luma: (isize, isize), chroma: (isize, isize)) -> Clip {
    let (w, h) = (clip.width, clip.height);
    let plane = |codes: &[u8], (w, h): (usize, usize), (x2, y2): (isize, isize)| -> Vec<u8> {
        let at = |x: isize, y: isize| {
            f64::from(codes[y.clamp(0, h as isize - 1) as usize * w + x.clamp(0, w as isize - 1) as usize])
        };
        let whole = |v: isize| (v.div_euclid(2), v.rem_euclid(2));
        let ((dx, hx), (dy, hy)) = (whole(x2), whole(y2));
        let value = |x: isize, y: isize| {
            let (x, y) = (x - dx, y - dy);
            (at(x, y) + at(x - hx, y) + at(x, y - hy) + at(x - hx, y - hy)) / 4.0
        };
        (0..h as isize)
            .flat_map(|y| (0..w as isize).map(move |x| (x, y)))
            .map(|(x, y)| value(x, y).round() as u8)
            .collect()
    };
    let frame = |frame: &Vec<u8>| {
        let small = (w / 2, h / 2);
        let (y, rest) = frame.split_at(w * h);
        let (cb, cr) = rest.split_at(small.0 * small.1);
        [plane(y, (w, h), luma), plane(cb, small, chroma), plane(cr, small, chroma)].concat()
    };
    Clip { frames: clip.frames.iter().map(frame).collect(), ..*clip }
}

fn measure(
    source: &Clip,
    made: &Clip,
    clip: &str,
    (kind, family, label): (Kind, &'static str, String),
) -> Result<Row, String> {
    let plan = Plan::new(&measured());
    let memo = Memo::default();
    let mut frames = Vec::new();
    for n in MEASURED {
        let (reference, candidate) = (source.frame(n)?, made.frame(n)?);
        let (before, after) = ([source.frame(n - 1)?], [source.frame(n + 1)?]);
        let pair = Pair::new(&reference, &candidate).map_err(|e| e.to_string())?;
        let moment = Moment::new(pair).among(&before, &after, Some(25.0));
        frames.push(Seen::of(n, &plan.extract(&moment, &memo)).map_err(|e| e.to_string())?);
    }
    let candidate = Candidate { label: label.clone(), bitrate: None, frames };
    let verdict = judge(std::slice::from_ref(&candidate)).remove(0);
    Ok(Row { clip: clip.to_owned(), kind, family, label, candidate, verdict })
}
