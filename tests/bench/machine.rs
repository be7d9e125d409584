//! What the figures were taken on.

use std::fs;

/// Processors that rows may use: both sides are told this number.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Prints processor, threads and how busy the machine is with other things.
pub fn print() {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = info.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let model = field("model name").unwrap_or_else(|| std::env::consts::ARCH.into());
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown");
    println!("{model}, {} threads, load before the start {load}", threads());
    if load.parse::<f64>().is_ok_and(|load| load > 0.5) {
        println!("the machine is busy: trust ratios only, and their spread");
    }
}
