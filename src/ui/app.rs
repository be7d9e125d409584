//! One pass of the window: take in what the engine did, lay out the panels, carry out what they asked for.

use egui::{Frame, Margin, Panel, Ui};

use crate::engine::Command;
use crate::views::{self, Side, style};

use super::act::Hands;
use super::commands::{self, Entry};
use super::desk::{Action, Desk, Page};
use super::dialogs::{self, Dialogs};
use super::screen::Screen;
use super::{
    Conductor, bench, crops, drops, empty, help, lines, notices, picture, plot, scores, shelf, slice, text, theme,
    topbar, tournament, tracks, transport,
};

/// The window.
pub struct App {
    conductor: Box<dyn Conductor>,
    pub desk: Desk,
    screen: Screen,
    dialogs: Dialogs,
    table: Vec<Entry>,
}

impl App {
    /// Sets the theme up and takes the window's graphics device, if it has one.
    pub fn new(cc: &eframe::CreationContext<'_>, conductor: Box<dyn Conductor>) -> Self {
        theme::install(&cc.egui_ctx);
        let screen = Screen::new(cc.wgpu_render_state.as_ref());
        Self { conductor, desk: Desk::default(), screen, dialogs: Dialogs::default(), table: commands::table() }
    }

    pub fn conductor(&self) -> &dyn Conductor {
        self.conductor.as_ref()
    }

    /// Pictures sent to the graphics device so far.
    pub fn uploads(&self) -> u64 {
        self.screen.uploads()
    }

    /// Pictures of a tournament's rows sent to the graphics device so far.
    pub fn row_uploads(&self) -> u64 {
        self.screen.row_uploads()
    }

    /// Holding Shift or a plate shows the reference; the flicker changes by the clock.
    fn tick(&mut self, ctx: &egui::Context) {
        let typing = ctx.text_edit_focused();
        let (shift, now) = ctx.input(|i| (i.modifiers.shift && !i.modifiers.ctrl && !i.modifiers.alt, i.time));
        let looking = &mut self.desk.looking;
        self.desk.plate_held &= ctx.input(|i| i.pointer.primary_down());
        looking.peek = (shift && !typing) || self.desk.plate_held;
        if looking.view().phases().len() < 2 {
            self.desk.flicker_since = None;
            return;
        }
        let since = *self.desk.flicker_since.get_or_insert(now);
        if !looking.flicker.running {
            return;
        }
        let turns = (now - since) * looking.flicker.rate;
        looking.flicker.now = if (turns as u64).is_multiple_of(2) { Side::Left } else { Side::Right };
        let rest = (1.0 - turns.fract()) / looking.flicker.rate;
        ctx.request_repaint_after_secs(rest.max(0.001) as f32);
    }

    /// Names the reference in the window's title.
    fn title(&mut self, ctx: &egui::Context) {
        let title = match self.conductor.state().reference() {
            Some(reference) => text::title(&reference.label),
            None => text::TITLE.to_owned(),
        };
        if self.desk.title != title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.desk.title = title;
        }
    }

    /// Tells the engine what is on screen, when that changed.
    fn watch(&mut self) {
        let state = self.conductor.state();
        if state.reference().is_none() {
            self.desk.watched = None;
            return;
        }
        let (visible, focus) = views::watched(state, &self.desk.looking, self.desk.area);
        let command = Command::Watch { visible, focus };
        if self.desk.watched.as_ref() != Some(&command) {
            self.desk.watched = Some(command.clone());
            self.conductor.send(command);
        }
        let on_bench = bench::wanted(self.conductor.state(), &self.desk);
        if self.conductor.state().bench.as_ref().map(|bench| bench.track) != on_bench {
            self.conductor.send(Command::Bench(on_bench));
        }
        let overlay = self.desk.looking.wanted();
        if self.conductor.state().overlay != overlay {
            self.conductor.send(Command::Overlay(overlay));
        }
    }

    fn panels(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) {
        let (state, desk) = (self.conductor.state(), &mut self.desk);
        let folds = desk.folds;
        let all = !folds.only_picture;
        let panel = Frame::new().fill(style::PANEL);
        let has_tracks = state.reference().is_some();
        if all {
            Panel::top("top").exact_size(theme::TOP).frame(panel).show(ui, |ui| topbar::ui(ui, state, desk, actions));
        }
        if self.desk.page == Page::Tournament {
            return self.arena(ui, actions);
        }
        let desk = &mut self.desk;
        if all && folds.strip && has_tracks {
            Panel::bottom("strip").exact_size(theme::STRIP).frame(panel).show(ui, |ui| {
                let left = Frame::new().inner_margin(Margin { left: 12, right: 8, top: 10, bottom: 8 });
                let width = if folds.tracks { theme::TRACKS } else { theme::TRACKS + 12.0 };
                Panel::left("transport")
                    .exact_size(width)
                    .frame(left)
                    .show_separator_line(false)
                    .resizable(false)
                    .show(ui, |ui| transport::ui(ui, state, actions));
                plot::ui(ui, state, desk, actions);
            });
        }
        if all && has_tracks {
            slice::panel(ui, state, desk, actions);
            crops::panel(ui, state, desk, actions);
        }
        if all && folds.tracks && has_tracks {
            let list = Panel::left("tracks").exact_size(theme::TRACKS).frame(panel).resizable(false);
            list.show(ui, |ui| tracks::ui(ui, state, desk, actions));
        }
        if all && folds.models {
            let drawer = Panel::right("models").exact_size(theme::MODELS).frame(panel).resizable(false);
            drawer.show(ui, |ui| shelf::ui(ui, state, desk, actions));
        }
        if all && folds.bench && has_tracks {
            let drawer = Panel::right("bench").exact_size(theme::BENCH).frame(panel).resizable(false);
            drawer.show(ui, |ui| bench::ui(ui, state, desk, actions));
        }
        if all && folds.scores && has_tracks {
            let table = Panel::right("scores").exact_size(theme::SCORES).frame(panel).resizable(false);
            table.show(ui, |ui| scores::ui(ui, state, desk, actions));
        }
        let room = ui.available_rect_before_wrap();
        let screen = &mut self.screen;
        picture::ui(ui, state, desk, actions, &mut |ui, looking, panes| screen.draw(ui, state, looking, panes));
        screen.follow(ui.ctx(), state, desk);
        empty::ui(ui, state, desk, actions, room);
        self.above(ui, room, actions);
    }

    /// The tournament's page.
    fn arena(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) {
        let (state, desk) = (self.conductor.state(), &mut self.desk);
        let room = ui.available_rect_before_wrap();
        tournament::ui(ui, state, desk, &mut self.screen, actions);
        self.screen.follow(ui.ctx(), state, desk);
        self.above(ui, room, actions);
    }

    /// What stands over everything.
    fn above(&mut self, ui: &mut Ui, room: egui::Rect, actions: &mut Vec<Action>) {
        let (state, desk) = (self.conductor.state(), &mut self.desk);
        notices::busy(ui, state, room);
        notices::ui(ui, state, desk, actions, room);
        help::help(ui, desk, &self.table);
        help::palette(ui, desk, &self.table, actions);
        dialogs::path_field(ui, desk, actions);
    }

    /// Puts a candidate that was asked for on the right as soon as it is there.
    fn expect(&mut self) {
        let Some(line) = &self.desk.expected else { return };
        if let Some(id) = lines::find(self.conductor.state(), line) {
            self.desk.looking.right = Some(id);
            self.desk.expected = None;
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _: &mut eframe::Frame) {
        if let Some(due) = self.conductor.update() {
            ctx.request_repaint_after(due);
        }
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        // What cannot be seen is not steered.
        let seen = |command| self.desk.page == Page::Loupe || !commands::needs_picture(command);
        let mut actions: Vec<Action> = commands::pressed(&ctx, &self.table, seen).into_iter().map(Action::Do).collect();
        self.dialogs.poll(&mut self.desk, &mut actions);
        actions.extend(dialogs::pasted(&ctx));
        actions.extend(drops::dropped(ui, &self.desk, self.conductor.state().reference().is_none()));
        // Keys act before the panels are laid out, so that what they change is on screen in this very pass.
        self.carry_out(&ctx, &mut actions);
        self.tick(&ctx);
        self.expect();
        self.panels(ui, &mut actions);
        let asked = !actions.is_empty();
        self.carry_out(&ctx, &mut actions);
        self.watch();
        self.title(&ctx);
        if asked {
            ctx.request_repaint();
        }
    }

    fn clear_color(&self, _: &egui::Visuals) -> [f32; 4] {
        style::SURROUND.to_normalized_gamma_f32()
    }
}

impl App {
    fn carry_out(&mut self, ctx: &egui::Context, actions: &mut Vec<Action>) {
        if actions.is_empty() {
            return;
        }
        for action in actions.drain(..) {
            let conductor = self.conductor.as_mut();
            Hands { ctx, conductor, desk: &mut self.desk, dialogs: &mut self.dialogs }.act(action);
        }
        if let Some(due) = self.conductor.update() {
            ctx.request_repaint_after(due);
        }
    }
}
