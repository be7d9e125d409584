//! Clips to measure with, made once by the FFmpeg program from the fixtures and kept under `target/bench`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The 1080p camera clip of the fixtures: 54 frames of H.264 at 12 Mbit/s.
pub fn street() -> Result<PathBuf, String> {
    fixture("clips/street_1080p25_h264_fullrange.mp4")
}

/// The same clip six times in a row, copied without decoding.
pub fn street_long() -> Result<PathBuf, String> {
    let source = street()?;
    made("street_x6.mp4", |out| {
        let mut command = ffmpeg();
        command.args(["-stream_loop", "5", "-i"]).arg(&source).args(["-map", "0:v:0", "-c", "copy"]).arg(out);
        command
    })
}

/// A file of the fixtures.
pub fn fixture(name: &str) -> Result<PathBuf, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/testdata").join(name);
    if path.is_file() { Ok(path) } else { Err(format!("needs the fixture {name} in ../shared/testdata")) }
}

/// The FFmpeg program, quiet, writing over what is there.
pub fn ffmpeg() -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-y"]);
    command
}

/// Runs `command` to its end.
pub fn run(command: &mut Command) -> Result<(), String> {
    let output = command.stdout(Stdio::null()).stderr(Stdio::piped()).output();
    let output = output.map_err(|e| format!("needs the ffmpeg program ({e})"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!("ffmpeg failed: {}", String::from_utf8_lossy(&output.stderr).trim())),
    }
}

/// `target/bench/NAME`, written if it is not there.
pub fn written(name: &str, bytes: impl Fn() -> Vec<u8>) -> Result<PathBuf, String> {
    let path = folder()?.join(name);
    if !path.is_file() {
        fs::write(&path, bytes()).map_err(|e| format!("cannot write {}: {e}", path.display()))?;
    }
    Ok(path)
}

/// `target/bench`.
pub fn folder() -> Result<PathBuf, String> {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap_or(Path::new("target")).join("bench");
    fs::create_dir_all(&dir).map_err(|e| format!("cannot make {}: {e}", dir.display()))?;
    Ok(dir)
}

/// `target/bench/NAME`, made by the command if it is not there; it appears whole or not at all.
fn made(name: &str, make: impl Fn(&Path) -> Command) -> Result<PathBuf, String> {
    let dir = folder()?;
    let path = dir.join(name);
    if !path.is_file() {
        let passing = dir.join(format!("making-{name}"));
        run(&mut make(&passing))?;
        fs::rename(&passing, &path).map_err(|e| format!("cannot write {}: {e}", path.display()))?;
    }
    Ok(path)
}
