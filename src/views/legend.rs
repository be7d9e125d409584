//! The legend of an overlay: what its colours mean, in units, and the number that the whole map comes to. Painted by the
//! window and into shots with this same code.

use egui::text::LayoutJob;
use egui::{Color32, CornerRadius, FontId, Galley, Mesh, Painter, Rect, Stroke, pos2, vec2};
use std::sync::Arc;

use crate::engine::{State, TrackId};
use crate::metrics::{OverlayAbout, Scale};

use super::camera::PxRect;
use super::layout::PaneSpec;
use super::looking::Looking;
use super::overlay::{Limit, Over, limit, over, overlaid};
use super::plate::{Measures, rect_of};
use super::{ramp, style, text};

/// What stands on the plate.
#[derive(Clone, Debug)]
pub struct Legend {
    /// The pane it belongs to, physical pixels.
    pub room: PxRect,
    pub about: &'static OverlayAbout,
    /// Where the scale ends.
    pub to: f32,
    pub limit: Limit,
    /// Of each candidate with something over it: its place in the list (from 0) and what the map comes to, in words.
    pub totals: Vec<(usize, Total)>,
    /// Of each candidate whose map has something to tell of itself: its place in the list, and the sentence.
    pub notes: Vec<(usize, String)>,
    /// Scores are taken on a part of the picture, and the map's number still on the whole.
    pub whole: bool,
    /// The graphics card that drew the maps; `None` for the processor, and while there are none.
    pub by: Option<Arc<str>>,
}

/// What a whole map comes to.
#[derive(Clone, PartialEq, Debug)]
pub enum Total {
    Number(f64),
    /// The share that is done, where that is known.
    Measuring(Option<f32>),
    /// Why there is no map.
    Missing(String),
}

/// The legend of what is on show; `None` where no overlay is drawn.
pub fn of(state: &State, looking: &Looking, panes: &[PaneSpec]) -> Option<Legend> {
    let about = looking.overlay()?;
    let ids = overlaid(state, looking, panes);
    // The pane that holds one of them; a flicker's only one holds both in turns.
    let holds = |pane: &&PaneSpec| {
        let (left, right) = pane.content.sides();
        panes.len() == 1 || [Some(left), right].iter().flatten().any(|id| ids.contains(id))
    };
    let room = panes.iter().rev().find(holds).filter(|_| !ids.is_empty())?.rect;
    let total = |id| {
        let place = state.tracks.iter().position(|t| t.id == id)?;
        let total = match over(state, looking, id) {
            Over::Nothing => return None,
            Over::Measuring => {
                Total::Measuring(state.map_share.filter(|(track, _)| *track == id).map(|(_, share)| share))
            }
            Over::Missing(why) => Total::Missing(why.to_owned()),
            Over::Found(found) => Total::Number(found.pooled),
        };
        Some((place, total))
    };
    let by = ids.iter().find_map(|id| match over(state, looking, *id) {
        Over::Found(found) => found.by.clone(),
        _ => None,
    });
    let note = |id: &TrackId| match over(state, looking, *id) {
        Over::Found(found) => Some((state.tracks.iter().position(|t| t.id == *id)?, found.note.as_ref()?.to_string())),
        _ => None,
    };
    let notes = ids.iter().filter_map(note).collect();
    let totals = ids.into_iter().filter_map(total).collect();
    let (to, whole) = (limit(state, looking, panes), state.region.is_some());
    Some(Legend { room, about, to, limit: looking.over.limit, totals, notes, whole, by })
}

impl Legend {
    /// Marks on the bar: place from its left end (0..1) and the number, with its sign and at the last one its unit.
    pub fn ticks(&self) -> Vec<(f32, String)> {
        let unit = if self.about.unit.is_empty() { String::new() } else { format!(" {}", self.about.unit) };
        let end = text::round_figure(self.to);
        match self.about.scale {
            Scale::Sequential { .. } | Scale::Tinted { .. } => {
                let half = text::round_figure(self.to / 2.0);
                vec![(0.0, "0".into()), (0.5, half), (1.0, format!("{end}{unit}"))]
            }
            Scale::Diverging { .. } => {
                vec![(0.0, format!("−{end}")), (0.5, "0".into()), (1.0, format!("+{end}{unit}"))]
            }
            Scale::Classes(_) => Vec::new(),
        }
    }

    /// Everything it says, for screen readers and tests.
    pub fn words(&self) -> String {
        let mut words = vec![self.about.label.to_owned()];
        words.extend(text::limit_word(self.limit).map(str::to_owned));
        match self.about.scale {
            Scale::Diverging { low, high, .. } => words.extend([low, high].map(str::to_owned)),
            Scale::Classes(classes) => words.extend(classes.iter().map(|class| class.label.to_owned())),
            Scale::Sequential { .. } | Scale::Tinted { .. } => {}
        }
        words.extend(self.ticks().into_iter().map(|(_, tick)| tick));
        words.extend(self.totals.iter().map(|(place, total)| format!("{}: {}", place + 1, total_words(total))));
        words.extend(self.notes.iter().map(|(place, note)| format!("{}: {note}", place + 1)));
        words.push(self.about.pools_to.to_owned());
        words.join(", ")
    }
}

fn total_words(total: &Total) -> String {
    match total {
        Total::Number(number) => text::total(*number),
        Total::Measuring(share) => format!("{} {}", text::UNKNOWN, text::measuring(*share)),
        Total::Missing(why) => why.clone(),
    }
}

/// Points, before scaling.
const WIDTH: f32 = 212.0;
const BAR: f32 = 8.0;
const GAP: f32 = 4.0;
/// Room kept below for the read-out under the cursor.
const BELOW: f32 = 40.0;

/// Something on the plate with its height.
enum Row {
    /// Words on the left, words on the right.
    Words(Option<Arc<Galley>>, Option<Arc<Galley>>),
    Bar,
    Ticks(Vec<(f32, Arc<Galley>)>),
    Class(Color32, Arc<Galley>),
}

impl Row {
    fn height(&self, scale: f32) -> f32 {
        let tall = |galley: &Arc<Galley>| galley.size().y;
        match self {
            Row::Words(left, right) => left.as_ref().map_or(0.0, tall).max(right.as_ref().map_or(0.0, tall)),
            Row::Bar => BAR * scale,
            Row::Ticks(all) => all.iter().map(|(_, galley)| tall(galley)).fold(0.0, f32::max),
            Row::Class(_, galley) => tall(galley),
        }
    }
}

/// Paints the legend in the right bottom corner of its room and says where it is, in points.
pub fn paint(painter: &Painter, legend: &Legend) -> Rect {
    let ppp = painter.ctx().pixels_per_point();
    let room = rect_of(legend.room, ppp);
    let m = Measures::of(room);
    let width = (WIDTH * m.scale).min(room.width() - 2.0 * (m.margin + m.padding.x)).max(40.0).round();
    let rows = rows(painter, legend, width, m.scale, room.height() >= 260.0);
    let heights: f32 = rows.iter().map(|row| row.height(m.scale)).sum();
    let size = (vec2(width, heights + GAP * rows.len().saturating_sub(1) as f32) + 2.0 * m.padding).ceil();
    let inner = room.shrink(m.margin);
    let min = pos2(inner.right() - size.x, (inner.bottom() - BELOW * m.scale - size.y).max(inner.top()));
    let rect = Rect::from_min_size(pos2((min.x * ppp).round() / ppp, (min.y * ppp).round() / ppp), size);
    painter.rect_filled(rect, CornerRadius::same(6), style::PLATE);
    let (left, right) = (rect.left() + m.padding.x, rect.left() + m.padding.x + width);
    let mut y = rect.top() + m.padding.y;
    for row in rows {
        let height = row.height(m.scale);
        match row {
            Row::Words(first, last) => {
                if let Some(galley) = first {
                    painter.galley(pos2(left, y), galley, style::TEXT);
                }
                if let Some(galley) = last {
                    painter.galley(pos2(right - galley.size().x, y), galley, style::TEXT);
                }
            }
            Row::Bar => bar(painter, legend, Rect::from_min_max(pos2(left, y), pos2(right, y + height))),
            Row::Ticks(all) => {
                let place = |at: f32, galley: &Galley| (left + width * at - galley.size().x * at).round();
                // A long unit behind the last number takes the room of the one in the middle.
                let last = all.last().map_or(right, |(at, galley)| place(*at, galley));
                for (at, galley) in all {
                    let x = place(at, &galley);
                    if x >= last || x + galley.size().x + GAP < last {
                        painter.galley(pos2(x, y), galley, style::TEXT);
                    }
                }
            }
            Row::Class(color, galley) => {
                let side = 10.0 * m.scale;
                let swatch = Rect::from_center_size(pos2(left + side / 2.0, y + height / 2.0), vec2(side, side));
                painter.rect_filled(swatch, CornerRadius::same(2), color);
                painter.galley(pos2(left + side + 8.0, y), galley, style::TEXT);
            }
        }
        y += height + GAP;
    }
    rect
}

fn rows(painter: &Painter, legend: &Legend, width: f32, scale: f32, roomy: bool) -> Vec<Row> {
    let size = (style::SMALL * scale * 2.0).round() / 2.0;
    let words = |words: &str, font: FontId, color: Color32| {
        let mut job = LayoutJob::simple(words.to_owned(), font, color, width);
        // What is told must be readable to its end; a sentence has room for that, and a label never comes so far.
        job.wrap.max_rows = 8;
        painter.layout_job(job)
    };
    let plain = |said: &str, color| words(said, style::font(size), color);
    let about = legend.about;
    let limit = text::limit_word(legend.limit).map(|word| plain(word, style::CARE));
    let mut rows = vec![Row::Words(Some(words(about.label, style::strong(size), style::TEXT)), limit)];
    match about.scale {
        Scale::Classes(classes) => {
            rows.extend(classes.iter().map(|c| Row::Class(ramp::tint(c.tint), plain(c.label, style::TEXT))));
        }
        Scale::Sequential { .. } | Scale::Tinted { .. } | Scale::Diverging { .. } => {
            if let Scale::Diverging { low, high, .. } = about.scale {
                rows.push(Row::Words(Some(plain(low, style::BLUE)), Some(plain(high, style::ORANGE))));
            }
            rows.push(Row::Bar);
            let ticks = legend.ticks().into_iter().map(|(at, tick)| (at, plain(&tick, style::WEAK)));
            rows.push(Row::Ticks(ticks.collect()));
        }
    }
    for (place, total) in &legend.totals {
        let said = match total {
            Total::Number(number) => words(&text::total(*number), style::strong(size), style::TEXT),
            Total::Measuring(_) => plain(&total_words(total), style::WEAK),
            Total::Missing(why) if roomy => plain(why, style::CARE),
            Total::Missing(_) => plain(text::UNKNOWN, style::CARE),
        };
        match total {
            Total::Missing(_) => rows.push(Row::Words(Some(said), None)),
            _ if roomy => {
                let who = plain(&text::comes_to(place + 1, legend.totals.len() > 1, legend.whole), style::WEAK);
                rows.push(Row::Words(Some(who), Some(said)));
            }
            _ => rows.push(Row::Words(None, Some(said))),
        }
    }
    if roomy {
        let several = legend.notes.len() > 1;
        let said =
            |(place, note): &(usize, String)| if several { format!("{}: {note}", place + 1) } else { note.clone() };
        rows.extend(legend.notes.iter().map(|note| Row::Words(Some(plain(&said(note), style::WEAK)), None)));
        rows.push(Row::Words(Some(plain(about.pools_to, style::WEAK)), None));
    }
    rows
}

/// The scale as a strip, over the dark of the plate, with a fine line where the middle is nothing.
fn bar(painter: &Painter, legend: &Legend, rect: Rect) {
    let ends = match legend.about.scale {
        Scale::Diverging { .. } => (-legend.to, legend.to),
        _ => (0.0, legend.to),
    };
    let mut mesh = Mesh::default();
    const PARTS: u32 = 64;
    for i in 0..=PARTS {
        let t = i as f32 / PARTS as f32;
        let [r, g, b, _] = ramp::color(legend.about.scale, legend.to, ends.0 + (ends.1 - ends.0) * t);
        let color = Color32::from_rgb(r, g, b);
        let x = rect.left() + rect.width() * t;
        mesh.colored_vertex(pos2(x, rect.top()), color);
        mesh.colored_vertex(pos2(x, rect.bottom()), color);
        if i > 0 {
            let n = 2 * i;
            mesh.add_triangle(n - 2, n - 1, n);
            mesh.add_triangle(n - 1, n + 1, n);
        }
    }
    painter.add(mesh);
    painter.rect_stroke(rect, 0.0, Stroke::new(1.0, Color32::from_gray(70)), egui::StrokeKind::Outside);
}
