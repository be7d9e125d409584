//! The search for the attack that gains most VMAF at a given loss of PSNR.
//!
//! Every direction in which a picture can be pushed (an axis: sharpening over three neighbourhoods, contrast, gamma both
//! ways, equalisation, CLAHE, the encoder's sharpening) is followed alone, by bisection, to the strength at which PSNR
//! has fallen by what is allowed. From the best of them on, every other axis is mixed in by a share, the whole is scaled
//! back to the same loss, and kept if VMAF is higher; with smaller shares again until nothing is gained.

use crate::frame::SourceError;

use super::{Attack, Side};

/// A direction: the slider that moves, how far at most, and what else is set.
struct Axis {
    id: &'static str,
    from: f64,
    to: f64,
    sigma: Option<f64>,
}

const fn axis(id: &'static str, from: f64, to: f64) -> Axis {
    Axis { id, from, to, sigma: None }
}

static AXES: [Axis; 9] = [
    Axis { sigma: Some(0.0), ..axis("unsharp", 0.0, 2.0) },
    Axis { sigma: Some(1.5), ..axis("unsharp", 0.0, 2.0) },
    Axis { sigma: Some(3.0), ..axis("unsharp", 0.0, 2.0) },
    axis("contrast", 1.0, 1.4),
    axis("gamma", 1.0, 0.7),
    axis("gamma", 1.0, 1.4),
    axis("equalise", 0.0, 1.0),
    axis("clahe", 0.0, 4.0),
    axis("tunevmaf", 0.0, 1.5),
];

/// Bisections alone and together, and the shares that are tried.
const ALONE: usize = 6;
const TOGETHER: usize = 5;
const SHARES: [f64; 3] = [0.5, 0.25, 0.1];

/// The most that is tried: what progress is told of.
const MOST: usize = AXES.len() * (ALONE + 1) + SHARES.len() * AXES.len() * TOGETHER;

/// How far along each axis, 0 to 1.
type Way = [f64; AXES.len()];

/// One attack and what it came to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Tried {
    pub attack: Attack,
    /// Unclipped VMAF and PSNR of luma, means of the frames tried on.
    pub vmaf: f64,
    pub psnr: f64,
}

/// Gives VMAF and PSNR of an attack.
pub(super) type Try<'a> = &'a mut dyn FnMut(&Attack) -> Result<(f64, f64), SourceError>;

/// Hears the share done (0..1), how many were tried, and the best so far.
pub(super) type Tell<'a> = &'a mut dyn FnMut(f32, usize, &Tried);

/// The best attack that loses at most `loss` dB of PSNR against the plain picture; the plain one where nothing gains.
///
/// # Errors
/// Those of `attempt`.
pub(super) fn hunt(loss: f64, side: Side, attempt: Try<'_>, tell: Tell<'_>) -> Result<Tried, SourceError> {
    let idle = Attack { side, ..Attack::default() };
    let (vmaf, psnr) = attempt(&idle)?;
    let best = Tried { attack: idle, vmaf, psnr };
    tell(0.0, 0, &best);
    let mut search = Search { least: psnr - loss, side, attempt, tell, tried: 0, best, way: [0.0; AXES.len()] };
    let mut alone = [(0.0, f64::NEG_INFINITY); AXES.len()];
    for (place, found) in alone.iter_mut().enumerate() {
        let mut way = [0.0; AXES.len()];
        way[place] = 1.0;
        *found = search.farthest(&way, (0.0, 1.0), ALONE, true)?;
    }
    let mut order: Vec<usize> = (0..AXES.len()).filter(|place| alone[*place].0 > 0.0).collect();
    order.sort_by(|a, b| alone[*b].1.total_cmp(&alone[*a].1));
    for share in SHARES {
        for &place in &order {
            let from = search.way;
            let mut way = from.map(|t| t * (1.0 - share));
            way[place] += share * alone[place].0;
            // One neighbourhood at a time: the larger wish decides.
            exclusive(&mut way, place, &from);
            search.farthest(&way, (0.6, 1.5), TOGETHER, false)?;
        }
    }
    Ok(search.best)
}

/// Leaves one axis of those that set the same slider: the one just wished for takes over the strength of the one that
/// stood there, so that another neighbourhood is tried in the old one's stead.
fn exclusive(way: &mut Way, place: usize, from: &Way) {
    let id = AXES[place].id;
    let rival = (0..AXES.len()).find(|i| *i != place && AXES[*i].id == id && from[*i] > 0.0);
    if let Some(rival) = rival {
        way[place] += way[rival];
        way[rival] = 0.0;
    }
}

struct Search<'a> {
    least: f64,
    side: Side,
    attempt: Try<'a>,
    tell: Tell<'a>,
    tried: usize,
    best: Tried,
    way: Way,
}

impl Search<'_> {
    /// Goes along `way`, from `low` times it to `high` times it, to where PSNR is at its least. Gives the farthest factor
    /// allowed (0 where none is) and the best VMAF on the way. `whole`: the end may be all right, so it is tried first.
    fn farthest(
        &mut self,
        way: &Way,
        (mut low, mut high): (f64, f64),
        steps: usize,
        whole: bool,
    ) -> Result<(f64, f64), SourceError> {
        let mut most = f64::NEG_INFINITY;
        let mut allowed = 0.0;
        for step in 0..=steps {
            if !whole && step == steps {
                break;
            }
            let at = if whole && step == 0 { high } else { 0.5 * (low + high) };
            let tried = self.attempt(way, at)?;
            if tried.psnr >= self.least {
                (low, allowed) = (at, at);
                most = most.max(tried.vmaf);
                if whole && step == 0 {
                    break;
                }
            } else {
                high = at;
            }
        }
        Ok((allowed, most))
    }

    fn attempt(&mut self, way: &Way, factor: f64) -> Result<Tried, SourceError> {
        let way = way.map(|t| (t * factor).clamp(0.0, 1.0));
        let attack = attack_of(&way, self.side);
        let (vmaf, psnr) = (self.attempt)(&attack)?;
        let tried = Tried { attack, vmaf, psnr };
        self.tried += 1;
        if psnr >= self.least && vmaf > self.best.vmaf {
            (self.best, self.way) = (tried, way);
        }
        (self.tell)((self.tried as f32 / MOST as f32).min(1.0), self.tried, &self.best);
        Ok(tried)
    }
}

/// The sliders for a way. Sliders that two axes move (gamma) get both.
fn attack_of(way: &Way, side: Side) -> Attack {
    let mut attack = Attack { side, ..Attack::default() };
    for (axis, t) in AXES.iter().zip(way).filter(|(_, t)| **t > 0.0) {
        attack = attack.with(axis.id, attack.of(axis.id) + (axis.to - axis.from) * t);
        if let Some(sigma) = axis.sigma {
            attack = attack.with("sigma", sigma);
        }
    }
    attack
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A world in which contrast gains most a dB, sharpening something, and gamma nothing.
    fn world(attack: &Attack) -> (f64, f64) {
        let (contrast, unsharp) = (attack.of("contrast") - 1.0, attack.of("unsharp"));
        let gamma = (attack.of("gamma") - 1.0).abs();
        let rest = attack.of("equalise") + attack.of("clahe") + attack.of("tunevmaf");
        let vmaf = 80.0 + 100.0 * contrast + 4.0 * unsharp.sqrt();
        (vmaf, 40.0 - 20.0 * contrast - unsharp - 30.0 * gamma - 10.0 * rest)
    }

    #[test]
    fn the_best_mix_is_found_within_the_loss() {
        let (mut shares, mut best) = (Vec::new(), f64::NEG_INFINITY);
        let mut tell = |share, _, found: &Tried| {
            shares.push(share);
            assert!(found.vmaf >= best, "the best never gets worse");
            best = found.vmaf;
        };
        let found = hunt(1.0, Side::After, &mut |attack| Ok(world(attack)), &mut tell).unwrap();
        assert!(found.psnr >= 39.0 - 1e-9, "{found:?}");
        // Alone, contrast gains 5 and sharpening 4; the optimum is near a fifth of the loss for sharpening: 5.8.
        assert!(found.vmaf > 85.5, "{found:?}");
        assert!(found.attack.of("contrast") > 1.02 && found.attack.of("unsharp") > 0.0, "{found:?}");
        assert_eq!(found.attack.of("gamma"), 1.0, "{found:?}");
        // And one before the first.
        assert!(shares.is_sorted() && shares.len() <= MOST + 1, "{}", shares.len());
    }

    #[test]
    fn nothing_is_done_where_nothing_gains() {
        let idle = |attack: &Attack| if attack.is_idle() { (90.0, 40.0) } else { (80.0, 39.5) };
        let found = hunt(1.0, Side::After, &mut |attack| Ok(idle(attack)), &mut |_, _, _| {}).unwrap();
        assert!(found.attack.is_idle() && found.vmaf == 90.0);
    }

    #[test]
    fn it_ends_where_the_trying_ends() {
        let mut left = 10;
        let mut attempt = |attack: &Attack| {
            left -= 1;
            if left == 0 { Err(SourceError::Stopped) } else { Ok(world(attack)) }
        };
        assert_eq!(hunt(1.0, Side::After, &mut attempt, &mut |_, _, _| {}), Err(SourceError::Stopped));
    }
}
