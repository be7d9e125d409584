//! The words of the command line: one definition drives parsing and help.

use std::ops::Range;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::engine::Crop;
use crate::metrics;
use crate::views::Limit;

/// A loupe for moving pictures: a source beside its encodes and upscales, in step, with live scores.
#[derive(Parser, Debug)]
#[command(
    name = "doublet",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "\
A candidate is a file, or a recipe in quotes:
  encode.mkv                                        a file as it is
  \"source | down 2 bicubic | model compact-2x\"      an exam for an upscaler: the truth is known
  \"source | down 2 bicubic | up 2 lanczos\"          the same by plain resizing
  \"encode.mkv | unsharp 1\"                          a file, sharpened
  \"my name = encode.mkv\"                            any of these with a name of your own
\"source\" stands for the reference. `doublet stages` lists all stages.

Begin with:
  doublet demo                     a ready comparison, made on the spot
  doublet film.mkv encode.mkv      two files of yours in a window"
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The picture everything is compared with: a video or still image.
    pub reference: Option<String>,
    /// What to compare: files or recipes, any number.
    pub candidates: Vec<String>,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Write what the window would show as a PNG.
    Shot(Shot),
    /// Measure candidates against the reference.
    Score(Score),
    /// Say whether a score was worked on: by what, with the evidence, and what it is worth without.
    Verdict(Verdict),
    /// Search for the filter that lifts a candidate's VMAF most at a given loss of PSNR.
    Attack(Attack),
    /// Say what candidates invented, lost, bent and contradicted, in numbers and places.
    Evidence(Evidence),
    /// Run many candidates on a few seconds: speed, memory and scores in one table.
    Tournament(Tournament),
    /// Write a whole candidate to a video file (FFV1, lossless) or a PNG.
    Render(Render),
    /// Open a ready comparison that Doublet makes itself (kept after the first time).
    Demo(Demo),
    /// List the models that recipes can name, or convert one to ONNX.
    Models(Models),
    /// Say of each metric what it means, its range, what it is blind to, and how far to trust it.
    Metrics(Metrics),
    /// List the stages that recipes can hold.
    Stages,
    /// Say what was found on this machine, and what each missing thing costs.
    Doctor,
}

/// What is compared.
#[derive(Args, Debug)]
pub struct Sides {
    /// A video or still image.
    pub reference: String,
    /// Files or recipes.
    #[arg(required = true)]
    pub candidates: Vec<String>,
}

#[derive(Args, Debug)]
#[command(after_help = overlays())]
pub struct Shot {
    #[command(flatten)]
    pub sides: Sides,
    /// Frame of the reference, from 0.
    #[arg(long, conflicts_with = "at")]
    pub frame: Option<usize>,
    /// Time in seconds from the reference's first frame.
    #[arg(long, value_name = "SECONDS")]
    pub at: Option<f64>,
    /// One of the window's views.
    #[arg(long, default_value = "split")]
    pub view: String,
    /// Size of the picture in pixels; the reference's own size if not given.
    #[arg(long, value_name = "WxH", value_parser = parse_size)]
    pub size: Option<(u32, u32)>,
    /// Evidence to draw over candidates; see below.
    #[arg(long, value_name = "ID")]
    pub overlay: Option<String>,
    /// How much of the picture gives way to the overlay, 0 to 1.
    #[arg(long, value_name = "SHARE", value_parser = parse_share, requires = "overlay")]
    pub strength: Option<f32>,
    /// Where the overlay's scale ends: a number in its unit, or `auto`.
    #[arg(long, value_name = "NUMBER", value_parser = parse_limit, requires = "overlay")]
    pub limit: Option<Limit>,
    /// How much of what candidates invented is shown, 0 to 1: 0 is what their input carries, 1 their own picture.
    #[arg(long, value_name = "SHARE", value_parser = parse_share)]
    pub invented: Option<f32>,
    /// Where to write. Flicker writes one picture a side, with its place in the name.
    #[arg(short, long, value_name = "FILE.png")]
    pub output: PathBuf,
}

#[derive(Args, Debug)]
#[command(after_help = "\
  doublet score film.mkv encode.mkv                                   the usual scores
  doublet score film.mkv a.mkv b.mkv --metrics vmaf,vmaf_neg,psnr_y   these, of two encodes
  doublet score film.mkv encode.mkv --range 100..200 --format csv     100 frames, one row each
  doublet score film.mkv encode.mkv --region 640x360+100+50           a part of the picture
  doublet score film.mkv encode.mkv --ways                            all that people call VMAF, from lowest to highest
  doublet score --list                                                what each score means, and how far to trust it

What was measured once is remembered by content, and not measured again.")]
pub struct Score {
    /// A video or still image.
    #[arg(required_unless_present = "list")]
    pub reference: Option<String>,
    /// Files or recipes.
    #[arg(required_unless_present = "list")]
    pub candidates: Vec<String>,
    /// Metric ids with commas between, `standard`, or `all`.
    #[arg(long, default_value = "standard", value_name = "ID,…")]
    pub metrics: String,
    /// A model that becomes a metric: .onnx, two pictures or one in, a number or a map out. May be given several times.
    #[arg(long, value_name = "FILE")]
    pub metric_model: Vec<PathBuf>,
    /// Frames of the reference: from A up to, not including, B.
    #[arg(long, visible_alias = "range", value_name = "A..B", value_parser = parse_range)]
    pub frames: Option<Range<usize>>,
    /// A part of the reference's picture, in samples, measured as a picture of its own.
    #[arg(long, value_name = "WxH+X+Y", value_parser = parse_region)]
    pub region: Option<Crop>,
    /// Measure anew, whatever is remembered of earlier runs, and remember nothing.
    #[arg(long)]
    pub no_cache: bool,
    /// Score the comparison in every way that people call VMAF: models, mixes of colour planes, means.
    #[arg(long, conflicts_with_all = ["metrics", "metric_model"])]
    pub ways: bool,
    /// Say of each metric what it means and how far to trust it (as `doublet metrics`).
    #[arg(long)]
    pub list: bool,
    /// json, csv or table.
    #[arg(long, default_value = "table")]
    pub format: String,
    /// Write to a file rather than the terminal.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(after_help = "\
  doublet verdict film.mkv encode.mkv                    one encode
  doublet verdict film.mkv a.mkv b.mkv c.mkv d.mkv e.mkv five or more are held against each other, too
  doublet verdict film.mkv encode.mkv --format json      for programs

Misalignment, a wrong range or matrix and shifted colour are found first, and are never called a trick. “No sign found”
is not proof that there is none.")]
pub struct Verdict {
    #[command(flatten)]
    pub sides: Sides,
    /// Frames of the reference: from A up to, not including, B.
    #[arg(long, visible_alias = "range", value_name = "A..B", value_parser = parse_range)]
    pub frames: Option<Range<usize>>,
    /// Do not undo what was found and score again: half the time for candidates that were worked on.
    #[arg(long)]
    pub plain: bool,
    /// Measure anew, whatever is remembered of earlier runs, and remember nothing.
    #[arg(long)]
    pub no_cache: bool,
    /// text or json.
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    pub format: String,
    /// Write to a file rather than the terminal.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(after_help = "\
  doublet attack film.mkv encode.mkv                                    on 3 frames, at 1 dB
  doublet attack film.mkv \"source | encode x264 crf=30\" --before       what a tuned encoder could do
  doublet attack film.mkv encode.mkv --psnr-loss 0.5 --range 100..200   on 3 frames of these

The line it ends with is a candidate: give it to `doublet score` or to the window. With --before, single frames are
tried, each encoded alone as a key frame.")]
pub struct Attack {
    /// A video or still image.
    pub reference: String,
    /// A file or a recipe.
    pub candidate: String,
    /// How much PSNR of luma may be lost, in dB.
    #[arg(long, value_name = "DB", default_value = "1.0", value_parser = parse_loss)]
    pub psnr_loss: f64,
    /// Frames of the reference: from A up to, not including, B.
    #[arg(long, visible_alias = "frames", value_name = "A..B", value_parser = parse_range)]
    pub range: Option<Range<usize>>,
    /// On how many frames, spread over the range, attacks are tried.
    #[arg(long, value_name = "N", default_value = "3", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub samples: u16,
    /// Attack ahead of the chain's first encode, not behind all of it.
    #[arg(long)]
    pub before: bool,
    /// text or json.
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    pub format: String,
}

#[derive(Args, Debug)]
#[command(after_help = "\
  doublet evidence film.mkv encode.mkv                                    an encode against its source
  doublet evidence film.mkv \"source | down 2 bicubic | model compact-2x\"   an exam: the truth is known
  doublet evidence small.mkv large.mkv --format json                      an upscale of which only the input is known
  doublet evidence small.mkv \"source | model span-2x\" \"source | model compact-2x\" --strips spots   a jury of models

What contradicts the input or was added beyond it is told of enlarged candidates; the rest of all.")]
pub struct Evidence {
    #[command(flatten)]
    pub sides: Sides,
    /// Frames looked at, evenly over the film.
    #[arg(long, default_value_t = 12, value_name = "N", value_parser = parse_count)]
    pub frames: usize,
    /// Write a strip for each of these places into this folder: the input and what every model made of it, side by side.
    #[arg(long, value_name = "FOLDER")]
    pub strips: Option<PathBuf>,
    /// Places told of a candidate, the strongest first.
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = parse_count)]
    pub spots: usize,
    /// json or text.
    #[arg(long, default_value = "text", value_parser = ["json", "text"])]
    pub format: String,
}

#[derive(Args, Debug)]
pub struct Metrics {
    /// table or json.
    #[arg(long, default_value = "table", value_parser = ["table", "json"])]
    pub format: String,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Without LINES and --models, all models run. With models or an exam, plain Lanczos and bicubic run too, so that there is
always something to beat. Without --range, --hardest and --at, the hardest 5 seconds are taken.

  doublet tournament film.mkv                                   every model on the hardest 5 seconds
  doublet tournament film.mkv --exam clean -o table.html        the same as an exam: the truth is known
  doublet tournament film.mkv a.mkv b.mkv --range 100..225      two encodes on 125 frames
  doublet tournament film.mkv --models compact-2x \"source | model compact-2x | unsharp 1\" --at 83 --seconds 2

Ctrl+C ends a tournament; what was done until then is written.")]
pub struct Tournament {
    /// A video or still image.
    pub reference: String,
    /// Files or recipes.
    pub lines: Vec<String>,
    /// Models by name or file with commas between, or `all`.
    #[arg(long, value_name = "NAME,…")]
    pub models: Option<String>,
    /// Make the source worse in a known way before each model, and score against the untouched source.
    #[arg(long, value_name = "ID")]
    pub exam: Option<String>,
    /// Frames of the reference: from A up to, not including, B.
    #[arg(long, value_name = "A..B", value_parser = parse_range, conflicts_with_all = ["hardest", "at", "seconds"])]
    pub range: Option<Range<usize>>,
    /// So many seconds, where detail and motion are most.
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, conflicts_with_all = ["at", "seconds"])]
    pub hardest: Option<f64>,
    /// The seconds around this time, from the reference's first frame.
    #[arg(long, value_name = "SECONDS")]
    pub at: Option<f64>,
    /// How many seconds around --at [default: 5].
    #[arg(long, value_name = "N", value_parser = parse_seconds, requires = "at")]
    pub seconds: Option<f64>,
    /// table, csv, html or json; by the ending of the output's name if not given.
    #[arg(long)]
    pub format: Option<String>,
    /// Write to a file rather than the terminal.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Render {
    /// A video or still image.
    pub reference: String,
    /// A file or a recipe.
    pub recipe: String,
    /// Where to write: .mkv for video, .png for a still.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

#[derive(Args, Debug)]
pub struct Demo {
    /// Open no window: write the pictures and the scores as files.
    #[arg(long)]
    pub headless: bool,
    /// Folder for the files of --headless.
    #[arg(short, long, value_name = "FOLDER", default_value = "doublet-demo")]
    pub output: PathBuf,
}

#[derive(Args, Debug)]
pub struct Models {
    #[command(subcommand)]
    pub action: Option<ModelsAction>,
}

#[derive(Subcommand, Debug)]
pub enum ModelsAction {
    /// Write a .pth or .safetensors model as the ONNX file that Doublet runs.
    Convert(Convert),
}

#[derive(Args, Debug)]
pub struct Convert {
    /// The weights: .pth, .pt or .safetensors, or the name of such a model on the shelf.
    pub file: String,
    /// Where to write.
    #[arg(short, long, value_name = "FILE.onnx")]
    pub output: PathBuf,
    /// Compute in half precision, with half the size.
    #[arg(long)]
    pub fp16: bool,
}

/// "1280x720" as two positive numbers.
fn parse_size(text: &str) -> Result<(u32, u32), String> {
    let parsed = text.split_once(['x', 'X']).and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    match parsed {
        Some((w, h)) if (16..=16384).contains(&w) && (16..=16384).contains(&h) => Ok((w, h)),
        _ => Err("a size is written like 1280x720, each side from 16 to 16384".into()),
    }
}

/// "640x360+100+50" as a rectangle: size, then the place of its left top sample.
fn parse_region(text: &str) -> Result<Crop, String> {
    let parsed = text.split_once('+').and_then(|(size, place)| {
        let (width, height) = size.split_once(['x', 'X'])?;
        let (left, top) = place.split_once('+')?;
        let number = |text: &str| text.parse::<u32>().ok();
        Some(Crop { left: number(left)?, top: number(top)?, width: number(width)?, height: number(height)? })
    });
    parsed.ok_or_else(|| "a region is written like 640x360+100+50: 640x360 samples from column 100, row 50 on".into())
}

/// A share from 0 to 1.
fn parse_share(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("a share is a number from 0 to 1, such as 0.7".into()),
    }
}

/// Where a scale ends.
fn parse_limit(text: &str) -> Result<Limit, String> {
    match text.parse::<f32>() {
        Ok(to) if to.is_finite() && to > 0.0 => Ok(Limit::At(to)),
        Err(_) if text == "auto" => Ok(Limit::Auto),
        _ => Err("a limit is a number above 0 in the overlay's unit, or auto".into()),
    }
}

/// The table of overlays, for the help.
fn overlays() -> String {
    let mut text = String::from("Overlays:\n");
    for overlay in metrics::overlays() {
        let about = overlay.about();
        text += &format!("  {:<16} {}. {}\n", about.id, about.label, about.meaning);
    }
    text + "\nA dark place means what its overlay says and no more; the window tells what each cannot tell."
}

/// Decibels, 0 or more.
fn parse_loss(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(loss) if (0.0..=60.0).contains(&loss) => Ok(loss),
        _ => Err("a loss is a number of decibels from 0 to 60, such as 1.0".into()),
    }
}

/// A count from 1 to 1000.
fn parse_count(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(count) if (1..=1000).contains(&count) => Ok(count),
        _ => Err("a count is a whole number from 1 to 1000, such as 12".into()),
    }
}

/// A number of seconds above 0.
fn parse_seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds.is_finite() && seconds > 0.0 => Ok(seconds),
        _ => Err("a length is a number of seconds above 0, such as 5".into()),
    }
}

/// "10..20" as a half-open range; either end may be left out of the start ("..20").
fn parse_range(text: &str) -> Result<Range<usize>, String> {
    let ends = text.split_once("..").and_then(|(a, b)| {
        let start = if a.is_empty() { 0 } else { a.parse().ok()? };
        Some(start..b.parse().ok()?)
    });
    match ends {
        Some(range) if range.start < range.end => Ok(range),
        _ => Err("a range is written like 10..20: frames 10 to 19".into()),
    }
}
