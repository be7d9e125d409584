//! `make calibrate`: the verdict against honest encodes and against attacks, on every clip of a folder.
//!
//! `cargo bench --bench calibrate -- [--clips FOLDER] [--size N] [--out FOLDER] [--only WORD] [--keep FILE] [WORD ..]`:
//! clips whose names hold one of the words, at most N samples a side, candidates whose names hold WORD. Writes `table.csv`
//! (a row a pair), `roc.csv` and `bars.txt`. The thresholds of `src/evidence/limits.rs` come from this table.
//!
//! What was measured can be kept (`--keep FILE`, at whose end each clip is written when it is done) and judged again in a
//! second, with no encoder and no clips (`--from FILE`, as often as there are files): to try a rule on all pairs.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the figures are what the program is for")]

mod attacks;
mod clips;
mod faults;
mod figures;
mod honest;
mod kept;
mod sets;

#[path = "../reference/program.rs"]
mod program;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use doublet::evidence::{Candidate, Seen, measured};
use doublet::metrics::{Memo, Moment, Pair, Plan};
use rayon::prelude::*;

use attacks::ATTACKS;
use clips::{Clip, videos};
use faults::FAULTS;
use figures::{Kind, Row};
use honest::{AFTER, BEFORE, BESIDE, FILTERS, HONEST};
use kept::Measured;

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
    let wish = Wish::read(std::env::args().skip(1))?;
    let mut measured = Vec::new();
    for file in &wish.from {
        measured.extend(kept::read(file)?);
    }
    if wish.from.is_empty() {
        println!("encoders and filters: {}", program::version());
        for video in videos(&wish.clips)?.into_iter().filter(|video| wish.wants(video)) {
            let name = video.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            match clip(&video, &name, &wish) {
                Ok(found) => {
                    println!("{name}: {} pairs", found.len());
                    wish.keep.iter().try_for_each(|file| kept::append(file, &found))?;
                    measured.extend(found);
                }
                Err(reason) => println!("{name}: left out, {reason}"),
            }
        }
    }
    let together = sets::told(&measured);
    let rows: Vec<Row> = measured.into_iter().map(Row::judged).collect();
    let (mut text, holds) = figures::bars(&rows);
    text += &together;
    print!("{text}");
    figures::write(&rows, &text, &wish.out)?;
    Ok(holds)
}

/// What is asked for.
struct Wish {
    clips: PathBuf,
    out: PathBuf,
    size: usize,
    /// Of names of candidates; all where there is none.
    only: Vec<String>,
    keep: Option<PathBuf>,
    from: Vec<PathBuf>,
    /// Of names of clips; all where there is none.
    words: Vec<String>,
}

impl Wish {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut wish = Wish {
            clips: root.join("../shared/testdata/clips"),
            out: root.join("tests/calibrate"),
            size: 640,
            only: Vec::new(),
            keep: None,
            from: Vec::new(),
            words: Vec::new(),
        };
        while let Some(argument) = arguments.next() {
            let mut next = || arguments.next().ok_or(format!("{argument} needs a word after it"));
            match argument.as_str() {
                "--clips" => wish.clips = next()?.into(),
                "--out" => wish.out = next()?.into(),
                "--size" => wish.size = next()?.parse().map_err(|_| "--size is a number")?,
                "--only" => wish.only.push(next()?),
                "--keep" => wish.keep = Some(next()?.into()),
                "--from" => wish.from.push(next()?.into()),
                // What cargo itself adds.
                "--bench" => {}
                word if word.starts_with("--") => return Err(format!("{word} is not known")),
                word => wish.words.push(word.to_owned()),
            }
        }
        Ok(wish)
    }

    fn wants(&self, video: &Path) -> bool {
        let name = video.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.words.is_empty() || self.words.iter().any(|word| name.contains(word.as_str()))
    }

    fn makes(&self, label: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|word| label.contains(word.as_str()))
    }
}

/// How a candidate is made; places are those of the tables.
#[derive(Clone, Copy)]
enum Way {
    Honest(usize),
    Attack(usize),
    AttackThenEncode(usize, usize),
    EncodeThenAttack(usize, usize),
    Filter(usize),
    FilterThenEncode(usize, usize),
    EncodeThenFilter(usize, usize),
    Fault(usize),
}

/// Everything that can be made of a clip.
fn ways() -> Vec<Way> {
    let mut ways: Vec<Way> = (0..HONEST.len()).map(Way::Honest).collect();
    for attack in 0..ATTACKS.len() {
        ways.push(Way::Attack(attack));
        ways.extend(BEFORE.iter().map(|honest| Way::AttackThenEncode(attack, *honest)));
        ways.extend(AFTER.iter().map(|honest| Way::EncodeThenAttack(attack, *honest)));
    }
    for filter in 0..FILTERS.len() {
        ways.push(Way::Filter(filter));
        ways.push(Way::FilterThenEncode(filter, BESIDE.0));
        ways.push(Way::EncodeThenFilter(filter, BESIDE.1));
    }
    ways.extend((0..FAULTS.len()).map(Way::Fault));
    ways
}

impl Way {
    /// What it is, its family, its name.
    fn named(self) -> (Kind, &'static str, String) {
        let filter = |n: usize| (FILTERS[n].0, FILTERS[n].1);
        let ((kind, family), name) = match self {
            Way::Honest(n) => ((Kind::Honest, "honest"), HONEST[n].0.to_owned()),
            Way::Attack(n) => ((Kind::Attack, ATTACKS[n].family), ATTACKS[n].name.to_owned()),
            Way::AttackThenEncode(n, honest) => {
                ((Kind::Attack, ATTACKS[n].family), format!("{}, {}", ATTACKS[n].name, HONEST[honest].0))
            }
            Way::EncodeThenAttack(n, honest) => {
                ((Kind::Attack, ATTACKS[n].family), format!("{}, {}", HONEST[honest].0, ATTACKS[n].name))
            }
            Way::Filter(n) => (filter(n), FILTERS[n].2.to_owned()),
            Way::FilterThenEncode(n, honest) => (filter(n), format!("{}, {}", FILTERS[n].2, HONEST[honest].0)),
            Way::EncodeThenFilter(n, honest) => (filter(n), format!("{}, {}", HONEST[honest].0, FILTERS[n].2)),
            Way::Fault(n) => ((Kind::Fault, FAULTS[n].0), FAULTS[n].0.to_owned()),
        };
        (kind, family, name)
    }

    /// The encode that comes first.
    fn after(self) -> Option<usize> {
        match self {
            Way::EncodeThenAttack(_, honest) | Way::EncodeThenFilter(_, honest) => Some(honest),
            _ => None,
        }
    }

    /// Makes it of `source`, or of the encode that comes first.
    fn make(self, source: &Clip, scratch: &Path) -> Result<Clip, String> {
        let through = |clip: &Clip, filter: Option<usize>, encoder: Option<usize>| {
            let mut words: Vec<&str> = filter.map_or(Vec::new(), |n| vec!["-vf", FILTERS[n].3]);
            words.extend(encoder.iter().flat_map(|n| HONEST[*n].1.split_whitespace()));
            fresh(scratch, |folder| clip.through(&words, folder))
        };
        match self {
            Way::Honest(n) => through(source, None, Some(n)),
            Way::Attack(n) | Way::EncodeThenAttack(n, _) => Ok(source.with_luma(ATTACKS[n].act)),
            Way::AttackThenEncode(n, honest) => through(&source.with_luma(ATTACKS[n].act), None, Some(honest)),
            Way::Filter(n) | Way::EncodeThenFilter(n, _) => through(source, Some(n), None),
            Way::FilterThenEncode(n, honest) => through(source, Some(n), Some(honest)),
            Way::Fault(n) => Ok((FAULTS[n].1)(source)),
        }
    }
}

/// Everything that is made of one clip, measured.
fn clip(video: &Path, name: &str, wish: &Wish) -> Result<Vec<Measured>, String> {
    let scratch = std::env::temp_dir().join(format!("doublet-calibrate-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).map_err(|e| e.to_string())?;
    let source = Clip::of(video, SKIP, wish.size, FRAMES, &scratch)?;
    if source.frames.len() < FRAMES {
        return Err(format!("it has {} frames only", source.frames.len()));
    }
    let wanted: Vec<Way> = ways().into_iter().filter(|way| wish.makes(&way.named().2)).collect();
    let mut first: Vec<usize> = wanted.iter().filter_map(|way| way.after()).collect();
    first.sort_unstable();
    first.dedup();
    // Encodes that several attacks follow are made once.
    let encoded: Vec<(usize, Result<Clip, String>)> =
        first.into_par_iter().map(|honest| (honest, Way::Honest(honest).make(&source, &scratch))).collect();
    let made = |way: &Way| match way.after().and_then(|honest| encoded.iter().find(|(at, _)| *at == honest)) {
        Some((_, encoded)) => way.make(encoded.as_ref().map_err(String::clone)?, &scratch),
        None => way.make(&source, &scratch),
    };
    let rows: Vec<Result<Measured, String>> = wanted
        .par_iter()
        .with_max_len(1)
        .map(|way| measure(&source, &made(way)?, name, way.named()).map_err(|why| format!("{}: {why}", way.named().2)))
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

fn measure(
    source: &Clip,
    made: &Clip,
    clip: &str,
    (kind, family, label): (Kind, &'static str, String),
) -> Result<Measured, String> {
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
    let candidate = Candidate { label, bitrate: made.bitrate, frames };
    Ok(Measured { clip: clip.to_owned(), kind, family: family.to_owned(), candidate })
}
