//! The strip of crops: a drawer with one place as the input has it and as every model of the comparison shows it.

use egui::{
    Color32, ColorImage, Panel, Rect, Sense, TextureHandle, TextureOptions, Ui, WidgetInfo, accesskit, pos2, vec2,
};

use crate::engine::{Command, State, TrackId};
use crate::frame::Region;
use crate::views::{self, Side, style};

use super::desk::{Action, Desk};
use super::text::crops as words;
use super::widgets::{self, Icon};

/// Height of the drawer, and of a crop in pixels.
const HEIGHT: f32 = 264.0;
const TALL: u32 = 208;
/// Samples of the reference across and down around a place that was pointed at.
const AROUND: (f32, f32) = (96.0, 72.0);

/// What the drawer keeps of its own.
#[derive(Default)]
pub struct CropsDesk {
    /// The place on show, in fractions of the stored picture, and the candidate; the one on the right where none is named.
    pub place: Option<(Region, Option<TrackId>)>,
    asked: Option<(TrackId, usize, Region)>,
    drawn: Option<((TrackId, usize, Region), TextureHandle)>,
}

/// Opens the drawer on a place of a candidate: what a click on a hot spot calls. The frame is the one in view.
pub fn show(desk: &mut CropsDesk, track: Option<TrackId>, place: Region) {
    desk.place = Some((place, track));
}

/// Opens the drawer on what was last pointed at, or closes it.
pub fn toggle(state: &State, desk: &mut Desk) -> Option<Command> {
    if desk.crops.place.is_some() {
        desk.crops = CropsDesk::default();
        return Some(Command::Crops(None));
    }
    let picture = views::picture(state)?;
    let [x, y] = picture.unturn(desk.looked_at.unwrap_or([0.5, 0.5])).map(|v| v as f32);
    let half = [AROUND.0 / picture.width.max(1) as f32, AROUND.1 / picture.height.max(1) as f32].map(|v| 0.5 * v);
    let [x, y] = [x.clamp(half[0].min(0.5), 1.0 - half[0].min(0.5)), y.clamp(half[1].min(0.5), 1.0 - half[1].min(0.5))];
    let place = Region { left: x - half[0], top: y - half[1], right: x + half[0], bottom: y + half[1] };
    show(&mut desk.crops, None, place);
    None
}

/// The drawer below the pictures.
pub fn panel(ui: &mut Ui, state: &State, desk: &mut Desk, actions: &mut Vec<Action>) {
    let Some((place, track)) = desk.crops.place else { return };
    let track = track.or_else(|| desk.looking.track(state, Side::Right).map(|track| track.id));
    // While the film runs the crops of where it stood stay.
    if let Some(track) = track.filter(|_| !state.clock.playing) {
        let wish = (track, state.clock.frame, place);
        if desk.crops.asked != Some(wish) {
            desk.crops.asked = Some(wish);
            actions.push(Action::Engine(Command::Crops(Some(wish))));
        }
    }
    let frame = egui::Frame::new().fill(style::PANEL).inner_margin(8);
    Panel::bottom("crops").exact_size(HEIGHT).frame(frame).resizable(false).show(ui, |ui| {
        let whole = ui.available_rect_before_wrap();
        let close = Rect::from_center_size(whole.right_top() + vec2(-8.0, 8.0), vec2(16.0, 16.0));
        let id = ui.scope_id().with("close the crops");
        if widgets::quiet_icon(ui, close, id, Icon::Close, words::CLOSE, words::SHOW.1).clicked() {
            desk.crops = CropsDesk::default();
            actions.push(Action::Engine(Command::Crops(None)));
            return;
        }
        let run = state.crops.as_ref();
        match run {
            Some(run) if run.fault.is_some() => {
                ui.label(egui::RichText::new(run.fault.as_deref().unwrap_or_default()).color(style::CARE));
            }
            Some(run) if !run.crops.is_empty() => {
                ui.label(widgets::small(words::about(run.crops.len() - 1)));
                strip(ui, desk, run);
            }
            _ => _ = ui.label(widgets::small(words::WAIT)),
        }
    });
}

fn strip(ui: &mut Ui, desk: &mut Desk, run: &crate::engine::CropsRun) {
    let key = (run.track, run.frame, run.place);
    if desk.crops.drawn.as_ref().is_none_or(|(drawn, _)| *drawn != key) {
        let Some(picture) = views::crops::strip(&run.crops, TALL) else { return };
        let size = [picture.width() as usize, picture.height() as usize];
        let image = ColorImage::from_rgba_unmultiplied(size, picture.as_raw());
        desk.crops.drawn = Some((key, ui.ctx().load_texture("crops", image, TextureOptions::LINEAR)));
    }
    let Some((_, texture)) = &desk.crops.drawn else { return };
    let names: Vec<&str> = run.crops.iter().map(|crop| crop.label.as_str()).collect();
    egui::ScrollArea::horizontal().show(ui, |ui| {
        let (rect, response) = ui.allocate_exact_size(texture.size_vec2(), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(accesskit::Role::Image, true, words::side_by_side(&names)));
        let all = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        ui.painter().image(texture.id(), rect, all, Color32::WHITE);
    });
}
