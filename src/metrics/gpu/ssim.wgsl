// SSIM of luma as libvmaf's float_ssim has it: first the reduction of each plane to a grid of about 256 lines, then one
// number for each place of an 11x11 window, and their sums by workgroup. The twin is the extractor ssim_y, whose words on
// where the formulas come from hold here too.

struct Reduction {
    // boxes of so many samples a side; the grid's size
    factor: u32,
    width: u32,
    height: u32,
    // of a box's sum
    weight: f32,
}

@group(0) @binding(0) var plane: texture_2d<u32>;
@group(0) @binding(1) var<uniform> reduction: Reduction;
@group(0) @binding(2) var<storage, read_write> reduced: array<f32>;

// The sample at `i` of a row of `count` that is mirrored at its borders with the edge repeated.
fn mirror(i: i32, count: i32) -> i32 {
    var at = i;
    if at < 0 {
        at = -1 - at;
    } else if at >= count {
        at = 2 * count - 1 - at;
    }
    return clamp(at, 0, count - 1);
}

@compute @workgroup_size(16, 16)
fn reduce(@builtin(global_invocation_id) at: vec3<u32>) {
    if at.x >= reduction.width || at.y >= reduction.height {
        return;
    }
    let size = vec2<i32>(textureDimensions(plane));
    let factor = i32(reduction.factor);
    let start = vec2<i32>(at.xy) * factor - factor / 2;
    // A box of 255x255 samples of 16 bits stays below 2^32.
    var sum = 0u;
    for (var y = 0; y < factor; y++) {
        let row = mirror(start.y + y, size.y);
        for (var x = 0; x < factor; x++) {
            sum += textureLoad(plane, vec2<i32>(mirror(start.x + x, size.x), row), 0).r;
        }
    }
    reduced[at.y * reduction.width + at.x] = f32(sum) * reduction.weight;
}

struct Grid {
    width: u32,
    height: u32,
}

@group(0) @binding(0) var<storage, read> reference: array<f32>;
@group(0) @binding(1) var<storage, read> candidate: array<f32>;
@group(0) @binding(2) var<uniform> grid: Grid;
// one sum a workgroup
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;

const TAPS = array<f32, 11>(
    0.001028, 0.007599, 0.036001, 0.109361, 0.213006, 0.266012, 0.213006, 0.109361, 0.036001, 0.007599, 0.001028,
);
const C1 = 6.5025;
const C2 = 58.5225;
const C3 = 29.26125;

var<workgroup> parts: array<f32, 256>;

// Luminance * contrast * structure of the window whose left top corner is `at`.
fn likeness(at: vec2<u32>) -> f32 {
    var taps = TAPS;
    // E[r], E[d], E[r^2], E[d^2] down the columns and along the row, and E[rd].
    var moments = vec4<f32>(0.0);
    var product = 0.0;
    for (var x = 0u; x < 11u; x++) {
        var column = vec4<f32>(0.0);
        var both = 0.0;
        for (var y = 0u; y < 11u; y++) {
            let place = (at.y + y) * grid.width + at.x + x;
            let r = reference[place];
            let d = candidate[place];
            column += taps[y] * vec4<f32>(r, d, r * r, d * d);
            both += taps[y] * r * d;
        }
        moments += taps[x] * column;
        product += taps[x] * both;
    }
    let mean = moments.xy;
    let variance = max(moments.zw - mean * mean, vec2<f32>(0.0));
    let root = sqrt(variance.x * variance.y);
    var shared_part = product - mean.x * mean.y;
    // Where one is flat, a covariance below zero is a rounding error: no structure, none lost.
    if root <= 0.0 {
        shared_part = max(shared_part, 0.0);
    }
    let above = (2.0 * mean.x * mean.y + C1) * (2.0 * root + C2) * (shared_part + C3);
    let below = (dot(mean, mean) + C1) * (variance.x + variance.y + C2) * (root + C3);
    return above / below;
}

@compute @workgroup_size(16, 16)
fn similarity(
    @builtin(global_invocation_id) at: vec3<u32>,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    parts[index] = 0.0;
    if at.x + 10u < grid.width && at.y + 10u < grid.height {
        parts[index] = likeness(at.xy);
    }
    for (var reach = 128u; reach > 0u; reach /= 2u) {
        workgroupBarrier();
        if index < reach {
            parts[index] += parts[index + reach];
        }
    }
    if index == 0u {
        sums[group.y * groups.x + group.x] = parts[0];
    }
}
