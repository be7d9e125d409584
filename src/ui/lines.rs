//! Lines of candidates that the window composes: a model on the source, an exam, a chain with its steps changed.

use std::path::Path;

use crate::engine::{Card, CardStatus, EXAMS, Exam, Head, Recipe, State, Track, TrackId};

/// What a model is called in a recipe: its name, or its path where another file of that name comes first.
pub fn model_name(shelf: &[Card], card: &Card) -> String {
    match shelf.iter().find(|c| c.name == card.name) {
        Some(first) if first.path != card.path => card.path.to_string_lossy().into_owned(),
        _ => card.name.clone(),
    }
}

/// The step that runs a model.
pub fn model_stage(shelf: &[Card], card: &Card) -> String {
    format!("model {}", quoted(&model_name(shelf, card)))
}

/// A name in double quotes where a recipe would misread it.
fn quoted(name: &str) -> String {
    let plain = name.trim() == name && name != "source" && !name.contains(['|', '"']) && !name.contains(" = ");
    if plain { name.to_owned() } else { format!("\"{name}\"") }
}

/// Samples out for a sample in, of a model that was looked into.
pub fn scale_of(card: &Card) -> Option<u32> {
    match &card.status {
        CardStatus::Ready(info) => Some(info.scale),
        _ => None,
    }
}

/// The model on the source as it is.
pub fn plain(shelf: &[Card], card: &Card) -> String {
    format!("source | {}", model_stage(shelf, card))
}

/// What stands beside a model of `scale` in an exam: the plain enlargement of the same degradation. `None` where the
/// preset does nothing at this scale.
pub fn baseline(exam: &Exam, scale: u32) -> Option<String> {
    if exam.stages(scale).is_empty() {
        return None;
    }
    Some(exam.line(scale, &if scale > 1 { format!("up {scale} lanczos") } else { String::new() }))
}

/// The line as the engine writes it, so that lines can be compared. A line that is no recipe stays as it is.
pub fn canonical(line: &str) -> String {
    Recipe::parse(line).map_or_else(|_| line.trim().to_owned(), |recipe| recipe.chain())
}

/// The candidate that `line` describes, if it is open already.
pub fn find(state: &State, line: &str) -> Option<TrackId> {
    let wanted = canonical(line);
    state.candidates().iter().find(|t| canonical(&t.recipe) == wanted).map(|t| t.id)
}

/// How much larger (or, below 1, smaller) a chain makes the picture; `None` where a model is not known to the shelf.
pub fn chain_scale(shelf: &[Card], stages: &[String]) -> Option<f64> {
    stages.iter().try_fold(1.0, |scale, stage| {
        let (word, rest) = stage.split_once(' ').unwrap_or((stage, ""));
        let number = || rest.split_whitespace().next().and_then(|n| n.parse::<f64>().ok());
        match word {
            "up" => Some(scale * number()?),
            "down" => Some(scale / number()?),
            "model" => Some(scale * f64::from(model_scale(shelf, rest)?)),
            _ => Some(scale),
        }
    })
}

fn model_scale(shelf: &[Card], name: &str) -> Option<u32> {
    let name = name.trim().trim_matches('"');
    let card = shelf.iter().find(|c| c.name == name || c.path == Path::new(name))?;
    scale_of(card)
}

/// An exam of a chain on the source: the preset's stages go before its own. `None` for a chain that begins with a file,
/// that makes its picture worse already, or whose scale is no whole number.
pub fn exam_of(shelf: &[Card], exam: &Exam, track: &Track) -> Option<String> {
    let recipe = Recipe::parse(&track.recipe).ok()?;
    if recipe.head != Head::Source || recipe.stages.is_empty() || recipe.exam_stages() > 0 {
        return None;
    }
    let scale = chain_scale(shelf, &track.stages).filter(|s| *s >= 1.0 && s.fract() == 0.0)? as u32;
    (!exam.stages(scale).is_empty()).then(|| exam.line(scale, &track.stages.join(" | ")))
}

/// The line under a name that tells an exam from others like it: "compact-2x, DVD". Without such a name the line as the
/// engine writes it.
pub fn titled(line: &str) -> String {
    let chain = canonical(line);
    let steps = Recipe::parse(&chain).map(|r| r.stages.iter().map(|s| s.line()).collect::<Vec<_>>());
    match steps.ok().and_then(|steps| exam_name(&steps)) {
        Some(name) => named(&name, chain),
        None => chain,
    }
}

/// What an exam of these steps is called: its own steps, then the preset.
fn exam_name(steps: &[String]) -> Option<String> {
    let begins = |exam: &Exam, scale: u32| -> Option<usize> {
        let worse: Vec<String> = exam.stages(scale).split(" | ").map(str::to_owned).collect();
        (!worse[0].is_empty() && steps.starts_with(&worse)).then_some(worse.len())
    };
    let all = EXAMS.iter().flat_map(|exam| (1..=8).filter_map(move |scale| Some((begins(exam, scale)?, exam))));
    // The longest: one preset's steps may be the beginning of another's.
    let (count, exam) = all.max_by_key(|(count, _)| *count)?;
    let label = |step: &String| match Recipe::parse(&format!("source | {step}")) {
        Ok(recipe) => recipe.label(),
        Err(_) => step.clone(),
    };
    let rest: Vec<String> = steps[count..].iter().map(label).collect();
    let rest = if rest.is_empty() { super::text::shelf::AS_IT_IS.to_owned() } else { rest.join(", ") };
    Some(format!("{rest}, {}", exam.label))
}

/// A track's line after `change` to its steps, with the name that a person gave it. `None` when it is no recipe.
pub fn changed(track: &Track, change: impl FnOnce(&mut Vec<String>)) -> Option<String> {
    let recipe = Recipe::parse(&track.recipe).ok()?;
    let (usual, head) = (recipe.label(), Recipe { name: None, stages: Vec::new(), head: recipe.head.clone() }.chain());
    let mut steps: Vec<String> = recipe.stages.iter().map(|s| s.line()).collect();
    let ours = track.label == usual || exam_name(&steps).as_ref() == Some(&track.label);
    change(&mut steps);
    let chain = std::iter::once(head).chain(steps).collect::<Vec<_>>().join(" | ");
    Some(if ours { titled(&chain) } else { named(&track.label, chain) })
}

/// `chain` under a name, where the name can stand in a line.
fn named(label: &str, chain: String) -> String {
    let line = format!("{label} = {chain}");
    let kept = Recipe::parse(&line).is_ok_and(|r| r.name.as_deref() == Some(label) && r.chain() == canonical(&chain));
    if kept { line } else { chain }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::exam;

    fn card(name: &str, path: &str) -> Card {
        Card { name: name.into(), path: path.into(), status: CardStatus::Reading, speed: None }
    }

    #[test]
    fn a_second_file_of_a_name_is_called_by_its_path() {
        let shelf = [card("span", "/a/span.onnx"), card("span", "/b/span.onnx"), card("x | y", "/a/x.onnx")];
        assert_eq!(model_stage(&shelf, &shelf[0]), "model span");
        assert_eq!(model_stage(&shelf, &shelf[1]), "model /b/span.onnx");
        let odd = plain(&shelf, &shelf[2]);
        assert_eq!(Recipe::parse(&odd).map(|r| r.stages.len()), Ok(1), "{odd}");
    }

    #[test]
    fn chains_multiply_their_scales() {
        let steps = |line: &str| line.split(" | ").map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(chain_scale(&[], &steps("down 2 bicubic | unsharp 1 | up 4 lanczos")), Some(2.0));
        assert_eq!(chain_scale(&[], &steps("model unheard-of")), None);
    }

    #[test]
    fn exams_are_told_apart_by_their_names() {
        for exam in EXAMS {
            for scale in [1, 2, 4] {
                let Some(line) = baseline(exam, scale) else { continue };
                let named = Recipe::parse(&titled(&line)).unwrap();
                let name = named.name.as_deref().unwrap_or_default();
                assert!(name.ends_with(&format!(", {}", exam.label)), "{}: {name}", exam.id);
                assert_eq!(named.chain(), canonical(&line));
            }
        }
        assert_eq!(titled("source | unsharp 1"), "source | unsharp 1", "what is no exam has no name of its own");
    }

    #[test]
    fn the_baseline_is_the_same_degradation_enlarged() {
        let clean = exam("clean").unwrap();
        assert_eq!(baseline(clean, 2).as_deref(), Some("source | down 2 bicubic | up 2 lanczos"));
        assert_eq!(baseline(clean, 1), None, "nothing is made worse for a 1x model");
        assert_eq!(canonical("source|down 2   bicubic | up 2 lanczos"), "source | down 2 bicubic | up 2 lanczos");
    }
}
