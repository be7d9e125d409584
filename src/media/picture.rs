//! A decoded picture of FFmpeg, and how it becomes a [`Frame`]: its planes are shared where they are already native
//! planes, and repacked exactly (a move of bits, no arithmetic) where they are not.
#![allow(unsafe_code)] // FFmpeg is a C library: this file is one of the few that speak to it.

use std::ffi::{CString, c_int};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use ffmpeg_next::ffi::*;

use super::color;
use super::error::MediaError;
use super::facts::ColorCodes;
use super::ffi::string;
use super::layout::{Component, PixelFormat, Plan};
use crate::frame::{Frame, FrameError, Plane, Sample};

/// A pixel format's descriptor as plain data, and FFmpeg's own for its line reader.
pub(super) fn describe(format: c_int) -> Option<(PixelFormat, *const AVPixFmtDescriptor)> {
    // SAFETY: descriptors are static tables; the count bounds what is read of `comp`. The number came from this very
    // libavutil, so it is one of the enum's values; AV_PIX_FMT_NONE and what is past the end give null.
    unsafe {
        if format < 0 || format >= AVPixelFormat::AV_PIX_FMT_NB as c_int {
            return None;
        }
        let desc = av_pix_fmt_desc_get(std::mem::transmute::<c_int, AVPixelFormat>(format));
        if desc.is_null() {
            return None;
        }
        let d = &*desc;
        let flag = |bit: u64| d.flags & bit != 0;
        let components = d.comp.iter().take(d.nb_components.into()).map(|c| Component {
            plane: c.plane as usize,
            step: c.step as usize,
            offset: c.offset as usize,
            shift: c.shift as usize,
            depth: c.depth as u8,
        });
        let plain = PixelFormat {
            name: string(d.name).unwrap_or_default().replace("monowhite", "monow"),
            components: components.collect(),
            chroma_shift: (d.log2_chroma_w, d.log2_chroma_h),
            rgb: flag(AV_PIX_FMT_FLAG_RGB as u64),
            alpha: flag(AV_PIX_FMT_FLAG_ALPHA as u64),
            palette: flag(AV_PIX_FMT_FLAG_PAL as u64),
            float: flag(AV_PIX_FMT_FLAG_FLOAT as u64),
            big_endian: flag(AV_PIX_FMT_FLAG_BE as u64),
            bitstream: flag(AV_PIX_FMT_FLAG_BITSTREAM as u64),
            foreign: flag(AV_PIX_FMT_FLAG_HWACCEL as u64) || flag(AV_PIX_FMT_FLAG_BAYER as u64),
        };
        Some((plain, desc))
    }
}

/// The number of the pixel format called `name`.
pub(super) fn format_number(name: &str) -> Option<c_int> {
    let name = CString::new(name).ok()?;
    // SAFETY: the string ends with a zero.
    let format = unsafe { av_get_pix_fmt(name.as_ptr()) };
    (format != AVPixelFormat::AV_PIX_FMT_NONE).then_some(format as c_int)
}

/// A decoded picture; its buffers are reference-counted.
pub(super) struct Picture(*mut AVFrame);

// SAFETY: the frame is owned by this value alone; its buffers' reference counts are atomic, and nobody writes into a
// buffer that has more than one reference.
unsafe impl Send for Picture {}
// SAFETY: through a shared reference the picture is only read.
unsafe impl Sync for Picture {}

impl Drop for Picture {
    fn drop(&mut self) {
        // SAFETY: the frame is ours.
        unsafe { av_frame_free(&mut self.0) };
    }
}

impl Picture {
    pub(super) fn empty(path: &Path) -> Result<Self, MediaError> {
        // SAFETY: allocates, or returns null, which is turned into an error.
        let frame = unsafe { av_frame_alloc() };
        if frame.is_null() { Err(MediaError::Memory(path.into())) } else { Ok(Self(frame)) }
    }

    /// Another picture of the same samples, not copied; `None` when there is no memory for it.
    pub(super) fn again(&self) -> Option<Self> {
        // SAFETY: the frame is live; null is turned into `None`.
        let frame = unsafe { av_frame_clone(self.0) };
        (!frame.is_null()).then_some(Self(frame))
    }

    /// A picture of `format` whose samples are all 0; `None` when there is no memory for it.
    pub(super) fn blank(width: c_int, height: c_int, format: c_int) -> Option<Self> {
        // SAFETY: every allocation is checked and owned by the picture; a buffer is written to its own length.
        unsafe {
            let picture = Self(av_frame_alloc());
            let frame = picture.0.as_mut()?;
            (frame.width, frame.height, frame.format) = (width, height, format);
            if av_frame_get_buffer(picture.0, 0) < 0 {
                return None;
            }
            for buffer in frame.buf.iter().filter_map(|buffer| buffer.as_ref()) {
                std::ptr::write_bytes(buffer.data, 0, buffer.size);
            }
            Some(picture)
        }
    }

    pub(super) fn as_ptr(&self) -> *mut AVFrame {
        self.0
    }

    pub(super) fn raw(&self) -> &AVFrame {
        // SAFETY: the frame is live and ours; nobody writes to it while it is borrowed.
        unsafe { &*self.0 }
    }

    /// The number that [`super::ffi::Packet::mark`] wrote on the packet this picture came from.
    pub(super) fn number(&self) -> Option<usize> {
        usize::try_from(self.raw().pts).ok()
    }

    /// Decoding time of the packet that released this picture.
    pub(super) fn packet_dts(&self) -> Option<i64> {
        Some(self.raw().pkt_dts).filter(|&t| t != AV_NOPTS_VALUE)
    }

    pub(super) fn size(&self) -> (u32, u32) {
        (self.raw().width.max(0) as u32, self.raw().height.max(0) as u32)
    }

    pub(super) fn format(&self) -> c_int {
        self.raw().format
    }

    pub(super) fn sample_aspect(&self) -> (i32, i32) {
        (self.raw().sample_aspect_ratio.num, self.raw().sample_aspect_ratio.den)
    }

    /// The decoder missed something that this picture is made from.
    pub(super) fn damaged(&self) -> bool {
        self.raw().decode_error_flags != 0
    }

    /// `Some(top field first)` when the picture holds two fields.
    pub(super) fn interlaced(&self) -> Option<bool> {
        // SAFETY: the borrowed frame is never freed by the wrapper (ManuallyDrop).
        let frame = std::mem::ManuallyDrop::new(unsafe { ffmpeg_next::frame::Video::wrap(self.0) });
        frame.is_interlaced().then(|| frame.is_top_first())
    }

    /// The display matrix that travels with the picture (a JPEG's orientation).
    pub(super) fn turn(&self) -> Option<[i32; 9]> {
        // SAFETY: the side data lives as long as the frame; at least 36 bytes were checked before nine words are read.
        unsafe {
            let data = av_frame_get_side_data(self.0, AVFrameSideDataType::AV_FRAME_DATA_DISPLAYMATRIX);
            if data.is_null() || ((*data).size as usize) < 36 {
                return None;
            }
            Some((*data).data.cast::<[i32; 9]>().read_unaligned())
        }
    }

    pub(super) fn color_codes(&self) -> ColorCodes {
        let f = self.raw();
        // SAFETY: the fields are 32-bit C enums; read as integers, any value is allowed.
        unsafe {
            ColorCodes {
                matrix: (&raw const f.colorspace).cast::<u32>().read(),
                primaries: (&raw const f.color_primaries).cast::<u32>().read(),
                transfer: (&raw const f.color_trc).cast::<u32>().read(),
                range: (&raw const f.color_range).cast::<u32>().read(),
                siting: (&raw const f.chroma_location).cast::<u32>().read(),
            }
        }
    }

    /// The 256 colours of a palette format, each a word 0xAARRGGBB; `None` for other formats.
    fn palette(&self) -> Option<Vec<u32>> {
        let palette = self.raw().data[1];
        if palette.is_null() || !describe(self.format()).is_some_and(|(f, _)| f.palette) {
            return None;
        }
        // SAFETY: a palette format's second plane holds 256 words of 32 bits.
        let entries = unsafe { std::slice::from_raw_parts(palette, 1024) };
        Some(entries.chunks_exact(4).map(|e| u32::from_ne_bytes([e[0], e[1], e[2], e[3]])).collect())
    }

    /// Whether every palette entry is opaque; true without a palette.
    pub(super) fn opaque_palette(&self) -> bool {
        self.palette().is_none_or(|p| p.iter().all(|word| word >> 24 == 255))
    }

    /// Planes of red, green, blue and, if planned, alpha by way of the palette.
    fn look_up(&self, plan: &Plan) -> Result<Vec<Plane>, FrameError> {
        let (width, height) = self.size();
        let palette = self.palette().unwrap_or_else(|| vec![0; 256]);
        let indices = self.read::<u16>(0, width, height);
        let shifts = [16, 8, 0, 24].into_iter().take(plan.layout.planes());
        let channel = |shift: u32| indices.iter().map(|&i| (palette[usize::from(i & 255)] >> shift) as u8).collect();
        shifts.map(|shift| Plane::from_u8(width, height, channel(shift))).collect()
    }

    /// The picture as a frame, by `plan`; colour codes that it lacks are taken from `stream`.
    pub(super) fn into_frame(self, plan: &Plan, stream: &ColorCodes) -> Result<Frame, FrameError> {
        let (width, height) = self.size();
        let name = describe(self.format()).map(|(f, _)| f.name).unwrap_or_default();
        let color = color::info(&self.color_codes(), stream, &plan.layout, &name);
        let planes = match &plan.native {
            Some(order) if self.shareable(order, plan) => Self::share(self, order, plan)?,
            _ => self.repack(plan)?,
        };
        Frame::new(width, height, plan.layout, color, planes)
    }

    /// Rows run downwards and start on whole samples.
    fn shareable(&self, order: &[usize], plan: &Plan) -> bool {
        let bytes = plan.layout.sample.bytes();
        let f = self.raw();
        order.iter().all(|&p| {
            !f.data[p].is_null()
                && f.linesize[p] > 0
                && (f.linesize[p] as usize).is_multiple_of(bytes)
                && (f.data[p] as usize).is_multiple_of(bytes)
        })
    }

    fn share(picture: Self, order: &[usize], plan: &Plan) -> Result<Vec<Plane>, FrameError> {
        let (width, height) = picture.size();
        let sample = plan.layout.sample;
        let picture = Arc::new(picture);
        let wrap = |(i, &p): (usize, &usize)| {
            let (w, h) = plan.layout.plane_size(i, width, height);
            let stride = picture.raw().linesize[p] as usize;
            let len = stride * (h as usize).saturating_sub(1) + w as usize * sample.bytes();
            let view = View { data: picture.raw().data[p], len, _owner: picture.clone() };
            Plane::new(w, h, sample, stride, Bytes::from_owner(view))
        };
        order.iter().enumerate().map(wrap).collect()
    }

    fn repack(&self, plan: &Plan) -> Result<Vec<Plane>, FrameError> {
        let (width, height) = self.size();
        if plan.palette {
            return self.look_up(plan);
        }
        let plane = |i: usize| {
            let (w, h) = plan.layout.plane_size(i, width, height);
            let component = plan.components[i];
            match plan.layout.sample {
                Sample::F32 if plan.half => {
                    let words = self.read::<u16>(component, w, h);
                    Plane::from_f32(w, h, words.into_iter().map(|v| half::f16::from_bits(v).to_f32()).collect())
                }
                Sample::F32 => {
                    Plane::from_f32(w, h, self.read::<u32>(component, w, h).into_iter().map(f32::from_bits).collect())
                }
                Sample::U16 { .. } => Plane::from_u16(w, h, self.read::<u16>(component, w, h)),
                Sample::U8 => {
                    let max = plan.spread[component.min(plan.spread.len() - 1)];
                    let spread = |v: u16| (v * 255 + max / 2).checked_div(max).unwrap_or(v) as u8;
                    let flip = if plan.invert { 255 } else { 0 };
                    Plane::from_u8(
                        w,
                        h,
                        self.read::<u16>(component, w, h).into_iter().map(|v| spread(v) ^ flip).collect(),
                    )
                }
            }
        };
        (0..plan.layout.planes()).map(plane).collect()
    }

    /// Component `c` of every pixel, `w` by `h`, in words of `T` (2 or 4 bytes).
    fn read<T: bytemuck::Pod>(&self, c: usize, w: u32, h: u32) -> Vec<T> {
        let mut words = vec![T::zeroed(); w as usize * h as usize];
        let Some((_, desc)) = describe(self.format()) else { return words };
        let mut planes = [std::ptr::null(); 4];
        for (to, from) in planes.iter_mut().zip(self.raw().data) {
            *to = from.cast_const();
        }
        for (y, row) in words.chunks_exact_mut(w as usize).enumerate() {
            // SAFETY: FFmpeg's own reader stays inside the picture's planes for a row `y` < height of `w` <= width
            // samples (chroma: of the subsampled size), and writes `w` words of the stated size to `row`.
            unsafe {
                av_read_image_line2(
                    row.as_mut_ptr().cast(),
                    planes.as_mut_ptr(),
                    self.raw().linesize.as_ptr(),
                    desc,
                    0,
                    y as c_int,
                    c as c_int,
                    w as c_int,
                    0,
                    size_of::<T>() as c_int,
                );
            }
        }
        words
    }
}

/// One plane of a shared picture.
struct View {
    data: *const u8,
    len: usize,
    _owner: Arc<Picture>,
}

// SAFETY: the bytes are never written again (the decoder copies a buffer that others hold before it writes), and the
// owner that keeps them alive is itself Send and Sync.
unsafe impl Send for View {}
// SAFETY: as above.
unsafe impl Sync for View {}

impl AsRef<[u8]> for View {
    fn as_ref(&self) -> &[u8] {
        // SAFETY: `len` bytes from `data` are the plane's rows inside a buffer that `_owner` keeps.
        unsafe { std::slice::from_raw_parts(self.data, self.len) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout;
    use super::super::pack::from_frame;
    use super::*;
    use crate::frame::{ColorInfo, Family, Layout};

    /// Samples without a pattern that a mix-up of planes or bits could survive.
    fn noise(layout: Layout, width: u32, height: u32) -> Frame {
        let mut state = 1u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as u16 >> (16 - layout.sample.bits())
        };
        let planes = (0..layout.planes()).map(|i| {
            let (w, h) = layout.plane_size(i, width, height);
            let words: Vec<u16> = (0..w * h).map(|_| next()).collect();
            match layout.sample {
                Sample::U8 => Plane::from_u8(w, h, words.into_iter().map(|v| v as u8).collect()).unwrap(),
                _ => Plane::from_u16(w, h, words).unwrap(),
            }
        });
        Frame::new(width, height, layout, ColorInfo::default(), planes.collect()).unwrap()
    }

    #[test]
    fn every_integer_format_is_repacked_without_a_changed_bit() {
        let path = Path::new("test");
        let (mut native, mut repacked) = (0, Vec::new());
        for number in 0..AVPixelFormat::AV_PIX_FMT_NB as c_int {
            let Some((format, _)) = describe(number) else { continue };
            let Some(plan) = layout::plan(&format, true) else { continue };
            let narrow = plan.spread.iter().any(|&max| max != 0);
            if plan.palette || narrow || plan.layout.sample == Sample::F32 {
                continue;
            }
            let frame = noise(plan.layout, 70, 46);
            let codes = ColorCodes { matrix: 2, primaries: 2, transfer: 2, range: 0, siting: 0 };
            let back = from_frame(&frame, number, path).unwrap().into_frame(&plan, &codes).unwrap();
            assert!(back.same_samples(&frame), "{}", format.name);
            match plan.native {
                Some(_) => native += 1,
                None => repacked.push(format.name),
            }
        }
        assert!(native >= 50, "{native} formats are shared as they are");
        for name in ["nv12", "p010le", "p016be", "yuyv422", "rgb48be", "yuv420p10be", "x2rgb10le", "ya16be", "y210le"] {
            assert!(repacked.iter().any(|r| r == name), "{name} in {repacked:?}");
        }
    }

    #[test]
    fn a_shared_plane_keeps_its_picture_alive_and_is_not_copied() {
        let layout = Layout { family: Family::Yuv, sample: Sample::U8, chroma_shift: (1, 1), alpha: false };
        let picture = from_frame(&noise(layout, 64, 48), format_number("yuv420p").unwrap(), Path::new("t")).unwrap();
        let data = picture.raw().data[0].cast_const();
        let plan = layout::plan(&describe(picture.format()).unwrap().0, true).unwrap();
        let codes = picture.color_codes();
        let frame = picture.into_frame(&plan, &codes).unwrap();
        assert_eq!(frame.plane(0).bytes().as_ptr(), data);
        let plane = frame.plane(1).clone();
        drop(frame);
        assert!(plane.bytes().iter().any(|&b| b != 0));
    }
}
