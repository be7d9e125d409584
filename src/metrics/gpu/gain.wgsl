// The enhancement gain of VIF's second and third scale, in whole numbers up to the variances, as libvmaf's integer path
// has them; only the logarithms are floats. The twin is vmaf/vif, whose words on the arithmetic hold here too: samples
// are brought to 16 bits, and what libvmaf sums in 48 bits is kept in two halves that 32 bits hold.

struct Numbers {
    // of the scale that is read
    width: u32,
    height: u32,
    // taps of the filter at hand, 3 to 9
    taps: u32,
    // bits by which samples are shifted up to 16
    shift: u32,
    filter_a: vec4<u32>,
    filter_b: vec4<u32>,
    filter_c: vec4<u32>,
}

@group(0) @binding(0) var plane: texture_2d<u32>;
@group(0) @binding(1) var<uniform> numbers: Numbers;
// rows of 16-bit samples, one a word
@group(0) @binding(2) var<storage, read> samples: array<u32>;
@group(0) @binding(3) var<storage, read_write> result: array<u32>;

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

// The place of `i` in a row of `count` that is mirrored at its borders, the edge not repeated.
fn mirror(i: i32, count: u32) -> u32 {
    let last = i32(count) - 1;
    var at = abs(i);
    if at > last {
        at = 2 * last - at;
    }
    return u32(clamp(at, 0, last));
}

// Rounded to the upper 16 bits of 32.
fn top(sum: u32) -> u32 {
    return (sum + 0x8000u) >> 16u;
}

// A plane's samples at 16 bits.
@compute @workgroup_size(16, 16)
fn raise(@builtin(global_invocation_id) at: vec3<u32>) {
    if at.x < numbers.width && at.y < numbers.height {
        result[at.y * numbers.width + at.x] = textureLoad(plane, at.xy, 0).r << numbers.shift;
    }
}

// Every second row, filtered down the columns: `height` / 2 rows of `width`.
@compute @workgroup_size(16, 16)
fn down(@builtin(global_invocation_id) at: vec3<u32>) {
    if at.x >= numbers.width || at.y >= numbers.height / 2u {
        return;
    }
    var sum = 0u;
    let first = i32(2u * at.y) - i32(numbers.taps / 2u);
    for (var k = 0u; k < numbers.taps; k++) {
        sum += tap(k) * samples[mirror(first + i32(k), numbers.height) * numbers.width + at.x];
    }
    result[at.y * numbers.width + at.x] = top(sum);
}

// Every second column of that, filtered along the rows: `height` / 2 rows of `width` / 2.
@compute @workgroup_size(16, 16)
fn along(@builtin(global_invocation_id) at: vec3<u32>) {
    let columns = numbers.width / 2u;
    if at.x >= columns || at.y >= numbers.height / 2u {
        return;
    }
    var sum = 0u;
    let first = i32(2u * at.x) - i32(numbers.taps / 2u);
    for (var k = 0u; k < numbers.taps; k++) {
        sum += tap(k) * samples[at.y * numbers.width + mirror(first + i32(k), numbers.width)];
    }
    result[at.y * columns + at.x] = top(sum);
}
