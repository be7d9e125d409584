//! FFmpeg's C interface for reading, wrapped so that the rest of the room is safe: an opened file, a decoder, packets
//! and pictures. Each owns its C object and frees it once. Every number that a file controls is checked here or
//! handed on as plain data.
#![allow(unsafe_code)] // FFmpeg is a C library: this file is one of the few that speak to it.

use std::ffi::{CStr, CString, c_char, c_int};
use std::path::Path;
use std::ptr;
use std::sync::Once;

use ffmpeg_next::ffi::*;

use super::error::MediaError;
use super::facts::{ColorCodes, StreamFacts};
use crate::frame::Rational;

/// Widest and tallest picture that is opened, in samples.
pub(super) const MAX_SIDE: u32 = 16_384;
/// Most samples a plane may have (a 16384 x 8192 picture).
pub(super) const MAX_PIXELS: i64 = 16_384 * 8_192;
/// The packet begins a stretch that decodes by itself.
pub(super) const KEY: c_int = AV_PKT_FLAG_KEY as c_int;
/// The packet is decoded but not shown.
pub(super) const DISCARD: c_int = AV_PKT_FLAG_DISCARD as c_int;
/// The packet is cut off or its checksum is wrong.
pub(super) const CORRUPT: c_int = AV_PKT_FLAG_CORRUPT as c_int;
const MAX_STREAMS: &CStr = c"256";

/// FFmpeg writes to stderr by default; a program with sentences of its own keeps it quiet. Done once a process.
pub(super) fn quiet() {
    static ONCE: Once = Once::new();
    // SAFETY: the call sets one integer inside libavutil.
    ONCE.call_once(|| unsafe { av_log_set_level(AV_LOG_QUIET) });
}

/// FFmpeg's words for an error code.
pub(super) fn reason(code: c_int) -> String {
    let mut text = [0 as c_char; 256];
    // SAFETY: `text` is writable for the length passed, and av_strerror ends it with a zero.
    unsafe {
        av_strerror(code, text.as_mut_ptr(), text.len());
        CStr::from_ptr(text.as_ptr()).to_string_lossy().trim().to_lowercase()
    }
}

/// # Safety
/// `text` is null or a C string that lives through the call.
pub(super) unsafe fn string(text: *const c_char) -> Option<String> {
    // SAFETY: by the caller's word.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
}

/// `path` as FFmpeg's local-file URL: with the prefix no character of the name can be taken for a protocol.
pub(super) fn file_url(path: &Path) -> Result<CString, MediaError> {
    let mut bytes = b"file:".to_vec();
    bytes.extend_from_slice(path.as_os_str().as_encoded_bytes());
    CString::new(bytes).map_err(|_| MediaError::Missing(path.into()))
}

/// A dictionary of options, freed on drop.
pub(super) struct Options(pub(super) *mut AVDictionary);

impl Options {
    pub(super) fn new(pairs: &[(&CStr, &CStr)]) -> Self {
        let mut dict = ptr::null_mut();
        for (key, value) in pairs {
            // SAFETY: both strings end with a zero and are copied; the dictionary is created on first use.
            unsafe { av_dict_set(&mut dict, key.as_ptr(), value.as_ptr(), 0) };
        }
        Self(dict)
    }
}

impl Drop for Options {
    fn drop(&mut self) {
        // SAFETY: the dictionary is ours, or null, which is allowed.
        unsafe { av_dict_free(&mut self.0) };
    }
}

/// Formats that point to other files or to the network, and text shown as a picture.
fn refusal(format: &str) -> Option<&'static str> {
    let list = [
        ("hls", "playlist"),
        ("dash", "playlist"),
        ("concat", "list of files"),
        ("sdp", "network description"),
        ("rtsp", "network address"),
        ("rtp", "network stream"),
        ("imf", "package of files"),
        ("webm_dash_manifest", "playlist"),
        ("avisynth", "script"),
        ("vapoursynth", "script"),
        ("lavfi", "filter description"),
        ("tty", "text file"),
        ("bin", "text file"),
        ("xbin", "text file"),
        ("adf", "text file"),
        ("idf", "text file"),
    ];
    format.split(',').find_map(|name| list.iter().find(|(n, _)| *n == name).map(|(_, kind)| *kind))
}

/// Nothing but the named file is ever opened, whatever the file asks for.
unsafe extern "C" fn deny_open(
    _: *mut AVFormatContext,
    _: *mut *mut AVIOContext,
    _: *const c_char,
    _: c_int,
    _: *mut *mut AVDictionary,
) -> c_int {
    AVERROR(EACCES)
}

/// An opened container.
pub(super) struct Input {
    ctx: *mut AVFormatContext,
    io: *mut AVIOContext,
    stream: c_int,
}

// SAFETY: the contexts are owned by this value alone and libavformat ties them to no thread.
unsafe impl Send for Input {}

impl Drop for Input {
    fn drop(&mut self) {
        // SAFETY: both pointers are ours or null; the I/O context is closed after the demuxer that reads from it.
        unsafe {
            avformat_close_input(&mut self.ctx);
            if !self.io.is_null() {
                avio_closep(&mut self.io);
            }
        }
    }
}

impl Input {
    /// Opens the local file `path` and finds its streams.
    pub(super) fn open(path: &Path) -> Result<Self, MediaError> {
        quiet();
        let url = file_url(path)?;
        let not_media = |code| MediaError::NotMedia { path: path.into(), reason: reason(code) };
        let mut input = Self { ctx: ptr::null_mut(), io: ptr::null_mut(), stream: -1 };
        let mut options = Options::new(&[
            (c"protocol_whitelist", c"file"),
            (c"max_streams", MAX_STREAMS),
            (c"pattern_type", c"none"),
        ]);
        // The name is only a hint to the prober: an extension, never the path, so that no name is taken for a pattern.
        let hint = path.extension().and_then(|e| e.to_str()).filter(|e| e.chars().all(|c| c.is_ascii_alphanumeric()));
        let hint = CString::new(format!("file.{}", hint.unwrap_or("x"))).unwrap_or_default();
        // SAFETY: pointers are to locals or to fields of `input`, which frees them on every way out. A context that
        // avformat_open_input fails on is freed and nulled by it.
        unsafe {
            let code = avio_open2(&mut input.io, url.as_ptr(), AVIO_FLAG_READ as c_int, ptr::null(), ptr::null_mut());
            if code < 0 {
                return Err(MediaError::Unreadable { path: path.into(), reason: reason(code) });
            }
            let mut format = ptr::null();
            let code = av_probe_input_buffer2(input.io, &mut format, hint.as_ptr(), ptr::null_mut(), 0, 0);
            if code < 0 || format.is_null() {
                return Err(not_media(if code < 0 { code } else { AVERROR_INVALIDDATA }));
            }
            let name = string((*format).name).unwrap_or_default();
            if let Some(kind) = refusal(&name) {
                return Err(MediaError::Refused { path: path.into(), kind: kind.into() });
            }
            let by_itself = (*format).flags & AVFMT_NOFILE as c_int != 0;
            if by_itself && name != "image2" {
                return Err(MediaError::Refused { path: path.into(), kind: name });
            }
            input.ctx = avformat_alloc_context();
            if input.ctx.is_null() {
                return Err(MediaError::Memory(path.into()));
            }
            if !by_itself {
                (*input.ctx).pb = input.io;
                (*input.ctx).io_open = Some(deny_open);
            }
            let open_url = if by_itself { &url } else { &hint };
            let code = avformat_open_input(&mut input.ctx, open_url.as_ptr(), format, &mut options.0);
            if code < 0 {
                return Err(not_media(code));
            }
            let code = input.find_streams();
            if code < 0 {
                return Err(not_media(code));
            }
        }
        Ok(input)
    }

    /// avformat_find_stream_info with the size limit set on every decoder it tries.
    fn find_streams(&mut self) -> c_int {
        let limit = CString::new(MAX_PIXELS.to_string()).unwrap_or_default();
        // SAFETY: the context is open; FFmpeg reads one dictionary pointer for each stream that exists now.
        unsafe {
            let streams = (*self.ctx).nb_streams as usize;
            let mut options: Vec<Options> = (0..streams).map(|_| Options::new(&[(c"max_pixels", &limit)])).collect();
            let mut raw: Vec<*mut AVDictionary> = options.iter().map(|o| o.0).collect();
            raw.push(ptr::null_mut());
            let code = avformat_find_stream_info(self.ctx, raw.as_mut_ptr());
            for (owner, now) in options.iter_mut().zip(raw) {
                owner.0 = now;
            }
            code
        }
    }

    /// The demuxer's name ("mov,mp4,m4a,3gp,3g2,mj2").
    pub(super) fn format(&self) -> String {
        // SAFETY: an open context has a format, whose name is static.
        unsafe { string((*(*self.ctx).iformat).name) }.unwrap_or_default()
    }

    /// Seconds that the container claims to last.
    pub(super) fn duration(&self) -> Option<f64> {
        // SAFETY: the context is open.
        let ticks = unsafe { (*self.ctx).duration };
        (ticks > 0).then(|| ticks as f64 / 1e6)
    }

    /// What the container says of each stream.
    pub(super) fn streams(&self) -> Vec<StreamFacts> {
        // SAFETY: the context is open and holds `nb_streams` streams.
        unsafe { (0..(*self.ctx).nb_streams as usize).map(|i| self.facts(*(*self.ctx).streams.add(i), i)).collect() }
    }

    /// # Safety
    /// `stream` is a stream of this context.
    unsafe fn facts(&self, stream: *mut AVStream, index: usize) -> StreamFacts {
        // SAFETY: by the caller's word; codec parameters live as long as their stream.
        unsafe {
            let par = (*stream).codecpar;
            let descriptor = avcodec_descriptor_get((*par).codec_id);
            let guessed = av_guess_sample_aspect_ratio(self.ctx, stream, ptr::null_mut());
            StreamFacts {
                index,
                video: (*par).codec_type == AVMediaType::AVMEDIA_TYPE_VIDEO,
                audio: (*par).codec_type == AVMediaType::AVMEDIA_TYPE_AUDIO,
                attached: (*stream).disposition & AV_DISPOSITION_ATTACHED_PIC as c_int != 0,
                default: (*stream).disposition & AV_DISPOSITION_DEFAULT as c_int != 0,
                codec: string(avcodec_get_name((*par).codec_id)).unwrap_or_default(),
                profile: string(avcodec_profile_name((*par).codec_id, (*par).profile)),
                intra_only: !descriptor.is_null() && (*descriptor).props & AV_CODEC_PROP_INTRA_ONLY as c_int != 0,
                width: (*par).width,
                height: (*par).height,
                time_base: rational((*stream).time_base),
                average_rate: rational((*stream).avg_frame_rate),
                real_rate: rational((*stream).r_frame_rate),
                frames: (*stream).nb_frames,
                sample_aspect: (guessed.num, guessed.den),
                field_order: ptr::addr_of!((*par).field_order).cast::<u32>().read(),
                color: ColorCodes {
                    matrix: ptr::addr_of!((*par).color_space).cast::<u32>().read(),
                    primaries: ptr::addr_of!((*par).color_primaries).cast::<u32>().read(),
                    transfer: ptr::addr_of!((*par).color_trc).cast::<u32>().read(),
                    range: ptr::addr_of!((*par).color_range).cast::<u32>().read(),
                    siting: ptr::addr_of!((*par).chroma_location).cast::<u32>().read(),
                },
                turn: self.turn(index),
                rotate_tag: string(tag((*stream).metadata, c"rotate")).and_then(|t| t.trim().parse().ok()),
            }
        }
    }

    /// The display matrix of stream `index`.
    fn turn(&self, index: usize) -> Option<[i32; 9]> {
        use ffmpeg_next::codec::packet::side_data::Type;
        // SAFETY: the borrowed context is never dropped by the wrapper (ManuallyDrop), and outlives it.
        let borrowed = std::mem::ManuallyDrop::new(unsafe { ffmpeg_next::format::context::Input::wrap(self.ctx) });
        let stream = borrowed.stream(index)?;
        stream.side_data().find(|s| s.kind() == Type::DisplayMatrix).and_then(|s| matrix(s.data()))
    }

    /// Reads only stream `index` from now on.
    pub(super) fn select(&mut self, index: usize) {
        self.stream = index as c_int;
        // SAFETY: the context is open and holds `nb_streams` streams.
        unsafe {
            for i in 0..(*self.ctx).nb_streams as usize {
                let keep = if i == index { AVDiscard::AVDISCARD_DEFAULT } else { AVDiscard::AVDISCARD_ALL };
                (**(*self.ctx).streams.add(i)).discard = keep;
            }
        }
    }

    /// Reads the next packet of the selected stream. `Ok(false)` at the end, `Err` with FFmpeg's code when reading
    /// broke off.
    pub(super) fn read(&mut self, packet: &mut Packet) -> Result<bool, c_int> {
        loop {
            // SAFETY: both are open; the packet is emptied before it is filled.
            let code = unsafe {
                av_packet_unref(packet.0);
                av_read_frame(self.ctx, packet.0)
            };
            match code {
                0.. if packet.stream() == self.stream => return Ok(true),
                0.. => {}
                code if code == AVERROR_EOF => return Ok(false),
                code if code == AVERROR(EAGAIN) => {}
                code => return Err(code),
            }
        }
    }

    /// Goes to the key frame at or before `ticks` of the selected stream; where exactly is the container's choice.
    pub(super) fn seek_time(&mut self, ticks: i64) -> bool {
        // SAFETY: the context is open.
        unsafe { avformat_seek_file(self.ctx, self.stream, i64::MIN, ticks, ticks, 0) >= 0 }
    }

    /// Goes to byte `position` of the file.
    pub(super) fn seek_byte(&mut self, position: i64) -> bool {
        // SAFETY: the context is open.
        unsafe {
            let allowed = (*(*self.ctx).iformat).flags & AVFMT_NO_BYTE_SEEK as c_int == 0;
            let flag = AVSEEK_FLAG_BYTE as c_int;
            allowed && avformat_seek_file(self.ctx, self.stream, i64::MIN, position, position, flag) >= 0
        }
    }

    /// A decoder for the selected stream. `threads` of 0 means one a core. `draft` skips the loop filter: pictures
    /// come in the same number and order, but not with their exact samples.
    pub(super) fn decoder(&self, path: &Path, threads: usize, draft: bool) -> Result<Decoder, MediaError> {
        // SAFETY: a stream was selected; the decoder's context is freed by `Decoder` on every way out.
        unsafe {
            let stream = *(*self.ctx).streams.add(self.stream as usize);
            let par = (*stream).codecpar;
            let missing = || MediaError::NoDecoder {
                path: path.into(),
                codec: string(avcodec_get_name((*par).codec_id)).unwrap_or_default(),
            };
            let codec = avcodec_find_decoder((*par).codec_id);
            if codec.is_null() {
                return Err(missing());
            }
            let decoder = Decoder(avcodec_alloc_context3(codec));
            if decoder.0.is_null() || avcodec_parameters_to_context(decoder.0, par) < 0 {
                return Err(MediaError::Memory(path.into()));
            }
            (*decoder.0).pkt_timebase = (*stream).time_base;
            (*decoder.0).thread_count = threads as c_int;
            (*decoder.0).max_pixels = MAX_PIXELS;
            if draft {
                (*decoder.0).skip_loop_filter = AVDiscard::AVDISCARD_ALL;
            }
            match avcodec_open2(decoder.0, codec, ptr::null_mut()) {
                0.. => Ok(decoder),
                _ => Err(missing()),
            }
        }
    }
}

/// A tag's value.
///
/// # Safety
/// `dict` is null or a live dictionary; the value lives as long as the dictionary is not changed.
unsafe fn tag(dict: *mut AVDictionary, key: &CStr) -> *const c_char {
    // SAFETY: by the caller's word.
    unsafe {
        let entry = av_dict_get(dict, key.as_ptr(), ptr::null(), 0);
        if entry.is_null() { ptr::null() } else { (*entry).value }
    }
}

fn matrix(bytes: &[u8]) -> Option<[i32; 9]> {
    let words: Vec<i32> = bytes.chunks_exact(4).map(|c| i32::from_ne_bytes([c[0], c[1], c[2], c[3]])).collect();
    words.get(..9)?.try_into().ok()
}

pub(super) fn rational(value: AVRational) -> Rational {
    Rational::new(value.num.into(), value.den.into())
}

/// A packet of coded data.
pub(super) struct Packet(*mut AVPacket);

// SAFETY: a packet is plain data with reference-counted buffers, whose counts are atomic.
unsafe impl Send for Packet {}

impl Drop for Packet {
    fn drop(&mut self) {
        // SAFETY: the packet is ours.
        unsafe { av_packet_free(&mut self.0) };
    }
}

impl Packet {
    pub(super) fn new(path: &Path) -> Result<Self, MediaError> {
        // SAFETY: allocates, or returns null, which is turned into an error.
        let packet = unsafe { av_packet_alloc() };
        if packet.is_null() { Err(MediaError::Memory(path.into())) } else { Ok(Self(packet)) }
    }

    /// Another packet with the same data as `other`; `None` when there is no memory for it.
    ///
    /// # Safety
    /// `other` is a live packet.
    pub(super) unsafe fn share(other: *const AVPacket) -> Option<Self> {
        // SAFETY: by the caller's word.
        let packet = unsafe { av_packet_clone(other) };
        (!packet.is_null()).then_some(Self(packet))
    }

    /// Moves what is in the packet into `to`, a live packet of the caller's, whatever that held.
    ///
    /// # Safety
    /// `to` is a live packet.
    pub(super) unsafe fn give(self, to: *mut AVPacket) -> *mut AVPacket {
        // SAFETY: ours is live, `to` by the caller's word.
        unsafe {
            av_packet_unref(to);
            av_packet_move_ref(to, self.0);
        }
        to
    }

    /// Copies `data` into the packet, as the one numbered `number`; `false` when there is no memory for it.
    pub(super) fn fill(&mut self, data: &[u8], number: i64) -> bool {
        // SAFETY: the packet is emptied, then given a buffer of its own that holds `data` and FFmpeg's padding.
        unsafe {
            av_packet_unref(self.0);
            let Ok(size) = c_int::try_from(data.len()) else { return false };
            if av_new_packet(self.0, size) < 0 {
                return false;
            }
            ptr::copy_nonoverlapping(data.as_ptr(), (*self.0).data, data.len());
            (*self.0).pts = number;
            (*self.0).dts = AV_NOPTS_VALUE;
        }
        true
    }

    fn stream(&self) -> c_int {
        // SAFETY: the packet is ours (and so in the accessors below).
        unsafe { (*self.0).stream_index }
    }

    pub(super) fn pts(&self) -> Option<i64> {
        // SAFETY: as above.
        Some(unsafe { (*self.0).pts }).filter(|&t| t != AV_NOPTS_VALUE)
    }

    pub(super) fn dts(&self) -> Option<i64> {
        // SAFETY: as above.
        Some(unsafe { (*self.0).dts }).filter(|&t| t != AV_NOPTS_VALUE)
    }

    pub(super) fn duration(&self) -> i64 {
        // SAFETY: as above.
        unsafe { (*self.0).duration }
    }

    pub(super) fn position(&self) -> i64 {
        // SAFETY: as above.
        unsafe { (*self.0).pos }
    }

    pub(super) fn has(&self, flag: c_int) -> bool {
        // SAFETY: as above.
        unsafe { (*self.0).flags & flag != 0 }
    }

    pub(super) fn data(&self) -> &[u8] {
        // SAFETY: `data` is null or points to `size` readable bytes that the packet owns while it is borrowed.
        unsafe {
            if (*self.0).data.is_null() || (*self.0).size <= 0 {
                return &[];
            }
            std::slice::from_raw_parts((*self.0).data, (*self.0).size as usize)
        }
    }

    /// Writes `number` where the decoder hands it on to the picture, and whether the picture is to be kept.
    pub(super) fn mark(&mut self, number: i64, discard: bool) {
        // SAFETY: the packet is ours; only plain fields are written.
        unsafe {
            (*self.0).pts = number;
            (*self.0).flags = if discard { (*self.0).flags | DISCARD } else { (*self.0).flags & !DISCARD };
        }
    }
}

/// What a decoder answered.
pub(super) enum Reply {
    Picture(super::picture::Picture),
    /// It wants another packet.
    Hungry,
    /// Everything it had is out.
    End,
    /// Something could not be decoded; it goes on with the next packet.
    Fault,
}

/// An opened decoder.
pub(super) struct Decoder(*mut AVCodecContext);

// SAFETY: the context is owned by this value alone; libavcodec lets any one thread use it at a time.
unsafe impl Send for Decoder {}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: the context is ours or null, which is allowed; its worker threads are joined inside.
        unsafe { avcodec_free_context(&mut self.0) };
    }
}

impl Decoder {
    /// A decoder of `codec` for packets that never were in a container. `extradata` is what its encoder said beforehand.
    pub(super) fn plain(codec: AVCodecID, extradata: &[u8], threads: usize) -> Result<Self, &'static str> {
        const NONE: &str = "this FFmpeg has no decoder for it";
        // SAFETY: the context is freed by `Decoder` on every way out; its extradata is allocated with FFmpeg's own
        // allocator and padded with zeros, as the field demands.
        unsafe {
            let decoder = avcodec_find_decoder(codec);
            if decoder.is_null() {
                return Err(NONE);
            }
            let made = Self(avcodec_alloc_context3(decoder));
            if made.0.is_null() {
                return Err("out of memory");
            }
            if !extradata.is_empty() {
                let data = av_mallocz(extradata.len() + AV_INPUT_BUFFER_PADDING_SIZE as usize).cast::<u8>();
                if data.is_null() {
                    return Err("out of memory");
                }
                ptr::copy_nonoverlapping(extradata.as_ptr(), data, extradata.len());
                ((*made.0).extradata, (*made.0).extradata_size) = (data, extradata.len() as c_int);
            }
            (*made.0).thread_count = threads as c_int;
            (*made.0).max_pixels = MAX_PIXELS;
            if avcodec_open2(made.0, decoder, ptr::null_mut()) < 0 { Err(NONE) } else { Ok(made) }
        }
    }

    /// Feeds a packet, or says that there are no more. A packet that the decoder rejects is skipped, as a player does.
    pub(super) fn send(&mut self, packet: Option<&Packet>) -> bool {
        // SAFETY: both contexts are live; a null packet starts the draining.
        unsafe { avcodec_send_packet(self.0, packet.map_or(ptr::null(), |p| p.0)) >= 0 }
    }

    /// Takes the next picture.
    pub(super) fn receive(&mut self, path: &Path) -> Result<Reply, MediaError> {
        let picture = super::picture::Picture::empty(path)?;
        // SAFETY: the frame is freshly allocated and ours.
        let code = unsafe { avcodec_receive_frame(self.0, picture.as_ptr()) };
        Ok(match code {
            0.. => Reply::Picture(picture),
            code if code == AVERROR(EAGAIN) => Reply::Hungry,
            code if code == AVERROR_EOF => Reply::End,
            code if code == AVERROR(ENOMEM) => return Err(MediaError::Memory(path.into())),
            _ => Reply::Fault,
        })
    }

    /// Forgets everything, for a fresh start at another key frame.
    pub(super) fn flush(&mut self) {
        // SAFETY: the context is open.
        unsafe { avcodec_flush_buffers(self.0) };
    }
}
