//! Places worth a look, each as a strip of small pictures: reference, candidate, and the candidate under the overlay that
//! shows what is there. A click flies to the place.

use std::sync::Arc;

use egui::{
    Align2, Color32, ColorImage, Frame, Label, Margin, Rect, RichText, ScrollArea, Sense, Stroke, TextureHandle,
};
use egui::{TextureOptions, Ui, WidgetInfo, accesskit, pos2, vec2};

use crate::engine::{Command, EvidenceSettings, HotSpots, SpotCard, State, Thumbs, Track, TrackId, TrackStatus};
use crate::metrics::{self, Needs, Scale};
use crate::views::canvas::Wash;
use crate::views::{self, Looking, PxRect, Side, VIEWS, Zoom, ramp, style};

use super::super::commands::UiCommand;
use super::super::crops;
use super::super::desk::{Action, Desk};
use super::super::text::spots as words;
use super::super::widgets;

/// Points between the pictures of a strip.
const GAP: f32 = 6.0;
/// Height of a line of words on a card.
const LINE: f32 = 18.0;
/// Share of the pane that a place with its surroundings fills.
const FILLS: f64 = 0.7;
/// Pixels a sample at most.
const CLOSEST: f64 = 6.0;

/// What the section keeps of its own.
#[derive(Default)]
pub struct SpotsDesk {
    /// The candidate and place (from 0) that was flown to last.
    pub now: Option<(TrackId, usize)>,
    /// The card of `now` is brought into view in the next pass.
    reveal: bool,
    textures: Vec<(Arc<Thumbs>, [TextureHandle; 3])>,
}

pub fn ui(ui: &mut Ui, state: &State, desk: &mut Desk, actions: &mut Vec<Action>) {
    let inner = Frame::new().inner_margin(Margin::symmetric(12, 0));
    let words_only = |ui: &mut Ui, words: &str| {
        inner.show(ui, |ui| ui.add(Label::new(widgets::small(words)).wrap()));
    };
    if state.candidates().is_empty() {
        return words_only(ui, words::EMPTY);
    }
    let Some((place, track)) = candidate(state, &desk.looking) else { return words_only(ui, words::PICK_ONE) };
    inner.show(ui, |ui| name(ui, place, track));
    if let TrackStatus::Failed(sentence) = &track.status {
        return words_only(ui, sentence);
    }
    inner.show(ui, |ui| detail(ui, state, track, actions));
    let Some(run) = state.hot_spots.get(&track.id) else {
        words_only(ui, words::OPENING);
        actions.extend(begin(state, track));
        return;
    };
    inner.show(ui, |ui| progress(ui, state, (track.id, run), actions));
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        inner.show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            let failed = matches!(run.over, Some(Err(_)));
            if run.spots.is_empty() && run.over.is_some() && !failed {
                ui.label(RichText::new(words::NONE).size(style::BODY).color(style::TEXT));
            }
            if !run.spots.is_empty() {
                columns(ui);
            }
            desk.scores.spots.textures.retain(|(have, _)| is_told(state, have));
            for (n, spot) in run.spots.iter().enumerate() {
                card(ui, state, desk, (track.id, n, spot), actions);
            }
            if !failed && run.looked > 0 {
                ui.add(Label::new(widgets::small(words::NOT_PROOF)).wrap());
            }
            ui.add_space(12.0);
        });
    });
}

/// The candidate whose places are told: the one on the right, or else on the left.
fn candidate<'a>(state: &'a State, looking: &Looking) -> Option<(usize, &'a Track)> {
    let reference = state.reference()?.id;
    let sides = [Side::Right, Side::Left].into_iter().filter_map(|side| looking.track(state, side));
    let track = sides.into_iter().find(|track| track.id != reference)?;
    Some((state.tracks.iter().position(|other| other.id == track.id)?, track))
}

/// The wish that begins a search, once the pictures are open.
fn begin(state: &State, track: &Track) -> Option<Action> {
    let open =
        track.info.is_some() && track.is_ready() && state.reference().is_some_and(|reference| reference.info.is_some());
    let frames = EvidenceSettings::default().frames;
    open.then_some(Action::Engine(Command::HotSpots(Some((track.id, frames)))))
}

fn name(ui: &mut Ui, place: usize, track: &Track) {
    ui.horizontal(|ui| {
        let number = RichText::new(format!("{}", place + 1)).font(style::strong(style::BODY));
        ui.label(number.color(style::line_color(place)));
        ui.add(Label::new(widgets::strong(&track.label, style::BODY)).truncate());
    });
}

/// The slider from what the input carries to the whole picture.
fn detail(ui: &mut Ui, state: &State, track: &Track, actions: &mut Vec<Action>) {
    if state.detail.is_none() {
        actions.push(Action::Engine(Command::Detail(Some(1.0))));
    }
    let why = state.not_faded(track.id);
    let mut percent = 100.0 * state.detail.as_ref().map_or(1.0, |detail| detail.share);
    if why.is_some() {
        percent = 100.0;
    }
    ui.horizontal(|ui| {
        let ink = if why.is_some() { style::FAINT } else { style::TEXT };
        // The slider has the name; for the eye it stands before it.
        let name = ui.painter().layout_no_wrap(words::DETAIL.into(), style::font(style::SMALL), ink);
        let (at, _) = ui.allocate_exact_size(name.size(), Sense::hover());
        ui.painter().galley(at.min, name, ink);
        ui.spacing_mut().slider_width = (ui.available_width() - 48.0).max(48.0);
        let slider = egui::Slider::new(&mut percent, 0.0..=100.0).step_by(1.0).show_value(false);
        let response = ui.add_enabled(why.is_none(), slider);
        response.widget_info(|| WidgetInfo::slider(why.is_none(), f64::from(percent), words::DETAIL));
        if response.changed() {
            actions.push(Action::Engine(Command::Detail(Some(percent / 100.0))));
        }
        response.on_hover_text(words::DETAIL_TIP).on_disabled_hover_text(words::DETAIL_TIP);
        ui.label(RichText::new(format!("{percent:.0}%")).size(style::SMALL).color(ink));
    });
    if let Some(why) = why {
        ui.add(Label::new(widgets::small(why)).wrap());
    }
}

/// How many frames were looked at, and what to do about it.
fn progress(ui: &mut Ui, state: &State, (id, run): (TrackId, &HotSpots), actions: &mut Vec<Action>) {
    let mut wish = |wanted| actions.push(Action::Engine(Command::HotSpots(wanted)));
    let all = state.range.clone().map_or(state.clock.frames, |range| range.len());
    ui.horizontal(|ui| {
        let resting = run.over.is_none() && state.clock.playing;
        let line =
            if resting { words::RESTING.into() } else { words::looked(run.looked, run.frames, run.over.is_some()) };
        ui.label(widgets::small(line));
        let button = |ui: &mut Ui, label: &str| ui.button(widgets::small(label)).clicked();
        match &run.over {
            None if button(ui, words::STOP) => wish(None),
            Some(Ok(())) if run.stopped && button(ui, words::AGAIN) => wish(Some((id, run.frames.max(1)))),
            Some(Ok(())) if !run.stopped && run.frames + 1 < all && button(ui, words::MORE) => {
                wish(Some((id, run.frames * 4)));
            }
            _ => {}
        }
    });
    // The place of the bar stays when there is none, so that nothing jumps.
    let (rail, _) = ui.allocate_exact_size(vec2(ui.available_width(), 4.0), Sense::hover());
    if run.over.is_none() {
        let share = run.looked as f32 / run.frames.max(1) as f32;
        widgets::progress(ui.painter(), rail, Some(share), style::BLUE);
    }
    if let Some(Err(sentence)) = &run.over {
        ui.add(Label::new(RichText::new(sentence).size(style::SMALL).color(style::CARE)).wrap());
    }
    ui.add_space(4.0);
}

/// What stands in the three columns, once for all cards.
fn columns(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 14.0), Sense::hover());
    for (cell, word) in cells(rect.shrink2(vec2(8.0, 0.0))).into_iter().zip(words::COLUMNS) {
        let at = cell.center();
        ui.painter().text(at, Align2::CENTER_CENTER, word, style::font(style::SMALL), style::WEAK);
    }
}

/// Three columns of `rect`.
fn cells(rect: Rect) -> [Rect; 3] {
    let width = (rect.width() - 2.0 * GAP) / 3.0;
    let left = |n: usize| rect.left() + (width + GAP) * n as f32;
    std::array::from_fn(|n| Rect::from_min_size(pos2(left(n), rect.top()), vec2(width, rect.height())))
}

fn card(ui: &mut Ui, state: &State, desk: &mut Desk, one: (TrackId, usize, &SpotCard), actions: &mut Vec<Action>) {
    let (id, n, SpotCard { spot, thumbs }) = one;
    let width = ui.available_width();
    let tall = ((width - 16.0 - 2.0 * GAP) / 3.0 * 0.75).round();
    let (rect, response) = ui.allocate_exact_size(vec2(width, tall + 2.0 * LINE + 16.0), Sense::click());
    let on = desk.scores.spots.now == Some((id, n));
    let fill = if on || response.hovered() { style::RAISED } else { style::HOVERED };
    ui.painter().rect_filled(rect, 4.0, fill);
    if on {
        ui.painter().rect_stroke(rect, 4.0, Stroke::new(1.0, style::BLUE), egui::StrokeKind::Inside);
        if std::mem::take(&mut desk.scores.spots.reveal) {
            ui.scroll_to_rect(rect.expand(8.0), None);
        }
    }
    let inner = rect.shrink(8.0);
    let line = |y: f32, left: String, right: String, font: egui::FontId, ink: Color32| {
        let y = inner.top() + y + LINE / 2.0 - 2.0;
        ui.painter().text(pos2(inner.left(), y), Align2::LEFT_CENTER, left, font.clone(), ink);
        ui.painter().text(pos2(inner.right(), y), Align2::RIGHT_CENTER, right, font, ink);
    };
    let head = format!("{}  {}", n + 1, words::label(spot));
    line(0.0, head, words::strength(spot), style::strong(13.0), style::TEXT);
    let size = format!("{} × {}", spot.place[2], spot.place[3]);
    line(LINE, words::at(spot), size, style::font(style::SMALL), style::WEAK);
    if ui.is_rect_visible(rect) {
        let strip = Rect::from_min_max(pos2(inner.left(), inner.bottom() - tall), inner.max);
        let textures = textures(ui, &mut desk.scores.spots, spot.overlay, thumbs);
        for (cell, texture) in cells(strip).into_iter().zip(textures) {
            picture(ui, cell, texture, thumbs.aspect);
        }
    }
    widgets::focus_ring(ui, &response, rect);
    let said = words::said(n, spot);
    response.widget_info(|| WidgetInfo::selected(accesskit::Role::Button, true, on, &said));
    if response.on_hover_text(words::tip(spot)).clicked() {
        fly(state, desk, one, actions);
    }
}

/// A small picture, whole, in the middle of its cell.
fn picture(ui: &Ui, cell: Rect, texture: egui::TextureId, aspect: f32) {
    ui.painter().rect_filled(cell, 2.0, style::SUNK);
    let size = if aspect > cell.aspect_ratio() {
        vec2(cell.width(), cell.width() / aspect)
    } else {
        vec2(cell.height() * aspect, cell.height())
    };
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter().image(texture, Rect::from_center_size(cell.center(), size), whole, Color32::WHITE);
}

fn is_told(state: &State, thumbs: &Arc<Thumbs>) -> bool {
    state.hot_spots.values().any(|run| run.spots.iter().any(|card| Arc::ptr_eq(&card.thumbs, thumbs)))
}

/// The strip's pictures on the graphics device, sent when first seen.
fn textures(ui: &Ui, desk: &mut SpotsDesk, overlay: &str, thumbs: &Arc<Thumbs>) -> [egui::TextureId; 3] {
    let have = desk.textures.iter().position(|(have, _)| Arc::ptr_eq(have, thumbs));
    let at = have.unwrap_or_else(|| {
        let plain = |picture: &image::RgbImage| {
            let (w, h) = picture.dimensions();
            ColorImage::from_rgb([w as usize, h as usize], picture.as_raw())
        };
        let pictures = [plain(&thumbs.reference), plain(&thumbs.candidate), washed(overlay, thumbs)];
        let load = |picture| ui.ctx().load_texture("hot spot", picture, TextureOptions::LINEAR);
        desk.textures.push((thumbs.clone(), pictures.map(load)));
        desk.textures.len() - 1
    });
    desk.textures[at].1.each_ref().map(|texture| texture.id())
}

/// The candidate's small picture under the overlay, as the canvas draws it at the usual strength.
fn washed(overlay: &str, thumbs: &Thumbs) -> ColorImage {
    let about = metrics::overlay(overlay).ok().map(|overlay| overlay.about());
    let (w, h) = thumbs.candidate.dimensions();
    let strength = views::Overlaid::default().strength;
    let wash = Wash {
        light: 1.0 - 0.7 * strength,
        grey: 0.5 * strength,
        cover: 1.0 - (1.0 - strength).powi(2),
        blocks: false,
    };
    let pixels = thumbs.candidate.pixels().zip(&thumbs.map.values).map(|(pixel, value)| {
        let [r, g, b] = pixel.0.map(|v| f32::from(v) / 255.0);
        let over = about.map_or([0; 4], |about| match about.scale {
            Scale::Sequential { to } | Scale::Tinted { to, .. } | Scale::Diverging { to, .. } => {
                ramp::color(about.scale, to, *value)
            }
            // Of edges only the invented are told as places: the last class.
            Scale::Classes(classes) => ramp::color(about.scale, 1.0, value * classes.len() as f32),
        });
        let over = over.map(|v| f32::from(v) / 255.0);
        let grey = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        let mixed = |v: f32, colour: f32| {
            let below = wash.light * (v + (grey - v) * wash.grey);
            ((below * (1.0 - wash.cover * over[3]) + wash.cover * colour).clamp(0.0, 1.0) * 255.0).round() as u8
        };
        Color32::from_rgb(mixed(r, over[0]), mixed(g, over[1]), mixed(b, over[2]))
    });
    ColorImage::new([w as usize, h as usize], pixels.collect())
}

/// To the frame and the place, under the overlay.
fn fly(state: &State, desk: &mut Desk, (id, n, card): (TrackId, usize, &SpotCard), actions: &mut Vec<Action>) {
    desk.scores.spots.now = Some((id, n));
    actions.push(Action::Pick(Side::Right, id));
    actions.push(Action::Engine(Command::Pause));
    actions.push(Action::Engine(Command::Seek(card.spot.frame)));
    actions.push(Action::Do(UiCommand::Overlay(Some(card.spot.overlay))));
    let looking = &mut desk.looking;
    if !looking.view().overlays() {
        looking.view = VIEWS[0].id();
    }
    let Some(picture) = views::picture(state) else { return };
    let pane = desk.panes.first().map_or(desk.area, |pane| pane.rect);
    let part = card.thumbs.part;
    let middle = [f64::from(part.left + part.right) / 2.0, f64::from(part.top + part.bottom) / 2.0];
    looking.camera.center = picture.turn(middle);
    let [w, h] = picture.shown_size();
    let sides = [f64::from(part.right - part.left), f64::from(part.bottom - part.top)];
    let [across, down] = if picture.rotation.is_multiple_of(180) { sides } else { [sides[1], sides[0]] };
    let scale = FILLS * (f64::from(pane.w) / (w * across)).min(f64::from(pane.h) / (h * down));
    // Whole multiples of a sample are the sharpest.
    let scale = if scale > 1.0 { scale.min(CLOSEST).floor() } else { scale };
    let scale = scale.max(views::Camera::default().scale(pane, &picture));
    looking.camera.zoom = Zoom::Scale(scale);
    looking.split = beside(pane, scale * w * across);
    // Where several models enlarged one input, what each of them made of the place stands side by side.
    let about = |id: &str| metrics::overlay(id).map(|overlay| overlay.about());
    let of_input = about(card.spot.overlay).is_ok_and(|about| about.needs != Needs::Reference);
    let jury = about("jury").is_ok_and(|about| state.overlay_applies(id, about).is_ok());
    if (of_input && jury) || desk.crops.place.is_some() {
        crops::show(&mut desk.crops, Some(id), part);
    }
}

/// Where the split line stands so that the place in the middle, so wide, is all on the right of it.
fn beside(pane: PxRect, wide: f64) -> f64 {
    (0.5 - 0.5 * wide / f64::from(pane.w.max(1))).clamp(0.08, 0.5)
}

/// Flies to the next place of the candidate on show, or the one before; begins to look where nobody did.
pub fn step(state: &State, desk: &mut Desk, back: bool) -> Vec<Action> {
    let mut actions = Vec::new();
    let Some((_, track)) = candidate(state, &desk.looking) else { return actions };
    let Some(run) = state.hot_spots.get(&track.id) else { return begin(state, track).into_iter().collect() };
    let count = run.spots.len();
    if count == 0 {
        return actions;
    }
    let now = desk.scores.spots.now.filter(|(id, n)| *id == track.id && *n < count).map(|(_, n)| n);
    let next = match (now, back) {
        (None, false) => 0,
        (None, true) => count - 1,
        (Some(n), false) => (n + 1) % count,
        (Some(n), true) => (n + count - 1) % count,
    };
    desk.scores.spots.reveal = true;
    fly(state, desk, (track.id, next, &run.spots[next]), &mut actions);
    actions
}
