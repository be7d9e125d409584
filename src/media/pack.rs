//! The way back: a [`Frame`] as a picture that an encoder takes.
#![allow(unsafe_code)] // FFmpeg is a C library: this file is one of the few that speak to it.

use std::ffi::c_int;
use std::path::Path;

use ffmpeg_next::ffi::*;

use super::error::MediaError;
use super::layout;
use super::picture::{Picture, describe};
use crate::frame::{Frame, Sample};

/// A new picture with the samples of `frame`, in FFmpeg's pixel format `format` that holds exactly them.
pub(super) fn from_frame(frame: &Frame, format: c_int, path: &Path) -> Result<Picture, MediaError> {
    let picture = Picture::empty(path)?;
    let Some((pixel, desc)) = describe(format) else { return Err(MediaError::Memory(path.into())) };
    // SAFETY: the frame is ours; its buffers are allocated for the size and format that were just set.
    unsafe {
        (*picture.as_ptr()).width = frame.width as c_int;
        (*picture.as_ptr()).height = frame.height as c_int;
        (*picture.as_ptr()).format = format;
        if av_frame_get_buffer(picture.as_ptr(), 0) < 0 {
            return Err(MediaError::Memory(path.into()));
        }
    }
    match layout::plan(&pixel, true).and_then(|p| p.native) {
        Some(order) => picture.copy_planes(frame, &order),
        None => picture.write_words(frame, desc),
    }
    Ok(picture)
}

impl Picture {
    fn copy_planes(&self, frame: &Frame, order: &[usize]) {
        let size = frame.layout.sample.bytes();
        for (plane, &p) in frame.planes().iter().zip(order) {
            let (data, stride) = (self.raw().data[p], self.raw().linesize[p] as usize);
            for y in 0..plane.height {
                let row = plane.row_bytes(y, size);
                // SAFETY: the buffer was allocated for this format and size: `height` rows of at least `row` bytes,
                // `stride` apart; it cannot overlap with the source, which somebody else owns.
                unsafe { std::ptr::copy_nonoverlapping(row.as_ptr(), data.add(y as usize * stride), row.len()) };
            }
        }
    }

    fn write_words(&self, frame: &Frame, desc: *const AVPixFmtDescriptor) {
        self.clear();
        let mut planes = [std::ptr::null_mut(); 4];
        planes.copy_from_slice(&self.raw().data[..4]);
        for (c, plane) in frame.planes().iter().enumerate() {
            for y in 0..plane.height {
                let words: Vec<u16> = match frame.layout.sample {
                    Sample::U8 => plane.row_u8(y).iter().map(|&v| v.into()).collect(),
                    _ => plane.row_u16(y).to_vec(),
                };
                // SAFETY: FFmpeg's own writer stays inside planes that were allocated for this format and size, and
                // reads as many words as the row has.
                unsafe {
                    av_write_image_line2(
                        words.as_ptr().cast(),
                        planes.as_mut_ptr(),
                        self.raw().linesize.as_ptr(),
                        desc,
                        0,
                        y as c_int,
                        c as c_int,
                        words.len() as c_int,
                        2,
                    );
                }
            }
        }
    }

    /// Zeroes all planes: packed writers add bits to what is there, and a filler byte should not be chance.
    fn clear(&self) {
        for &buffer in self.raw().buf.iter().filter(|b| !b.is_null()) {
            // SAFETY: the buffers were allocated for this frame alone, with the sizes they state.
            unsafe { std::ptr::write_bytes((*buffer).data, 0, (*buffer).size) };
        }
    }
}
