//! Where results may go.

use std::path::Path;

use anyhow::{Result, anyhow, bail};

use crate::engine::{Head, Recipe};

use super::Usage;

/// Checks that writing `output` takes none of the files away that `recipes` read.
///
/// # Errors
/// Wrong usage, with the name, when it would.
pub fn spares<'r>(output: &Path, recipes: impl IntoIterator<Item = &'r Recipe>) -> Result<()> {
    let Ok(real) = output.canonicalize() else { return Ok(()) };
    let is_output = |recipe: &Recipe| match &recipe.head {
        Head::File(path) => path.canonicalize().is_ok_and(|input| input == real),
        Head::Source => false,
    };
    // A terminal or a pipe may stand on both sides: nothing is replaced there.
    if real.is_file() && recipes.into_iter().any(is_output) {
        bail!(Usage(format!("{} is read here, so it cannot be written too; choose another name", output.display())));
    }
    Ok(())
}

/// Checks that `output` is named as a PNG file.
///
/// # Errors
/// Wrong usage when its name ends otherwise.
pub fn is_png(output: &Path) -> Result<()> {
    match output.extension() {
        Some(ending) if ending.eq_ignore_ascii_case("png") => Ok(()),
        _ => Err(anyhow!(Usage(format!("“{}” is no name of a picture; end it in .png", output.display())))),
    }
}
