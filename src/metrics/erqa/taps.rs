//! Weights of the bicubic enlargement (C = 0.6, B = 0) that FFmpeg's scaler takes for chroma, to the last bit: in
//! whole numbers, with its way of cutting, bordering and rounding (`libswscale/utils.c`, `initFilter`).

/// For each output sample the first input sample it is made of and the weights from there on.
pub struct Taps {
    pub first: Vec<usize>,
    /// `count` weights an output sample, one after the other; their sum is `one`.
    pub weights: Vec<i32>,
    pub count: usize,
}

/// One sample, and one unit of weight, in the scaler's fixed point.
const SAMPLE: i64 = 1 << 17;
const UNIT: i64 = 1 << 54;

/// Weights that enlarge `input` samples to `output`, both of one extent, in units of 1 / `one`.
pub fn taps(input: usize, output: usize, one: i64) -> Taps {
    if input == output {
        return Taps { first: (0..output).collect(), weights: vec![one as i32; output], count: 1 };
    }
    let (n_in, n_out) = (input as i64, output as i64);
    let step = ((n_in << 16) + (n_out >> 1)) / n_out;
    let width = 5.min(n_in - 2).max(1);
    // Centres of the first samples, in 1/2^17 of an input sample: both grids begin at the same border.
    let start = step - 0x10000;
    let mut rows: Vec<(i64, Vec<i64>)> = (0..n_out)
        .map(|i| {
            let centre = start + 2 * i * step;
            let first = (centre - (width - 2) * 0x10000) / SAMPLE;
            (first, (first..first + width).map(|at| cubic((at * SAMPLE - centre).abs() << 13)).collect())
        })
        .collect();
    let count = shorten(&mut rows);
    let mut taps = Taps { first: Vec::with_capacity(output), weights: Vec::with_capacity(output * count), count };
    for (first, weights) in &mut rows {
        weights.truncate(count);
        *first = keep_inside(*first, weights, n_in);
        taps.first.push(*first as usize);
        taps.weights.extend(rounded(weights, one));
    }
    taps
}

/// The cubic at `distance` in 1/2^30 of an input sample.
fn cubic(distance: i64) -> i64 {
    let d = distance;
    if d >= 1 << 31 {
        return 0;
    }
    let c = (0.6 * f64::from(1 << 24)) as i64;
    let square = (d * d) >> 30;
    let cube = (square * d) >> 30;
    if d < 1 << 30 {
        (12 * (1 << 24) - 6 * c) * cube + (-18 * (1 << 24) + 6 * c) * square + 6 * (1 << 24) * (1 << 30)
    } else {
        -6 * c * cube + 30 * c * square - 48 * c * d + 24 * c * (1 << 30)
    }
}

/// Drops weights at both ends that come to no more than 0.002 together; gives how many are left at most.
fn shorten(rows: &mut [(i64, Vec<i64>)]) -> usize {
    let least = 0.002 * UNIT as f64;
    let mut longest = 1;
    for i in (0..rows.len()).rev() {
        let next = rows.get(i + 1).map(|row| row.0);
        let (first, weights) = &mut rows[i];
        let mut cut = 0;
        for _ in 0..weights.len() {
            cut += weights[0].abs();
            if cut as f64 > least || next.is_some_and(|next| *first >= next) {
                break;
            }
            weights.rotate_left(1);
            if let Some(last) = weights.last_mut() {
                *last = 0;
            }
            *first += 1;
        }
        let mut cut = 0;
        let small = weights[1..].iter().rev().take_while(|weight| {
            cut += weight.abs();
            cut as f64 <= least
        });
        longest = longest.max(weights.len() - small.count());
    }
    longest
}

/// Moves weights that fall outside of `input` samples onto the border's; gives the first sample then.
fn keep_inside(first: i64, weights: &mut [i64], input: i64) -> i64 {
    let mut first = first;
    if first < 0 {
        for k in 1..weights.len() {
            let to = (k as i64 + first).max(0) as usize;
            weights[to] += std::mem::take(&mut weights[k]);
        }
        first = 0;
    }
    let count = weights.len() as i64;
    if first + count > input {
        let shift = first + (count - input).min(0);
        let beyond = (input - first).max(0) as usize;
        let over: i64 = weights[beyond..].iter_mut().map(std::mem::take).sum();
        for k in (0..count).rev() {
            weights[k as usize] = if k < shift { 0 } else { weights[(k - shift) as usize] };
        }
        first -= shift;
        weights[(input - 1 - first) as usize] += over;
    }
    first
}

/// Weights that sum to `one`; what rounding takes from one the next gets.
fn rounded(weights: &[i64], one: i64) -> impl Iterator<Item = i32> {
    let sum: i64 = weights.iter().sum();
    let unit = ((sum + one / 2) / one).max(1);
    let mut carried = 0;
    weights.iter().map(move |weight| {
        let value = weight + carried;
        let half = unit >> 1;
        let whole = if value >= 0 { (value + half) / unit } else { -((-value + half) / unit) };
        carried = value - whole * unit;
        whole as i32
    })
}
