//! What becomes of a picture before it is encoded, and what is undone after it was decoded.

use std::sync::Arc;

use bytes::Bytes;

use crate::color::{self, Kernel, Target, conform, matrix_name, range_name, siting_name};
use crate::frame::{
    ColorInfo, Family, Frame, FrameError, Layout, Matrix, Plane, Range, Sample, Siting, SourceError, SourceInfo,
};
use crate::media::codecs::Codec;
use crate::media::coder;

/// How pictures of one source are brought to what a codec takes.
pub struct Fit {
    /// The picture as it is stored: 4:2:0 of the source's own size.
    pub target: Target,
    /// The size that is encoded: even, and as large as the codec needs.
    pub padded: (u32, u32),
}

impl Fit {
    /// 4:2:0 in the source's own matrix, primaries and transfer. Its range too, unless the codec knows only limited;
    /// its siting too, if it is 4:2:0 already. What has no matrix (R'G'B', grey) takes the one that would be guessed
    /// for its size, limited range and left siting, as broadcast does. `bits`: 8 or 10; if not given 8, or 10 where
    /// the source has whole numbers of more than 8 bits and the codec takes 10.
    ///
    /// Gives a reason when the codec does not take so many bits.
    pub fn new(info: &SourceInfo, codec: &Codec, bits: Option<u8>) -> Result<Self, String> {
        let layout =
            |bits| Layout { family: Family::Yuv, sample: Sample::integer(bits), chroma_shift: (1, 1), alpha: false };
        let takes = |bits| coder::pixel_format(codec.encoder, &layout(bits)).is_some();
        let deep = matches!(info.layout.sample, Sample::U16 { .. }) && takes(10);
        let bits = bits.unwrap_or(if deep { 10 } else { 8 });
        if !takes(bits) {
            return Err(format!("this FFmpeg's {} takes no pictures of {bits} bits in 4:2:0", codec.label));
        }
        let layout = layout(bits);
        let mut tags = info.color;
        if info.layout.family != Family::Yuv || tags.matrix == Matrix::Identity {
            let open = ColorInfo { matrix: Matrix::Unknown, range: Range::Limited, siting: Siting::Left, ..tags };
            let matrix = color::resolve(&open, &layout, info.width, info.height).matrix;
            tags = ColorInfo { matrix, ..open };
        } else if info.layout.chroma_shift != (1, 1) {
            tags.siting = Siting::Left;
        }
        if codec.limited && tags.range == Range::Full {
            tags.range = Range::Limited;
        }
        let side = |len: u32| len.next_multiple_of(2).max(codec.least);
        let target = Target { width: info.width, height: info.height, layout, color: tags };
        Ok(Self { target, padded: (side(info.width), side(info.height)) })
    }

    /// One clause for people: what is converted on the way in, and cut off on the way out.
    pub fn words(&self, info: &SourceInfo) -> String {
        let (from, to) = (&info.layout, &self.target.layout);
        let tags = color::resolve(&self.target.color, to, info.width, info.height);
        let mut words = if from == to && info.color == self.target.color {
            format!("{} as it is", to.name())
        } else {
            let (matrix, range, siting) = (matrix_name(tags.matrix), range_name(tags.range), siting_name(tags.siting));
            let rounded = if from.sample == to.sample { "" } else { ", rounded" };
            let bits = to.sample.bits();
            format!("{} to {} ({bits} bits, {matrix}, {range} range, {siting} siting){rounded}", from.name(), to.name())
        };
        if self.padded != (info.width, info.height) {
            let ((w, h), (pw, ph)) = ((info.width, info.height), self.padded);
            words += &format!("; {w}x{h} filled up to {pw}x{ph} with its edge samples, which are cut off again");
        }
        if from.alpha {
            words += "; alpha left out";
        }
        words
    }

    /// The picture as it is encoded.
    ///
    /// # Errors
    /// A frame of another size than the source stated, or one that cannot be converted.
    pub fn before(&self, frame: &Arc<Frame>) -> Result<Frame, SourceError> {
        let (width, height) = (self.target.width, self.target.height);
        if (frame.width, frame.height) != (width, height) {
            let (w, h) = (frame.width, frame.height);
            return Err(SourceError::frame(format!("a picture of {w}x{h} came where all are {width}x{height}")));
        }
        let (stored, _) = conform(frame, &self.target, Kernel::Bilinear)?;
        Ok(filled(&stored, self.padded)?)
    }

    /// A decoded picture in its own size, with the tags it was encoded with.
    pub fn after(&self, frame: &Frame) -> Result<Frame, FrameError> {
        let Target { width, height, layout, color } = self.target;
        let cut = |(i, plane): (usize, &Plane)| {
            let (w, h) = layout.plane_size(i, width, height);
            Plane::new(w, h, layout.sample, plane.stride, Bytes::from_owner(plane.clone()))
        };
        Frame::new(width, height, layout, color, frame.planes().iter().enumerate().map(cut).collect::<Result<_, _>>()?)
    }

    /// A black picture as it is encoded: it stands where none could be made.
    pub fn black(&self) -> Result<Frame, SourceError> {
        let (w, h) = self.padded;
        let image = crate::frame::Image::new(w, h);
        Ok(color::from_rgb(&image, &Target { width: w, height: h, ..self.target })?)
    }
}

/// `frame` filled up to `size` with its edge samples.
fn filled(frame: &Frame, (width, height): (u32, u32)) -> Result<Frame, FrameError> {
    if (frame.width, frame.height) == (width, height) {
        return Ok(frame.clone());
    }
    let layout = frame.layout;
    let size = layout.sample.bytes();
    let fill = |(i, plane): (usize, &Plane)| {
        let (w, h) = layout.plane_size(i, width, height);
        let mut bytes = Vec::with_capacity(w as usize * h as usize * size);
        for y in 0..h {
            let row = plane.row_bytes(y.min(plane.height - 1), size);
            bytes.extend_from_slice(row);
            let last = &row[row.len() - size..];
            (plane.width..w).for_each(|_| bytes.extend_from_slice(last));
        }
        match layout.sample {
            Sample::U8 => Plane::from_u8(w, h, bytes),
            _ => Plane::from_u16(w, h, bytemuck::pod_collect_to_vec(&bytes)),
        }
    };
    Frame::new(
        width,
        height,
        layout,
        frame.color,
        frame.planes().iter().enumerate().map(fill).collect::<Result<_, _>>()?,
    )
}
