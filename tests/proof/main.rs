//! `make proof`: do the overlays find lies that were planted, and are they dark on honest pictures?
//!
//! Known lies are planted into real pictures (the demo's street, and the camera and drawn clips of the fixtures where they
//! are), each with a mask of where it is. For each overlay a bar is laid, the least at which it marks at most 1% of what is
//! not masked and at most 1% of every kind of honest encode and upscale. The table says how much of each lie stands above
//! it and the area under the ROC curve. The bars of hot spots (`BARS` in src/engine/invented.rs) are this table's.
//!
//! Everything is counted in places of 8x8 samples: the mean of the map over each.
//!
//! `cargo bench --bench proof [-- --write]`; `--write` puts the table into `tests/proof/table.md`.
#![allow(clippy::print_stdout, reason = "the table is what the program is for")]
#![allow(clippy::expect_used, reason = "a proof that cannot make its pictures has nothing to say")]

mod films;
mod lies;
mod places;

use std::fmt::Write;

use doublet::metrics;

use films::{Film, Take};
use lies::LIES;
use places::{Places, auc, quantile, share_above};

/// The overlays on trial, and whether they look at an enlargement (or at a pair).
const OVERLAYS: [&str; 8] = ["gain", "erqa", "bent", "ssim", "contradicted", "added", "unexplained", "shimmer"];

/// Share of honest places that a bar may mark.
const FALSE_AREA: f64 = 0.01;

fn main() {
    let films = films::all();
    println!("pictures: {}\n", films.iter().map(|film| film.name.as_str()).collect::<Vec<_>>().join(", "));
    let mut rows: Vec<Vec<String>> = LIES.iter().map(|lie| vec![lie.label.to_owned()]).collect();
    let mut honest: Vec<Vec<String>> = films::HONEST.iter().map(|name| vec![(*name).to_owned()]).collect();
    let mut bars = vec![];
    for id in OVERLAYS {
        let (found, clean) = trial(id, &films);
        let outside: Vec<f32> = found.iter().flatten().flat_map(|p| p.outside.iter().copied()).collect();
        // The least that keeps every honest picture, and whatever is true beside the lies, under the false area.
        let honest_bars = clean.iter().flatten().map(|all| quantile(all, 1.0 - FALSE_AREA));
        let bar = honest_bars.fold(quantile(&outside, 1.0 - FALSE_AREA), f32::max);
        bars.push(format!("{bar:.3}"));
        for (row, found) in rows.iter_mut().zip(&found) {
            row.push(match found {
                Some(places) if !places.inside.is_empty() => {
                    let hit = 100.0 * share_above(&places.inside, bar);
                    format!("{:.2} / {hit:.0}%", auc(&places.inside, &places.outside))
                }
                _ => "-".into(),
            });
        }
        for (row, clean) in honest.iter_mut().zip(&clean) {
            row.push(match clean {
                Some(all) => format!("{:.2}%", 100.0 * share_above(all, bar)),
                None => "-".into(),
            });
        }
    }
    let table = table(&rows, &honest, &bars);
    println!("{table}");
    if std::env::args().any(|word| word == "--write") {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proof/table.md");
        match std::fs::write(path, &table) {
            Ok(()) => println!("written to {path}"),
            Err(why) => println!("cannot write {path}: {why}"),
        }
    }
}

/// What one overlay gives on every lie and every honest picture; `None` where it does not apply.
fn trial(id: &str, films: &[Film]) -> (Vec<Option<Places>>, Vec<Option<Vec<f32>>>) {
    let lies = LIES.iter().map(|lie| {
        let mut all: Option<Places> = None;
        for film in films {
            let planted = lie.planted(film);
            if let Some(values) = planted.take.map(id) {
                let places = Places::of(&values, &planted.mask);
                all.get_or_insert_default().add(places);
            }
        }
        all
    });
    let lies = lies.collect();
    let honest = films::HONEST.iter().map(|name| {
        let mut all: Option<Vec<f32>> = None;
        for take in films.iter().filter_map(|film| film.honest(name)) {
            if let Some(values) = take.map(id) {
                all.get_or_insert_default().extend(Places::of(&values, &values.empty()).outside);
            }
        }
        all
    });
    (lies, honest.collect())
}

/// How to read the table.
const NOTE: &str = "
Means of places of 8x8 samples. The bar of each overlay is the least at which no kind of honest picture, and nothing beside
the lies, has more than 1% of its area above it. A bar of 0: at its own threshold the overlay marks less than 1% already.
Against a reference the hardest honest pictures set the bar: an encode at crf 35 did lose structure and does flicker, and an
enlargement of a coarse encode is not the source, with no lie in them; those overlays show true damage there. What
contradicts, what was added and what sharpening does not explain is asked of enlargements only, against their own input.
";

fn table(rows: &[Vec<String>], honest: &[Vec<String>], bars: &[String]) -> String {
    let labels: Vec<&str> =
        OVERLAYS.iter().map(|id| metrics::overlay(id).map_or(*id, |overlay| overlay.about().label)).collect();
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = String::from("| Planted lie: AUC / found at 1% false area |");
    labels.iter().for_each(|label| _ = write!(text, " {label} |"));
    text += &format!("\n|---|{}\n", "---|".repeat(labels.len()));
    rows.iter().for_each(|row| text += &line(row));
    text += &line(
        &[vec!["*honest pictures: area above the same bar*".to_owned()], vec![String::new(); labels.len()]].concat(),
    );
    honest.iter().for_each(|row| text += &line(row));
    text += &line(&[vec!["the bar, in the overlay's unit".to_owned()], bars.to_vec()].concat());
    text + NOTE
}

impl Take {
    /// The sizes of an overlay's map, at the picture's own size; `None` where it does not apply.
    fn map(&self, id: &str) -> Option<places::Values> {
        let overlay = metrics::overlay(id).ok()?;
        self.with_moment(|moment| {
            let map = overlay.map(moment, &metrics::Memo::default()).ok()?;
            // What is there and should not be: of edges the invented ones, of contrast what was turned up.
            let size = |value: f32| match id {
                "erqa" => f32::from(u8::from(value == 3.0)),
                _ => value.max(0.0),
            };
            Some(places::Values::spread(&map, self.size(), size))
        })
    }
}
