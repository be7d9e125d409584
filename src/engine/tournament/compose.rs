//! Lines for a tournament, made from what a person chose.

use crate::engine::exam::Exam;
use crate::engine::recipe::{Head, Recipe, SOURCE};
use crate::models::ENDINGS;

/// The lines of a tournament: plain resizing to beat (Lanczos and bicubic at every scale that occurs; in an exam at
/// scale 1 the worsened picture left as it is), then each of `models` (name or file, scale), then `chains` (a whole line
/// and the scale of all of it, 1 where it keeps the size).
///
/// With an exam, the source is made worse before each model, and before each chain that begins with `source` and is
/// not an exam already; a chain on a file of its own stays as it is. A line that comes twice is taken once.
pub fn compose(models: &[(String, u32)], chains: &[(String, u32)], exam: Option<&Exam>) -> Vec<String> {
    let line = |name: &str, scale: u32, rest: &str| {
        let chain = match exam {
            Some(exam) => exam.line(scale, rest),
            None if rest.is_empty() => SOURCE.to_owned(),
            None => format!("{SOURCE} | {rest}"),
        };
        named(name, chain)
    };
    let mut scales: Vec<u32> = models.iter().chain(chains).map(|(_, scale)| *scale).collect();
    scales.sort_unstable();
    scales.dedup();
    let mut lines = Vec::new();
    for scale in scales.into_iter().filter(|s| *s > 0) {
        if scale > 1 {
            for kernel in ["lanczos", "bicubic"] {
                let rest = format!("up {scale} {kernel}");
                lines.push(line(&rest, scale, &rest));
            }
        } else if let Some(exam) = exam.filter(|exam| !exam.stages(1).is_empty()) {
            lines.push(named("left as it is", exam.line(1, "")));
        }
    }
    for (name, scale) in models {
        let rest = format!("model {}", crate::engine::recipe::quoted(name));
        lines.push(line(&label(name), *scale, &rest));
    }
    for (chain, scale) in chains {
        lines.push(match (exam, Recipe::parse(chain)) {
            (Some(exam), Ok(recipe))
                if recipe.head == Head::Source && recipe.is_made() && recipe.exam_stages() == 0 =>
            {
                let rest = recipe.stages.iter().map(|s| s.line()).collect::<Vec<_>>().join(" | ");
                named(&recipe.label(), exam.line(*scale, &rest))
            }
            _ => chain.clone(),
        });
    }
    let mut once: Vec<String> = Vec::with_capacity(lines.len());
    for line in lines {
        if !once.contains(&line) {
            once.push(line);
        }
    }
    once
}

/// A model's name without folder and ending.
fn label(name: &str) -> String {
    let path = std::path::Path::new(name);
    let known = path.extension().is_some_and(|e| ENDINGS.iter().any(|ending| e.eq_ignore_ascii_case(ending)));
    if known { path.file_stem().unwrap_or_default().to_string_lossy().into_owned() } else { name.to_owned() }
}

/// `chain` under `name`, where that can be a name.
fn named(name: &str, chain: String) -> String {
    let fits = !name.is_empty() && name.trim() == name && !name.contains(['|', '"', '=']);
    if fits { format!("{name} = {chain}") } else { chain }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{EXAMS, exam};

    fn names(list: &[(&str, u32)]) -> Vec<(String, u32)> {
        list.iter().map(|(name, scale)| ((*name).to_owned(), *scale)).collect()
    }

    #[test]
    fn models_come_with_something_to_beat() {
        let lines = compose(&names(&[("compact-2x", 2), ("dehalo", 1)]), &[], None);
        assert_eq!(
            lines,
            [
                "up 2 lanczos = source | up 2 lanczos",
                "up 2 bicubic = source | up 2 bicubic",
                "compact-2x = source | model compact-2x",
                "dehalo = source | model dehalo",
            ]
        );
        assert!(lines.iter().all(|line| Recipe::parse(line).unwrap().exam_stages() == 0));
    }

    #[test]
    fn an_exam_stands_before_models_and_chains_of_the_source() {
        let clean = exam("clean").unwrap();
        let chains = [
            ("source | model dehalo | model compact-2x", 2),
            ("source | down 4 box | model x", 1),
            ("encode.mkv | unsharp 1", 1),
        ];
        let lines = compose(&names(&[("a/b/span.onnx", 4)]), &names(&chains), Some(clean));
        assert!(lines.contains(&"up 4 lanczos = source | down 4 bicubic | up 4 lanczos".to_owned()), "{lines:?}");
        assert!(lines.contains(&"span = source | down 4 bicubic | model a/b/span.onnx".to_owned()), "{lines:?}");
        let chain = "source | down 2 bicubic | model dehalo | model compact-2x";
        assert!(lines.iter().any(|l| l.ends_with(chain)), "{lines:?}");
        assert!(lines.contains(&"source | down 4 box | model x".to_owned()), "an exam of its own: {lines:?}");
        assert!(lines.contains(&"encode.mkv | unsharp 1".to_owned()), "{lines:?}");
    }

    #[test]
    fn every_line_of_every_exam_can_be_read_and_is_an_exam() {
        for exam in EXAMS {
            for scale in [1, 2, 3, 4, 8] {
                for line in compose(&names(&[("x", scale)]), &[], Some(exam)) {
                    let recipe = Recipe::parse(&line).unwrap();
                    let stages = exam.stages(scale).split(" | ").filter(|stage| !stage.is_empty()).count();
                    assert_eq!(recipe.exam_stages(), stages, "{}: {line}", exam.id);
                }
            }
        }
    }

    #[test]
    fn names_that_cannot_be_names_are_left_out() {
        let lines = compose(&names(&[("odd = name", 1), ("pipe|model", 1)]), &[], None);
        assert_eq!(lines, ["source | model \"odd = name\"", "source | model \"pipe|model\""]);
        assert!(lines.iter().all(|line| Recipe::parse(line).is_ok()));
        assert_eq!(compose(&names(&[("a", 1), ("a", 1)]), &[], None).len(), 1);
    }
}
