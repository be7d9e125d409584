// The one drawing shader: picture A, picture B, both split at a line, or their difference. The twin is canvas.rs.
//
//   target pixels                 viewport pixels              stored texels
//   +-----------------+           +-----------+
//   |   viewport      |  - xy     |  picture  |   - xy, turned   +------+
//   |   +---------+   |  ----->   |  +-----+  |   ------------>  |      |
//   |   +---------+   |           |  +-----+  |   and scaled     +------+
//   +-----------------+           +-----------+

struct Side {
    // texels across and down, as stored
    size: vec2<f32>,
    // texels a viewport pixel, along the stored axes
    scale: vec2<f32>,
    // texels that a pixel averages over (1 is bilinear); 0 takes the nearest
    reach: vec2<f32>,
    // quarter turns clockwise for showing
    turns: u32,
    padding: u32,
}

struct View {
    // left and top of the viewport in target pixels; width and height
    viewport: vec4<f32>,
    // left, top, width and height of the picture in viewport pixels
    picture: vec4<f32>,
    a: Side,
    b: Side,
    // 0: A, 1: B, 2: A left of the split and B right of it, 3: difference
    mode: u32,
    // viewport pixel where B begins
    split: f32,
    gain: f32,
    // grey around the picture, 0..1
    surround: f32,
    // 1: the target encodes what is written; hand it linear light
    linear: u32,
    padding_a: u32,
    padding_b: u32,
    padding_c: u32,
}

@group(0) @binding(0) var<uniform> view: View;
@group(0) @binding(1) var picture_a: texture_2d<f32>;
@group(0) @binding(2) var picture_b: texture_2d<f32>;

@vertex
fn corner(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
    let x = f32(index & 1u) * 4.0 - 1.0;
    let y = f32(index >> 1u) * 4.0 - 1.0;
    return vec4<f32>(x, y, 0.0, 1.0);
}

// Where a point of the shown picture (in viewport pixels from its corner) lies on the stored one, in texels.
fn stored(at: vec2<f32>, side: Side) -> vec2<f32> {
    switch side.turns {
        case 1u: { return vec2<f32>(at.y * side.scale.x, side.size.y - at.x * side.scale.y); }
        case 2u: { return side.size - at * side.scale; }
        case 3u: { return vec2<f32>(side.size.x - at.y * side.scale.x, at.x * side.scale.y); }
        default: { return at * side.scale; }
    }
}

// The mean of the texels under a box around `at`, parts of texels counted as parts.
fn look(picture: texture_2d<f32>, at: vec2<f32>, side: Side) -> vec3<f32> {
    if side.reach.x == 0.0 {
        let texel = clamp(floor(at), vec2<f32>(0.0), side.size - 1.0);
        return textureLoad(picture, vec2<i32>(texel), 0).rgb;
    }
    let low = max(at - side.reach * 0.5, vec2<f32>(0.0));
    let high = min(at + side.reach * 0.5, side.size);
    // Far out, every n-th texel stands for its block, so that one pixel never reads more than 64 a side.
    let stride = max(ceil(side.reach / 64.0), vec2<f32>(1.0));
    var sum = vec3<f32>(0.0);
    var weights = 0.0;
    for (var y = floor(low.y); y < high.y; y += stride.y) {
        let down = min(high.y, y + stride.y) - max(low.y, y);
        for (var x = floor(low.x); x < high.x; x += stride.x) {
            let weight = down * (min(high.x, x + stride.x) - max(low.x, x));
            sum += weight * textureLoad(picture, vec2<i32>(i32(x), i32(y)), 0).rgb;
            weights += weight;
        }
    }
    return sum / weights;
}

fn shown(pixel: vec2<f32>) -> vec3<f32> {
    let at = pixel - view.picture.xy;
    if any(at < vec2<f32>(0.0)) || any(at >= view.picture.zw) {
        return vec3<f32>(view.surround);
    }
    if view.mode == 3u {
        let a = look(picture_a, stored(at, view.a), view.a);
        let b = look(picture_b, stored(at, view.b), view.b);
        return 0.5 + view.gain * (b - a);
    }
    if view.mode == 1u || (view.mode == 2u && pixel.x >= view.split) {
        return look(picture_b, stored(at, view.b), view.b);
    }
    return look(picture_a, stored(at, view.a), view.a);
}

fn light(code: vec3<f32>) -> vec3<f32> {
    let high = pow((code + 0.055) / 1.055, vec3<f32>(2.4));
    return select(high, code / 12.92, code <= vec3<f32>(0.04045));
}

@fragment
fn draw(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let code = clamp(shown(position.xy - view.viewport.xy), vec3<f32>(0.0), vec3<f32>(1.0));
    return vec4<f32>(select(code, light(code), view.linear == 1u), 1.0);
}
