//! The words on the picture. The window's own words are in `ui::text`.

pub const UNKNOWN: &str = "–";
pub const IDENTICAL: &str = "identical";
pub const REFERENCE: &str = "reference";
pub const OPENING: &str = "opening …";
pub const NO_FRAME: &str = "waiting for this frame …";
pub const DIFFERENCE: &str = "difference";
pub const GUESSED: &str = "guessed";
pub const RESIZED: &str = "resized";
pub const SHIFTED: &str = "shifted";

pub fn guessed(parts: &str) -> String {
    format!("The file does not say its {parts}; Doublet guessed by its written rules.")
}

pub fn resized((w, h): (u32, u32), (rw, rh): (u32, u32)) -> String {
    format!("{w}×{h}, shown and measured on the reference's {rw}×{rh}.")
}

pub fn shifted(own: usize, reference: usize) -> String {
    format!("Its frame {own} has the time of the reference's frame {reference}.")
}

/// Which part of a chain is shown: "after 2 of 3".
pub fn tapped(tap: usize, of: usize) -> String {
    if tap == 0 { "before its steps".into() } else { format!("after {tap} of {of}") }
}

pub fn tapped_why(tap: usize, stages: &[String]) -> String {
    match tap.checked_sub(1).and_then(|last| stages.get(last)) {
        Some(last) => format!("Shown is the picture after “{last}”; {} more follow in the chain.", stages.len() - tap),
        None => "Shown is the picture that the chain begins with.".into(),
    }
}

pub fn frame_line(number: usize, seconds: f64) -> String {
    format!("frame {number} · {seconds:.3} s")
}

/// Over a picture that is still being made.
pub fn stand_in(done: f32) -> String {
    format!("enlarged input stands in · {:.0}% done", f64::from(done) * 100.0)
}

/// Numbers of the tracks in the list, from 1.
pub fn difference(gain: f32, from: usize, to: usize) -> String {
    format!("{DIFFERENCE} ×{gain:.0} · {to} minus {from}")
}

/// Red, green and blue of a picture on the 8-bit scale.
pub fn rgb(values: [f32; 3]) -> String {
    let [r, g, b] = values.map(|v| (f64::from(v) * 255.0).round() as i64);
    format!("R {r:>3}  G {g:>3}  B {b:>3}")
}

/// The read-out under the cursor.
pub fn sample_at(x: u32, y: u32) -> String {
    format!("x {x}  y {y}")
}
