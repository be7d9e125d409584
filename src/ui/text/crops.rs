//! Words of the strip of crops.

use super::Words;

pub const SHOW: Words =
    ("Answers side by side", "The place last pointed at: the input, and what every model of the comparison made of it");
pub const CLOSE: &str = "Close the crops";
pub const WAIT: &str = "Making the crops.";

pub fn about(jurors: usize) -> String {
    match jurors {
        1 => "What it was made from, and the candidate. Add models on the same input to see what they say.".into(),
        _ => format!("What it was made from, and {jurors} answers. Where they differ, at most one of them is right."),
    }
}

pub fn side_by_side(names: &[&str]) -> String {
    format!("Side by side: {}", names.join(", "))
}
