//! The pairs: the demo's street in several depths, layouts and sizes, damaged in several ways; and the stored pairs of
//! the fixtures, where they are.

use std::path::Path;

use doublet::frame::{FrameSource, Layout};
use doublet::media;

use crate::reference::pictures;
use crate::reference::raw::{Raw, yuv};

/// Two files of one shape, of which the same frames are scored on both sides.
pub struct Pair {
    pub name: String,
    pub reference: Raw,
    pub candidate: Raw,
}

/// What is done to a reference: through x264, or through a filter.
enum Damage {
    Crf(u32),
    Filter(&'static str, &'static str),
    None,
}

use Damage::{Crf, Filter};

/// A size, a layout, and what is made of it.
type Recipe = ((u32, u32), Layout, &'static [Damage]);

const RECIPES: &[Recipe] = &[
    (
        (640, 360),
        yuv(8, (1, 1)),
        &[
            Crf(23),
            Crf(40),
            Filter("unsharp", "unsharp=5:5:1.0"),
            Filter("contrast", "eq=contrast=1.15"),
            Filter("blur", "gblur=sigma=1.2"),
            Filter("noise", "noise=all_seed=1234:alls=12:allf=t"),
            Damage::None,
        ],
    ),
    ((1280, 720), yuv(8, (1, 1)), &[Crf(33)]),
    ((577, 433), yuv(8, (1, 1)), &[Filter("blur", "gblur=sigma=0.8")]),
    ((640, 360), yuv(8, (1, 0)), &[Crf(30)]),
    ((640, 360), yuv(8, (0, 0)), &[Crf(30)]),
    ((640, 360), yuv(10, (1, 1)), &[Crf(30), Filter("unsharp", "unsharp=5:5:1.0")]),
    ((640, 360), yuv(12, (1, 1)), &[Filter("blur", "gblur=sigma=1.2")]),
];

/// Every pair whose name holds one of `words` (all when there are none), of at most `frames` frames (0: all).
pub fn all(folder: &Path, frames: usize, words: &[String]) -> Result<Vec<Pair>, String> {
    let wanted = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    let mut pairs = Vec::new();
    for (size, layout, damages) in RECIPES {
        for damage in *damages {
            let what = match damage {
                Crf(crf) => format!("x264 crf {crf}"),
                Filter(name, _) => (*name).to_owned(),
                Damage::None => "itself".to_owned(),
            };
            let name = format!("street {}x{} {} and {what}", size.0, size.1, layout.name());
            if wanted(&name) {
                pairs.push(made(folder, (*size, *layout), damage, name, frames)?);
            }
        }
    }
    stored(folder, frames, &wanted, &mut pairs)?;
    Ok(pairs)
}

fn made(
    folder: &Path,
    (size, layout): ((u32, u32), Layout),
    damage: &Damage,
    name: String,
    frames: usize,
) -> Result<Pair, String> {
    let frames = if frames == 0 { 24 } else { frames };
    let reference = pictures::street(folder, size, layout, frames)?;
    let candidate = match damage {
        Crf(crf) => pictures::encoded(&reference, *crf)?.1,
        Filter(name, filter) => pictures::filtered(&reference, name, filter)?,
        Damage::None => reference.clone(),
    };
    Ok(Pair { name, reference, candidate })
}

/// The pairs of the fixtures beside the checkout, if they are there.
fn stored(folder: &Path, frames: usize, wanted: &dyn Fn(&str) -> bool, pairs: &mut Vec<Pair>) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/testdata/oracle/pairs");
    let Ok(clips) = std::fs::read_dir(&root) else {
        println!("the fixtures in ../shared/testdata are not here: only pairs made here are scored");
        return Ok(());
    };
    let frames = if frames == 0 { 48 } else { frames };
    let mut files: Vec<_> = clips
        .flatten()
        .flat_map(|clip| std::fs::read_dir(clip.path()).into_iter().flatten().flatten())
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "mkv"))
        .collect();
    files.sort();
    for file in files {
        let words = |path: Option<&Path>| {
            path.and_then(|path| path.file_stem()).unwrap_or_default().to_string_lossy().into_owned()
        };
        let (clip, what) = (words(file.parent()), words(Some(&file)));
        let name = format!("{clip} {what}");
        if what == "ref" || !wanted(&name) {
            continue;
        }
        let original = file.with_file_name("ref.mkv");
        let info = media::open(&original).map_err(|e| e.to_string())?.info().clone();
        let shape = Raw { path: original.clone(), width: info.width, height: info.height, layout: info.layout };
        let reference = pictures::decoded(&original, folder, &format!("{clip}_ref"), &shape, frames)?;
        let candidate = pictures::decoded(&file, folder, &format!("{clip}_{what}"), &shape, frames)?;
        pairs.push(Pair { name, reference, candidate });
    }
    Ok(())
}
