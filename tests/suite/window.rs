//! The real window, on a real X server without a screen: keys are pressed, and what is seen is compared with what
//! `doublet shot` writes.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use image::RgbaImage;

use super::support::Clip;

/// The window's size when it opens; the screen is wider, so that the pointer can stand beside the window.
const WINDOW: (u32, u32) = (1600, 1000);

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// An X server without a screen, and its display.
struct Screen {
    _server: Running,
    display: String,
}

impl Screen {
    /// `None`, with the reason printed, where the tools or a software graphics driver are missing.
    fn start() -> Option<Self> {
        for tool in ["Xvfb", "xdotool", "import"] {
            let found = std::env::split_paths(&std::env::var_os("PATH")?).any(|dir| dir.join(tool).is_file());
            if !found {
                println!("skipped: needs {tool}, which `make test` installs on Debian");
                return None;
            }
        }
        if !Path::new(LAVAPIPE).is_file() {
            println!("skipped: needs Mesa's software Vulkan driver, which `make test` installs on Debian");
            return None;
        }
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1700x1000x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        Some(Self { _server: Running(server), display: format!(":{}", number.trim()) })
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("DISPLAY", &self.display).env_remove("WAYLAND_DISPLAY").env("VK_ICD_FILENAMES", LAVAPIPE);
        command.env("VK_DRIVER_FILES", LAVAPIPE).env("WGPU_BACKEND", "vulkan").stderr(Stdio::null());
        command
    }

    fn xdotool(&self, words: &[&str]) -> String {
        let output = self.command("xdotool").args(words).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn picture(&self, dir: &Path) -> RgbaImage {
        let path = dir.join("screen.png");
        let crop = format!("{}x{}+0+0", WINDOW.0, WINDOW.1);
        let done = self.command("import").args(["-window", "root", "-crop", &crop, "+repage"]).arg(&path).status();
        assert!(done.unwrap().success());
        image::open(path).unwrap().to_rgba8()
    }

    /// Waits until the screen holds `wanted`; panics with how far off it stayed.
    fn wait_for(&self, wanted: &RgbaImage, dir: &Path, what: &str) {
        let began = Instant::now();
        loop {
            let seen = self.picture(dir);
            let off = share_off(&seen, wanted);
            if off < 0.001 {
                return;
            }
            if began.elapsed() > Duration::from_secs(60) {
                let keep = std::env::temp_dir().join("doublet-window-test.png");
                _ = seen.save(&keep);
                panic!("{what}: {:.2}% of the pixels differ from the shot; see {}", off * 100.0, keep.display());
            }
            std::thread::sleep(Duration::from_millis(300));
        }
    }
}

const LAVAPIPE: &str = "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json";

/// Share of the pixels that differ by more than 2 codes: two rounding steps (the half-float texture, the 8-bit target)
/// may each go the other way on the graphics device.
fn share_off(a: &RgbaImage, b: &RgbaImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let off = a.pixels().zip(b.pixels()).filter(|(a, b)| (0..3).any(|c| a.0[c].abs_diff(b.0[c]) > 2)).count();
    off as f64 / f64::from(a.width() * a.height())
}

fn shot(reference: &str, candidate: &str, words: &[&str], out: &Path) -> Vec<RgbaImage> {
    let size = format!("{}x{}", WINDOW.0, WINDOW.1);
    let output = Command::new(env!("CARGO_BIN_EXE_doublet"))
        .args(["shot", reference, candidate, "--size", &size, "-o", out.to_str().unwrap()])
        .args(words)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let paths = String::from_utf8(output.stdout).unwrap();
    paths.lines().map(|path| image::open(path).unwrap().to_rgba8()).collect()
}

#[test]
fn the_real_window_shows_what_a_shot_writes() {
    let Some(screen) = Screen::start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (dir.path().join("ref.mkv"), dir.path().join("bad.mkv"));
    let clip = Clip { width: 640, height: 360, frames: 6, ..Clip::default() };
    clip.write(&a);
    Clip { codec: "x264", crf: Some(45.0), ..clip }.write(&b);
    let (a, b) = (a.to_str().unwrap(), b.to_str().unwrap());

    let program = screen.command(env!("CARGO_BIN_EXE_doublet")).args([a, b]).spawn().unwrap();
    let _program = Running(program);
    let window = screen.xdotool(&["search", "--sync", "--onlyvisible", "--name", "Doublet"]);
    let window = window.lines().next().expect("a window opened").to_owned();
    screen.xdotool(&["mousemove", "1650", "500"]);
    screen.xdotool(&["windowfocus", "--sync", &window]);
    let press = |keys: &[&str]| {
        for key in keys {
            screen.xdotool(&["key", key]);
        }
    };
    let out = dir.path().join("shot.png");

    press(&["F10"]);
    let split = shot(a, b, &["--frame", "0"], &out).remove(0);
    screen.wait_for(&split, dir.path(), "split at frame 0");

    press(&["period", "period"]);
    let third = shot(a, b, &["--frame", "2"], &out).remove(0);
    assert!(share_off(&split, &third) > 0.01, "the clip moves");
    screen.wait_for(&third, dir.path(), "two steps on");

    press(&["d"]);
    let difference = shot(a, b, &["--frame", "2", "--view", "difference"], &out).remove(0);
    screen.wait_for(&difference, dir.path(), "difference");

    press(&["b", "Home"]);
    let side = shot(a, b, &["--frame", "0", "--view", "side"], &out).remove(0);
    screen.wait_for(&side, dir.path(), "side by side, back home");

    // The line is dragged: what was on its right moves to the left side's picture.
    press(&["s"]);
    screen.wait_for(&split, dir.path(), "split again");
    // A hand is slower than a screen frame, and so is this.
    let steps = [
        "mousemove 800 500",
        "mousedown 1",
        "mousemove 600 500",
        "mousemove 400 500",
        "mouseup 1",
        "mousemove 1650 500",
    ];
    for step in steps {
        screen.xdotool(&step.split(' ').collect::<Vec<_>>());
        std::thread::sleep(Duration::from_millis(300));
    }
    std::thread::sleep(Duration::from_millis(500));
    let dragged = screen.picture(dir.path());
    assert!(share_off(&dragged, &split) > 0.02, "dragging the line changes the picture");
}
