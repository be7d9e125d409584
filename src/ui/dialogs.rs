//! Asking for files: the desktop's dialog in a thread of its own, or a field for a path where none comes up.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

use egui::{Id, Ui, WidgetInfo, accesskit};

use super::desk::{Action, Desk, Wish};
use super::{text, widgets};
use crate::views::style;

/// Nobody cancels a dialog this fast: it never came up.
const TOO_FAST: Duration = Duration::from_millis(350);

/// A dialog that is open, if one is.
#[derive(Default)]
pub struct Dialogs {
    pending: Option<Pending>,
}

struct Pending {
    answer: Receiver<Option<Vec<String>>>,
    since: Instant,
    wish: Wish,
}

impl Dialogs {
    /// Opens the desktop's dialog, unless one is open.
    pub fn ask(&mut self, ctx: &egui::Context, desk: &mut Desk, wish: Wish) {
        if self.pending.is_some() {
            return;
        }
        let (sender, answer) = sync_channel(1);
        let ctx = ctx.clone();
        let ask = move || {
            let paths = dialog(wish).map(|f| f.iter().map(|p| p.to_string_lossy().into_owned()).collect());
            // Nobody listens any more only when the window is gone.
            let _ = sender.send(paths);
            ctx.request_repaint();
        };
        match std::thread::Builder::new().name("file-dialog".into()).spawn(ask) {
            Ok(_) => self.pending = Some(Pending { answer, since: Instant::now(), wish }),
            Err(_) => desk.path_field = Some((suggestion(wish).to_owned(), wish)),
        }
    }

    /// Takes the answer, if there is one.
    pub fn poll(&mut self, desk: &mut Desk, actions: &mut Vec<Action>) {
        let Some(pending) = &self.pending else { return };
        let answer = match pending.answer.try_recv() {
            Err(TryRecvError::Empty) => return,
            Err(TryRecvError::Disconnected) => None,
            Ok(answer) => answer,
        };
        let (wish, fast) = (pending.wish, pending.since.elapsed() < TOO_FAST);
        self.pending = None;
        match answer {
            Some(paths) => actions.push(Action::Chosen(wish, paths)),
            None if fast => desk.path_field = Some((suggestion(wish).to_owned(), wish)),
            None => {}
        }
    }
}

/// The desktop's own dialog; returns when a person is done with it.
fn dialog(wish: Wish) -> Option<Vec<PathBuf>> {
    let dialog = rfd::FileDialog::new().set_title(title(wish));
    let one = |path: Option<PathBuf>| path.map(|p| vec![p]);
    match wish {
        Wish::Open | Wish::Add => dialog.pick_files(),
        Wish::Models => dialog.add_filter(text::shelf::TOGGLE.0, &crate::models::ENDINGS).pick_files(),
        Wish::ModelFolder => one(dialog.pick_folder()),
        Wish::SaveCsv | Wish::SaveHtml => one(dialog.set_file_name(suggestion(wish)).save_file()),
    }
}

fn title(wish: Wish) -> &'static str {
    match wish {
        Wish::Open | Wish::Add => text::OPEN.0,
        Wish::Models => text::shelf::ADD_FILES.0,
        Wish::ModelFolder => text::shelf::ADD_FOLDER.0,
        Wish::SaveCsv => text::tournament::SAVE_CSV.0,
        Wish::SaveHtml => text::tournament::SAVE_HTML.0,
    }
}

/// The name a new file has until a person says otherwise.
fn suggestion(wish: Wish) -> &'static str {
    match wish {
        Wish::SaveCsv => "tournament.csv",
        Wish::SaveHtml => "tournament.html",
        _ => "",
    }
}

/// The field for a path.
pub fn path_field(ui: &mut Ui, desk: &mut Desk, actions: &mut Vec<Action>) {
    let Some((mut path, wish)) = desk.path_field.take() else { return };
    let (heading, button) = match wish {
        Wish::Open | Wish::Add => (text::PATH_TITLE, text::PATH_OPEN),
        Wish::Models | Wish::ModelFolder => (text::SHELF_TITLE, text::PATH_SHELF),
        Wish::SaveCsv | Wish::SaveHtml => (text::SAVE_TITLE, text::PATH_SAVE),
    };
    let mut stays = true;
    let modal = egui::Modal::new(Id::unique("path")).show(ui.ctx(), |ui| {
        ui.set_width(520.0);
        ui.label(widgets::strong(heading, style::LARGE));
        ui.add_space(4.0);
        ui.label(egui::RichText::new(text::PATH_WHY).color(style::WEAK));
        ui.add_space(8.0);
        let field = egui::TextEdit::singleline(&mut path).desired_width(f32::INFINITY);
        let field = ui.add(field.margin(egui::Margin::symmetric(8, 6)));
        field.widget_info(|| WidgetInfo::labeled(accesskit::Role::TextInput, true, text::PATH_LABEL));
        let entered = field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        if !field.has_focus() && !entered {
            field.request_focus();
        }
        ui.add_space(12.0);
        ui.horizontal(|ui| {
            let given = !path.trim().is_empty();
            let open = ui.add_enabled(given, egui::Button::new(button)).clicked();
            if (open || entered) && given {
                actions.push(Action::Chosen(wish, vec![path.trim().to_owned()]));
                stays = false;
            }
            stays &= !ui.button(text::CANCEL).clicked();
        });
    });
    if stays && !modal.should_close() {
        desk.path_field = Some((path, wish));
    }
}

/// Paths or recipes pasted while no text field has the keyboard, one a line.
pub fn pasted(ctx: &egui::Context) -> Option<Action> {
    if ctx.text_edit_focused() {
        return None;
    }
    let text = ctx.input(|i| {
        i.events.iter().find_map(|e| match e {
            egui::Event::Paste(text) => Some(text.clone()),
            _ => None,
        })
    })?;
    let clean = |line: &str| match line.trim().strip_prefix("file://") {
        Some(url) => unescaped(url),
        None => line.trim().trim_matches('"').to_owned(),
    };
    let paths: Vec<String> = text.lines().map(clean).filter(|l| !l.is_empty()).take(16).collect();
    (!paths.is_empty()).then_some(Action::OpenPaths { paths, replace: false })
}

/// The path of a file URL: `%20` and the like as the bytes they stand for.
fn unescaped(url: &str) -> String {
    let (mut bytes, mut rest) = (Vec::with_capacity(url.len()), url.as_bytes());
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match code.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
