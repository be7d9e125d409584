//! The picture itself: an optician's in an evening street, drawn from formulas.
//!
//! Every frame is a pure function of its number. What keeps still is painted once into layers of more than the
//! picture's resolution; each frame shows them to the moving camera and paints what moves on top, two samples a
//! pixel in both directions, in linear light; [`finish`] halves that and develops it. The clip is a loop: frame 0
//! follows the last one.

mod brick;
mod canvas;
mod fabric;
mod finish;
mod foliage;
mod math;
mod noise;
mod path;
mod print;
mod rider;
mod shop;
mod sky;
mod street;
mod wheel;
mod window;
mod wires;

use rayon::prelude::*;

use crate::frame::Image;

use canvas::{Canvas, Texel, View};
use finish::Layer;
use math::{smooth, wave};

/// Grows whenever a frame would come out different: caches are kept by it.
pub const VERSION: u32 = 1;

/// Samples a pixel in each direction before the last halving.
const FINE: u32 = 2;
/// Rows of fine samples painted by one job.
const BAND: usize = 32;
/// Distance the bicycle travels in one loop: five and a quarter turns of its wheels, two of the pedals.
const TRAVEL: f32 = 5.25 * std::f32::consts::TAU * wheel::RADIUS;
/// Where its wheels stand.
const LANE: f32 = 692.0;

/// The scene at one picture size, with the layers that keep still.
pub struct Scene {
    width: u32,
    height: u32,
    frames: usize,
    front: Layer,
    town: Layer,
    clouds: Layer,
    tree: foliage::Tree,
    dapple: foliage::Dapple,
}

/// What the camera does in one frame.
#[derive(Clone, Copy)]
struct Shot {
    /// 0..1 over the loop.
    t: f32,
    zoom: f32,
    center: (f32, f32),
}

impl Scene {
    /// The scene as the demo shows it: 1280x720, 96 frames a loop.
    pub fn new() -> Self {
        Self::sized(1280, 720, 96)
    }

    /// The same scene at another size (16:9 shows all of it) and with another number of frames a loop.
    pub fn sized(width: u32, height: u32, frames: usize) -> Self {
        let density = width as f32 / 1280.0 * 2.2;
        Self {
            width,
            height,
            frames: frames.max(1),
            front: layer([-30.0, -30.0, 1340.0, 760.0], density, |canvas| {
                house(canvas);
            }),
            town: layer([-40.0, 360.0, 440.0, 660.0], density, sky::town),
            clouds: layer([-160.0, -90.0, 1420.0, 580.0], density * 0.4, sky::clouds),
            tree: foliage::Tree::new(),
            dapple: foliage::Dapple::new(),
        }
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Number of frames in the loop.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Frame `n` (taken modulo the loop) as R'G'B' in 0..1.
    pub fn frame(&self, n: usize) -> Image {
        let n = n % self.frames;
        let shot = Shot::at(n as f32 / self.frames as f32);
        let (wide, tall) = ((self.width * FINE) as usize, (self.height * FINE) as usize);
        let view = shot.view(1.0, self.width * FINE);
        let posed = self.tree.pose(shot.t);
        let mut fine: Vec<Texel> = vec![[0.0; 4]; wide * tall];
        fine.par_chunks_mut(wide * BAND).enumerate().for_each(|(band, texels)| {
            let mut canvas = Canvas { texels, width: wide, top: band * BAND, view };
            self.paint(&mut canvas, shot, &posed);
            for texel in canvas.texels {
                *texel = texel.map(finish::tone);
            }
        });
        self.develop(&fine, n as u32)
    }

    /// Everything, back to front, for one band.
    fn paint(&self, canvas: &mut Canvas<'_>, shot: Shot, posed: &[foliage::Posed]) {
        let view = canvas.view;
        let far = shot.view(0.25, canvas.width as u32);
        canvas.view = far;
        // Only where the house and the street leave it open.
        let open = |x: f32, y: f32| {
            let at = |v: f32, near: f32, depth: f32| depth + (v - near) * view.scale / far.scale;
            (at(x, view.x, far.x), at(y, view.y, far.y))
        };
        let (corner, foot) = (open(brick::LEFT + 2.0, brick::TOP + 2.0), open(0.0, brick::FOOT + 2.0).1);
        let sky = |x: f32, y: f32| canvas::solid(sky::clear(x, y), 1.0);
        canvas.paint([-1000.0, -1000.0, 3000.0, corner.1], sky);
        canvas.paint([-1000.0, corner.1, corner.0, foot], sky);
        canvas.view = View { x: far.x + 9.0 * wave(shot.t), ..far };
        self.clouds.show(canvas, |_, _, texel| texel);
        canvas.view = shot.view(0.5, canvas.width as u32);
        self.town.show(canvas, |_, _, texel| texel);
        canvas.view = view;
        wires::wires(canvas, shot.t);
        wires::birds(canvas, shot.t);
        let wind = foliage::Dapple::wind(shot.t);
        self.front.show(canvas, |x, y, texel| {
            // Nothing falls on the wall of a room behind glass, nor on what stands clear of the house.
            let [l, t, r, b] = window::GLASS;
            if (x < brick::LEFT - 20.0 && y < brick::FOOT) || (x > l && x < r && y > t && y < b) {
                return texel;
            }
            let sun = self.dapple.light(x, y, wind);
            [texel[0] * (0.28 + 0.72 * sun), texel[1] * (0.34 + 0.66 * sun), texel[2] * (0.46 + 0.54 * sun), texel[3]]
        });
        fabric::awning(canvas, shot.t);
        self.tree.wood(canvas, shot.t);
        foliage::trunk(canvas);
        foliage::leaves(canvas, posed);
        self.ride(canvas, shot);
    }

    /// The cyclist, blurred by a tenth of a frame's time.
    fn ride(&self, canvas: &mut Canvas<'_>, shot: Shot) {
        const MOMENTS: usize = 3;
        let open = 0.10 / self.frames as f32;
        let place = |t: f32| {
            let gone = t * TRAVEL;
            (math::wrap(gone + 470.0, TRAVEL) - 170.0, gone / wheel::RADIUS)
        };
        let (x, _) = place(shot.t);
        canvas.paint([x - 150.0, LANE - 9.0, x + 190.0, LANE + 13.0], |px, py| {
            let d = ((px - x - 26.0) / 128.0).hypot((py - LANE - 1.0) / 7.0);
            canvas::solid(math::hex(0x120b0a), 0.62 * smooth(1.1, 0.2, d))
        });
        finish::shutter(canvas, [x - 175.0, LANE - 272.0, x + 150.0, LANE + 4.0], MOMENTS, |canvas, moment| {
            let t = shot.t + open * (moment as f32 / MOMENTS as f32 - 0.33);
            let (_, turn) = place(t);
            let at = x + (t - shot.t) * TRAVEL;
            rider::cyclist(canvas, (at, LANE), turn, t);
        });
    }

    /// Halves the fine samples and makes R'G'B' of them.
    fn develop(&self, fine: &[Texel], n: u32) -> Image {
        let (w, h) = (self.width as usize, self.height as usize);
        let (wide, tall) = (w * FINE as usize, h * FINE as usize);
        let mut image = Image::new(self.width, self.height);
        let [red, green, blue] = image.channels_mut();
        red.par_chunks_mut(w).zip(green.par_chunks_mut(w)).zip(blue.par_chunks_mut(w)).enumerate().for_each(
            |(y, ((red, green), blue))| {
                let mut row = vec![[0.0; 3]; w];
                finish::halve(|k| k.clamp(0, tall as isize - 1) as usize, fine, wide, y, &mut row);
                for (x, light) in row.into_iter().enumerate() {
                    let rgb = finish::develop(light, x as u32, y as u32, (self.width, self.height), n);
                    (red[x], green[x], blue[x]) = (rgb[0], rgb[1], rgb[2]);
                }
            },
        );
        image
    }
}

impl Default for Scene {
    fn default() -> Self {
        Self::new()
    }
}

impl Shot {
    /// The camera breathes in and wanders in a slow circle, and is back where it began after the loop.
    fn at(t: f32) -> Self {
        Self { t, zoom: 1.028 + 0.024 * wave(t - 0.25), center: (672.0 + 11.0 * wave(t), 366.0 - 5.0 * wave(t + 0.25)) }
    }

    /// What a layer at `depth` (1 near, 0 at infinity) shows on a picture `width` samples wide.
    fn view(self, depth: f32, width: u32) -> View {
        let zoom = 1.0 + (self.zoom - 1.0) * depth;
        let span = 1280.0 / zoom;
        let center = (640.0 + (self.center.0 - 640.0) * depth, 360.0 + (self.center.1 - 360.0) * depth);
        View { scale: width as f32 / span, x: center.0 - span * 0.5, y: center.1 - span * 0.28125 }
    }
}

/// Paints a layer over `area` (left, top, right, bottom) with `density` samples a unit.
fn layer(area: [f32; 4], density: f32, draw: impl Fn(&mut Canvas<'_>) + Sync) -> Layer {
    let (width, height) = (((area[2] - area[0]) * density) as usize, ((area[3] - area[1]) * density) as usize);
    let view = View { scale: density, x: area[0], y: area[1] };
    let mut texels = vec![[0.0; 4]; width * height];
    texels.par_chunks_mut(width * BAND).enumerate().for_each(|(band, texels)| {
        draw(&mut Canvas { texels, width, top: band * BAND, view });
    });
    Layer { texels, width, height, view }
}

/// The house front, the street and what stands on it.
fn house(canvas: &mut Canvas<'_>) {
    wires::pole(canvas);
    wires::aerial(canvas, (1010.0, brick::TOP + 2.0));
    street::ground(canvas, |x, _| 0.72 + 0.28 * smooth(1300.0, 300.0, x));
    brick::house(canvas, shadow);
    shop::shop(canvas);
    shop::chalk_board(canvas, (398.0, 540.0));
}

/// Share of the sun (0..1) that reaches the wall past cornice, sign and awning.
fn shadow(x: f32, y: f32) -> f32 {
    let cornice = smooth(brick::TOP + 40.0, brick::TOP + 62.0, y + 0.02 * x);
    let sign = if y > 200.0 && x > 1086.0 { smooth(1098.0, 1118.0, x - 0.25 * (y - 164.0)) } else { 1.0 };
    (0.30 + 0.70 * cornice) * (0.4 + 0.6 * sign) * (0.70 + 0.30 * smooth(1350.0, 400.0, x))
}
