//! Clips of the fixtures as bare 8-bit 4:2:0 samples, and what encoders and scalers make of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use doublet::frame::{ColorInfo, Family, Frame, Layout, Matrix, Plane, Range, Sample, Siting};

use crate::attacks::Luma;
use crate::program;

/// Frames of a clip, in 4:2:0.
#[derive(Clone)]
pub struct Clip {
    pub width: usize,
    pub height: usize,
    pub frames: Vec<Vec<u8>>,
    /// Bits a second at 25 frames a second, of what an encoder wrote.
    pub bitrate: Option<f64>,
}

impl Clip {
    /// The first frames of a video from `skip` seconds on, at most `most` samples a side.
    pub fn of(video: &Path, skip: f64, most: usize, count: usize, scratch: &Path) -> Result<Clip, String> {
        let out = scratch.join("clip.y4m");
        let scale = format!(
            "scale='min({most},iw)':'min({most},ih)':force_original_aspect_ratio=decrease:force_divisible_by=2:flags=bicubic,\
             format=yuv420p"
        );
        program::run(
            program::command()?
                .args(["-ss", &skip.to_string(), "-i"])
                .arg(video)
                .args(["-map", "0:v:0", "-vf", &scale, "-frames:v", &count.to_string(), "-strict", "-1"])
                .arg(&out),
        )?;
        let bytes = std::fs::read(&out).map_err(|e| format!("{}: {e}", out.display()))?;
        let end = bytes.iter().position(|b| *b == b'\n').ok_or("no Y4M")?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let field = |letter: char| head.split(' ').skip(1).find_map(|f| f.strip_prefix(letter)?.parse::<usize>().ok());
        let (width, height) = field('W').zip(field('H')).ok_or("no size in Y4M")?;
        let size = size_of(width, height);
        let mut frames = Vec::new();
        let mut at = end + 1;
        while at < bytes.len() {
            at += bytes[at..].iter().position(|b| *b == b'\n').ok_or("a torn Y4M")? + 1;
            frames.push(bytes.get(at..at + size).ok_or("a torn Y4M")?.to_vec());
            at += size;
        }
        Ok(Clip { width, height, frames, bitrate: None })
    }

    /// What `words` make of it, arguments of FFmpeg: filters where no encoder is named, else an encoder's.
    pub fn through(&self, words: &[&str], scratch: &Path) -> Result<Clip, String> {
        let (raw, coded, back) = (scratch.join("in.yuv"), scratch.join("coded.mkv"), scratch.join("back.yuv"));
        std::fs::write(&raw, self.frames.concat()).map_err(|e| e.to_string())?;
        let size = format!("{}x{}", self.width, self.height);
        let begin = |command: &mut std::process::Command| {
            command.args(["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", &size, "-r", "25", "-i"]).arg(&raw);
        };
        let plain = !words.contains(&"-c:v");
        let mut bitrate = None;
        let mut first = program::command()?;
        begin(&mut first);
        first.args(words);
        if plain {
            first.args(["-f", "rawvideo", "-pix_fmt", "yuv420p"]).arg(&back);
            program::run(&mut first)?;
        } else {
            first.args(["-pix_fmt", "yuv420p", "-threads", "1"]).arg(&coded);
            program::run(&mut first)?;
            let bytes = std::fs::metadata(&coded).map_err(|e| e.to_string())?.len();
            bitrate = Some(bytes as f64 * 8.0 * 25.0 / self.frames.len() as f64);
            let fit = format!("scale={}:{}:flags=lanczos", self.width, self.height);
            let mut second = program::command()?;
            second.arg("-i").arg(&coded).args(["-vf", &fit, "-f", "rawvideo", "-pix_fmt", "yuv420p"]).arg(&back);
            program::run(&mut second)?;
        }
        let bytes = std::fs::read(&back).map_err(|e| e.to_string())?;
        let frames: Vec<Vec<u8>> = bytes.chunks_exact(size_of(self.width, self.height)).map(<[u8]>::to_vec).collect();
        if frames.len() < self.frames.len() {
            return Err(format!("{}: {} of {} frames came back", words.join(" "), frames.len(), self.frames.len()));
        }
        Ok(Clip { frames, bitrate, ..*self })
    }

    /// The same with luma changed.
    pub fn with_luma(&self, act: impl Fn(&Luma) -> Luma) -> Clip {
        let frame = |frame: &Vec<u8>| {
            let (luma, chroma) = frame.split_at(self.width * self.height);
            let codes = luma.iter().map(|code| f32::from(*code)).collect();
            let made = act(&Luma { width: self.width, height: self.height, codes });
            made.codes.iter().map(|y| *y as u8).chain(chroma.iter().copied()).collect()
        };
        Clip { frames: self.frames.iter().map(frame).collect(), bitrate: None, ..*self }
    }

    /// The same with every sample changed: plane, code.
    pub fn with_codes(&self, of: impl Fn(usize, f64) -> f64) -> Clip {
        let luma = self.width * self.height;
        let code =
            |(at, code): (usize, &u8)| of(usize::from(at >= luma), f64::from(*code)).round().clamp(0.0, 255.0) as u8;
        Clip { frames: self.frames.iter().map(|frame| frame.iter().enumerate().map(code).collect()).collect(), ..*self }
    }

    /// Frame `n` as Doublet holds it.
    pub fn frame(&self, n: usize) -> Result<Arc<Frame>, String> {
        let (w, h) = (self.width, self.height);
        let (cw, ch) = (w / 2, h / 2);
        let bytes = &self.frames[n];
        let plane = |from: usize, w: usize, h: usize| {
            Plane::from_u8(w as u32, h as u32, bytes[from..from + w * h].to_vec()).map_err(|e| e.to_string())
        };
        let planes = vec![plane(0, w, h)?, plane(w * h, cw, ch)?, plane(w * h + cw * ch, cw, ch)?];
        let layout = Layout { family: Family::Yuv, sample: Sample::U8, chroma_shift: (1, 1), alpha: false };
        let color =
            ColorInfo { matrix: Matrix::Bt709, range: Range::Limited, siting: Siting::Left, ..ColorInfo::default() };
        Frame::new(w as u32, h as u32, layout, color, planes).map(Arc::new).map_err(|e| e.to_string())
    }
}

fn size_of(width: usize, height: usize) -> usize {
    width * height + 2 * (width.div_ceil(2) * height.div_ceil(2))
}

/// The videos of a folder, by name.
pub fn videos(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let all = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut found: Vec<PathBuf> =
        all.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file()).collect();
    found.sort();
    Ok(found)
}
