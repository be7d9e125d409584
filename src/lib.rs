//! Doublet, a loupe for moving pictures: a source beside its candidates, in step, with the evidence.
//!
//! # The one idea: a candidate is a chain of sources
//!
//! ```text
//! file ──► media::Video ─┐
//!                        ├─ each is a frame::FrameSource, and every stage wraps one
//! stage(FrameSource) ────┘   models · filters
//!
//! FrameSource ──► engine::store  (Arc<Frame> by key, byte-budgeted, never mutated)
//!                     ├──► screen    planes uploaded once, converted in WGSL, drawn by a view
//!                     ├──► metrics   (reference, candidate) -> score
//!                     └──► the next stage, or the encoder
//! ```
//!
//! # Layers
//!
//! A module imports only from lines above its own; `tests/suite/layers.rs` holds the tree to this table.
//!
//! | line | module | holds |
//! |---|---|---|
//! | 0 | [`frame`] | plain data: frames, colour tags, time, the `FrameSource` trait |
//! | 1 | [`gpu`] | wgpu: a device with or without a window, textures, buffers; knows no video |
//! | 2 | [`color`] | YUV and RGB, range, resizing; each `.wgsl` beside its Rust twin |
//! | 3 | [`media`] | FFmpeg: probe, exact decode, encode; no FFmpeg type leaves |
//! | 3 | [`models`] | weights into ONNX; ONNX Runtime: devices, probing, tiles; no ort type leaves |
//! | 3 | [`filters`] | stages that resize, soften, add noise, code as JPEG, sharpen, stretch |
//! | 3 | [`metrics`] | extractors, metrics, overlays and their tables; pooling |
//! | 4 | [`evidence`] | verdicts: arithmetic on what was measured of all candidates |
//! | 4 | [`report`] | writers: json, csv, html, table |
//! | 5 | [`engine`] | the application without a window: recipes, store, clock, jobs; Command in, State out |
//! | 6 | [`demo`] | the ready comparison that `make run` opens |
//! | 6 | [`views`] | split, side by side, flicker, difference; one camera; the canvas shader and its twin |
//! | 7 | [`ui`] | the window: panels, keys, theme, all its words |
//! | 8 | [`cli`] | the command line: the same engine with no window, or the window on what was named |

pub mod frame;

pub mod gpu;

pub mod color;

pub mod filters;
pub mod media;
pub mod metrics;
pub mod models;

pub mod evidence;
pub mod report;

pub mod engine;

pub mod demo;
pub mod views;

pub mod cli;
pub mod ui;
