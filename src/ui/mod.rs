//! The window. It reads the engine's state and pushes commands; what is only about looking is its own ([`Desk`]).

mod act;
mod app;
pub mod bench;
mod chain;
pub mod commands;
mod crops;
mod deeds;
mod desk;
mod dialogs;
mod drops;
mod empty;
mod exams;
mod facts;
mod help;
mod lines;
mod notices;
mod overlays;
mod overs;
mod picture;
mod plot;
mod range;
mod readout;
mod region;
mod save;
mod scores;
mod screen;
mod shelf;
mod slice;
pub mod text;
pub mod textures;
pub mod theme;
mod topbar;
mod tournament;
mod tracks;
mod transport;
mod widgets;

use std::sync::Arc;
use std::time::Duration;

use crate::engine::{Command, State};

pub use act::provenance;
pub use app::App;
pub use desk::{Action, Desk, Folds, Page, Wish};
pub use readout::words as readout;

/// What the window needs of the engine: its state to read, a way in for commands, and a call that takes in what
/// happened. Tests drive the window with one of their own.
pub trait Conductor {
    fn state(&self) -> &State;
    fn send(&mut self, command: Command);
    /// Brings the state up to date; called before every pass and after commands. Cheap when nothing happened. Says when
    /// it wants to be called again by itself (playback), if so.
    fn update(&mut self) -> Option<Duration>;
    /// What a person asks of the program around the engine.
    fn request(&mut self, request: UiRequest);
}

/// A wish that is no engine command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UiRequest {
    /// Make, if need be, and open the demo comparison.
    Demo,
}

/// Called by the engine's threads when there is something new: the window wakes up for one pass.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// Opens the window and returns when it is closed. `make` is given the waker and makes the engine.
///
/// # Errors
/// What `make` reports, or one sentence when no window or no graphics device can be had.
pub fn run(make: impl FnOnce(Wake) -> anyhow::Result<Box<dyn Conductor>>) -> anyhow::Result<()> {
    let ctx = egui::Context::default();
    let wake: Wake = {
        let ctx = ctx.clone();
        Arc::new(move || ctx.request_repaint())
    };
    let conductor = make(wake)?;
    let created =
        Box::new(|cc: &eframe::CreationContext<'_>| Ok(Box::new(App::new(cc, conductor)) as Box<dyn eframe::App>));
    eframe::run_native_ext(text::TITLE, options(), Some(ctx), created)
        .map_err(|why| anyhow::anyhow!(text::no_window(&why.to_string())))
}

fn options() -> eframe::NativeOptions {
    let viewport = egui::ViewportBuilder::default()
        .with_title(text::TITLE)
        .with_app_id(text::APP_ID)
        .with_icon(icon())
        .with_inner_size([1600.0, 1000.0])
        .with_min_inner_size([960.0, 600.0])
        .with_drag_and_drop(true);
    let surface = eframe::egui_wgpu::SurfaceConfig::LOW_LATENCY;
    let mut wgpu_options = eframe::egui_wgpu::WgpuConfiguration::default().with_surface_config(surface);
    if let eframe::egui_wgpu::WgpuSetup::CreateNew(setup) = &mut wgpu_options.wgpu_setup {
        setup.device_descriptor = Arc::new(crate::gpu::device_descriptor);
    }
    eframe::NativeOptions {
        viewport,
        wgpu_options,
        renderer: eframe::Renderer::Wgpu,
        // What is drawn must be what a shot draws, to the bit.
        dithering: false,
        ..Default::default()
    }
}

/// Two lenses that overlap, drawn here so that no file can be missing.
fn icon() -> egui::IconData {
    const SIZE: usize = 64;
    let mut rgba = vec![0u8; SIZE * SIZE * 4];
    let lens = |x: f32, y: f32, cx: f32| (1.0 - ((x - cx).hypot(y - 32.0) - 19.0)).clamp(0.0, 1.0);
    for (i, pixel) in rgba.chunks_exact_mut(4).enumerate() {
        let (x, y) = ((i % SIZE) as f32 + 0.5, (i / SIZE) as f32 + 0.5);
        let (blue, orange) = (lens(x, y, 22.0), lens(x, y, 42.0));
        let both = blue.min(orange);
        let mix = |b: f32, o: f32, w: f32| {
            let alone = blue + orange - 2.0 * both;
            ((b * (blue - both) + o * (orange - both) + w * both) / (alone + both).max(1e-3)) as u8
        };
        let alpha = (blue.max(orange) * 255.0) as u8;
        pixel.copy_from_slice(&[mix(130.0, 240.0, 245.0), mix(174.0, 160.0, 245.0), mix(235.0, 72.0, 245.0), alpha]);
    }
    egui::IconData { rgba, width: SIZE as u32, height: SIZE as u32 }
}
