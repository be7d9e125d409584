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

/// The presets, the mildest first. Lengths and noise are in samples and codes of the picture after `down`.
///
/// - *DVD*: a pixel-mean reduction, then MPEG-2 with two B pictures and groups of 12 at quantiser 5 of 1 to 31, the
///   coarse end of what is usual (FFmpeg's wiki, "Encode/MPEG-4"): 2 to 6 Mb/s on our clips at 720x576, where DVDs are.
/// - *Web*: x264 at crf 28, the low end of the "subjectively sane range" of FFmpeg's wiki ("Encode/H.264", 17 to 28);
///   reduce, then compress is how RealBasicVSR (Chan et al., CVPR 2022) models videos from the web.
/// - *VHS-like*: luma of 3 MHz and colour of 0.5 MHz at -3 dB, sampled at 13.5 MHz (ITU-R BT.601), are Gaussians of
///   `sqrt(ln 2) / (2 pi f)` = 0.60 and 3.6 samples; played and recorded twice that is 0.85 and 5. Lines are softened
///   across alone. Colour comes late by two samples. Noise of 4 codes is 35 dB below white, two passes of a worn 38 dB
///   tape. Then digitised as for a DVD.
/// - *Phone*: in the order of a camera, and of BSRGAN (Zhang et al., ICCV 2021) and Real-ESRGAN (Wang et al., ICCVW
///   2021), whose ranges hold these values: optics, sensor noise, the sharpening of the camera's processor, and a fast
///   encoder that is short of bits.
pub static EXAMS: &[Exam] = &[
    Exam {
        id: "clean",
        label: "Clean",
        help: "only made smaller, by an antialiased bicubic: what most models were trained on",
        stages: "down {S} bicubic",
    },
    Exam {
        id: "dvd",
        label: "DVD",
        help: "made smaller by the mean of each block, then MPEG-2 as on a DVD",
        stages: "down {S} box | encode mpeg2 q=5",
    },
    Exam {
        id: "web",
        label: "Web",
        help: "made smaller by bicubic, then H.264 at crf 28: a small upload",
        stages: "down {S} bicubic | encode x264 crf=28",
    },
    Exam {
        id: "vhs",
        label: "VHS-like",
        help: "made smaller, softened across, colour smeared and late, noise, then MPEG-2: a copied tape, digitised",
        stages: "down {S} bicubic | blur 0.85 down=0 | chroma 5 shift=2 | noise 4 | encode mpeg2 q=5",
    },
    Exam {
        id: "phone",
        label: "Phone",
        help: "made smaller, soft optics, noise, sharpened, then H.264 at crf 29 in haste: a phone in poor light",
        stages: "down {S} bicubic | blur 0.8 | noise 4 | unsharp 1 | encode x264 crf=29 preset=veryfast",
    },
];

/// The exam called `id`.
pub fn exam(id: &str) -> Option<&'static Exam> {
    EXAMS.iter().find(|e| e.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Recipe;

    #[test]
    fn every_preset_is_a_recipe_at_every_scale() {
        let mut ids = std::collections::BTreeSet::new();
        for exam in EXAMS {
            assert!(ids.insert(exam.id) && !exam.label.is_empty() && exam.help.len() > 20);
            assert!(super::exam(exam.id).is_some_and(|found| std::ptr::eq(found, exam)));
            for scale in [1, 2, 3, 4, 8] {
                let line = exam.line(scale, "model compact-2x");
                let recipe = Recipe::parse(&line).unwrap_or_else(|e| panic!("{e}"));
                assert_eq!(recipe.to_string(), line, "the preset is in its canonical form");
                let smaller = recipe.stages.iter().any(|stage| stage.line().starts_with(&format!("down {scale} ")));
                assert_eq!(smaller, scale > 1, "{line}");
            }
            assert_eq!(exam.line(2, "").matches(" | ").count(), exam.stages.split('|').count());
        }
        assert!(super::exam("none").is_none());
        assert_eq!(EXAMS[0].line(1, "model restore-1x"), "source | model restore-1x");
        assert_eq!(EXAMS[0].line(1, ""), "source");
    }

    #[test]
    fn the_tape_is_as_soft_as_its_docstring_says() {
        // -3 dB at f: exp(-2 (pi sigma f)^2) = sqrt(1/2), f in cycles a sample.
        let sigma = |megahertz: f64| (2.0_f64.ln() / 4.0).sqrt() / (std::f64::consts::PI * megahertz / 13.5);
        assert!((sigma(3.0) - 0.60).abs() < 0.005 && (sigma(3.0) * 2.0_f64.sqrt() - 0.85).abs() < 0.01);
        assert!((sigma(0.5) - 3.6).abs() < 0.05 && (sigma(0.5) * 2.0_f64.sqrt() - 5.0).abs() < 0.1);
    }
}
