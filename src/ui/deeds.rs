//! Carrying out what concerns models, chains, the stretch and the tournament.

use std::path::PathBuf;

use crate::engine::{Attack, Command, EXAMS, Tournament, Track, default_range};
use crate::report::{TournamentFormat, write_atomic};
use crate::views::Side;

use super::act::Hands;
use super::commands::UiCommand;
use super::desk::{Action, Page, Wish};
use super::{bench, chain, exams, lines, range, text, theme, tournament};

impl Hands<'_> {
    /// What was chosen in a dialog or typed in its stead.
    pub fn chosen(&mut self, wish: Wish, paths: Vec<String>) {
        match wish {
            Wish::Open | Wish::Add => self.act(Action::OpenPaths { paths, replace: wish == Wish::Open }),
            Wish::Models | Wish::ModelFolder => self.shelve(paths.into_iter().map(PathBuf::from).collect()),
            Wish::SaveCsv | Wish::SaveHtml => {
                if let Some(path) = paths.into_iter().next() {
                    self.save_tournament(wish, PathBuf::from(path));
                }
            }
        }
    }

    /// Puts models on the shelf and shows them.
    pub fn shelve(&mut self, paths: Vec<PathBuf>) {
        // The first one is where the keyboard goes on; of a folder nobody knows yet what it holds.
        let first = paths.iter().find(|p| !p.is_dir()).cloned();
        self.conductor.send(Command::ShelfAdd(paths));
        if !self.desk.folds.models && self.desk.page == Page::Loupe {
            self.command(UiCommand::ToggleModels);
        }
        self.desk.folds.only_picture = false;
        self.desk.shelf.show(first);
    }

    /// Adds a candidate unless its like is open; on request it goes on the right, now or as soon as it is there.
    pub fn candidate(&mut self, line: String, show: bool) {
        let open = lines::find(self.conductor.state(), &line);
        if open.is_none() {
            self.conductor.send(Command::Add(line.clone()));
        }
        match open {
            Some(id) if show => {
                self.desk.looking.right = Some(id);
                // Who asks for a candidate wants the whole chain.
                if self.conductor.state().track(id).is_some_and(|t| t.tap.is_some()) {
                    self.conductor.send(Command::Tap(id, None));
                }
            }
            None if show => self.desk.expected = Some(line),
            _ => {}
        }
    }

    /// Commands of this file; false when it is none.
    pub fn model_command(&mut self, command: UiCommand) -> bool {
        use UiCommand::*;
        match command {
            SetIn | SetOut | ClearRange | FiveHere | Hardest => self.stretch(command),
            ToggleModels => self.toggle_models(),
            ToggleBench | Hunt | ResetAttack => self.bench_command(command),
            AddModels => self.dialogs.ask(self.ctx, self.desk, Wish::Models),
            AddModelFolder => self.dialogs.ask(self.ctx, self.desk, Wish::ModelFolder),
            MeasureTicked => {
                let shelf = &self.conductor.state().shelf;
                let ticked = shelf.iter().map(|c| &c.path).filter(|p| self.desk.ticked.contains(*p));
                let wishes: Vec<Command> = ticked.cloned().map(Command::ShelfMeasure).collect();
                wishes.into_iter().for_each(|wish| self.conductor.send(wish));
            }
            Unfold | TapBack | TapOn | MoveUp | MoveDown | EditLine | ExamOfTrack => self.chain(command),
            Tournament => self.page(),
            RunTournament => self.run_tournament(),
            Preset(i) => self.desk.exam = EXAMS.get(i).map(|e| e.id).or(self.desk.exam),
            SortModels(sort) => self.desk.shelf.sort = sort,
            SaveTournamentCsv => self.dialogs.ask(self.ctx, self.desk, Wish::SaveCsv),
            SaveTournamentHtml => self.dialogs.ask(self.ctx, self.desk, Wish::SaveHtml),
            _ => return false,
        }
        true
    }

    fn stretch(&mut self, command: UiCommand) {
        let state = self.conductor.state();
        if state.clock.frames == 0 {
            return;
        }
        let frame = state.clock.frame;
        let wish = match command {
            UiCommand::SetIn => Command::Range(Some(range::set(state, frame, false))),
            UiCommand::SetOut => Command::Range(Some(range::set(state, frame, true))),
            UiCommand::FiveHere => Command::Range(Some(default_range(state, range::FIVE))),
            UiCommand::Hardest => Command::FindHardest(range::FIVE),
            _ => Command::Range(None),
        };
        self.conductor.send(wish);
    }

    fn toggle_models(&mut self) {
        let narrow = self.ctx.content_rect().width() < theme::ROOMY;
        let folds = &mut self.desk.folds;
        folds.models = !folds.models || self.desk.page != Page::Loupe;
        if folds.models {
            folds.scores &= !narrow;
            folds.bench &= !narrow;
            self.desk.page = Page::Loupe;
            self.desk.shelf.opened();
            self.conductor.send(Command::ShelfLook);
        }
    }

    /// The attack bench: shown or hidden, its search, its sliders back.
    fn bench_command(&mut self, command: UiCommand) {
        let narrow = self.ctx.content_rect().width() < theme::ROOMY;
        let state = self.conductor.state();
        let hunting = state.bench.as_ref().and_then(|bench| bench.hunt.as_ref()).is_some_and(|hunt| hunt.running);
        let folds = &mut self.desk.folds;
        match command {
            UiCommand::Hunt if hunting => return self.conductor.send(Command::Hunt(None)),
            UiCommand::ResetAttack => {
                if let Some(bench) = &state.bench {
                    let attack = Attack { side: bench.attack.side, ..Attack::default() };
                    self.conductor.send(Command::Hunt(None));
                    self.conductor.send(Command::Attack(attack));
                }
                return;
            }
            UiCommand::Hunt => folds.bench = true,
            _ => folds.bench = !folds.bench,
        }
        if folds.bench {
            folds.scores &= !narrow;
            folds.models &= !narrow;
            folds.only_picture = false;
        }
        if command == UiCommand::Hunt {
            // The bench may have been shut until now.
            let wanted = bench::wanted(self.conductor.state(), self.desk);
            if wanted.is_none() {
                let now = self.ctx.input(|i| i.time);
                return self.desk.toast(text::bench::NOTHING, now);
            }
            if self.conductor.state().bench.as_ref().map(|bench| bench.track) != wanted {
                self.conductor.send(Command::Bench(wanted));
            }
            self.conductor.send(Command::Hunt(Some(self.desk.bench.psnr_loss)));
        }
    }

    /// The candidate on the right, or the one on the left while the reference is on the right.
    fn meant(&self) -> Option<(usize, &Track)> {
        let state = self.conductor.state();
        let on = |side| {
            let id = self.desk.looking.track(state, side)?.id;
            state.tracks.iter().enumerate().skip(1).find(|(_, t)| t.id == id)
        };
        on(Side::Right).or_else(|| on(Side::Left))
    }

    fn chain(&mut self, command: UiCommand) {
        let Some((place, track)) = self.meant() else {
            let now = self.ctx.input(|i| i.time);
            return self.desk.toast(text::chain::NO_CANDIDATE, now);
        };
        let (id, count) = (track.id, track.stages.len());
        let last = self.conductor.state().tracks.len() - 1;
        match command {
            UiCommand::Unfold => chain::toggle(self.desk, id),
            UiCommand::MoveUp if place > 1 => self.conductor.send(Command::Move(id, place - 1)),
            UiCommand::MoveDown if place < last => self.conductor.send(Command::Move(id, place + 1)),
            UiCommand::EditLine => {
                (self.desk.line, self.desk.editing, self.desk.line_fault) = (track.recipe.clone(), Some(id), None);
                self.desk.folds.tracks = true;
                self.desk.focus_line = true;
            }
            UiCommand::ExamOfTrack => {
                let asked = exams::of_track(self.conductor.state(), track, self.desk.exam());
                asked.into_iter().for_each(|action| self.act(action));
            }
            UiCommand::TapBack | UiCommand::TapOn if count > 0 => {
                let now = track.tap.unwrap_or(count).min(count);
                let next = if command == UiCommand::TapBack { now.saturating_sub(1) } else { (now + 1).min(count) };
                if next != now {
                    self.conductor.send(Command::Tap(id, (next < count).then_some(next)));
                }
            }
            _ => {}
        }
    }

    /// Opens the tournament's page, or goes back.
    fn page(&mut self) {
        let desk = &mut *self.desk;
        if desk.page == Page::Tournament {
            desk.page = Page::Loupe;
            return;
        }
        desk.page = Page::Tournament;
        desk.folds.only_picture = false;
        desk.arena.opened(&desk.looking.camera, desk.looked_at);
        self.conductor.send(Command::ShelfLook);
    }

    fn run_tournament(&mut self) {
        if tournament::running(self.conductor.state()).is_some() {
            return self.conductor.send(Command::StopTournament);
        }
        if self.desk.page != Page::Tournament {
            self.page();
        }
        let Some(plan) = tournament::plan(self.conductor.state(), self.desk) else { return };
        // A picture that plays would take the time that is to be measured.
        if self.conductor.state().clock.playing {
            self.conductor.send(Command::Pause);
        }
        self.conductor.send(Command::Tournament(plan));
    }

    fn save_tournament(&mut self, wish: Wish, path: PathBuf) {
        let Some(run) = self.conductor.state().tournament.as_ref() else {
            let now = self.ctx.input(|i| i.time);
            return self.desk.toast(text::NOTHING_TO_SAVE, now);
        };
        let shown = path.display().to_string();
        match written(run, wish).map(|table| write_atomic(&path, table.as_bytes())) {
            Ok(Ok(())) => {
                let now = self.ctx.input(|i| i.time);
                self.desk.toast(text::saved(&shown), now);
            }
            Ok(Err(why)) => self.desk.fault(why.to_string()),
            Err(why) => self.desk.fault(why),
        }
    }
}

/// The table in the format asked for.
fn written(run: &Tournament, wish: Wish) -> Result<String, String> {
    let format = if wish == Wish::SaveCsv { TournamentFormat::Csv } else { TournamentFormat::Html };
    run.report().render(format).map_err(|why| why.to_string())
}
