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
        Ok(Clip { width, height, frames })
    }

    /// What `arguments` make of it: filters with no encoder when they begin with `-vf`, else an encoder's.
    pub fn through(&self, arguments: &str, scratch: &Path) -> Result<Clip, String> {
        let (raw, coded, back) = (scratch.join("in.yuv"), scratch.join("coded.mkv"), scratch.join("back.yuv"));
        std::fs::write(&raw, self.frames.concat()).map_err(|e| e.to_string())?;
        let size = format!("{}x{}", self.width, self.height);
        let words: Vec<&str> = arguments.split_whitespace().collect();
        let begin = |command: &mut std::process::Command| {
            command.args(["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", &size, "-r", "25", "-i"]).arg(&raw);
        };
        let plain = !words.contains(&"-c:v");
        let mut first = program::command()?;
        begin(&mut first);
        first.args(words);
        if plain {
            first.args(["-f", "rawvideo", "-pix_fmt", "yuv420p"]).arg(&back);
            program::run(&mut first)?;
        } else {
            first.args(["-pix_fmt", "yuv420p", "-threads", "1"]).arg(&coded);
            program::run(&mut first)?;
            let fit = format!("scale={}:{}:flags=lanczos", self.width, self.height);
            let mut second = program::command()?;
            second.arg("-i").arg(&coded).args(["-vf", &fit, "-f", "rawvideo", "-pix_fmt", "yuv420p"]).arg(&back);
            program::run(&mut second)?;
        }
        let bytes = std::fs::read(&back).map_err(|e| e.to_string())?;
        let frames: Vec<Vec<u8>> = bytes.chunks_exact(size_of(self.width, self.height)).map(<[u8]>::to_vec).collect();
        if frames.len() < self.frames.len() {
            return Err(format!("{arguments}: {} of {} frames came back", frames.len(), self.frames.len()));
        }
        Ok(Clip { frames, ..*self })
    }

    /// The same with luma changed.
    pub fn with_luma(&self, act: impl Fn(&Luma) -> Luma) -> Clip {
        let frame = |frame: &Vec<u8>| {
            let (luma, chroma) = frame.split_at(self.width * self.height);
            let codes = luma.iter().map(|code| f32::from(*code)).collect();
            let made = act(&Luma { width: self.width, height: self.height, codes });
            made.codes.iter().map(|y| *y as u8).chain(chroma.iter().copied()).collect()
        };
        Clip { frames: self.frames.iter().map(frame).collect(), ..*self }
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

/// What honest people do, as arguments of FFmpeg; encoders are named first, so that attacks can go before and after.
#[rustfmt::skip]
pub static HONEST: &[(&str, &str)] = &[
    ("x264 crf 18", "-c:v libx264 -crf 18"),
    ("x264 crf 23", "-c:v libx264 -crf 23"),
    ("x264 crf 28", "-c:v libx264 -crf 28"),
    ("x264 crf 33", "-c:v libx264 -crf 33"),
    ("x264 crf 38", "-c:v libx264 -crf 38"),
    ("x264 crf 44", "-c:v libx264 -crf 44"),
    ("x264 crf 33 no deblocking", "-c:v libx264 -crf 33 -x264-params no-deblock=1"),
    ("x264 crf 28 grain", "-c:v libx264 -crf 28 -tune grain"),
    ("x264 crf 28 psnr", "-c:v libx264 -crf 28 -tune psnr"),
    ("x265 crf 22", "-c:v libx265 -preset fast -crf 22 -x265-params log-level=none:pools=1"),
    ("x265 crf 30", "-c:v libx265 -preset fast -crf 30 -x265-params log-level=none:pools=1"),
    ("x265 crf 40", "-c:v libx265 -preset fast -crf 40 -x265-params log-level=none:pools=1"),
    ("svtav1 crf 22", "-c:v libsvtav1 -preset 9 -crf 22 -svtav1-params lp=1"),
    ("svtav1 crf 35", "-c:v libsvtav1 -preset 9 -crf 35 -svtav1-params lp=1"),
    ("svtav1 crf 45", "-c:v libsvtav1 -preset 9 -crf 45 -svtav1-params lp=1"),
    ("svtav1 crf 58", "-c:v libsvtav1 -preset 9 -crf 58 -svtav1-params lp=1"),
    ("svtav1 crf 35 film grain", "-c:v libsvtav1 -preset 9 -crf 35 -svtav1-params lp=1:film-grain=20"),
    ("vp9 crf 20", "-c:v libvpx-vp9 -deadline realtime -cpu-used 5 -crf 20 -b:v 0"),
    ("vp9 crf 35", "-c:v libvpx-vp9 -deadline realtime -cpu-used 5 -crf 35 -b:v 0"),
    ("vp9 crf 55", "-c:v libvpx-vp9 -deadline realtime -cpu-used 5 -crf 55 -b:v 0"),
    ("mpeg2 q 4", "-c:v mpeg2video -q:v 4"),
    ("mpeg2 q 16", "-c:v mpeg2video -q:v 16"),
    ("half size, x264 crf 26", "-vf scale=trunc(iw/4)*2:trunc(ih/4)*2:flags=bicubic -c:v libx264 -crf 26"),
    ("half size, svtav1 crf 35", "-vf scale=trunc(iw/4)*2:trunc(ih/4)*2:flags=lanczos -c:v libsvtav1 -preset 9 -crf 35 -svtav1-params lp=1"),
    ("half bicubic", "-vf scale=iw/2:ih/2:flags=bicubic,scale=iw*2:ih*2:flags=bicubic"),
    ("half lanczos", "-vf scale=iw/2:ih/2:flags=lanczos,scale=iw*2:ih*2:flags=lanczos"),
    ("half bilinear", "-vf scale=iw/2:ih/2:flags=bilinear,scale=iw*2:ih*2:flags=bilinear"),
    ("half spline", "-vf scale=iw/2:ih/2:flags=area,scale=iw*2:ih*2:flags=spline"),
    ("blur .6", "-vf gblur=sigma=0.6"),
    ("blur 1.2", "-vf gblur=sigma=1.2"),
    ("denoise", "-vf hqdn3d=4"),
    ("denoise, regrain", "-vf hqdn3d=4,noise=alls=7:allf=t"),
    ("grain 4", "-vf noise=c0s=8:c0f=t"),
    ("grain 8", "-vf noise=c0s=16:c0f=t"),
    ("deblock", "-vf deblock=filter=strong:block=8"),
];

/// Encodes before which attacks are made, and encodes after which they are.
pub static BEFORE: &[usize] = &[1, 3, 10, 13, 18];
pub static AFTER: &[usize] = &[0, 3, 4, 14, 11];

/// The videos of a folder, by name.
pub fn videos(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let all = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut found: Vec<PathBuf> =
        all.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file()).collect();
    found.sort();
    Ok(found)
}
