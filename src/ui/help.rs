//! Help and palette: both walk the table of commands.

use egui::{Align2, Id, Key, RichText, Ui, vec2};

use crate::views::style;

use super::commands::{self, Entry, UiCommand};
use super::desk::{Action, Desk};
use super::{text, tracks, widgets};

/// Keys and mouse, over the window.
pub fn help(ui: &mut Ui, desk: &mut Desk, table: &[Entry]) {
    if !desk.help {
        return;
    }
    let frame = egui::Frame::popup(ui.style()).inner_margin(egui::Margin::same(24));
    let modal = egui::Modal::new(Id::unique("help")).frame(frame).show(ui.ctx(), |ui| {
        let room = ui.ctx().content_rect().size();
        ui.set_width((room.x - 96.0).min(960.0));
        ui.label(widgets::strong(text::HELP.1, style::LARGE));
        ui.spacing_mut().interact_size.y = 20.0;
        egui::ScrollArea::vertical().max_height(room.y - 140.0).min_scrolled_height(room.y - 140.0).show(ui, |ui| {
            ui.spacing_mut().item_spacing.x = 32.0;
            ui.columns(3, |columns| {
                for column in columns.iter_mut() {
                    column.spacing_mut().item_spacing = vec2(4.0, 2.0);
                }
                group(&mut columns[0], table, text::GROUP_LOOK);
                mouse(&mut columns[0]);
                group(&mut columns[1], table, text::GROUP_TIME);
                group(&mut columns[1], table, text::GROUP_ZOOM);
                group(&mut columns[2], table, text::GROUP_TRY);
                group(&mut columns[2], table, text::GROUP_WINDOW);
                group(&mut columns[2], table, text::GROUP_FILES);
            });
            lesson(ui);
        });
    });
    if modal.should_close() {
        desk.help = false;
    }
}

/// What no look at the input can refute.
fn lesson(ui: &mut Ui) {
    heading(ui, text::LESSON.0);
    ui.label(RichText::new(text::LESSON.1).size(13.0).color(style::TEXT));
}

fn heading(ui: &mut Ui, words: &str) {
    ui.add_space(8.0);
    ui.label(RichText::new(words).font(style::strong(style::SMALL)).color(style::BLUE));
}

fn group(ui: &mut Ui, table: &[Entry], name: &'static str) {
    heading(ui, name);
    for entry in table.iter().filter(|e| e.group == name) {
        let (label, keys) = match entry.command {
            UiCommand::PickRight(0) => (text::PICK_ANY_RIGHT.to_owned(), "1 … 9, 0".to_owned()),
            UiCommand::PickLeft(0) => (text::PICK_ANY_LEFT.to_owned(), "Alt+1 … 9, 0".to_owned()),
            // The palette has them.
            UiCommand::PickRight(_)
            | UiCommand::PickLeft(_)
            | UiCommand::Preset(_)
            | UiCommand::SortModels(_)
            | UiCommand::Overlay(_) => {
                continue;
            }
            _ => {
                let keys: Vec<_> = entry.shortcuts.iter().take(2).map(commands::key_words).collect();
                (entry.label.clone(), keys.join("  "))
            }
        };
        line(ui, &label, &keys).on_hover_text(entry.tooltip);
    }
}

fn mouse(ui: &mut Ui) {
    heading(ui, text::GROUP_MOUSE);
    for (what, does) in text::MOUSE {
        line(ui, does, what);
    }
}

fn line(ui: &mut Ui, label: &str, keys: &str) -> egui::Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), egui::Sense::hover());
    let painter = ui.painter();
    let keys = painter.text(rect.right_center(), Align2::RIGHT_CENTER, keys, style::font(style::SMALL), style::WEAK);
    let galley = tracks::elided(ui, label, style::font(13.0), style::TEXT, keys.left() - rect.left() - 8.0);
    painter.galley(egui::pos2(rect.left(), rect.center().y - galley.size().y / 2.0), galley, style::TEXT);
    response
}

/// Every command by its name.
pub fn palette(ui: &mut Ui, desk: &mut Desk, table: &[Entry], actions: &mut Vec<Action>) {
    let Some(mut typed) = desk.palette.take() else { return };
    let mut open = true;
    let top = ui.ctx().content_rect().center_top() + vec2(0.0, 72.0);
    let area =
        egui::Modal::default_area(Id::unique("palette")).anchor(Align2::CENTER_TOP, top.to_vec2() - vec2(top.x, 0.0));
    let modal = egui::Modal::new(Id::unique("palette")).area(area).show(ui.ctx(), |ui| {
        ui.set_width(480.0);
        let field = egui::TextEdit::singleline(&mut typed).hint_text(text::PALETTE_HINT).desired_width(f32::INFINITY);
        let field = ui.add(field.margin(egui::Margin::symmetric(8, 6)));
        field.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::TextInput, true, text::PALETTE_HINT));
        field.request_focus();
        let wanted = typed.to_lowercase();
        let words: Vec<&str> = wanted.split_whitespace().collect();
        let fits = |e: &&Entry| {
            let all = format!("{} {}", e.label, e.tooltip).to_lowercase();
            words.iter().all(|w| all.contains(w)) && e.command != UiCommand::Palette
        };
        let found: Vec<&Entry> = table.iter().filter(fits).take(12).collect();
        if found.is_empty() {
            ui.label(widgets::small(text::NO_COMMAND));
        }
        let enter = ui.input(|i| i.key_pressed(Key::Enter));
        for (i, entry) in found.iter().enumerate() {
            let key = entry.shortcuts.first().map(commands::key_words).unwrap_or_default();
            let button = egui::Button::selectable(i == 0, entry.label.as_str()).right_text(widgets::small(key));
            let clicked = ui.add(button.min_size(vec2(480.0, 26.0))).on_hover_text(entry.tooltip).clicked();
            if clicked || (enter && i == 0) {
                actions.push(Action::Do(entry.command));
                open = false;
            }
        }
    });
    if open && !modal.should_close() {
        desk.palette = Some(typed);
    }
}
