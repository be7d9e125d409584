//! Which cards are shown, in what order: search and sort, with no widget.

use crate::engine::{Card, CardStatus};

use super::super::lines;

/// What the cards are sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Sort {
    #[default]
    Name,
    /// Smallest first.
    Scale,
    /// Fastest first.
    Speed,
}

impl Sort {
    pub const ALL: [Sort; 3] = [Sort::Name, Sort::Scale, Sort::Speed];

    pub fn label(self) -> &'static str {
        match self {
            Sort::Name => "name",
            Sort::Scale => "scale",
            Sort::Speed => "speed",
        }
    }
}

/// Places in `shelf` of the cards that fit `search` (every word of it somewhere in the card), in order. What cannot be
/// used stands last, so that it is seen and in nobody's way.
pub fn places(shelf: &[Card], search: &str, sort: Sort) -> Vec<usize> {
    let wanted = search.to_lowercase();
    let words: Vec<&str> = wanted.split_whitespace().collect();
    let fits = |card: &Card| {
        let all = haystack(card);
        words.iter().all(|word| all.contains(word))
    };
    let mut found: Vec<usize> = (0..shelf.len()).filter(|&i| fits(&shelf[i])).collect();
    found.sort_by(|&a, &b| {
        let (a, b) = (&shelf[a], &shelf[b]);
        let broken = |c: &Card| matches!(c.status, CardStatus::Broken(_));
        let by = match sort {
            Sort::Name => std::cmp::Ordering::Equal,
            Sort::Scale => lines::scale_of(a).unwrap_or(u32::MAX).cmp(&lines::scale_of(b).unwrap_or(u32::MAX)),
            Sort::Speed => speed(b).total_cmp(&speed(a)),
        };
        let name = || a.name.to_lowercase().cmp(&b.name.to_lowercase());
        broken(a).cmp(&broken(b)).then(by).then_with(name)
    });
    found
}

fn speed(card: &Card) -> f64 {
    card.speed.as_ref().map_or(-1.0, |s| s.megapixels_per_second)
}

fn haystack(card: &Card) -> String {
    let more = match &card.status {
        CardStatus::Reading => String::new(),
        CardStatus::Broken(_) => super::super::text::shelf::BROKEN.to_owned(),
        CardStatus::Metric(info) => info.line(),
        CardStatus::Ready(info) => {
            let author = info.author.as_deref().unwrap_or_default();
            let licence = info.licence.as_deref().unwrap_or_default();
            let kind = info.architecture.as_deref().unwrap_or_default();
            format!("{}x {} {kind} {author} {licence}", info.scale, info.precision.0)
        }
    };
    format!("{} {more}", card.name).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::CardSpeed;

    fn card(name: &str, speed: Option<f64>, broken: bool) -> Card {
        let status = if broken { CardStatus::Broken("no".into()) } else { CardStatus::Reading };
        let of = |megapixels_per_second| CardSpeed {
            device: "CPU".into(),
            megapixels_per_second,
            memory_bytes: None,
            choice: String::new(),
        };
        Card { name: name.into(), path: format!("/m/{name}.onnx").into(), status, speed: speed.map(of) }
    }

    #[test]
    fn every_word_must_fit_and_broken_ones_come_last() {
        let shelf = [card("span-4x", None, false), card("Anime compact", None, true), card("compact-2x", None, false)];
        assert_eq!(places(&shelf, "", Sort::Name), [2, 0, 1]);
        assert_eq!(places(&shelf, "COMP", Sort::Name), [2, 1]);
        assert_eq!(places(&shelf, "comp 2x", Sort::Name), [2]);
        assert!(places(&shelf, "esrgan", Sort::Name).is_empty());
    }

    #[test]
    fn the_fastest_comes_first_and_the_unmeasured_after() {
        let shelf = [card("a", Some(1.5), false), card("b", None, false), card("c", Some(8.0), false)];
        assert_eq!(places(&shelf, "", Sort::Speed), [2, 0, 1]);
    }
}
