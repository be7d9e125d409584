//! What a file says of its colour. "Unknown" is a value: guessing is done in `color::guess`, by written rules, and
//! shown as a guess.

/// Luma coefficients that turn R'G'B' into Y'CbCr (ITU-T H.273, MatrixCoefficients).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Matrix {
    #[default]
    Unknown,
    /// The planes hold R'G'B' already.
    Identity,
    /// BT.470BG and SMPTE 170M: Kr .299, Kb .114.
    Bt601,
    Bt709,
    /// SMPTE 240M.
    Smpte240m,
    Fcc,
    /// BT.2020, non-constant luminance.
    Bt2020Ncl,
    Bt2020Cl,
    YCgCo,
    /// A value this program has no formula for; the number is H.273's.
    Other(u8),
}

/// Colour primaries (H.273, ColourPrimaries).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Primaries {
    #[default]
    Unknown,
    Bt709,
    Bt470bg,
    Smpte170m,
    Smpte240m,
    Bt2020,
    DciP3,
    DisplayP3,
    Other(u8),
}

/// Transfer characteristics (H.273, TransferCharacteristics).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Transfer {
    #[default]
    Unknown,
    /// BT.709, BT.601 and BT.2020 share one curve.
    Bt1886,
    Srgb,
    Linear,
    Gamma22,
    Gamma28,
    /// SMPTE ST 2084 (HDR10).
    Pq,
    /// ARIB STD-B67.
    Hlg,
    Other(u8),
}

/// Which codes stand for black and white.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Range {
    #[default]
    Unknown,
    /// 16..235 (luma) and 16..240 (chroma) on the 8-bit scale.
    Limited,
    /// 0..255 on the 8-bit scale.
    Full,
}

/// Where a subsampled chroma sample lies among its luma samples.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Siting {
    #[default]
    Unknown,
    /// Horizontally on the left luma sample, vertically between (MPEG-2, H.264).
    Left,
    /// In the middle (JPEG, MPEG-1).
    Center,
    /// On the top left luma sample (BT.2020 4:2:0, DV).
    TopLeft,
    Top,
    BottomLeft,
    Bottom,
}

/// All that a file says of how its samples mean colour.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct ColorInfo {
    pub matrix: Matrix,
    pub primaries: Primaries,
    pub transfer: Transfer,
    pub range: Range,
    pub siting: Siting,
}

impl ColorInfo {
    /// R'G'B' in 0..1, as models and filters make it; primaries and transfer are those of the input.
    pub fn rgb(primaries: Primaries, transfer: Transfer) -> Self {
        Self { matrix: Matrix::Identity, primaries, transfer, range: Range::Full, siting: Siting::Center }
    }
}
