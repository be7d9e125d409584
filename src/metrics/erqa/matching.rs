//! Which edges of the reference the candidate kept, which it lost and which it invented (ERQA, `match_edges`): a
//! candidate's edge is true where the reference has one there or at one of the eight neighbours, wrapping round at
//! the borders. In version 1.1 an edge of the reference serves one edge only, so that widened edges cost.

use super::canny::Edges;

/// Edges by their fate. The three sets have no pixel in common; lost ones stand where the reference has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    pub kept: Edges,
    pub lost: Edges,
    pub invented: Edges,
}

/// How many of each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counts {
    pub kept: u64,
    pub lost: u64,
    pub invented: u64,
}

impl Counts {
    /// F1, the harmonic mean of precision and recall, 0..1; 0 when nothing was kept (also in a picture that has no
    /// edge at all, as the reference tool has it). In its very order of arithmetic.
    pub fn f1(&self) -> f64 {
        if self.kept == 0 {
            return 0.0;
        }
        let kept = self.kept as f64;
        let precision = kept / (self.kept + self.invented) as f64;
        let recall = kept / (self.kept + self.lost) as f64;
        2.0 * precision * recall / (precision + recall)
    }
}

impl Counts {
    /// Of the candidate's edges those that the reference does not have, 0..1; 0 where there are none.
    pub fn share_invented(&self) -> f64 {
        share(self.invented, self.kept)
    }

    /// Of the reference's edges those that the candidate does not have, 0..1; 0 where there are none.
    pub fn share_lost(&self) -> f64 {
        share(self.lost, self.kept)
    }
}

fn share(part: u64, kept: u64) -> f64 {
    if part > 0 { part as f64 / (part + kept) as f64 } else { 0.0 }
}

impl Matched {
    pub fn counts(&self) -> Counts {
        let count = |edges: &Edges| edges.data.chunks(255).map(|part| u64::from(part.iter().sum::<u8>())).sum();
        Counts { kept: count(&self.kept), lost: count(&self.lost), invented: count(&self.invented) }
    }
}

/// The order in which neighbours are asked: the place itself first.
const NEAR: [isize; 3] = [0, -1, 1];

/// Matches `candidate` against `reference`, of one size. With `once`, as version 1.1 does, an edge of the reference
/// that served is used up; without, as 1.0 does, it may serve again.
pub fn match_edges(reference: &Edges, candidate: &Edges, once: bool) -> Matched {
    let (width, height) = (candidate.width, candidate.height);
    let mut kept = Edges { data: vec![0; candidate.data.len()], ..*candidate };
    let mut free = reference.clone();
    for down in NEAR {
        for across in NEAR {
            for y in 0..height {
                // The pixel of the reference that stands `down` below is the one that `down` above holds: rolled.
                let other = (y as isize - down).rem_euclid(height as isize) as usize;
                let here = y * width..(y + 1) * width;
                let there = other * width..(other + 1) * width;
                match_row(&candidate.data[here.clone()], &mut kept.data[here], &mut free.data[there], across, once);
            }
        }
    }
    let mut invented = candidate.clone();
    for (invented, &kept) in invented.data.iter_mut().zip(&kept.data) {
        *invented &= !kept;
    }
    if !once {
        free.data.iter_mut().zip(&kept.data).for_each(|(free, &kept)| *free &= !kept);
    }
    Matched { kept, lost: free, invented }
}

/// One row of edges against a row of free edges that lie `across` to the left.
fn match_row(edges: &[u8], kept: &mut [u8], free: &mut [u8], across: isize, once: bool) {
    let n = edges.len();
    match across {
        0 => match_slices(edges, kept, free, once),
        -1 => {
            match_slices(&edges[..n - 1], &mut kept[..n - 1], &mut free[1..], once);
            match_slices(&edges[n - 1..], &mut kept[n - 1..], &mut free[..1], once);
        }
        _ => {
            match_slices(&edges[1..], &mut kept[1..], &mut free[..n - 1], once);
            match_slices(&edges[..1], &mut kept[..1], &mut free[n - 1..], once);
        }
    }
}

#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn match_slices(edges: &[u8], kept: &mut [u8], free: &mut [u8], once: bool) {
    let used = if once { 1 } else { 0 };
    for ((&edge, kept), free) in edges.iter().zip(kept).zip(free) {
        let hit = edge & *free & !*kept;
        *kept |= hit;
        *free &= !(hit & used);
    }
}
