//! Candidates that are judged together: E3 and E7 look at the others. Of every clip honest encodes at five settings stand
//! beside what was attacked and then encoded; and honest pictures without an encode of their own are given the bitrate of
//! every honest encode in turn.

use std::fmt::Write;

use doublet::evidence::{Candidate, Class, Level, judge};

use crate::figures::Kind;
use crate::kept::Measured;

/// How often the honest and the attacked were called, of how many.
#[derive(Default)]
struct Tally {
    honest: (usize, usize),
    attacked: (usize, usize),
}

fn is_called(class: Class) -> bool {
    matches!(class, Class::Inflated | Class::Suspicious)
}

/// What becomes of sets, in words.
pub fn told(all: &[Measured]) -> String {
    let mut clips: Vec<&str> = all.iter().map(|one| one.clip.as_str()).collect();
    clips.sort_unstable();
    clips.dedup();
    let (mut beside, mut two, mut whole) = (Tally::default(), Tally::default(), Tally::default());
    let (mut plain, mut seventh) = ((0, 0), (0, 0));
    for clip in clips {
        let of = |keep: &dyn Fn(&&Measured) -> bool| -> Vec<&Candidate> {
            all.iter().filter(|one| one.clip == clip).filter(keep).map(|one| &one.candidate).collect()
        };
        let honest = of(&|one| one.kind == Kind::Honest && one.family == "honest");
        let encodes: Vec<&Candidate> = honest.iter().copied().filter(|one| one.bitrate.is_some()).collect();
        let five: Vec<&Candidate> =
            FIVE.iter().filter_map(|name| encodes.iter().copied().find(|e| e.label == *name)).collect();
        let attacked = of(&|one| {
            one.kind == Kind::Attack
                && STRONG.iter().any(|name| one.candidate.label.starts_with(name))
                && one.candidate.bitrate.is_some()
                && one.candidate.mean("vmaf").is_some_and(|vmaf| vmaf >= 60.0)
        });
        for one in &attacked {
            count(&five, &[*one], &mut beside);
        }
        for pair in attacked.chunks_exact(2) {
            count(&five, pair, &mut two);
        }
        for name in STRONG {
            let same: Vec<&Candidate> = attacked.iter().copied().filter(|one| one.label.starts_with(name)).collect();
            if same.len() >= 5 {
                count(&[], &same, &mut whole);
            }
        }
        for verdict in judge(&encodes.iter().map(|one| (*one).clone()).collect::<Vec<_>>()) {
            plain.1 += 1;
            plain.0 += usize::from(is_called(verdict.class));
        }
        for other in honest.iter().filter(|one| one.bitrate.is_none()) {
            for encode in &encodes {
                let one = Candidate { bitrate: encode.bitrate, ..(*other).clone() };
                let found = judge(&[one, (*encode).clone()]);
                seventh.1 += 2;
                seventh.0 += found.iter().filter(|v| v.line("E7").is_some_and(|e7| e7.level > Level::None)).count();
            }
        }
    }
    let mut text = String::from("candidates judged together (E3 and E7 look at the others)\n");
    let share =
        |(part, all): (usize, usize)| format!("{part} of {all} ({:.2}%)", 100.0 * part as f64 / all.max(1) as f64);
    _ = writeln!(text, "  all honest encodes of a clip: called {}", share(plain));
    for (name, tally) in [("one attacked", &beside), ("two attacked", &two)] {
        let (honest, attacked) = (share(tally.honest), share(tally.attacked));
        _ = writeln!(text, "  {name} beside five honest encodes: honest called {honest}, attacked called {attacked}");
    }
    _ = writeln!(text, "  all attacked alike, five encodes or more: called {}", share(whole.attacked));
    _ = writeln!(text, "  a scaler or filter beside an encode, as if of one bitrate: E7 speaks {}", share(seventh));
    text
}

/// The honest encodes of a set.
const FIVE: [&str; 5] = ["x264 crf 23", "x264 crf 33", "x265 crf 30", "svtav1 crf 35", "vp9 crf 35"];
/// Attacks that carry a bar, one of each kind.
const STRONG: [&str; 5] = ["unsharp 1,", "unsharp .5,", "contrast 1.1,", "clahe 1.2,", "histogram .2,"];

fn count(honest: &[&Candidate], attacked: &[&Candidate], tally: &mut Tally) {
    let set: Vec<Candidate> = honest.iter().chain(attacked).map(|one| (*one).clone()).collect();
    for (n, verdict) in judge(&set).iter().enumerate() {
        let to = if n < honest.len() { &mut tally.honest } else { &mut tally.attacked };
        to.1 += 1;
        to.0 += usize::from(is_called(verdict.class));
    }
}
