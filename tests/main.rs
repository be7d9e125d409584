//! One test binary: linking FFmpeg once matters. One file a subject in `suite/`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod suite {
    mod chains;
    mod cli_run;
    mod color;
    pub mod degrade;
    mod demo;
    mod engine;
    mod filters;
    mod gpu;
    mod import;
    mod layers;
    mod media;
    mod metrics;
    mod models;
    mod ms_ssim;
    mod onnx_writer;
    mod recipes;
    mod recode;
    mod report;
    mod shaders;
    mod shelf;
    mod shipped;
    mod speed;
    mod ssim_ffmpeg;
    pub mod support;
    mod tournament;
    mod tournament_files;
    mod ui;
    mod views;
    mod vmaf;
    mod window;
}
