//! The reference FFmpeg, a static program with libvmaf in it that `tools/reference.sh` fetches.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the program is.
pub fn path() -> Result<PathBuf, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(".doublet/reference/ffmpeg");
    if path.is_file() { Ok(path) } else { Err("needs the reference FFmpeg; run tools/reference.sh".into()) }
}

/// The program, quiet, writing over what is there.
pub fn command() -> Result<Command, String> {
    let mut command = Command::new(path()?);
    command.args(["-v", "error", "-nostdin", "-y"]);
    Ok(command)
}

/// Runs `command` to its end.
pub fn run(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output();
    let output = output.map_err(|e| format!("the reference FFmpeg cannot be started ({e})"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!("the reference FFmpeg failed: {}", String::from_utf8_lossy(&output.stderr).trim())),
    }
}

/// The first line of what the program says of itself.
pub fn version() -> String {
    let output = path().and_then(|path| Command::new(path).arg("-version").output().map_err(|e| e.to_string()));
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().next().unwrap_or("no reference FFmpeg").split(" Copyright").next().unwrap_or_default().to_owned()
}
