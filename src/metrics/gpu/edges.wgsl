// The ridges of Canny's detector as OpenCV finds them: gradients of each channel, the strongest of which speaks, then
// what stands out across its direction. Whole numbers throughout, so that both twins agree to the last pixel; ridges are
// followed by the processor. The twin is erqa/canny.rs.

struct Numbers {
    width: u32,
    height: u32,
    low: i32,
    high: i32,
}

// Packed 8-bit red, green and blue, row by row.
@group(0) @binding(0) var picture: texture_2d<u32>;
@group(0) @binding(1) var<uniform> numbers: Numbers;
// dx in the low half, dy in the high half, both 16 bits
@group(0) @binding(2) var<storage, read_write> gradients: array<u32>;
// four ridges a word: 0 none, 1 above the low threshold, 2 above the high one
@group(0) @binding(3) var<storage, read_write> ridges: array<u32>;

fn texel(at: vec2<i32>) -> vec3<i32> {
    let last = vec2<i32>(i32(numbers.width), i32(numbers.height)) - 1;
    return vec3<i32>(textureLoad(picture, clamp(at, vec2<i32>(0), last), 0).rgb);
}

@compute @workgroup_size(16, 16)
fn gradient(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= numbers.width || id.y >= numbers.height {
        return;
    }
    let at = vec2<i32>(id.xy);
    let a0 = texel(at + vec2<i32>(-1, -1));
    let a1 = texel(at + vec2<i32>(0, -1));
    let a2 = texel(at + vec2<i32>(1, -1));
    let h0 = texel(at + vec2<i32>(-1, 0));
    let h2 = texel(at + vec2<i32>(1, 0));
    let b0 = texel(at + vec2<i32>(-1, 1));
    let b1 = texel(at + vec2<i32>(0, 1));
    let b2 = texel(at + vec2<i32>(1, 1));
    let dx = (a2 + 2 * h2 + b2) - (a0 + 2 * h0 + b0);
    let dy = (b0 + 2 * b1 + b2) - (a0 + 2 * a1 + a2);
    let size = abs(dx) + abs(dy);
    // Blue first; the first of equals stays.
    var best = vec2<i32>(dx.b, dy.b);
    var most = size.b;
    if size.g > most {
        best = vec2<i32>(dx.g, dy.g);
        most = size.g;
    }
    if size.r > most {
        best = vec2<i32>(dx.r, dy.r);
    }
    gradients[id.y * numbers.width + id.x] = (u32(best.x) & 0xffffu) | (u32(best.y) << 16u);
}

fn unpacked(word: u32) -> vec2<i32> {
    return vec2<i32>(i32(word << 16u) >> 16u, i32(word) >> 16u);
}

fn direction(at: vec2<i32>) -> vec2<i32> {
    return unpacked(gradients[u32(at.y) * numbers.width + u32(at.x)]);
}

// Zero beyond the border.
fn magnitude(at: vec2<i32>) -> i32 {
    let size = vec2<i32>(i32(numbers.width), i32(numbers.height));
    if any(at < vec2<i32>(0)) || any(at >= size) {
        return 0;
    }
    let d = abs(direction(at));
    return d.x + d.y;
}

fn ridge(at: vec2<i32>) -> u32 {
    let d = direction(at);
    let m = magnitude(at);
    if m <= numbers.low {
        return 0u;
    }
    // tan 22.5 degrees in 15 bits; tan 67.5 degrees is 2 more.
    let x = abs(d.x);
    let y = abs(d.y) << 15u;
    let flat_slope = x * 13573;
    var stands_out = false;
    if y < flat_slope {
        stands_out = m > magnitude(at - vec2<i32>(1, 0)) && m >= magnitude(at + vec2<i32>(1, 0));
    } else if y > flat_slope + (x << 16u) {
        stands_out = m > magnitude(at - vec2<i32>(0, 1)) && m >= magnitude(at + vec2<i32>(0, 1));
    } else {
        let side = select(-1, 1, (d.x ^ d.y) >= 0);
        stands_out = m > magnitude(at - vec2<i32>(side, 1)) && m > magnitude(at + vec2<i32>(side, 1));
    }
    if !stands_out {
        return 0u;
    }
    return select(1u, 2u, m > numbers.high);
}

@compute @workgroup_size(16, 16)
fn thin(@builtin(global_invocation_id) id: vec3<u32>) {
    let words = (numbers.width + 3u) / 4u;
    if id.x >= words || id.y >= numbers.height {
        return;
    }
    var word = 0u;
    for (var k = 0u; k < 4u; k++) {
        let x = id.x * 4u + k;
        if x < numbers.width {
            word |= ridge(vec2<i32>(i32(x), i32(id.y))) << (8u * k);
        }
    }
    ridges[id.y * words + id.x] = word;
}
