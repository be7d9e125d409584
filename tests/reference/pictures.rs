//! Moving pictures for both sides: the demo's street, drawn at any size, and what the reference FFmpeg makes of it.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use doublet::demo::Scene;
use doublet::frame::{Image, Layout};

use super::program;
use super::raw::Raw;

/// Frames of one loop of the street: so many seconds of slow motion that neighbours differ as in a film.
const LOOP: usize = 96;

/// The first `frames` frames of the street at `width` x `height` in `layout`, kept in `folder`.
pub fn street(folder: &Path, (width, height): (u32, u32), layout: Layout, frames: usize) -> Result<Raw, String> {
    let mut raw = Raw { path: PathBuf::new(), width, height, layout };
    raw.path = folder.join(format!("street_{width}x{height}_{}_{frames}.yuv", raw.format()));
    if !raw.path.is_file() {
        let drawn = folder.join(format!("street_{width}x{height}_{frames}.rgb"));
        draw(&drawn, (width, height), frames)?;
        let mut command = program::command()?;
        command.args(["-f", "rawvideo", "-s", &format!("{width}x{height}"), "-pix_fmt", "rgb24", "-i"]).arg(&drawn);
        let scale = "scale=flags=bicubic+accurate_rnd:out_color_matrix=bt709:out_range=tv";
        store(command.args(["-vf", scale]), &raw)?;
        fs::remove_file(&drawn).map_err(|e| e.to_string())?;
    }
    Ok(raw)
}

fn draw(path: &Path, (width, height): (u32, u32), frames: usize) -> Result<(), String> {
    let scene = Scene::sized(width, height, LOOP);
    let words = |e: std::io::Error| format!("cannot write {}: {e}", path.display());
    let mut file = BufWriter::new(File::create(path).map_err(words)?);
    for n in 0..frames {
        file.write_all(&bytes(&scene.frame(n % LOOP))).map_err(words)?;
    }
    file.flush().map_err(words)
}

/// Red, green and blue of every sample, a byte each.
fn bytes(image: &Image) -> Vec<u8> {
    let code = |value: f32| (value.clamp(0.0, 1.0) * 255.0).round() as u8;
    let [red, green, blue] = [0, 1, 2].map(|channel| image.channel(channel));
    red.iter().zip(green).zip(blue).flat_map(|((r, g), b)| [code(*r), code(*g), code(*b)]).collect()
}

/// `source` through x264 at `crf`, as a file to decode and as bare samples.
pub fn encoded(source: &Raw, crf: u32) -> Result<(PathBuf, Raw), String> {
    let stem = stem(&source.path);
    let file = source.path.with_file_name(format!("{stem}_crf{crf}.mkv"));
    if !file.is_file() {
        let passing = source.path.with_file_name(format!("making-{stem}_crf{crf}.mkv"));
        let mut command = program::command()?;
        source.input(&mut command, 1);
        command.args(["-c:v", "libx264", "-preset", "medium", "-crf", &crf.to_string()]).arg(&passing);
        program::run(&mut command)?;
        fs::rename(&passing, &file).map_err(|e| e.to_string())?;
    }
    let raw = Raw { path: source.path.with_file_name(format!("{stem}_crf{crf}.yuv")), ..source.clone() };
    if !raw.path.is_file() {
        store(program::command()?.arg("-i").arg(&file), &raw)?;
    }
    Ok((file, raw))
}

/// `source` through a filter of FFmpeg, named `name`.
pub fn filtered(source: &Raw, name: &str, filter: &str) -> Result<Raw, String> {
    let raw = Raw { path: source.path.with_file_name(format!("{}_{name}.yuv", stem(&source.path))), ..source.clone() };
    if !raw.path.is_file() {
        let mut command = program::command()?;
        source.input(&mut command, 1);
        store(command.args(["-vf", filter]), &raw)?;
    }
    Ok(raw)
}

/// The first `frames` frames of a file of any kind, in `layout`, as `folder`/`name`.yuv.
pub fn decoded(file: &Path, folder: &Path, name: &str, shape: &Raw, frames: usize) -> Result<Raw, String> {
    let raw = Raw { path: folder.join(format!("{name}_{frames}.yuv")), ..shape.clone() };
    if !raw.path.is_file() {
        store(program::command()?.arg("-i").arg(file).args(["-frames:v", &frames.to_string()]), &raw)?;
    }
    Ok(raw)
}

/// The luma of `source` alone.
pub fn luma(source: &Raw) -> Result<Raw, String> {
    let path = source.path.with_file_name(format!("{}_luma.yuv", stem(&source.path)));
    let raw = Raw { path, layout: super::raw::GRAY, ..source.clone() };
    if !raw.path.is_file() {
        let mut command = program::command()?;
        source.input(&mut command, 1);
        store(command.args(["-vf", "extractplanes=y"]), &raw)?;
    }
    Ok(raw)
}

/// Runs `command` with `raw` as its output; the file appears whole or not at all.
fn store(command: &mut std::process::Command, raw: &Raw) -> Result<(), String> {
    let passing = raw.path.with_file_name(format!("making-{}.yuv", stem(&raw.path)));
    command.args(["-map", "0:v:0", "-fps_mode", "passthrough"]);
    command.args(["-f", "rawvideo", "-pix_fmt", &raw.format()]).arg(&passing);
    program::run(command)?;
    fs::rename(&passing, &raw.path).map_err(|e| format!("cannot write {}: {e}", raw.path.display()))
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
