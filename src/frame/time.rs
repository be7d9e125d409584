//! When frames are shown.

/// A ratio of two integers, such as a time base or a frame rate.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Rational {
    pub num: i64,
    pub den: i64,
}

impl Rational {
    pub fn new(num: i64, den: i64) -> Self {
        Self { num, den }
    }

    pub fn as_f64(self) -> f64 {
        self.num as f64 / self.den as f64
    }
}

/// The presentation time of every frame of a source, in order. A frame's number is its place in this list.
#[derive(Clone, PartialEq, Debug)]
pub struct Timeline {
    /// Seconds a tick of `pts` lasts.
    pub time_base: Rational,
    /// Ascending presentation times, as the file has them.
    pub pts: Vec<i64>,
    /// Frames a second that the file states or that its times suggest; `None` for a still.
    pub rate: Option<Rational>,
    /// Ticks the last frame is shown.
    pub last_duration: i64,
}

impl Timeline {
    /// A still picture: one frame at time 0.
    pub fn still() -> Self {
        Self { time_base: Rational::new(1, 1), pts: vec![0], rate: None, last_duration: 1 }
    }

    /// `count` frames at a constant rate, from time 0.
    pub fn constant(count: usize, rate: Rational) -> Self {
        Self {
            time_base: Rational::new(rate.den, rate.num),
            pts: (0..count as i64).collect(),
            rate: Some(rate),
            last_duration: 1,
        }
    }

    /// Number of frames.
    pub fn len(&self) -> usize {
        self.pts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.pts.is_empty()
    }

    /// Seconds from the first frame to frame `n` (`n` at or past the end: the end of the last frame).
    pub fn seconds(&self, n: usize) -> f64 {
        let first = self.pts.first().copied().unwrap_or(0);
        let ticks = match self.pts.get(n) {
            Some(pts) => pts - first,
            None => self.pts.last().map_or(0, |last| last - first + self.last_duration),
        };
        ticks as f64 * self.time_base.as_f64()
    }

    /// Seconds from the first frame to the end of the last.
    pub fn duration(&self) -> f64 {
        self.seconds(self.len())
    }

    /// The frame on show at `seconds` after the first frame; clamped to the first and last.
    pub fn at(&self, seconds: f64) -> usize {
        let slack = self.time_base.as_f64() * 0.5;
        let after = partition(self.len(), |n| self.seconds(n) <= seconds + slack);
        after.saturating_sub(1)
    }

    /// The frame whose time is nearest to `seconds` after the first frame, and the distance in seconds.
    pub fn nearest(&self, seconds: f64) -> (usize, f64) {
        let n = self.at(seconds);
        let near = |i: usize| (self.seconds(i) - seconds).abs();
        if n + 1 < self.len() && near(n + 1) < near(n) { (n + 1, near(n + 1)) } else { (n, near(n)) }
    }
}

/// The first of 0..len for which `before` is false (`before` must hold for a prefix).
fn partition(len: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let mid = low + (high - low) / 2;
        if before(mid) { low = mid + 1 } else { high = mid }
    }
    low
}
