//! A tournament as one page: dark and neutral like the window, its pictures within, no scripts, nothing to fetch. Sorting
//! is done by the style sheet: each row carries its rank in every column.

use std::fmt::Write;

use crate::frame::Image;
use crate::metrics::{Direction, Metric};

use super::thumbs::{Part, busiest, detail, rgb, whole};
use super::{ReportError, TournamentReport, TournamentRow};

/// Samples that the part shown one by one has a side, in the largest of the pictures.
const PART: u32 = 384;

/// A column of figures.
struct Column {
    head: String,
    tip: String,
    /// The figure as shown, and as it sorts (less is better), by row.
    cells: Vec<(Option<String>, Option<f64>)>,
    /// What is said of a figure besides, by row; may be empty.
    asides: Vec<String>,
}

/// The whole page.
///
/// # Errors
/// [`ReportError::Picture`] when a picture cannot be packed.
pub fn page(report: &TournamentReport) -> Result<String, ReportError> {
    let columns = columns(report);
    let name = file_name(&report.reference.path);
    let mut page = String::new();
    _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src \
         'unsafe-inline'\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Tournament: {0}</title>\n<style>\n{1}{2}</style>\n<h1>Tournament</h1>\n\
         <p>{0}, {3}x{4}, {5}</p>\n",
        escape(name),
        include_str!("tournament.css"),
        sheet(&columns),
        report.reference.width,
        report.reference.height,
        escape(&report.stretch()),
    );
    sorting(&mut page, &columns);
    let pictures = Pictures::new(report)?;
    _ = writeln!(page, "<div class=\"table\" role=\"table\">");
    header(&mut page, &columns);
    for (place, row) in report.rows.iter().enumerate() {
        row_of(&mut page, row, place, &columns, &pictures)?;
    }
    _ = writeln!(page, "</div>");
    if let Some(reference) = &pictures.reference {
        let (small, part) = pictures.both(reference)?;
        let known = format!("frame {} of the reference", report.picture);
        _ = writeln!(
            page,
            "<h2>The reference</h2>\n<figure><img src=\"{small}\" alt=\"{known}\"><img class=\"part\" src=\"{part}\" \
             alt=\"part of {known}\"><figcaption>{known}, and the part of it with the strongest edges, as in the \
             rows</figcaption></figure>"
        );
    }
    footer(&mut page, report);
    Ok(page)
}

fn columns(report: &TournamentReport) -> Vec<Column> {
    let rows = &report.rows;
    let plain = |place: usize, head: &str, tip: &str, sort: fn(&TournamentRow) -> Option<f64>| Column {
        head: head.into(),
        tip: tip.into(),
        cells: rows.iter().map(|row| (row.figures()[place].clone(), sort(row))).collect(),
        asides: vec![String::new(); rows.len()],
    };
    let mut columns = vec![
        plain(0, "s/frame", "seconds to make one frame, mean without the first", |r| r.seconds_per_frame),
        plain(1, "frames/s", "frames made in a second", |r| r.seconds_per_frame),
        plain(2, "first", "time to the first frame, opening and loading included", |r| r.first_seconds),
        plain(3, "memory", "most memory taken at once beyond what was taken before; a graphics card's own not", |r| {
            r.memory_bytes.map(|b| b as f64)
        }),
        plain(
            4,
            "whole film",
            "time for every frame of the film at its own size; from an exam that makes it smaller, by the number of pixels",
            |r| r.film_seconds,
        ),
    ];
    columns.extend(report.metrics().map(|metric| score_column(metric, rows)));
    columns
}

fn score_column(metric: &dyn Metric, rows: &[TournamentRow]) -> Column {
    let about = metric.about();
    let sign = if about.direction == Direction::HigherIsBetter { -1.0 } else { 1.0 };
    let unit = if about.unit.is_empty() { String::new() } else { format!(" ({})", about.unit) };
    let mean = |row: &TournamentRow| row.scores.get(about.id).map(|pooled| sign * pooled.mean);
    let worst = |row: &TournamentRow| {
        let worst = row.scores.get(about.id).and_then(|pooled| pooled.worst_second);
        worst.map(|worst| format!("worst second {}", about.text(worst))).unwrap_or_default()
    };
    Column {
        head: format!("{}{unit}", about.label),
        tip: about.meaning.into(),
        cells: rows.iter().map(|row| (row.figure(metric), mean(row))).collect(),
        asides: rows.iter().map(worst).collect(),
    }
}

impl Column {
    /// Places of the rows by this column, best first, rows without a figure last; in the order they ran otherwise.
    fn ranks(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.cells.len()).collect();
        let key = |place: &usize| self.cells[*place].1.unwrap_or(f64::INFINITY);
        order.sort_by(|a, b| key(a).total_cmp(&key(b)));
        let mut ranks = vec![0; order.len()];
        order.iter().enumerate().for_each(|(rank, place)| ranks[*place] = rank);
        ranks
    }
}

/// The rules that depend on the number of columns.
fn sheet(columns: &[Column]) -> String {
    let mut sheet = format!(".row {{ grid-template-columns: 336px repeat({}, minmax(5.5em, 1fr)) }}\n", columns.len());
    for place in 0..columns.len() {
        _ = writeln!(sheet, "#by{place}:checked ~ .table .row {{ order: var(--r{place}) }}");
        _ = writeln!(sheet, "#by{place}:checked ~ .sort label[for=by{place}] {{ color: #fff; border-color: #aaa }}");
    }
    sheet
}

fn sorting(page: &mut String, columns: &[Column]) {
    _ = writeln!(page, "<input type=\"radio\" name=\"by\" id=\"by\" checked>");
    for place in 0..columns.len() {
        _ = writeln!(page, "<input type=\"radio\" name=\"by\" id=\"by{place}\">");
    }
    _ = write!(page, "<p class=\"sort\">Sorted by <label for=\"by\">order of running</label>");
    for (place, column) in columns.iter().enumerate() {
        _ = write!(page, " <label for=\"by{place}\">{}</label>", escape(&column.head));
    }
    _ = writeln!(page, "</p>");
}

fn header(page: &mut String, columns: &[Column]) {
    _ = write!(page, "<div class=\"row head\" role=\"row\"><span role=\"columnheader\">candidate</span>");
    for column in columns {
        let (head, tip) = (escape(&column.head), escape(&column.tip));
        _ = write!(page, "<span role=\"columnheader\" title=\"{tip}\">{head}</span>");
    }
    _ = writeln!(page, "</div>");
}

fn row_of(
    page: &mut String,
    row: &TournamentRow,
    place: usize,
    columns: &[Column],
    pictures: &Pictures,
) -> Result<(), ReportError> {
    let ranks: String =
        columns.iter().enumerate().map(|(c, column)| format!("--r{c}:{};", column.ranks()[place])).collect();
    _ = write!(page, "<div class=\"row\" role=\"row\" style=\"{ranks}\"><div role=\"rowheader\">");
    _ = write!(page, "<b>{}</b><code>{}</code>", escape(&row.label), escape(&row.line));
    match row.status {
        "done" => {}
        "failed" => _ = write!(page, "<p class=\"note\">failed: {}</p>", escape(&row.reason)),
        status => _ = write!(page, "<p class=\"note\">{status} after {} frames</p>", row.measured()),
    }
    if row.against_input {
        page.push_str("<p class=\"note\">scores are against the input: no truth is known</p>");
    }
    page.push_str("</div>");
    for column in columns {
        match &column.cells[place].0 {
            Some(figure) if column.asides[place].is_empty() => {
                _ = write!(page, "<span role=\"cell\">{}</span>", escape(figure));
            }
            Some(figure) => {
                let aside = escape(&column.asides[place]);
                _ = write!(page, "<span role=\"cell\" title=\"{aside}\">{}</span>", escape(figure));
            }
            None => page.push_str("<span role=\"cell\" class=\"none\">–</span>"),
        }
    }
    page.push_str("<div class=\"rest\">");
    if let Some(frame) = &row.picture {
        let (small, part) = pictures.both(&rgb(frame)?)?;
        let label = escape(&row.label);
        _ = write!(
            page,
            "<img src=\"{small}\" alt=\"{label}\"><img class=\"part\" src=\"{part}\" alt=\"part of {label}\">"
        );
    }
    let words: Vec<String> =
        [&row.device, &row.provenance].into_iter().filter(|t| !t.is_empty()).map(|t| escape(t)).collect();
    _ = writeln!(page, "<p class=\"how\">{}</p></div></div>", words.join("<br>"));
    Ok(())
}

fn footer(page: &mut String, report: &TournamentReport) {
    _ = writeln!(
        page,
        "<footer><p>Scores are means over the frames; the tip of each names its worst second. Only the making of frames \
         is timed, not the measuring, on the device that each row names. Pictures are frame {} of the reference: the whole made small (JPEG), and one part \
         of it sample by sample (PNG).</p>\n<p>Written by {}.</p></footer>",
        report.picture,
        escape(report.written_by)
    );
}

/// How the pictures of all rows are shown.
struct Pictures {
    part: Part,
    sample_aspect: (u32, u32),
    rotation: u16,
    reference: Option<Image>,
}

impl Pictures {
    fn new(report: &TournamentReport) -> Result<Self, ReportError> {
        let look = &report.look;
        let reference = look.reference.as_ref().map(|frame| rgb(frame)).transpose()?;
        let widest = report.rows.iter().filter_map(|row| row.picture.as_ref()).map(|f| f.width).max();
        let part = match &reference {
            Some(reference) => {
                let scale = f64::from(widest.unwrap_or(0).max(reference.width)) / f64::from(reference.width);
                busiest(reference, (f64::from(PART) / scale).round().max(16.0) as u32)
            }
            None => Part { left: 0.375, top: 0.375, width: 0.25, height: 0.25 },
        };
        Ok(Self { part, sample_aspect: look.sample_aspect, rotation: look.rotation, reference })
    }

    /// The whole of `picture` and the part, as data URIs.
    fn both(&self, picture: &Image) -> Result<(String, String), ReportError> {
        Ok((whole(picture, self.sample_aspect, self.rotation)?, detail(picture, self.part, self.rotation)?))
    }
}

/// The last part of a path as typed.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().filter(|name| !name.is_empty()).unwrap_or(path)
}

/// `text` as the page shows it and nothing else: markup is escaped, and characters that steer instead of being seen
/// (controls, marks of direction) stand as a box.
fn escape(text: &str) -> String {
    let steers = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if steers(c) => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}
