// Local moments of a scale and the gain they give; see gain.wgsl, whose numbers these are.

struct Numbers {
    width: u32,
    height: u32,
    taps: u32,
    shift: u32,
    filter_a: vec4<u32>,
    filter_b: vec4<u32>,
    filter_c: vec4<u32>,
}

@group(0) @binding(0) var<storage, read> reference: array<u32>;
@group(0) @binding(1) var<uniform> numbers: Numbers;
@group(0) @binding(2) var<storage, read> candidate: array<u32>;
// Down the columns: means of 16 bits in the halves of one word, then E[r^2], E[d^2], E[rd].
@group(0) @binding(3) var<storage, read_write> columns: array<vec4<u32>>;
@group(0) @binding(4) var<storage, read_write> gains: array<f32>;

// Variance of the visual noise, 2 squared codes, and where a place begins to count and counts in full, in bits.
const NOISE = 131072u;
const FAINT = 2.0;
const FULL = 4.5;
const MOST_STOPS = 3.0;

fn tap(k: u32) -> u32 {
    let which = k / 4u;
    if which == 0u {
        return numbers.filter_a[k % 4u];
    }
    if which == 1u {
        return numbers.filter_b[k % 4u];
    }
    return numbers.filter_c[k % 4u];
}

fn mirror(i: i32, count: u32) -> u32 {
    let last = i32(count) - 1;
    var at = abs(i);
    if at > last {
        at = 2 * last - at;
    }
    return u32(clamp(at, 0, last));
}

fn top(sum: u32) -> u32 {
    return (sum + 0x8000u) >> 16u;
}

@compute @workgroup_size(16, 16)
fn down(@builtin(global_invocation_id) at: vec3<u32>) {
    if at.x >= numbers.width || at.y >= numbers.height {
        return;
    }
    var means = vec2<u32>(0u);
    var high = vec3<u32>(0u);
    var low = vec3<u32>(0u);
    let first = i32(at.y) - i32(numbers.taps / 2u);
    for (var k = 0u; k < numbers.taps; k++) {
        let place = mirror(first + i32(k), numbers.height) * numbers.width + at.x;
        let r = reference[place];
        let d = candidate[place];
        let products = vec3<u32>(r * r, d * d, r * d);
        means += tap(k) * vec2<u32>(r, d);
        high += tap(k) * (products >> vec3<u32>(16u));
        low += tap(k) * (products & vec3<u32>(0xffffu));
    }
    let squares = high + ((low + 0x8000u) >> vec3<u32>(16u));
    columns[at.y * numbers.width + at.x] = vec4<u32>(top(means.x) | (top(means.y) << 16u), squares);
}

// round(a * b / 2^32)
fn product(a: u32, b: u32) -> u32 {
    let al = a & 0xffffu;
    let ah = a >> 16u;
    let bl = b & 0xffffu;
    let bh = b >> 16u;
    let low = al * bl;
    // Each of these is at most (2^16 - 1)^2 + 2^16 - 1, below 2^32.
    let middle = ah * bl + (low >> 16u);
    let other = al * bh + (middle & 0xffffu);
    let high = ah * bh + (middle >> 16u) + (other >> 16u);
    // The upper bit of the lower half rounds.
    return high + ((other >> 15u) & 1u);
}

@compute @workgroup_size(16, 16)
fn gain(@builtin(global_invocation_id) at: vec3<u32>) {
    if at.x >= numbers.width || at.y >= numbers.height {
        return;
    }
    var means = vec2<u32>(0u);
    var high = vec2<u32>(0u);
    var low = vec2<u32>(0u);
    let first = i32(at.x) - i32(numbers.taps / 2u);
    for (var k = 0u; k < numbers.taps; k++) {
        let column = columns[at.y * numbers.width + mirror(first + i32(k), numbers.width)];
        // The candidate's own variance does not enter the gain.
        let squares = column.yw;
        means += tap(k) * vec2<u32>(column.x & 0xffffu, column.x >> 16u);
        high += tap(k) * (squares >> vec2<u32>(16u));
        low += tap(k) * (squares & vec2<u32>(0xffffu));
    }
    let squares = high + ((low + 0x8000u) >> vec2<u32>(16u));
    let variance = squares.x - product(means.x, means.x);
    let both = squares.y - product(means.x, means.y);
    gains[at.y * numbers.width + at.x] = stops(i32(variance), i32(both));
}

// log2 of the gain, weighed by the bits that the place holds.
fn stops(variance: i32, both: i32) -> f32 {
    if variance < i32(NOISE) {
        return 0.0;
    }
    // libvmaf's logarithms: of the top 16 bits, in 1/2048.
    let sum = u32(variance) + NOISE;
    let exact = select(sum & 0xffffff00u, sum, sum < 0x1000000u);
    let cut = bitcast<f32>(bitcast<u32>(f32(exact)) & 0xffffff00u);
    // Mantissa and exponent apart, since logarithms of small numbers are the more exact ones.
    let code = bitcast<u32>(cut);
    let mantissa = bitcast<f32>((code & 0x7fffffu) | 0x3f800000u);
    let units = (i32(code >> 23u) - 127 - 17) * 2048 + i32(round(log2(mantissa) * 2048.0));
    let bits = f32(units) / 2048.0;
    let weight = clamp((bits - FAINT) / (FULL - FAINT), 0.0, 1.0);
    if weight == 0.0 {
        return 0.0;
    }
    if both <= 0 {
        return -MOST_STOPS * weight;
    }
    return clamp(log2(f32(both) / f32(variance)), -MOST_STOPS, MOST_STOPS) * weight;
}
