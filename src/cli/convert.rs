//! `doublet models convert`: weights as the ONNX file that Doublet runs.

use anyhow::{Result, anyhow, bail};

use crate::models::{self, Precision};
use crate::report::write_atomic;

use super::args::Convert;
use super::{Usage, say};

pub fn run(wish: &Convert) -> Result<()> {
    let output = &wish.output;
    if !output.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("onnx")) {
        return Err(anyhow!(Usage(format!("“{}” is no name of an ONNX file; end it in .onnx", output.display()))));
    }
    let file = models::find(&wish.file, &models::model_folders())?;
    if output.canonicalize().is_ok_and(|goal| file.canonicalize().is_ok_and(|file| file == goal)) {
        bail!(Usage(format!("{} is read here, so it cannot be written too; choose another name", output.display())));
    }
    let precision = if wish.fp16 { Precision::F16 } else { Precision::F32 };
    let made = models::convert(&file, precision)?;
    write_atomic(output, &made.bytes)?;
    let (architecture, from) = (&made.architecture, &made.from);
    let mib = made.bytes.len() as f64 / f64::from(1 << 20);
    say(&format!("{}: {architecture}, {precision}, {mib:.1} MiB, from {from}\n", output.display()))
}
