//! How a picture is cut into tiles so that no seam shows.
//!
//! ```text
//!      start 0                       start 1
//!      |<---------- length --------->|
//!      |            |<-------- length ------------>|
//!      [============|====:====|====================]     one axis of the picture
//!                        cut        each side of the cut keeps `reach` samples or more
//! ```
//!
//! Every tile has the same size, so the runtime plans its memory once. A tile reads its core and at least `reach`
//! samples around it, but nothing beyond the picture: at the picture's border the model meets the border, as it would
//! without tiles. Where the reach holds all that an output sample depends on, tiled equals untiled.

use crate::frame::Region;

/// Tiles begin at multiples of this. Models that fold 2x2..16x16 samples into one, or look through windows of 8 or 16,
/// then see the same phase in a tile as in the whole.
const PHASE: u32 = 16;

/// A cut of one axis.
#[derive(Clone, Debug, PartialEq)]
struct Axis {
    /// Samples a tile reads.
    length: u32,
    /// Where each tile begins.
    starts: Vec<u32>,
    /// Borders of the cores; one more than tiles.
    cuts: Vec<u32>,
}

impl Axis {
    /// Cuts `size` samples into tiles of about `aim` samples (`exact`: of just so many).
    fn new(size: u32, aim: u32, reach: u32, phase: u32, exact: bool) -> Self {
        if size <= aim {
            return Self { length: size, starts: vec![0], cuts: vec![0, size] };
        }
        let (length, step) = if exact {
            (aim, aim.saturating_sub(2 * reach).max(1))
        } else {
            let count = (size - (2 * reach).min(size)).div_ceil(aim.saturating_sub(2 * reach).max(phase)).max(2);
            let step = (size.saturating_sub(2 * reach)).div_ceil(count).next_multiple_of(phase);
            // The last tile ends with the picture and must begin in phase, so the length follows the size's phase.
            let least = (step + 2 * reach).max(size.saturating_sub((count - 1) * step));
            (least + (size + phase - least % phase) % phase, step)
        };
        if length >= size {
            return Self { length: size, starts: vec![0], cuts: vec![0, size] };
        }
        let last = size - length;
        let mut starts: Vec<u32> = (0..last.div_ceil(step)).map(|i| i * step).collect();
        starts.push(last);
        let mut cuts = vec![0];
        cuts.extend(starts.windows(2).map(|pair| (pair[1] + pair[0] + length) / 2));
        cuts.push(size);
        Self { length, starts, cuts }
    }
}

/// One tile, in samples of the input picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tile {
    /// Left top of what the model reads.
    pub at: (u32, u32),
    /// Left top of the part of its output that is kept.
    pub core_at: (u32, u32),
    /// Width and height of that part.
    pub core: (u32, u32),
}

/// All tiles of a picture.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan {
    /// Width and height of the picture.
    pub picture: (u32, u32),
    /// Width and height that every tile reads; past the picture's right and bottom its last samples are repeated.
    pub tile: (u32, u32),
    pub tiles: Vec<Tile>,
}

/// What a model asks of its tiles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Grid {
    /// Any size that is a multiple of this number, of about so many samples a side.
    Free { multiple: u32, aim: u32 },
    /// This width and height alone.
    Fixed(u32, u32),
}

impl Plan {
    /// Cuts a picture of `width` x `height`. `reach`: samples around a core that its output depends on.
    pub fn new(width: u32, height: u32, grid: Grid, reach: u32) -> Self {
        let (x, y) = match grid {
            Grid::Free { multiple, aim } => {
                let multiple = multiple.max(1);
                let phase = lcm(multiple, PHASE);
                let aim = aim.max(phase + 2 * reach);
                let axis = |size: u32| Axis::new(size.next_multiple_of(multiple), aim, reach, phase, false);
                (axis(width), axis(height))
            }
            Grid::Fixed(w, h) => {
                // A reach that leaves no core is cut down: better a faint seam than no picture.
                let axis = |size: u32, side: u32| Axis::new(size.max(side), side, reach.min(side / 4), 1, true);
                (axis(width, w), axis(height, h))
            }
        };
        let tiles = (0..y.starts.len())
            .flat_map(|j| (0..x.starts.len()).map(move |i| (i, j)))
            .map(|(i, j)| {
                let right = x.cuts[i + 1].min(width);
                let bottom = y.cuts[j + 1].min(height);
                let core = (right.saturating_sub(x.cuts[i]), bottom.saturating_sub(y.cuts[j]));
                Tile { at: (x.starts[i], y.starts[j]), core_at: (x.cuts[i], y.cuts[j]), core }
            })
            .filter(|tile| tile.core.0 > 0 && tile.core.1 > 0)
            .collect();
        Self { picture: (width, height), tile: (x.length, y.length), tiles }
    }

    /// Numbers of the tiles in the order of their making: those that `focus` touches first, each group from the
    /// centre of `focus` outward.
    pub fn order(&self, focus: Region) -> Vec<usize> {
        let (w, h) = (self.picture.0 as f32, self.picture.1 as f32);
        let (left, right) = (focus.left * w, focus.right * w);
        let (top, bottom) = (focus.top * h, focus.bottom * h);
        let (cx, cy) = ((left + right) / 2.0, (top + bottom) / 2.0);
        let key = |tile: &Tile| {
            let (x, y) = (tile.core_at.0 as f32, tile.core_at.1 as f32);
            let (w, h) = (tile.core.0 as f32, tile.core.1 as f32);
            let seen = x < right && x + w > left && y < bottom && y + h > top;
            let (dx, dy) = (x + w / 2.0 - cx, y + h / 2.0 - cy);
            (!seen, dx * dx + dy * dy)
        };
        let mut order: Vec<usize> = (0..self.tiles.len()).collect();
        order.sort_by(|&a, &b| {
            let (a, b) = (key(&self.tiles[a]), key(&self.tiles[b]));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
        });
        order
    }
}

fn lcm(a: u32, b: u32) -> u32 {
    let gcd = |mut a: u32, mut b: u32| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    a / gcd(a, b) * b
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What every plan must hold, whatever the sizes.
    fn check(plan: &Plan, reach: u32, multiple: u32) {
        let (w, h) = plan.picture;
        let padded = (plan.tile.0.max(w.next_multiple_of(multiple)), plan.tile.1.max(h.next_multiple_of(multiple)));
        let mut covered = vec![0_u8; (w * h) as usize];
        for tile in &plan.tiles {
            for y in tile.core_at.1..tile.core_at.1 + tile.core.1 {
                for x in tile.core_at.0..tile.core_at.0 + tile.core.0 {
                    covered[(y * w + x) as usize] += 1;
                }
            }
            let sides = [
                (tile.at.0, tile.core_at.0, tile.core.0, plan.tile.0, padded.0),
                (tile.at.1, tile.core_at.1, tile.core.1, plan.tile.1, padded.1),
            ];
            for (at, core_at, core, length, size) in sides {
                assert!(at + length <= size, "{plan:?} reads past the picture");
                assert!(length.is_multiple_of(multiple) && at.is_multiple_of(multiple), "{plan:?} is out of phase");
                assert!(at == 0 || core_at - at >= reach, "{plan:?}: too little before the core");
                assert!(at + length == size || at + length - core_at - core >= reach, "{plan:?}: too little after it");
            }
        }
        assert!(covered.iter().all(|&n| n == 1), "{plan:?}: a sample is made twice or never");
    }

    #[test]
    fn every_sample_once_with_its_reach() {
        for (w, h) in [(1, 1), (95, 127), (640, 360), (641, 359), (257, 1000), (1280, 720)] {
            for reach in [0, 3, 10, 24, 64] {
                for aim in [1, 64, 100, 256] {
                    for multiple in [1, 2, 8, 24] {
                        check(&Plan::new(w, h, Grid::Free { multiple, aim }, reach), reach, multiple);
                    }
                }
            }
        }
    }

    #[test]
    fn fixed_tiles_keep_their_size() {
        for (w, h) in [(20, 300), (64, 48), (65, 48), (200, 150), (95, 127)] {
            let plan = Plan::new(w, h, Grid::Fixed(64, 48), 9);
            assert_eq!(plan.tile, (64, 48));
            check(&plan, 9, 1);
        }
    }

    #[test]
    fn tiles_begin_in_phase() {
        let plan = Plan::new(1919, 1079, Grid::Free { multiple: 1, aim: 256 }, 10);
        assert!(plan.tiles.iter().all(|t| t.at.0 % PHASE == 0 && t.at.1 % PHASE == 0));
        assert!(plan.tile.0 <= 256 + 2 * PHASE, "{:?}", plan.tile);
    }

    #[test]
    fn what_is_seen_comes_first() {
        let plan = Plan::new(1024, 1024, Grid::Free { multiple: 1, aim: 192 }, 10);
        let focus = Region { left: 0.7, top: 0.1, right: 0.9, bottom: 0.3 };
        let order = plan.order(focus);
        let seen = |i: usize| {
            let (t, (w, h)) = (plan.tiles[i], (1024.0, 1024.0));
            let (x, y) = (t.core_at.0 as f32 / w, t.core_at.1 as f32 / h);
            let (cw, ch) = (t.core.0 as f32 / w, t.core.1 as f32 / h);
            x < focus.right && x + cw > focus.left && y < focus.bottom && y + ch > focus.top
        };
        let first_unseen = order.iter().position(|&i| !seen(i)).unwrap();
        assert!(first_unseen > 0 && order[first_unseen..].iter().all(|&i| !seen(i)));
        let t = plan.tiles[order[0]];
        let (cx, cy) = (0.8 * 1024.0, 0.2 * 1024.0);
        assert!((t.core_at.0 as f32) <= cx && cx <= (t.core_at.0 + t.core.0) as f32);
        assert!((t.core_at.1 as f32) <= cy && cy <= (t.core_at.1 + t.core.1) as f32);
        let mut all = order.clone();
        all.sort_unstable();
        assert_eq!(all, (0..plan.tiles.len()).collect::<Vec<_>>());
    }
}
