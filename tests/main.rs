//! One test binary: linking FFmpeg once matters. One file a subject in `suite/`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod suite {
    mod adm;
    mod attacks;
    mod bench;
    mod by_products;
    mod cambi;
    mod canny;
    mod chains;
    mod ciede;
    mod cli_run;
    mod color;
    pub mod degrade;
    mod demo;
    mod engine;
    mod erqa;
    mod evidence;
    mod filters;
    mod gpu;
    mod image_metrics;
    mod import;
    mod invented;
    mod judges;
    mod layers;
    pub mod made;
    mod media;
    mod metrics;
    mod models;
    mod ms_ssim;
    mod no_reference;
    mod onnx_writer;
    mod overlays;
    mod psnr_hvs;
    mod recipes;
    mod recode;
    pub mod reference;
    mod report;
    mod scoring;
    mod shaders;
    mod shelf;
    mod shipped;
    mod speed;
    mod ssim_ffmpeg;
    pub mod support;
    mod tournament;
    mod tournament_files;
    mod ui;
    mod undo;
    mod verdict;
    mod verdict_cli;
    mod views;
    mod vif;
    mod vmaf;
    mod vmaf_scores;
    mod window;
    mod xpsnr;
}
