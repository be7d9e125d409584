//! FFmpeg's C interface for encoding: one encoder, pictures in, packets out. Where the packets go is another's business.
#![allow(unsafe_code)] // FFmpeg is a C library: this file is one of the few that speak to it.

use std::ffi::{CString, c_int};
use std::ptr;
use std::sync::Arc;

use ffmpeg_next::ffi::*;

use super::color;
use super::encode::EncodeSettings;
use super::ffi::{Options, quiet, reason};
use super::groups::{Groups, alone};
use super::layout::format_names;
use super::picture::{Picture, format_number};
use crate::frame::{Layout, Rational};

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
pub(super) fn ratio(value: Rational) -> Option<AVRational> {
    let (mut out, limit) = (AVRational { num: 0, den: 1 }, i64::from(c_int::MAX));
    // SAFETY: writes two integers into `out`.
    let exact = unsafe { av_reduce(&mut out.num, &mut out.den, value.num, value.den, limit) } != 0;
    (exact && out.num > 0 && out.den > 0).then_some(out)
}

/// Why an encoder did not open.
pub(super) enum Refusal {
    /// What it does not take, in FFmpeg's words.
    Settings(String),
    Memory,
}

/// A packet as plain data; times in ticks.
pub(super) struct Chunk {
    pub data: Vec<u8>,
    pub pts: i64,
}

/// What an encoder gave.
pub(super) enum Given {
    Packet(*mut AVPacket),
    /// It wants another picture.
    Hungry,
    /// Everything it had is out.
    End,
}

/// An open encoder.
pub(super) struct Coder {
    ctx: *mut AVCodecContext,
    packet: *mut AVPacket,
    /// Of an encoder that works in groups: these do the work, and `ctx` only says what comes out of it.
    groups: Option<Groups>,
}

// SAFETY: both objects are owned by this value alone; libavcodec lets any one thread use them at a time.
unsafe impl Send for Coder {}

impl Drop for Coder {
    fn drop(&mut self) {
        // SAFETY: the pointers are ours or null, which each of these allows.
        unsafe {
            av_packet_free(&mut self.packet);
            avcodec_free_context(&mut self.ctx);
        }
    }
}

impl Coder {
    /// Opens the encoder of `settings` for pictures of the pixel format `format`, whose times are in ticks of the
    /// settings' timeline. `gop`: pictures from key frame to key frame at most; the codec's own rule when `None`.
    /// `header`: what describes the stream is kept for the container's header, not written into it at key frames.
    pub(super) fn open(
        settings: &EncodeSettings,
        format: c_int,
        gop: Option<u32>,
        header: bool,
    ) -> Result<Self, Refusal> {
        quiet();
        if !settings.codec.alone {
            return Self::open_one(settings, format, gop, header);
        }
        let _alone = alone();
        let mut first = Self::open_one(settings, format, gop, header)?;
        first.run_dry(format).map_err(|code| Refusal::Settings(reason(code)))?;
        let mut coder = first.shell()?;
        let bytes =
            3 * u64::from(settings.width) * u64::from(settings.height) * settings.layout.sample.bytes() as u64 / 2;
        let settings = settings.clone();
        let open = move || {
            Self::open_one(&settings, format, gop, header).map_err(|refusal| match refusal {
                Refusal::Settings(_) => AVERROR(EINVAL),
                Refusal::Memory => AVERROR(ENOMEM),
            })
        };
        coder.groups = Some(Groups::new(Arc::new(open), gop, bytes));
        Ok(coder)
    }

    /// Encodes one black picture and nothing more: closing an encoder that saw none can hang (SVT-AV1 1.4).
    fn run_dry(&mut self, format: c_int) -> Result<(), c_int> {
        // SAFETY: the context is open.
        let (width, height) = unsafe { ((*self.ctx).width, (*self.ctx).height) };
        let black = Picture::blank(width, height, format).ok_or(AVERROR(ENOMEM))?;
        for picture in [Some((&black, 0)), None] {
            self.feed(picture)?;
            while let Given::Packet(_) = self.take()? {}
        }
        Ok(())
    }

    /// What describes the stream of this encoder, without the encoder.
    fn shell(self) -> Result<Self, Refusal> {
        // SAFETY: the contexts are live; every allocation is checked and owned by a value that frees it.
        unsafe {
            let packet = av_packet_alloc();
            let shell = Self { ctx: avcodec_alloc_context3((*self.ctx).codec), packet, groups: None };
            let mut parameters = avcodec_parameters_alloc();
            if shell.ctx.is_null() || packet.is_null() || parameters.is_null() {
                avcodec_parameters_free(&mut parameters);
                return Err(Refusal::Memory);
            }
            let copied = avcodec_parameters_from_context(parameters, self.ctx)
                .min(avcodec_parameters_to_context(shell.ctx, parameters));
            avcodec_parameters_free(&mut parameters);
            (*shell.ctx).time_base = (*self.ctx).time_base;
            (*shell.ctx).sample_aspect_ratio = (*self.ctx).sample_aspect_ratio;
            if copied < 0 { Err(Refusal::Memory) } else { Ok(shell) }
        }
    }

    fn open_one(settings: &EncodeSettings, format: c_int, gop: Option<u32>, header: bool) -> Result<Self, Refusal> {
        let time_base = ratio(settings.timeline.time_base);
        let time_base = time_base.ok_or_else(|| Refusal::Settings("its time base".into()))?;
        let name = CString::new(settings.codec.encoder).unwrap_or_default();
        let mut coder = Self { ctx: ptr::null_mut(), packet: ptr::null_mut(), groups: None };
        let mut options = encoder_options(settings, gop);
        let codes = color::codes(&settings.color);
        // SAFETY: the string ends with a zero; every allocation is checked and owned by `coder`. Enum fields are
        // written as the 32-bit integers they are, with values that `codes` took from H.273 and FFmpeg itself may read
        // as any integer.
        let code = unsafe {
            let codec = avcodec_find_encoder_by_name(name.as_ptr());
            if codec.is_null() {
                return Err(Refusal::Settings("this FFmpeg lacks the encoder".into()));
            }
            coder.ctx = avcodec_alloc_context3(codec);
            coder.packet = av_packet_alloc();
            if coder.ctx.is_null() || coder.packet.is_null() {
                return Err(Refusal::Memory);
            }
            let e = &mut *coder.ctx;
            e.width = settings.width as c_int;
            e.height = settings.height as c_int;
            (&raw mut e.pix_fmt).cast::<c_int>().write(format);
            (&raw mut e.colorspace).cast::<u32>().write(codes.matrix);
            (&raw mut e.color_primaries).cast::<u32>().write(codes.primaries);
            (&raw mut e.color_trc).cast::<u32>().write(codes.transfer);
            (&raw mut e.color_range).cast::<u32>().write(codes.range);
            (&raw mut e.chroma_sample_location).cast::<u32>().write(codes.siting);
            e.time_base = time_base;
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
            if header {
                e.flags |= AV_CODEC_FLAG_GLOBAL_HEADER as c_int;
            }
            avcodec_open2(coder.ctx, codec, &mut options.0)
        };
        if code < 0 { Err(Refusal::Settings(reason(code))) } else { Ok(coder) }
    }

    /// The encoder's context, for copying its parameters; valid as long as the coder.
    pub(super) fn context(&self) -> *const AVCodecContext {
        self.ctx
    }

    /// Seconds that a tick of its packets lasts.
    pub(super) fn time_base(&self) -> AVRational {
        // SAFETY: the context is open.
        unsafe { (*self.ctx).time_base }
    }

    /// FFmpeg's number of the codec that it writes.
    pub(super) fn codec_id(&self) -> AVCodecID {
        // SAFETY: the context is open.
        unsafe { (*self.ctx).codec_id }
    }

    /// What a decoder must know before the first packet; empty where packets say all.
    pub(super) fn extradata(&self) -> Vec<u8> {
        // SAFETY: the context is open; its extradata is null or as long as it says.
        unsafe {
            let (data, size) = ((*self.ctx).extradata, (*self.ctx).extradata_size);
            if data.is_null() || size <= 0 {
                Vec::new()
            } else {
                std::slice::from_raw_parts(data, size as usize).to_vec()
            }
        }
    }

    /// Feeds `picture` with its time in ticks, or with `None` the news that there are no more. Packets are to be taken
    /// after each.
    pub(super) fn feed(&mut self, picture: Option<(&Picture, i64)>) -> Result<(), c_int> {
        if let Some(groups) = &mut self.groups {
            return groups.feed(picture);
        }
        // SAFETY: encoder and picture are live; a null picture starts the draining.
        let code = unsafe {
            let frame = picture.map_or(ptr::null_mut(), |(p, pts)| {
                (*p.as_ptr()).pts = pts;
                // FFmpeg's own encoders take a fixed quantiser from each picture, not from the context.
                (*p.as_ptr()).quality = (*self.ctx).global_quality;
                p.as_ptr()
            });
            avcodec_send_frame(self.ctx, frame)
        };
        if code < 0 { Err(code) } else { Ok(()) }
    }

    /// The next finished packet, good until the next call.
    pub(super) fn take(&mut self) -> Result<Given, c_int> {
        if let Some(groups) = &mut self.groups {
            return Ok(match groups.take()? {
                // SAFETY: the packet is ours.
                Some(packet) => Given::Packet(unsafe { packet.give(self.packet) }),
                None if groups.is_through() => Given::End,
                None => Given::Hungry,
            });
        }
        // SAFETY: both objects are live; the packet is emptied before it is filled.
        match unsafe { avcodec_receive_packet(self.ctx, self.packet) } {
            0.. => Ok(Given::Packet(self.packet)),
            code if code == AVERROR(EAGAIN) => Ok(Given::Hungry),
            code if code == AVERROR_EOF => Ok(Given::End),
            code => Err(code),
        }
    }
}

impl Coder {
    /// Whether the next packet would have to be waited for, at work elsewhere.
    pub(super) fn is_busy(&mut self) -> bool {
        self.groups.as_mut().is_some_and(Groups::is_busy)
    }

    /// As [`Coder::take`], copied out; `None` when there is none just now.
    pub(super) fn take_chunk(&mut self) -> Result<Option<Chunk>, c_int> {
        let Given::Packet(packet) = self.take()? else { return Ok(None) };
        // SAFETY: the packet is live and was just filled: `data` is as long as `size` says.
        unsafe {
            let size = (*packet).size.max(0) as usize;
            let data = if size == 0 { Vec::new() } else { std::slice::from_raw_parts((*packet).data, size).to_vec() };
            Ok(Some(Chunk { data, pts: (*packet).pts }))
        }
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

fn encoder_options(settings: &EncodeSettings, gop: Option<u32>) -> Options {
    let codec = settings.codec;
    let mut pairs: Vec<(String, String)> =
        codec.options.iter().map(|(k, v)| ((*k).to_string(), (*v).to_string())).collect();
    if let Some((default, ..)) = codec.crf {
        let rate = settings.crf.unwrap_or(default);
        pairs.push(match codec.rate_word {
            "q" => ("global_quality".into(), ((rate * FF_QP2LAMBDA as f32).round() as i64).to_string()),
            word => (word.into(), rate.to_string()),
        });
    }
    if let Some(default) = codec.preset {
        pairs.push((codec.preset_option.into(), settings.preset.clone().unwrap_or_else(|| default.into())));
    }
    if let Some(gop) = gop {
        pairs.push(("g".into(), gop.to_string()));
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
