// The one drawing shader: one picture in a region, alone or under a map's colours, or the difference of two. A split is
// two regions. The twin is canvas_twin.rs.
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
    // texels that a pixel averages over; 1 is bilinear
    reach: vec2<f32>,
    // quarter turns clockwise for showing
    turns: u32,
    padding: u32,
}

struct View {
    // left, top, width and height of the viewport in target pixels
    viewport: vec4<f32>,
    // left, top, right and bottom of what is drawn, in viewport pixels
    region: vec4<f32>,
    // left, top, width and height of the picture in viewport pixels
    picture: vec4<f32>,
    a: Side,
    b: Side,
    // the map over the picture
    over: Side,
    gain: f32,
    // grey around the picture, 0..1
    surround: f32,
    // share of the picture's light that stays, how far it goes to grey, and strength of the map over it; 0..1
    light: f32,
    grey: f32,
    cover: f32,
    padding_a: f32,
    padding_b: f32,
    padding_c: f32,
}

// Fixed when the pipeline is made, since a software device runs all branches of what is left open.
// The target encodes what is written: hand it linear light.
override LINEAR: bool = false;
// Take the nearest texel.
override NEAREST: bool = false;
override OVER_NEAREST: bool = false;

@group(0) @binding(0) var<uniform> view: View;
@group(0) @binding(1) var picture_a: texture_2d<f32>;
@group(0) @binding(2) var picture_b: texture_2d<f32>;
// premultiplied
@group(0) @binding(3) var picture_over: texture_2d<f32>;

// The four corners of the region, as a strip.
@vertex
fn corner(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
    let x = select(view.region.x, view.region.z, (index & 1u) == 1u);
    let y = select(view.region.y, view.region.w, index >= 2u);
    return vec4<f32>(2.0 * x / view.viewport.z - 1.0, 1.0 - 2.0 * y / view.viewport.w, 0.0, 1.0);
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

fn nearest(picture: texture_2d<f32>, at: vec2<f32>, side: Side) -> vec4<f32> {
    let texel = clamp(floor(at), vec2<f32>(0.0), side.size - 1.0);
    return textureLoad(picture, vec2<i32>(texel), 0);
}

// The mean of the texels under a box around `at`, parts of texels counted as parts.
fn mean(picture: texture_2d<f32>, at: vec2<f32>, side: Side) -> vec4<f32> {
    let low = max(at - side.reach * 0.5, vec2<f32>(0.0));
    let high = min(at + side.reach * 0.5, side.size);
    // Far out, every n-th texel stands for its block, so that one pixel never reads more than 64 a side.
    let stride = max(ceil(side.reach / 64.0), vec2<f32>(1.0));
    var sum = vec4<f32>(0.0);
    var weights = 0.0;
    for (var y = floor(low.y); y < high.y; y += stride.y) {
        let down = min(high.y, y + stride.y) - max(low.y, y);
        for (var x = floor(low.x); x < high.x; x += stride.x) {
            let weight = down * (min(high.x, x + stride.x) - max(low.x, x));
            sum += weight * textureLoad(picture, vec2<i32>(i32(x), i32(y)), 0);
            weights += weight;
        }
    }
    return sum / weights;
}

fn look(picture: texture_2d<f32>, at: vec2<f32>, side: Side) -> vec3<f32> {
    let texel = stored(at, side);
    if NEAREST {
        return nearest(picture, texel, side).rgb;
    }
    return mean(picture, texel, side).rgb;
}

fn look_over(at: vec2<f32>) -> vec4<f32> {
    let texel = stored(at, view.over);
    if OVER_NEAREST {
        return nearest(picture_over, texel, view.over);
    }
    return mean(picture_over, texel, view.over);
}

// The viewport pixel from the picture's corner, for a fragment.
fn place(position: vec4<f32>) -> vec2<f32> {
    return position.xy - view.viewport.xy - view.picture.xy;
}

fn outside(at: vec2<f32>) -> bool {
    return any(at < vec2<f32>(0.0)) || any(at >= view.picture.zw);
}

fn written(value: vec3<f32>) -> vec4<f32> {
    var code = clamp(value, vec3<f32>(0.0), vec3<f32>(1.0));
    if LINEAR {
        let high = pow((code + 0.055) / 1.055, vec3<f32>(2.4));
        code = select(high, code / 12.92, code <= vec3<f32>(0.04045));
    }
    return vec4<f32>(code, 1.0);
}

@fragment
fn one(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let at = place(position);
    if outside(at) {
        return written(vec3<f32>(view.surround));
    }
    return written(look(picture_a, at, view.a));
}

@fragment
fn washed(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let at = place(position);
    if outside(at) {
        return written(vec3<f32>(view.surround));
    }
    let pixel = clamp(look(picture_a, at, view.a), vec3<f32>(0.0), vec3<f32>(1.0));
    let over = look_over(at);
    let grey = vec3<f32>(dot(pixel, vec3<f32>(0.2126, 0.7152, 0.0722)));
    let below = view.light * (pixel + (grey - pixel) * view.grey);
    return written(below * (1.0 - view.cover * over.a) + view.cover * over.rgb);
}

@fragment
fn difference(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let at = place(position);
    if outside(at) {
        return written(vec3<f32>(view.surround));
    }
    let a = look(picture_a, at, view.a);
    let b = look(picture_b, at, view.b);
    return written(0.5 + view.gain * (b - a));
}
