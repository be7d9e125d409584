//! Where the picture lies on the screen. One camera serves every pane of every view, so zoom and place are always the
//! same on both sides. Everything is in physical pixels: at 100% one sample is exactly one pixel.

/// A rectangle of whole physical pixels: a pane, or the area of all panes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PxRect {
    pub x: i32,
    pub y: i32,
    pub w: u32,
    pub h: u32,
}

impl PxRect {
    pub fn new(x: i32, y: i32, w: u32, h: u32) -> Self {
        Self { x, y, w, h }
    }

    /// The middle, in pixels.
    pub fn center(&self) -> [f64; 2] {
        [f64::from(self.x) + f64::from(self.w) / 2.0, f64::from(self.y) + f64::from(self.h) / 2.0]
    }

    pub fn contains(&self, at: [f64; 2]) -> bool {
        let [x, y] = [at[0] - f64::from(self.x), at[1] - f64::from(self.y)];
        x >= 0.0 && y >= 0.0 && x < f64::from(self.w) && y < f64::from(self.h)
    }
}

/// Where a whole picture lies, in physical pixels; it may reach beyond its pane.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Placed {
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
}

/// What the camera must know of a picture: the reference's, for all panes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Picture {
    /// Stored size in samples.
    pub width: u32,
    pub height: u32,
    /// Width over height of one sample.
    pub sample_aspect: (u32, u32),
    /// Degrees clockwise by which the stored picture is turned for showing: 0, 90, 180 or 270.
    pub rotation: u16,
}

impl Picture {
    pub fn new(width: u32, height: u32) -> Self {
        Self { width, height, sample_aspect: (1, 1), rotation: 0 }
    }

    /// Width and height in pixels at 100%: square pixels, turned. The aspect only ever enlarges, so no sample is lost.
    pub fn shown_size(&self) -> [f64; 2] {
        let aspect = f64::from(self.sample_aspect.0.max(1)) / f64::from(self.sample_aspect.1.max(1));
        let (w, h) = (f64::from(self.width.max(1)), f64::from(self.height.max(1)));
        let size = if aspect >= 1.0 { [w * aspect, h] } else { [w, h / aspect] };
        if self.rotation.is_multiple_of(180) { size } else { [size[1], size[0]] }
    }

    /// The stored sample under a point of the shown picture; both in fractions (0..1 of width and height).
    pub fn unturn(&self, shown: [f64; 2]) -> [f64; 2] {
        let [x, y] = shown;
        match self.rotation {
            90 => [y, 1.0 - x],
            180 => [1.0 - x, 1.0 - y],
            270 => [1.0 - y, x],
            _ => [x, y],
        }
    }

    /// The other way: where a point of the stored picture is shown.
    pub fn turn(&self, stored: [f64; 2]) -> [f64; 2] {
        let [u, v] = stored;
        match self.rotation {
            90 => [1.0 - v, u],
            180 => [1.0 - u, 1.0 - v],
            270 => [v, 1.0 - u],
            _ => [u, v],
        }
    }
}

/// How large the picture is shown.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub enum Zoom {
    /// As large as the pane allows, whole.
    #[default]
    Fit,
    /// Pixels a sample; 1 is 100%.
    Scale(f64),
}

/// Zoom and place.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Camera {
    pub zoom: Zoom,
    /// The point of the shown picture in the middle of every pane, in fractions of its width and height.
    pub center: [f64; 2],
}

impl Default for Camera {
    fn default() -> Self {
        Self { zoom: Zoom::Fit, center: [0.5, 0.5] }
    }
}

/// Smallest and largest scale that zooming reaches.
pub const SCALES: (f64, f64) = (1.0 / 32.0, 64.0);

/// A scale this near to 100% becomes 100%, so that nobody looks at a picture resampled by a hair.
const SNAP: f64 = 0.04;

impl Camera {
    /// Pixels a sample of the picture in a pane.
    pub fn scale(&self, pane: PxRect, picture: &Picture) -> f64 {
        let [w, h] = picture.shown_size();
        match self.zoom {
            Zoom::Fit => (f64::from(pane.w.max(1)) / w).min(f64::from(pane.h.max(1)) / h),
            Zoom::Scale(scale) => scale,
        }
    }

    /// Where the whole picture lies. The left top corner stands on a whole pixel, so 100% is exact; when fitted the
    /// right bottom one does too, so the picture has sharp edges.
    pub fn place(&self, pane: PxRect, picture: &Picture) -> Placed {
        let scale = self.scale(pane, picture);
        let [w, h] = picture.shown_size().map(|n| n * scale);
        let [cx, cy] = pane.center();
        let [ux, uy] = self.center_in(pane, [w, h]);
        let (x, y) = ((cx - ux * w).round(), (cy - uy * h).round());
        match self.zoom {
            Zoom::Fit => Placed { x, y, w: (cx + w / 2.0).round() - x, h: (cy + h / 2.0).round() - y },
            Zoom::Scale(_) => Placed { x, y, w, h },
        }
    }

    /// The centre in use: an axis on which the picture fits its pane is always centred.
    fn center_in(&self, pane: PxRect, size: [f64; 2]) -> [f64; 2] {
        let room = [f64::from(pane.w), f64::from(pane.h)];
        std::array::from_fn(|i| {
            if self.zoom == Zoom::Fit || size[i] <= room[i] { 0.5 } else { self.center[i].clamp(0.0, 1.0) }
        })
    }

    /// The point of the shown picture under a pixel position, in fractions; outside 0..1 beside the picture.
    pub fn under(&self, pane: PxRect, picture: &Picture, at: [f64; 2]) -> [f64; 2] {
        let placed = self.place(pane, picture);
        [(at[0] - placed.x) / placed.w, (at[1] - placed.y) / placed.h]
    }

    /// The stored sample (column, row) under a pixel position, if the picture is there.
    pub fn sample_under(&self, pane: PxRect, picture: &Picture, at: [f64; 2]) -> Option<(u32, u32)> {
        let shown = self.under(pane, picture, at);
        if !pane.contains(at) || shown.iter().any(|u| !(0.0..1.0).contains(u)) {
            return None;
        }
        let [u, v] = picture.unturn(shown);
        let index = |u: f64, n: u32| ((u * f64::from(n)).floor().max(0.0) as u32).min(n.saturating_sub(1));
        Some((index(u, picture.width), index(v, picture.height)))
    }

    /// Zooms by `factor`, keeping the point under the pixel position `at` where it is.
    pub fn zoom_at(&mut self, pane: PxRect, picture: &Picture, at: [f64; 2], factor: f64) {
        let old = self.scale(pane, picture);
        let mut new = (old * factor).clamp(SCALES.0, SCALES.1);
        let crosses = (old < 1.0 && new > 1.0) || (old > 1.0 && new < 1.0);
        if new != old && (crosses || (new - 1.0).abs() < SNAP) && (old - 1.0).abs() > 1e-9 {
            new = 1.0;
        }
        self.scale_at(pane, picture, at, new);
    }

    /// Sets the scale, keeping the point under the pixel position `at` where it is.
    pub fn scale_at(&mut self, pane: PxRect, picture: &Picture, at: [f64; 2], scale: f64) {
        let size = picture.shown_size();
        let old = self.scale(pane, picture);
        let used = self.center_in(pane, size.map(|n| n * old));
        let middle = pane.center();
        self.center = std::array::from_fn(|i| {
            let away = at[i] - middle[i];
            (used[i] + away / (size[i] * old) - away / (size[i] * scale)).clamp(0.0, 1.0)
        });
        self.zoom = Zoom::Scale(scale);
    }

    /// Sets the scale around the middle of the pane.
    pub fn scale_to(&mut self, pane: PxRect, picture: &Picture, scale: f64) {
        self.scale_at(pane, picture, pane.center(), scale);
    }

    /// Moves the picture by pixels.
    pub fn pan(&mut self, pane: PxRect, picture: &Picture, by: [f64; 2]) {
        let scale = self.scale(pane, picture);
        let size = picture.shown_size().map(|n| n * scale);
        let used = self.center_in(pane, size);
        self.center = std::array::from_fn(|i| (used[i] - by[i] / size[i]).clamp(0.0, 1.0));
    }

    /// The part of the shown picture that a pane lets see, in fractions of its width and height.
    pub fn visible(&self, pane: PxRect, picture: &Picture) -> [f64; 4] {
        let [x, y] = [f64::from(pane.x), f64::from(pane.y)];
        let [left, top] = self.under(pane, picture, [x, y]);
        let [right, bottom] = self.under(pane, picture, [x + f64::from(pane.w), y + f64::from(pane.h)]);
        [left, top, right, bottom].map(|u| u.clamp(0.0, 1.0))
    }
}
