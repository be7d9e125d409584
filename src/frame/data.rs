//! One picture in its native planes.

use bytes::Bytes;

use super::ColorInfo;

/// What the planes of a frame stand for. Planes are always separate; alpha, if any, is the last one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Family {
    /// Y, Cb, Cr (or Y, Cg, Co).
    Yuv,
    /// R, G, B in that order.
    Rgb,
    /// One plane of luma.
    Gray,
}

/// How one sample is stored. Integers stand in native byte order, in the low bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sample {
    /// One byte, 8 bits used.
    U8,
    /// Two bytes, `bits` of them used (9 to 16).
    U16 { bits: u8 },
    /// Four bytes. `Rgb` and `Gray`: nominal 0..1, not clipped. `Yuv`: code values on the 8-bit scale with fractions
    /// kept: a code c of n bits is c / 2^(n-8) in limited range and c * 255 / (2^n - 1) in full range (full-range
    /// chroma likewise about its neutral code, which is 128 here whatever n was).
    F32,
}

impl Sample {
    /// Bytes a sample takes.
    pub fn bytes(self) -> usize {
        match self {
            Sample::U8 => 1,
            Sample::U16 { .. } => 2,
            Sample::F32 => 4,
        }
    }

    /// Significant bits; 32 for floats.
    pub fn bits(self) -> u8 {
        match self {
            Sample::U8 => 8,
            Sample::U16 { bits } => bits,
            Sample::F32 => 32,
        }
    }

    /// The storage for integer samples of `bits` bits.
    pub fn integer(bits: u8) -> Self {
        if bits <= 8 { Sample::U8 } else { Sample::U16 { bits } }
    }
}

/// Arrangement of a frame's samples; with the size it fixes every plane's shape.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Layout {
    pub family: Family,
    pub sample: Sample,
    /// log2 of the horizontal and vertical chroma subsampling: (1, 1) is 4:2:0. (0, 0) unless `family` is `Yuv`.
    pub chroma_shift: (u8, u8),
    pub alpha: bool,
}

impl Layout {
    /// Planar R'G'B' in 32-bit float: what models and filters read and write.
    pub const RGB_F32: Layout = Layout { family: Family::Rgb, sample: Sample::F32, chroma_shift: (0, 0), alpha: false };

    /// Number of planes, alpha included.
    pub fn planes(&self) -> usize {
        let color = if self.family == Family::Gray { 1 } else { 3 };
        color + usize::from(self.alpha)
    }

    /// Width and height in samples of plane `index` of a picture of `width` x `height`.
    pub fn plane_size(&self, index: usize, width: u32, height: u32) -> (u32, u32) {
        if self.family == Family::Yuv && (index == 1 || index == 2) {
            let (sx, sy) = self.chroma_shift;
            (width.div_ceil(1 << sx), height.div_ceil(1 << sy))
        } else {
            (width, height)
        }
    }

    /// The field's short name: "yuv420p10", "rgb f32", "gray8".
    pub fn name(&self) -> String {
        let bits = match self.sample {
            Sample::U8 => String::new(),
            Sample::U16 { bits } => bits.to_string(),
            Sample::F32 => " f32".into(),
        };
        let a = if self.alpha { "a" } else { "" };
        match self.family {
            Family::Rgb => format!("rgb{a}{bits}"),
            Family::Gray => format!("gray{a}{bits}"),
            Family::Yuv => {
                let ratio = match self.chroma_shift {
                    (0, 0) => "444",
                    (1, 0) => "422",
                    (1, 1) => "420",
                    (0, 1) => "440",
                    (2, 0) => "411",
                    (2, 2) => "410",
                    _ => "4xx",
                };
                format!("yuv{a}{ratio}p{bits}")
            }
        }
    }
}

/// One plane of samples. Rows may be padded: `stride` is the distance of row starts in bytes.
#[derive(Clone, Debug)]
pub struct Plane {
    pub width: u32,
    pub height: u32,
    pub stride: usize,
    bytes: Bytes,
}

impl Plane {
    /// Wraps `bytes`, which may be any owner (a decoder's buffer too) and are never written again.
    ///
    /// # Errors
    /// [`FrameError::Short`] when `bytes` cannot hold `height` rows of `width` samples, or the stride cuts a sample.
    pub fn new(width: u32, height: u32, sample: Sample, stride: usize, bytes: Bytes) -> Result<Self, FrameError> {
        let row = width as usize * sample.bytes();
        let need = stride.checked_mul((height as usize).saturating_sub(1)).and_then(|n| n.checked_add(row));
        let aligned = stride.is_multiple_of(sample.bytes()) && (bytes.as_ptr() as usize).is_multiple_of(sample.bytes());
        match need {
            Some(need) if stride >= row && bytes.len() >= need && aligned => Ok(Self { width, height, stride, bytes }),
            _ => Err(FrameError::Short { width, height, stride, have: bytes.len() }),
        }
    }

    /// A plane without padding.
    pub fn from_u8(width: u32, height: u32, samples: Vec<u8>) -> Result<Self, FrameError> {
        Self::new(width, height, Sample::U8, width as usize, Bytes::from(samples))
    }

    /// A plane without padding; `bits` is the caller's to state in the [`Layout`].
    pub fn from_u16(width: u32, height: u32, samples: Vec<u16>) -> Result<Self, FrameError> {
        Self::new(width, height, Sample::U16 { bits: 16 }, width as usize * 2, owned(samples))
    }

    /// A plane without padding.
    pub fn from_f32(width: u32, height: u32, samples: Vec<f32>) -> Result<Self, FrameError> {
        Self::new(width, height, Sample::F32, width as usize * 4, owned(samples))
    }

    /// The rectangle of `size` that begins at sample `at`: a view of the same bytes.
    ///
    /// # Errors
    /// [`FrameError::Part`] when it does not lie within the plane.
    fn part(&self, at: (u32, u32), size: (u32, u32), sample: Sample) -> Result<Self, FrameError> {
        let fits = |at: u32, size: u32, all: u32| size > 0 && at.checked_add(size).is_some_and(|end| end <= all);
        if !fits(at.0, size.0, self.width) || !fits(at.1, size.1, self.height) {
            return Err(FrameError::Part { at, size, of: (self.width, self.height) });
        }
        let start = at.1 as usize * self.stride + at.0 as usize * sample.bytes();
        Self::new(size.0, size.1, sample, self.stride, self.bytes.slice(start..))
    }

    /// All bytes, padding included.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Row `y` as bytes, one a sample, without padding.
    pub fn row_u8(&self, y: u32) -> &[u8] {
        self.row_bytes(y, 1)
    }

    /// Row `y` as 16-bit samples, without padding.
    pub fn row_u16(&self, y: u32) -> &[u16] {
        bytemuck::cast_slice(self.row_bytes(y, 2))
    }

    /// Row `y` as 32-bit floats, without padding.
    pub fn row_f32(&self, y: u32) -> &[f32] {
        bytemuck::cast_slice(self.row_bytes(y, 4))
    }

    /// Row `y` without padding, for samples of `size` bytes.
    pub fn row_bytes(&self, y: u32, size: usize) -> &[u8] {
        let start = y as usize * self.stride;
        &self.bytes[start..start + self.width as usize * size]
    }
}

/// Keeps a vector of plain samples alive behind a `Bytes`.
fn owned<T: bytemuck::Pod + Send + Sync>(samples: Vec<T>) -> Bytes {
    struct Owner<T>(Vec<T>);
    impl<T: bytemuck::Pod> AsRef<[u8]> for Owner<T> {
        fn as_ref(&self) -> &[u8] {
            bytemuck::cast_slice(&self.0)
        }
    }
    Bytes::from_owner(Owner(samples))
}

/// One picture: native planes, never mutated after it is made.
#[derive(Clone, Debug)]
pub struct Frame {
    pub width: u32,
    pub height: u32,
    pub layout: Layout,
    pub color: ColorInfo,
    planes: Vec<Plane>,
}

impl Frame {
    /// # Errors
    /// [`FrameError::Planes`] when number or sizes of the planes do not follow from `layout` and the size.
    pub fn new(
        width: u32,
        height: u32,
        layout: Layout,
        color: ColorInfo,
        planes: Vec<Plane>,
    ) -> Result<Self, FrameError> {
        let fits = planes.len() == layout.planes()
            && planes.iter().enumerate().all(|(i, p)| (p.width, p.height) == layout.plane_size(i, width, height));
        if !fits || width == 0 || height == 0 {
            return Err(FrameError::Planes { width, height, layout: layout.name(), have: planes.len() });
        }
        Ok(Self { width, height, layout, color, planes })
    }

    pub fn planes(&self) -> &[Plane] {
        &self.planes
    }

    /// Plane `index` (0 is luma or red).
    pub fn plane(&self, index: usize) -> &Plane {
        &self.planes[index]
    }

    /// The rectangle of `size` that begins at sample `at`: a view of the same samples, with the same tags. Chroma has to
    /// begin there too: `at` is a multiple of its subsampling.
    ///
    /// # Errors
    /// [`FrameError::Part`] when the rectangle does not lie within the picture, or chroma does not begin with it.
    pub fn part(&self, at: (u32, u32), size: (u32, u32)) -> Result<Self, FrameError> {
        let wrong = FrameError::Part { at, size, of: (self.width, self.height) };
        let part = |(index, plane): (usize, &Plane)| {
            let chroma = self.layout.family == Family::Yuv && (index == 1 || index == 2);
            let (sx, sy) = if chroma { self.layout.chroma_shift } else { (0, 0) };
            if !at.0.is_multiple_of(1 << sx) || !at.1.is_multiple_of(1 << sy) {
                return Err(wrong.clone());
            }
            let own = self.layout.plane_size(index, size.0, size.1);
            plane.part((at.0 >> sx, at.1 >> sy), own, self.layout.sample)
        };
        let planes = self.planes.iter().enumerate().map(part).collect::<Result<_, _>>()?;
        Self::new(size.0, size.1, self.layout, self.color, planes)
    }

    /// Bytes of memory the samples take, padding included: what the frame store counts.
    pub fn cost(&self) -> usize {
        self.planes.iter().map(|p| p.bytes.len()).sum()
    }

    /// Whether two frames hold the same samples in the same layout (padding and tags left aside).
    pub fn same_samples(&self, other: &Frame) -> bool {
        let size = self.layout.sample.bytes();
        self.layout == other.layout
            && (self.width, self.height) == (other.width, other.height)
            && self
                .planes
                .iter()
                .zip(&other.planes)
                .all(|(a, b)| (0..a.height).all(|y| a.row_bytes(y, size) == b.row_bytes(y, size)))
    }
}

/// A frame or plane that contradicts its own description.
#[derive(Debug, thiserror::Error, Clone, PartialEq)]
pub enum FrameError {
    #[error("a plane of {width}x{height} with rows of {stride} bytes does not fit into {have} bytes")]
    Short { width: u32, height: u32, stride: usize, have: usize },
    #[error("{have} planes do not make a {layout} picture of {width}x{height}")]
    Planes { width: u32, height: u32, layout: String, have: usize },
    #[error("a picture of {}x{} has no part of {}x{} at {},{}", of.0, of.1, size.0, size.1, at.0, at.1)]
    Part { at: (u32, u32), size: (u32, u32), of: (u32, u32) },
    #[error("a map of {width}x{height} cannot be made of {have} numbers")]
    Map { width: u32, height: u32, have: usize },
}
