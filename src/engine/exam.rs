//! Exams: the source is made worse in a known way, so that what a model gives back can be held against the truth.

/// A preset of degradations. A new one is one line of [`EXAMS`].
#[derive(Debug)]
pub struct Exam {
    pub id: &'static str,
    /// "DVD".
    pub label: &'static str,
    /// One line for people: what is done to the picture, and what it stands for.
    pub help: &'static str,
    /// Stages that make the picture worse; `{S}` stands for the scale that the model undoes.
    stages: &'static str,
}

impl Exam {
    /// The stages for a model of `scale`, as a recipe holds them: "down 2 bicubic | encode x264 crf=28". For a scale
    /// of 1 nothing is made smaller.
    pub fn stages(&self, scale: u32) -> String {
        let fits = |stage: &&str| scale > 1 || !stage.contains("{S}");
        let kept: Vec<String> =
            self.stages.split('|').map(str::trim).filter(fits).map(|s| s.replace("{S}", &scale.to_string())).collect();
        kept.join(" | ")
    }

    /// The whole line for `rest` (such as "model compact-2x"): `source | STAGES | REST`.
    pub fn line(&self, scale: u32, rest: &str) -> String {
        let stages = self.stages(scale);
        let parts = ["source", stages.as_str(), rest];
        parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" | ")
    }
}

pub static EXAMS: &[Exam] = &[Exam {
    id: "clean",
    label: "Clean",
    help: "only made smaller, by an antialiased bicubic: what most models were trained on",
    stages: "down {S} bicubic",
}];

/// The exam called `id`.
pub fn exam(id: &str) -> Option<&'static Exam> {
    EXAMS.iter().find(|e| e.id == id)
}
