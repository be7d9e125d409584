//! Carrying out what panels and keys ask for.

use egui::ViewportCommand;

use crate::engine::{Command, State};
use crate::metrics;
use crate::views::{self, Camera, Looking, PxRect, Side, VIEWS, figures};

use super::commands::UiCommand;
use super::desk::{Action, Desk, Folds, Page, Wish};
use super::dialogs::Dialogs;
use super::{Conductor, UiRequest, crops, save, scores, slice, text, theme};

/// What carrying out needs.
pub struct Hands<'a> {
    pub ctx: &'a egui::Context,
    pub conductor: &'a mut dyn Conductor,
    pub desk: &'a mut Desk,
    pub dialogs: &'a mut Dialogs,
}

impl Hands<'_> {
    pub fn act(&mut self, action: Action) {
        match action {
            Action::Engine(command) => self.conductor.send(command),
            Action::Do(command) => self.command(command),
            Action::Pick(Side::Left, id) => self.desk.looking.left = Some(id),
            Action::Pick(Side::Right, id) => {
                self.desk.looking.right = Some(id);
                self.desk.expected = None;
            }
            Action::Copy(words) => self.copy(words),
            Action::Choose(wish) => self.dialogs.ask(self.ctx, self.desk, wish),
            Action::Chosen(wish, paths) => self.chosen(wish, paths),
            Action::Candidate { line, show } => self.candidate(line, show),
            Action::Shelve(paths) => self.shelve(paths),
            Action::Leave => self.desk.page = Page::Loupe,
            Action::Preset(id) => self.desk.exam = Some(id),
            Action::Say(sentence) => {
                let now = self.now();
                self.desk.toast(sentence, now);
            }
            Action::OpenPaths { paths, replace } => self.open(paths, replace),
        }
    }

    fn open(&mut self, paths: Vec<String>, replace: bool) {
        let empty = self.conductor.state().reference().is_none();
        let mut paths = paths.into_iter();
        if replace || empty {
            if let Some(reference) = paths.next() {
                let Looking { view, over, .. } = self.desk.looking;
                self.desk.looking = Looking { view, over, ..Looking::default() };
                self.conductor.send(Command::Open { reference, candidates: paths.collect() });
            }
        } else {
            for path in paths {
                self.conductor.send(Command::Add(path));
            }
        }
    }

    pub fn command(&mut self, command: UiCommand) {
        use UiCommand::*;
        if self.model_command(command) || self.time(command) || self.zoom(command) {
            return;
        }
        let state = self.conductor.state();
        let looking = &mut self.desk.looking;
        match command {
            View(i) => {
                if let Some(view) = VIEWS.get(i) {
                    // The key of a view that changes by itself holds it still when pressed again.
                    let again = looking.view == view.id() && view.phases().len() > 1;
                    looking.flicker.running = !(again && looking.flicker.running);
                    looking.view = view.id();
                    self.desk.flicker_since = None;
                    // The view of maps with no map is no view.
                    let first = metrics::overlays().first().map(|overlay| overlay.id());
                    if view.id() == views::MAP && looking.overlay().is_none() {
                        looking.choose_overlay(first);
                    }
                }
            }
            Overlay(id) => looking.choose_overlay(id),
            NextOverlay => looking.cycle_overlay(false),
            PreviousOverlay => looking.cycle_overlay(true),
            Swap => looking.swap(state),
            FollowPointer => looking.follow = !looking.follow,
            NextTrack => looking.cycle(state, false),
            PreviousTrack => looking.cycle(state, true),
            PickRight(place) => looking.right = state.tracks.get(place).map(|t| t.id).or(looking.right),
            PickLeft(place) => looking.left = state.tracks.get(place).map(|t| t.id).or(looking.left),
            Open => self.dialogs.ask(self.ctx, self.desk, Wish::Open),
            Demo => self.conductor.request(UiRequest::Demo),
            SaveView => self.save(),
            Copy => match provenance(state, looking) {
                Some(words) => self.copy(words),
                None => self.desk.toast(text::NOTHING_TO_COPY, self.now()),
            },
            Paste => self.ctx.send_viewport_cmd(ViewportCommand::RequestPaste),
            Palette => self.desk.palette = Some(String::new()),
            Help => self.desk.help = !self.desk.help,
            WholePicture => self.conductor.send(Command::Region(None)),
            ToggleTracks => self.desk.folds.tracks = !self.desk.folds.tracks,
            ToggleScores => {
                let folds = &mut self.desk.folds;
                folds.scores = !folds.scores;
                let roomy = !folds.scores || self.ctx.content_rect().width() >= theme::ROOMY;
                folds.models &= roomy;
                folds.bench &= roomy;
            }
            Evidence => self.evidence(false),
            HotSpots => self.evidence(true),
            Fade => {
                let whole = state.detail.as_ref().is_none_or(|detail| detail.share >= 1.0);
                let right = looking.track(state, Side::Right).map(|track| track.id);
                if let Some(why) = right.and_then(|id| state.not_faded(id)).filter(|_| whole) {
                    let why = why.to_owned();
                    return self.desk.toast(why, self.now());
                }
                self.conductor.send(Command::Detail(Some(if whole { 0.0 } else { 1.0 })));
            }
            NextSpot | PreviousSpot => {
                if !(self.desk.folds.scores && self.desk.scores.tab == scores::EVIDENCE && self.desk.scores.on_spots) {
                    self.evidence(true);
                }
                let back = command == PreviousSpot;
                let actions = scores::step(self.conductor.state(), self.desk, back);
                actions.into_iter().for_each(|action| self.act(action));
            }
            Slice => {
                if let Some(command) = slice::toggle(&mut self.desk.slice) {
                    self.conductor.send(command);
                }
            }
            Crops => {
                if let Some(command) = crops::toggle(self.conductor.state(), self.desk) {
                    self.conductor.send(command);
                }
            }
            ToggleStrip => self.desk.folds.strip = !self.desk.folds.strip,
            OnlyPicture => self.desk.folds.only_picture = !self.desk.folds.only_picture,
            Fullscreen => self.fullscreen(None),
            Leave => self.leave(),
            _ => {}
        }
    }

    /// Opens the evidence at its verdicts or hot spots, or shuts it where that is open.
    fn evidence(&mut self, spots: bool) {
        let desk = &mut self.desk;
        let open = desk.folds.scores && desk.scores.tab == scores::EVIDENCE && desk.scores.on_spots == spots;
        (desk.scores.tab, desk.scores.on_spots, desk.folds.scores) = (scores::EVIDENCE, spots, !open);
        let roomy = open || self.ctx.content_rect().width() >= theme::ROOMY;
        desk.folds.models &= roomy;
        desk.folds.bench &= roomy;
    }

    /// Commands on time; false when it is none.
    fn time(&mut self, command: UiCommand) -> bool {
        use UiCommand::*;
        let clock = self.conductor.state().clock;
        let tenth = (clock.duration / 10.0).max(0.0);
        self.conductor.send(match command {
            PlayPause if clock.playing => Command::Pause,
            PlayPause => Command::Play,
            StepBack => Command::Step(-1),
            StepForward => Command::Step(1),
            SecondBack => Command::Jump(-1.0),
            SecondForward => Command::Jump(1.0),
            JumpBack => Command::Jump(-tenth),
            JumpForward => Command::Jump(tenth),
            First => Command::Seek(0),
            Last => Command::Seek(clock.frames.saturating_sub(1)),
            Loop => Command::Loop(!clock.looping),
            Slower => Command::Speed((clock.speed / 2.0).max(1.0 / 16.0)),
            Faster => Command::Speed((clock.speed * 2.0).min(8.0)),
            _ => return false,
        });
        true
    }

    /// Commands on zoom; false when it is none.
    fn zoom(&mut self, command: UiCommand) -> bool {
        use UiCommand::*;
        let pane = self.desk.panes.first().map_or(self.desk.area, |p| p.rect);
        let picture = views::picture(self.conductor.state());
        if self.desk.page == Page::Tournament {
            return self.grid_zoom(command, picture);
        }
        let looking = &mut self.desk.looking;
        match (command, picture) {
            (Fit, _) => looking.camera = Camera::default(),
            (Reset, _) => {
                let Looking { view, right, gain, smooth, over, .. } = *looking;
                *looking = Looking { view, right, gain, smooth, over, ..Looking::default() };
            }
            (OneToOne, Some(p)) => looking.camera.scale_to(pane, &p, 1.0),
            (ZoomIn, Some(p)) => looking.camera.zoom_at(pane, &p, pane.center(), std::f64::consts::SQRT_2),
            (ZoomOut, Some(p)) => looking.camera.zoom_at(pane, &p, pane.center(), std::f64::consts::FRAC_1_SQRT_2),
            (OneToOne | ZoomIn | ZoomOut, None) => {}
            _ => return false,
        }
        true
    }

    /// The same for the tournament's pictures.
    fn grid_zoom(&mut self, command: UiCommand, picture: Option<views::Picture>) -> bool {
        use UiCommand::*;
        let (camera, pane) = (&mut self.desk.arena.camera, self.desk.area);
        let Some(picture) = picture else { return matches!(command, Fit | Reset | OneToOne | ZoomIn | ZoomOut) };
        match command {
            Fit | Reset => *camera = Camera::default(),
            OneToOne => camera.scale_to(pane, &picture, 1.0),
            ZoomIn => camera.zoom_at(pane, &picture, pane.center(), std::f64::consts::SQRT_2),
            ZoomOut => camera.zoom_at(pane, &picture, pane.center(), std::f64::consts::FRAC_1_SQRT_2),
            _ => return false,
        }
        true
    }

    /// Esc: the topmost thing that can be left, one at a time.
    fn leave(&mut self) {
        let desk = &mut *self.desk;
        if desk.palette.take().is_some() || desk.path_field.take().is_some() {
            return;
        }
        if std::mem::take(&mut desk.help) {
            return;
        }
        if desk.page == Page::Tournament {
            desk.page = Page::Loupe;
        } else if desk.folds.only_picture {
            desk.folds = Folds { only_picture: false, ..desk.folds };
        } else if self.ctx.input(|i| i.viewport().fullscreen == Some(true)) {
            self.fullscreen(Some(false));
        } else if desk.editing.take().is_some() {
            desk.line.clear();
        }
    }

    fn fullscreen(&mut self, on: Option<bool>) {
        let now = self.ctx.input(|i| i.viewport().fullscreen.unwrap_or(false));
        self.ctx.send_viewport_cmd(ViewportCommand::Fullscreen(on.unwrap_or(!now)));
    }

    fn copy(&mut self, words: String) {
        self.ctx.copy_text(words);
        self.desk.toast(text::COPIED, self.now());
    }

    fn save(&mut self) {
        let area = self.desk.area;
        let ppp = self.ctx.pixels_per_point();
        let at = PxRect { x: 0, y: 0, ..area };
        match save::view(self.conductor.state(), &self.desk.looking, at, ppp) {
            Ok(Some(path)) => self.desk.toast(text::saved(&path), self.now()),
            Ok(None) => self.desk.toast(text::NOTHING_TO_SAVE, self.now()),
            Err(sentence) => self.desk.fault(sentence),
        }
    }

    fn now(&self) -> f64 {
        self.ctx.input(|i| i.time)
    }
}

/// The scores of the frame in view and how they were reached: one line a side that has some.
pub fn provenance(state: &State, looking: &Looking) -> Option<String> {
    let mut lines: Vec<String> = Vec::new();
    for side in [Side::Left, Side::Right] {
        let Some(track) = looking.track(state, side) else { continue };
        if track.live.is_empty() {
            continue;
        }
        let scores = track.live.iter().map(|(id, m)| {
            let (name, unit, _) = figures::describe(id);
            format!("{name} {} {unit}", figures::number(id, m.value)).trim_end().to_owned()
        });
        let scores = scores.collect::<Vec<_>>().join(", ");
        let frame = track.shown.as_ref().map_or(state.clock.frame, |s| s.number);
        let line = format!("{}, frame {frame}: {scores}; {}", track.label, track.provenance);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}
