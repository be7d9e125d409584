//! `doublet doctor`: what was found on this machine, and what each missing thing costs.

use std::fmt::Write;

use anyhow::Result;

use crate::{gpu, media, models};

use super::say;

pub fn run() -> Result<()> {
    let mut text = String::new();
    video(&mut text);
    drawing(&mut text);
    inference(&mut text);
    memory(&mut text);
    window(&mut text);
    say(&text)
}

/// One finding: good news with a tick, bad news with what it costs.
fn line(text: &mut String, found: bool, what: &str) {
    _ = writeln!(text, "{} {what}", if found { "[found]  " } else { "[missing]" });
}

fn video(text: &mut String) {
    line(text, true, &format!("FFmpeg: {}", media::version()));
    for codec in media::CODECS {
        let (found, label) = (codec.is_available(), codec.label);
        let cost = if found { "" } else { ": no such files can be written here; opening them may still work" };
        line(text, found, &format!("the {label} encoder{cost}"));
    }
}

fn drawing(text: &mut String) {
    match gpu::Gpu::headless() {
        Ok(gpu) => {
            line(text, true, &format!("graphics device: {}", gpu.description()));
            let real = !gpu.is_software() && gpu.computes();
            let maps = "a graphics card for the window's maps of error, gain and edges";
            let cost = if real { "" } else { ": the processor draws them, with the same numbers" };
            line(text, real, &format!("{maps}{cost}"));
        }
        Err(why) => {
            line(text, false, &format!("graphics device ({why}): no window; shot, score and render still work"))
        }
    }
}

fn inference(text: &mut String) {
    match models::Runtime::get() {
        Ok(runtime) => {
            line(text, true, &format!("ONNX Runtime {} ({})", runtime.version(), runtime.library().display()));
            for device in runtime.devices() {
                line(text, true, &format!("models run on {}", device.name));
            }
            if runtime.best() == models::DeviceKind::Cpu {
                line(text, false, "a graphics card for models: they run on the CPU, many times slower");
            }
            runtime.notes().iter().for_each(|note| line(text, false, note));
        }
        Err(why) => line(text, false, &format!("{why}; everything that needs no model works")),
    }
    let folders = models::model_folders();
    let count = models::files(&folders).len();
    let mut places: Vec<_> = folders.iter().map(|f| f.display().to_string()).collect();
    places.sort();
    line(
        text,
        count > 0,
        &format!("{count} models in {}", if places.is_empty() { "no folder".into() } else { places.join(", ") }),
    );
}

fn memory(text: &mut String) {
    match super::workshop().scores() {
        Some(scores) if scores.is_open() => {
            let mib = scores.bytes() as f64 / f64::from(1 << 20);
            line(text, true, &format!("scores are remembered in {} ({mib:.1} MiB)", scores.path().display()));
        }
        Some(scores) => line(
            text,
            false,
            &format!("a place to remember scores ({} cannot be used): they are measured anew", scores.path().display()),
        ),
        None => line(text, false, "a place to remember scores: they are measured anew each time"),
    }
}

fn window(text: &mut String) {
    let shown = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|v| std::env::var_os(v).is_some());
    line(text, shown, if shown { "a display for the window" } else { "a display: no window; the other commands work" });
    let on_path = |name: &str| {
        std::env::var_os("PATH").is_some_and(|all| std::env::split_paths(&all).any(|dir| dir.join(name).is_file()))
    };
    let dialogs = on_path("zenity") || std::env::var_os("XDG_CURRENT_DESKTOP").is_some();
    line(
        text,
        dialogs,
        if dialogs {
            "file dialogs"
        } else {
            "file dialogs: files open by drag and drop, by a typed path, and from the command line"
        },
    );
}
