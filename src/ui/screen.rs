//! The pictures on the graphics device: uploaded once a (track, serial), kept while the track is open.

use egui::{Rect, Ui};

use crate::engine::State;
use crate::views::PaneSpec;

use super::desk::Desk;

pub struct Screen {
    uploads: u64,
}

impl Screen {
    pub fn new(_render: Option<&eframe::egui_wgpu::RenderState>) -> Self {
        Self { uploads: 0 }
    }

    pub fn uploads(&self) -> u64 {
        self.uploads
    }

    pub fn draw(&mut self, _ui: &mut Ui, _rect: Rect, _state: &State, _panes: &[PaneSpec]) {}

    pub fn follow(&mut self, _ctx: &egui::Context, _state: &State, _desk: &Desk) {}
}
