//! What the picture area shows, as a picture: with no window and no graphics device, the same to the last bit on every
//! machine.

use std::collections::BTreeMap;

use image::RgbaImage;

use crate::color;
use crate::engine::{State, TrackId};
use crate::frame::Image;

use super::PaneSpec;
use super::camera::PxRect;
use super::canvas::Sources;
use super::looking::Looking;
use super::overlay::{self, Over};
use super::raster::{self, Textures};
use super::{canvas, layout, legend, line, plate, ramp, style};

/// A wish for a picture of the picture area.
pub struct Shot<'a> {
    pub state: &'a State,
    pub looking: &'a Looking,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// Pixels a point of type: 1 on an ordinary screen.
    pub pixels_per_point: f32,
}

impl Shot<'_> {
    /// One picture for every phase of the view: two for the flicker, else one. Empty while nothing can be shown.
    pub fn all(&self) -> Vec<RgbaImage> {
        let phases = self.looking.view().phases();
        let phase = |side: &super::Side| {
            let mut looking = self.looking.clone();
            looking.flicker.now = *side;
            Shot { looking: &looking, ..*self }.now()
        };
        phases.iter().filter_map(phase).collect()
    }

    /// What is on show now; `None` while there is no reference or the size is empty.
    pub fn now(&self) -> Option<RgbaImage> {
        let area = PxRect::new(0, 0, self.size.0, self.size.1);
        let panes = layout::layout(self.state, self.looking, area);
        if panes.is_empty() || area.w == 0 || area.h == 0 {
            return None;
        }
        let grey = style::SURROUND.to_array();
        let mut picture = RgbaImage::from_pixel(area.w, area.h, image::Rgba(grey));
        self.pictures(&mut picture, &panes);
        self.plates(&mut picture, area, &panes);
        Some(picture)
    }

    /// Draws the panes with the canvas' twin. A side that has no picture yet is grey.
    fn pictures(&self, out: &mut RgbaImage, panes: &[PaneSpec]) {
        let mut images: BTreeMap<TrackId, Image> = BTreeMap::new();
        let overs: BTreeMap<TrackId, RgbaImage> = overlay::overlaid(self.state, self.looking, panes)
            .into_iter()
            .filter_map(|id| Some((id, self.over(id, panes)?)))
            .collect();
        for pane in panes {
            let (left, right) = pane.content.sides();
            for id in [Some(left), right].into_iter().flatten() {
                images.entry(id).or_insert_with(|| self.image(id));
            }
            let spec = pane.drawing(self.state, self.looking);
            if let Some(a) = images.get(&left) {
                let b = right.and_then(|id| images.get(&id));
                let over = [overs.get(&left), right.and_then(|id| overs.get(&id))];
                canvas::draw_cpu(&spec, &Sources { a, b, over }, out);
            }
        }
    }

    /// The colours over a track.
    fn over(&self, id: TrackId, panes: &[PaneSpec]) -> Option<RgbaImage> {
        let Over::Found(found) = overlay::over(self.state, self.looking, id) else { return None };
        let to = overlay::limit(self.state, self.looking, panes);
        Some(ramp::paint(&found.map, self.looking.overlay()?.scale, to))
    }

    /// What a track shows, or one grey sample.
    fn image(&self, id: TrackId) -> Image {
        let shown = self.state.track(id).and_then(|t| self.state.on_screen(t));
        shown.and_then(|s| color::to_rgb(&s.frame).ok()).unwrap_or_else(blank)
    }

    /// What stands over the pictures.
    fn plates(&self, picture: &mut RgbaImage, area: PxRect, panes: &[PaneSpec]) {
        let plates = plate::plates(self.state, self.looking, area, panes);
        let legend = legend::of(self.state, self.looking, panes);
        painted(picture, self.pixels_per_point, |ui| {
            line::paint(ui.painter(), panes, false);
            for plate in &plates {
                plate::paint(ui.painter(), plate);
            }
            if let Some(legend) = &legend {
                legend::paint(ui.painter(), legend);
            }
        });
    }
}

/// Runs egui with no window and draws its meshes over the picture.
pub(super) fn painted(picture: &mut RgbaImage, pixels_per_point: f32, paint: impl Fn(&mut egui::Ui)) {
    let ctx = egui::Context::default();
    style::install_fonts(&ctx);
    ctx.set_pixels_per_point(pixels_per_point);
    let points = egui::vec2(picture.width() as f32, picture.height() as f32) / pixels_per_point;
    let input = || {
        let mut raw = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, points)),
            ..Default::default()
        };
        if let Some(viewport) = raw.viewports.get_mut(&egui::ViewportId::ROOT) {
            viewport.native_pixels_per_point = Some(pixels_per_point);
        }
        raw
    };
    let mut textures = Textures::default();
    // The first pass only settles the scale; the second is drawn.
    for last in [false, true] {
        let output = ctx.run_ui(input(), |ui| paint(ui));
        textures.apply(output.textures_delta);
        if last {
            let meshes = ctx.tessellate(output.shapes, output.pixels_per_point);
            raster::draw(picture, &meshes, &textures, output.pixels_per_point);
        }
    }
}

/// One sample in the colour of the surround.
fn blank() -> Image {
    let mut image = Image::new(1, 1);
    image.data.fill(f32::from(canvas::SURROUND) / 255.0);
    image
}
