//! `doublet attack`: the filter that gains most VMAF at a given loss of PSNR.

use anyhow::{Result, anyhow};
use serde_json::{Value, json};

use crate::engine::{AttackSide, Hack, HackSettings, NEEDLES, find_hack, spread};
use crate::metrics;

use super::progress::Progress;
use super::{Usage, args, interrupted, recipe, say, stop_on_signal, workshop};

pub fn run(wish: &args::Attack) -> Result<()> {
    let (reference, candidate) = (recipe(&wish.reference)?, recipe(&wish.candidate)?);
    let side = if wish.before { AttackSide::Before } else { AttackSide::After };
    let workshop = workshop();
    let frames = workshop.open(&reference, None)?.source.info().timeline.len();
    let range = wish.range.clone().unwrap_or(0..frames);
    if range.end > frames {
        let (start, end) = (range.start, range.end);
        let sentence = format!("frames {start}..{end} were asked for, but the reference has frames 0..{frames}");
        return Err(anyhow!(Usage(sentence)));
    }
    let settings =
        HackSettings { psnr_loss: wish.psnr_loss, frames: spread(&range, wish.samples.into()), side, crop: None };
    let mut progress = Progress::new();
    let mut tell = |share: f32, tried: usize, best: &crate::engine::Tried| {
        let done = (100.0 * share).round();
        progress.tell(&format!("{done} %, {tried} tried: VMAF {:.2}, PSNR {:.2} dB", best.vmaf, best.psnr));
    };
    let found = find_hack(&workshop, (&reference, &candidate), &settings, &mut tell, &stop_on_signal()?);
    progress.clear();
    let hack = found.map_err(interrupted)?;
    match wish.format.as_str() {
        "json" => say(&format!("{:#}\n", as_json(&hack, wish))),
        _ => say(&as_text(&hack)),
    }
}

/// The scores without the attack and with it, and the line that makes it.
fn as_text(hack: &Hack) -> String {
    let unit = if hack.frames == 1 { "frame" } else { "frames" };
    let mut text = format!("{} attacks tried on {} {unit}\n\n", hack.tried, hack.frames);
    if hack.best.attack.is_idle() {
        return text + "Nothing gains VMAF within this loss of PSNR.\n";
    }
    text += &format!("{:<22}{:>10}{:>10}{:>10}\n", "", "without", "with", "change");
    for id in NEEDLES {
        let (Some(plain), Some(value)) = (hack.plain.get(id), hack.values.get(id)) else { continue };
        let (label, digits) = metrics::find(id).map_or((id, 3), |m| (m.about().label, m.about().decimals));
        let change = value - plain;
        text += &format!("{label:<22}{plain:>10.digits$}{value:>10.digits$}{change:>+10.digits$}\n");
    }
    text + &format!("\n{}\n", hack.line)
}

fn as_json(hack: &Hack, wish: &args::Attack) -> Value {
    let scores = |of: &std::collections::BTreeMap<&'static str, f64>| {
        NEEDLES.iter().filter_map(|id| Some(((*id).to_owned(), json!(of.get(id)?)))).collect::<serde_json::Map<_, _>>()
    };
    json!({
        "candidate": wish.candidate,
        "psnr_loss": wish.psnr_loss,
        "tried": hack.tried,
        "frames": hack.frames,
        "attack": hack.best.attack.lines(),
        "recipe": hack.line,
        "without": scores(&hack.plain),
        "with": scores(&hack.values),
    })
}
