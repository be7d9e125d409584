//! FFmpeg's C interface for writing: one encoder, one container, one file.
#![allow(unsafe_code)] // FFmpeg is a C library: this file is one of the few that speak to it.

use std::ffi::{CString, c_int};
use std::path::PathBuf;
use std::ptr;
use std::sync::Arc;

use ffmpeg_next::ffi::*;

use super::coder::{Coder, Given, Refusal, ratio};
use super::encode::EncodeSettings;
use super::error::MediaError;
use super::ffi::{Options, file_url, reason};
use super::pending::Pending;
use super::picture::Picture;
use crate::frame::Timeline;

/// An open encoder and the file it writes to.
pub(super) struct Writer {
    container: Container,
    coder: Coder,
    timeline: Arc<Timeline>,
    target: PathBuf,
}

/// A container that is being written.
struct Container(*mut AVFormatContext);

// SAFETY: the context is owned by this value alone and tied to no thread.
unsafe impl Send for Container {}

impl Drop for Container {
    fn drop(&mut self) {
        // SAFETY: the pointer is ours or null, which is checked.
        unsafe {
            if !self.0.is_null() {
                avio_closep(&mut (*self.0).pb);
                avformat_free_context(self.0);
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
        let target = pending.target().to_path_buf();
        let refused =
            |reason: String| MediaError::Settings { path: target.clone(), codec: settings.codec.label.into(), reason };
        let container = Container::new(container, settings, &target)?;
        let coder = Coder::open(settings, format, None, container.wants_header()).map_err(|refusal| match refusal {
            Refusal::Settings(reason) => refused(reason),
            Refusal::Memory => MediaError::Memory(target.clone()),
        })?;
        let writer = Self { container, coder, timeline: settings.timeline.clone(), target };
        writer.open_file(pending, settings)?;
        Ok(writer)
    }

    fn failed(&self, code: c_int) -> MediaError {
        MediaError::Write { path: self.target.clone(), reason: reason(code) }
    }

    fn open_file(&self, pending: &Pending, settings: &EncodeSettings) -> Result<(), MediaError> {
        let url = file_url(pending.path())?;
        let (ctx, time_base) = (self.container.0, self.coder.time_base());
        let scale = CString::new(time_base.den.to_string()).unwrap_or_default();
        // Only the MP4 family knows the option; others leave it in the dictionary.
        let mut options = Options::new(&[(c"video_track_timescale", &scale)]);
        // SAFETY: the context is ours; the stream belongs to it.
        unsafe {
            let stream = avformat_new_stream(ctx, ptr::null());
            if stream.is_null() || avcodec_parameters_from_context((*stream).codecpar, self.coder.context()) < 0 {
                return Err(MediaError::Memory(self.target.clone()));
            }
            (*stream).time_base = time_base;
            (*stream).sample_aspect_ratio = (*self.coder.context()).sample_aspect_ratio;
            if let Some(rate) = settings.timeline.rate.and_then(ratio) {
                (*stream).avg_frame_rate = rate;
            }
            if settings.rotation != 0 {
                turn(stream, settings.rotation);
            }
            let code = avio_open2(&mut (*ctx).pb, url.as_ptr(), AVIO_FLAG_WRITE as c_int, ptr::null(), ptr::null_mut());
            if code < 0 {
                return Err(self.failed(code));
            }
            match avformat_write_header(ctx, &mut options.0) {
                0.. => Ok(()),
                code => Err(self.failed(code)),
            }
        }
    }

    /// Encodes `picture` with its time in ticks of the timeline, or with `None` what the encoder still holds.
    pub(super) fn send(&mut self, picture: Option<(&Picture, i64)>) -> Result<(), MediaError> {
        self.coder.feed(picture).map_err(|code| self.failed(code))?;
        while let Given::Packet(packet) = self.coder.take().map_err(|code| self.failed(code))? {
            self.write_packet(packet)?;
        }
        Ok(())
    }

    fn write_packet(&self, packet: *mut AVPacket) -> Result<(), MediaError> {
        let ctx = self.container.0;
        // SAFETY: the header is written, so the stream's time base is final; the packet is live.
        unsafe {
            let stream = *(*ctx).streams;
            (*packet).stream_index = 0;
            (*packet).duration = duration(&self.timeline, (*packet).pts);
            av_packet_rescale_ts(packet, self.coder.time_base(), (*stream).time_base);
            let code = av_interleaved_write_frame(ctx, packet);
            let stored = (*(*ctx).pb).error;
            match code.min(stored) {
                0.. => Ok(()),
                code => Err(self.failed(code)),
            }
        }
    }

    /// Writes the trailer and closes the file.
    pub(super) fn close(&mut self) -> Result<(), MediaError> {
        let ctx = self.container.0;
        // SAFETY: the header was written; the file is closed once (`avio_closep` nulls the pointer).
        unsafe {
            let trailer = av_write_trailer(ctx);
            let stored = (*(*ctx).pb).error;
            let closed = avio_closep(&mut (*ctx).pb);
            match trailer.min(stored).min(closed) {
                0.. => Ok(()),
                code => Err(self.failed(code)),
            }
        }
    }
}

impl Container {
    fn new(container: &str, settings: &EncodeSettings, target: &std::path::Path) -> Result<Self, MediaError> {
        let label = settings.codec.label;
        let name = CString::new(container).unwrap_or_default();
        let encoder = CString::new(settings.codec.encoder).unwrap_or_default();
        let mut made = Self(ptr::null_mut());
        // SAFETY: strings end with a zero; the context is checked and owned by `made`.
        unsafe {
            let codec = avcodec_find_encoder_by_name(encoder.as_ptr());
            avformat_alloc_output_context2(&mut made.0, ptr::null(), name.as_ptr(), ptr::null());
            if codec.is_null() || made.0.is_null() {
                let reason = "this FFmpeg lacks the encoder or the container".into();
                return Err(MediaError::Settings { path: target.into(), codec: label.into(), reason });
            }
            if avformat_query_codec((*made.0).oformat, (*codec).id, 0) == 0 {
                let reason = format!("{container} files cannot hold {label}; end the name in .mkv");
                return Err(MediaError::OutputName { path: target.into(), reason });
            }
            // Without the flag the file gets random identifiers: the same input would give other bytes each time.
            (*made.0).flags |= AVFMT_FLAG_BITEXACT as c_int;
        }
        Ok(made)
    }

    /// Whether it keeps what describes a stream in its own header.
    fn wants_header(&self) -> bool {
        // SAFETY: the context was allocated with a format.
        unsafe { (*(*self.0).oformat).flags & AVFMT_GLOBALHEADER as c_int != 0 }
    }
}

/// Ticks that the frame at `pts` is shown.
fn duration(timeline: &Timeline, pts: i64) -> i64 {
    match timeline.pts.binary_search(&pts) {
        Ok(n) => timeline.pts.get(n + 1).map_or(timeline.last_duration, |next| next - pts),
        Err(_) => 0,
    }
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
