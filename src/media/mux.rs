//! FFmpeg's C interface for writing: one encoder, one container, one file.
#![allow(unsafe_code)] // FFmpeg is a C library: this file is one of the few that speak to it.

use std::ffi::{CString, c_int};
use std::path::PathBuf;
use std::ptr;
use std::sync::Arc;

use ffmpeg_next::ffi::*;

use super::color;
use super::encode::EncodeSettings;
use super::error::MediaError;
use super::ffi::{Options, file_url, quiet, reason};
use super::layout::format_names;
use super::pending::Pending;
use super::picture::{Picture, format_number};
use crate::frame::{Layout, Rational, Timeline};

/// Tells SVT-AV1, which has a log of its own, to print errors only. For the first line of `main`: it does nothing once
/// the process has a second thread, because the environment cannot be changed safely then.
pub fn silence_encoders() {
    let alone = std::fs::read_dir("/proc/self/task").is_ok_and(|threads| threads.count() == 1);
    if alone && std::env::var_os("SVT_LOG").is_none() {
        // SAFETY: this is the only thread of the process, so nobody reads the environment meanwhile.
        unsafe { std::env::set_var("SVT_LOG", "1") };
    }
}

/// Whether this FFmpeg was built with the encoder.
pub(super) fn has_encoder(name: &str) -> bool {
    quiet();
    ffmpeg_next::encoder::find_by_name(name).is_some()
}

/// The pixel format in which `encoder` holds exactly the samples of `layout`.
pub(super) fn pixel_format(encoder: &str, layout: &Layout) -> Option<c_int> {
    let formats = ffmpeg_next::encoder::find_by_name(encoder)?.video().ok()?.formats()?;
    let taken: Vec<c_int> = formats.map(|f| AVPixelFormat::from(f) as c_int).collect();
    format_names(layout).iter().filter_map(|name| format_number(name)).find(|f| taken.contains(f))
}

/// `value` as FFmpeg's ratio, if it fits.
fn ratio(value: Rational) -> Option<AVRational> {
    let (mut out, limit) = (AVRational { num: 0, den: 1 }, i64::from(c_int::MAX));
    // SAFETY: writes two integers into `out`.
    let exact = unsafe { av_reduce(&mut out.num, &mut out.den, value.num, value.den, limit) } != 0;
    (exact && out.num > 0 && out.den > 0).then_some(out)
}

/// An open encoder and the file it writes to.
pub(super) struct Writer {
    ctx: *mut AVFormatContext,
    encoder: *mut AVCodecContext,
    packet: *mut AVPacket,
    time_base: AVRational,
    timeline: Arc<Timeline>,
    target: PathBuf,
    label: String,
}

// SAFETY: all three objects are owned by this value alone and tied to no thread.
unsafe impl Send for Writer {}

impl Drop for Writer {
    fn drop(&mut self) {
        // SAFETY: the pointers are ours or null, which each of these allows (the context is checked).
        unsafe {
            av_packet_free(&mut self.packet);
            avcodec_free_context(&mut self.encoder);
            if !self.ctx.is_null() {
                avio_closep(&mut (*self.ctx).pb);
                avformat_free_context(self.ctx);
            }
        }
    }
}

impl Writer {
    /// Opens the encoder with `settings` and writes the header of a `container` file.
    pub(super) fn open(
        pending: &Pending,
        container: &str,
        settings: &EncodeSettings,
        format: c_int,
    ) -> Result<Self, MediaError> {
        quiet();
        let target = pending.target().to_path_buf();
        let mut writer = Self {
            ctx: ptr::null_mut(),
            encoder: ptr::null_mut(),
            packet: ptr::null_mut(),
            time_base: AVRational { num: 1, den: 1000 },
            timeline: settings.timeline.clone(),
            target,
            label: settings.codec.label.into(),
        };
        writer.time_base = ratio(settings.timeline.time_base).ok_or_else(|| writer.refused("its time base"))?;
        writer.make_container(container, settings)?;
        writer.open_encoder(settings, format)?;
        writer.open_file(pending, settings)?;
        Ok(writer)
    }

    fn refused(&self, reason: &str) -> MediaError {
        MediaError::Settings { path: self.target.clone(), codec: self.label.clone(), reason: reason.into() }
    }

    fn failed(&self, code: c_int) -> MediaError {
        MediaError::Write { path: self.target.clone(), reason: reason(code) }
    }

    fn make_container(&mut self, container: &str, settings: &EncodeSettings) -> Result<(), MediaError> {
        let name = CString::new(container).unwrap_or_default();
        let encoder = CString::new(settings.codec.encoder).unwrap_or_default();
        // SAFETY: strings end with a zero; every allocation is checked and owned by `self`.
        unsafe {
            let codec = avcodec_find_encoder_by_name(encoder.as_ptr());
            avformat_alloc_output_context2(&mut self.ctx, ptr::null(), name.as_ptr(), ptr::null());
            if codec.is_null() || self.ctx.is_null() {
                return Err(self.refused("this FFmpeg lacks the encoder or the container"));
            }
            if avformat_query_codec((*self.ctx).oformat, (*codec).id, 0) == 0 {
                let reason = format!("{container} files cannot hold {}; end the name in .mkv", self.label);
                return Err(MediaError::OutputName { path: self.target.clone(), reason });
            }
            // Without the flag the file gets random identifiers: the same input would give other bytes each time.
            (*self.ctx).flags |= AVFMT_FLAG_BITEXACT as c_int;
            self.encoder = avcodec_alloc_context3(codec);
            self.packet = av_packet_alloc();
            if self.encoder.is_null() || self.packet.is_null() {
                return Err(MediaError::Memory(self.target.clone()));
            }
        }
        Ok(())
    }

    fn open_encoder(&mut self, settings: &EncodeSettings, format: c_int) -> Result<(), MediaError> {
        let mut options = encoder_options(settings);
        let codes = color::codes(&settings.color);
        // SAFETY: the context is ours; enum fields are written as the 32-bit integers they are, with values that
        // `codes` took from H.273 and FFmpeg itself may read as any integer.
        let code = unsafe {
            let e = &mut *self.encoder;
            e.width = settings.width as c_int;
            e.height = settings.height as c_int;
            (&raw mut e.pix_fmt).cast::<c_int>().write(format);
            (&raw mut e.colorspace).cast::<u32>().write(codes.matrix);
            (&raw mut e.color_primaries).cast::<u32>().write(codes.primaries);
            (&raw mut e.color_trc).cast::<u32>().write(codes.transfer);
            (&raw mut e.color_range).cast::<u32>().write(codes.range);
            (&raw mut e.chroma_sample_location).cast::<u32>().write(codes.siting);
            e.time_base = self.time_base;
            if let Some(rate) = settings.timeline.rate.and_then(ratio) {
                e.framerate = rate;
            }
            let (num, den) = settings.sample_aspect;
            e.sample_aspect_ratio = AVRational { num: num as c_int, den: den.max(1) as c_int };
            e.thread_count = settings.codec.threads;
            e.flags |= AV_CODEC_FLAG_BITEXACT as c_int;
            if settings.codec.intra {
                e.gop_size = 1;
            }
            if settings.codec.encoder == "ffv1" {
                e.slices = slices(settings.width, settings.height);
            }
            if (*(*self.ctx).oformat).flags & AVFMT_GLOBALHEADER as c_int != 0 {
                e.flags |= AV_CODEC_FLAG_GLOBAL_HEADER as c_int;
            }
            avcodec_open2(self.encoder, ptr::null(), &mut options.0)
        };
        if code < 0 { Err(self.refused(&reason(code))) } else { Ok(()) }
    }

    fn open_file(&mut self, pending: &Pending, settings: &EncodeSettings) -> Result<(), MediaError> {
        let url = file_url(pending.path())?;
        let scale = CString::new(self.time_base.den.to_string()).unwrap_or_default();
        // Only the MP4 family knows the option; others leave it in the dictionary.
        let mut options = Options::new(&[(c"video_track_timescale", &scale)]);
        // SAFETY: the context is ours; the stream belongs to it.
        unsafe {
            let stream = avformat_new_stream(self.ctx, ptr::null());
            if stream.is_null() || avcodec_parameters_from_context((*stream).codecpar, self.encoder) < 0 {
                return Err(MediaError::Memory(self.target.clone()));
            }
            (*stream).time_base = self.time_base;
            (*stream).sample_aspect_ratio = (*self.encoder).sample_aspect_ratio;
            if let Some(rate) = settings.timeline.rate.and_then(ratio) {
                (*stream).avg_frame_rate = rate;
            }
            if settings.rotation != 0 {
                turn(stream, settings.rotation);
            }
            let code =
                avio_open2(&mut (*self.ctx).pb, url.as_ptr(), AVIO_FLAG_WRITE as c_int, ptr::null(), ptr::null_mut());
            if code < 0 {
                return Err(self.failed(code));
            }
            match avformat_write_header(self.ctx, &mut options.0) {
                0.. => Ok(()),
                code => Err(self.failed(code)),
            }
        }
    }

    /// Encodes `picture` with its time in ticks of the timeline, or with `None` what the encoder still holds.
    pub(super) fn send(&mut self, picture: Option<(&Picture, i64)>) -> Result<(), MediaError> {
        // SAFETY: encoder, packet and picture are live; a null picture starts the draining.
        unsafe {
            let frame = picture.map_or(ptr::null_mut(), |(p, pts)| {
                (*p.as_ptr()).pts = pts;
                p.as_ptr()
            });
            let code = avcodec_send_frame(self.encoder, frame);
            if code < 0 {
                return Err(self.failed(code));
            }
            loop {
                let code = avcodec_receive_packet(self.encoder, self.packet);
                if code == AVERROR(EAGAIN) || code == AVERROR_EOF {
                    return Ok(());
                }
                if code < 0 {
                    return Err(self.failed(code));
                }
                self.write_packet()?;
            }
        }
    }

    fn write_packet(&mut self) -> Result<(), MediaError> {
        // SAFETY: the header is written, so the stream's time base is final; the packet is live.
        unsafe {
            let stream = *(*self.ctx).streams;
            (*self.packet).stream_index = 0;
            (*self.packet).duration = duration(&self.timeline, (*self.packet).pts);
            av_packet_rescale_ts(self.packet, self.time_base, (*stream).time_base);
            let code = av_interleaved_write_frame(self.ctx, self.packet);
            let stored = (*(*self.ctx).pb).error;
            match code.min(stored) {
                0.. => Ok(()),
                code => Err(self.failed(code)),
            }
        }
    }

    /// Writes the trailer and closes the file.
    pub(super) fn close(&mut self) -> Result<(), MediaError> {
        // SAFETY: the header was written; the file is closed once (`avio_closep` nulls the pointer).
        unsafe {
            let trailer = av_write_trailer(self.ctx);
            let stored = (*(*self.ctx).pb).error;
            let closed = avio_closep(&mut (*self.ctx).pb);
            match trailer.min(stored).min(closed) {
                0.. => Ok(()),
                code => Err(self.failed(code)),
            }
        }
    }
}

/// Ticks that the frame at `pts` is shown.
fn duration(timeline: &Timeline, pts: i64) -> i64 {
    match timeline.pts.binary_search(&pts) {
        Ok(n) => timeline.pts.get(n + 1).map_or(timeline.last_duration, |next| next - pts),
        Err(_) => 0,
    }
}

/// FFV1 codes slices apart, for threads and so that damage stays local; small pictures gain nothing from it.
fn slices(width: u32, height: u32) -> c_int {
    match u64::from(width) * u64::from(height) {
        0..100_000 => 1,
        100_000..500_000 => 4,
        _ => 16,
    }
}

fn encoder_options(settings: &EncodeSettings) -> Options {
    let codec = settings.codec;
    let mut pairs: Vec<(String, String)> =
        codec.options.iter().map(|(k, v)| ((*k).to_string(), (*v).to_string())).collect();
    if let Some((default, ..)) = codec.crf {
        pairs.push(("crf".into(), settings.crf.unwrap_or(default).to_string()));
    }
    if let Some(default) = codec.preset {
        pairs.push(("preset".into(), settings.preset.clone().unwrap_or_else(|| default.into())));
    }
    if codec.encoder == "libx264" && wide_vectors() {
        pairs.push(("x264-params".into(), "asm=avx2".into()));
    }
    let text = |s: &String| CString::new(s.as_str()).unwrap_or_default();
    let pairs: Vec<(CString, CString)> = pairs.iter().map(|(k, v)| (text(k), text(v))).collect();
    Options::new(&pairs.iter().map(|(k, v)| (k.as_c_str(), v.as_c_str())).collect::<Vec<_>>())
}

/// x264's AVX-512 code for its macroblock tree reads memory that nobody wrote (seen at a width of 192 samples):
/// the same frames then give other bytes each time. Its AVX2 code does not.
fn wide_vectors() -> bool {
    #[cfg(target_arch = "x86_64")]
    let wide = std::arch::is_x86_feature_detected!("avx512f");
    #[cfg(not(target_arch = "x86_64"))]
    let wide = false;
    wide
}

/// Tags `stream` with a turn of `degrees` clockwise: as a display matrix, and as the older "rotate" tag for containers
/// whose muxer leaves the matrix out (Matroska before FFmpeg 6.1).
///
/// # Safety
/// `stream` is a live stream whose header was not written yet.
unsafe fn turn(stream: *mut AVStream, degrees: u16) {
    let (cos, sin) = match degrees % 360 {
        90 => (0, 1),
        180 => (-1, 0),
        270 => (0, -1),
        _ => (1, 0),
    };
    let one = 1 << 16;
    let matrix: [i32; 9] = [cos * one, sin * one, 0, -sin * one, cos * one, 0, 0, 0, 1 << 30];
    let value = CString::new(degrees.to_string()).unwrap_or_default();
    // SAFETY: by the caller's word; the side data is freshly allocated with the size of the matrix.
    unsafe {
        av_dict_set(&mut (*stream).metadata, c"rotate".as_ptr(), value.as_ptr(), 0);
        let data = display_matrix(stream, size_of_val(&matrix));
        if !data.is_null() {
            data.cast::<[i32; 9]>().write_unaligned(matrix);
        }
    }
}

/// Room for a display matrix among the stream's side data; the call moved with FFmpeg 8.
///
/// # Safety
/// `stream` is a live stream.
#[cfg(not(ffmpeg_8_0))]
unsafe fn display_matrix(stream: *mut AVStream, size: usize) -> *mut u8 {
    // SAFETY: by the caller's word.
    unsafe { av_stream_new_side_data(stream, AVPacketSideDataType::AV_PKT_DATA_DISPLAYMATRIX, size) }
}

/// As above.
///
/// # Safety
/// `stream` is a live stream.
#[cfg(ffmpeg_8_0)]
unsafe fn display_matrix(stream: *mut AVStream, size: usize) -> *mut u8 {
    // SAFETY: by the caller's word; codec parameters live as long as their stream.
    unsafe {
        let par = (*stream).codecpar;
        let kind = AVPacketSideDataType::AV_PKT_DATA_DISPLAYMATRIX;
        let entry = av_packet_side_data_new(&mut (*par).coded_side_data, &mut (*par).nb_coded_side_data, kind, size, 0);
        if entry.is_null() { ptr::null_mut() } else { (*entry).data }
    }
}
