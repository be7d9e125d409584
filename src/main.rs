//! Arguments to the window or the command line; the only place that sets the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    // While no other thread runs.
    doublet::media::silence_encoders();
    ExitCode::from(doublet::cli::run(std::env::args_os()))
}
