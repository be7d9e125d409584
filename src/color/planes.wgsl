// Native planes to R'G'B', at the frame's own size. The twin of decode.rs; the numbers come from coding.rs.
//
//   4:2:0, chroma to the left         4:2:0, chroma in the middle
//   Y   Y   Y   Y                     Y   Y   Y   Y
//   C       C                           C       C
//   Y   Y   Y   Y                     Y   Y   Y   Y
//
// A chroma sample i lies at luma index step * i + offset; a luma sample takes its chroma from the two nearest, down
// and then across, the last ones held at the border.

struct Coding {
    // value = code * scale + bias, for each plane
    scale: vec4<f32>,
    bias: vec4<f32>,
    // rows of the matrix that makes red, green and blue of the three values
    red: vec4<f32>,
    green: vec4<f32>,
    blue: vec4<f32>,
    // chroma samples lie step luma samples apart, the first one at offset
    step: vec2<f32>,
    offset: vec2<f32>,
    // index of the last chroma sample, across and down
    last: vec2<f32>,
    padding: vec2<f32>,
}

// 0: one plane (grey), 1: three planes of one size, 2: subsampled chroma. Fixed when the pipeline is made: a software
// device runs all branches of what is left open.
override KIND: u32 = 2u;

@group(0) @binding(0) var<uniform> coding: Coding;

// 8 to 16 bit samples
@group(0) @binding(1) var whole_a: texture_2d<u32>;
@group(0) @binding(2) var whole_b: texture_2d<u32>;
@group(0) @binding(3) var whole_c: texture_2d<u32>;

// 32-bit float samples
@group(0) @binding(4) var float_a: texture_2d<f32>;
@group(0) @binding(5) var float_b: texture_2d<f32>;
@group(0) @binding(6) var float_c: texture_2d<f32>;

@vertex
fn corner(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
    // One triangle that covers everything.
    let x = f32(index & 1u) * 4.0 - 1.0;
    let y = f32(index >> 1u) * 4.0 - 1.0;
    return vec4<f32>(x, y, 0.0, 1.0);
}

// The chroma samples around a luma sample.
struct Between {
    first: vec2<i32>,
    second: vec2<i32>,
    share: vec2<f32>,
}

fn between(luma: vec2<i32>) -> Between {
    let at = clamp((vec2<f32>(luma) - coding.offset) / coding.step, vec2<f32>(0.0), coding.last);
    let first = floor(at);
    return Between(vec2<i32>(first), vec2<i32>(min(first + 1.0, coding.last)), at - first);
}

fn spread(corners: vec4<f32>, share: vec2<f32>) -> f32 {
    let left = corners.x + (corners.z - corners.x) * share.y;
    let right = corners.y + (corners.w - corners.y) * share.y;
    return left + (right - left) * share.x;
}

fn whole_corners(plane: texture_2d<u32>, b: Between) -> vec4<f32> {
    return vec4<f32>(vec4<u32>(
        textureLoad(plane, b.first, 0).r,
        textureLoad(plane, vec2<i32>(b.second.x, b.first.y), 0).r,
        textureLoad(plane, vec2<i32>(b.first.x, b.second.y), 0).r,
        textureLoad(plane, b.second, 0).r,
    ));
}

fn float_corners(plane: texture_2d<f32>, b: Between) -> vec4<f32> {
    return vec4<f32>(
        textureLoad(plane, b.first, 0).r,
        textureLoad(plane, vec2<i32>(b.second.x, b.first.y), 0).r,
        textureLoad(plane, vec2<i32>(b.first.x, b.second.y), 0).r,
        textureLoad(plane, b.second, 0).r,
    );
}

fn colour(codes: vec3<f32>) -> vec4<f32> {
    let value = codes * coding.scale.xyz + coding.bias.xyz;
    return vec4<f32>(dot(coding.red.xyz, value), dot(coding.green.xyz, value), dot(coding.blue.xyz, value), 1.0);
}

@fragment
fn convert_whole(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let at = vec2<i32>(position.xy);
    let luma = f32(textureLoad(whole_a, at, 0).r);
    if KIND == 0u {
        return colour(vec3<f32>(luma));
    }
    if KIND == 1u {
        return colour(vec3<f32>(luma, f32(textureLoad(whole_b, at, 0).r), f32(textureLoad(whole_c, at, 0).r)));
    }
    let b = between(at);
    return colour(vec3<f32>(
        luma,
        spread(whole_corners(whole_b, b), b.share),
        spread(whole_corners(whole_c, b), b.share),
    ));
}

@fragment
fn convert_float(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let at = vec2<i32>(position.xy);
    let luma = textureLoad(float_a, at, 0).r;
    if KIND == 0u {
        return colour(vec3<f32>(luma));
    }
    if KIND == 1u {
        return colour(vec3<f32>(luma, textureLoad(float_b, at, 0).r, textureLoad(float_c, at, 0).r));
    }
    let b = between(at);
    return colour(vec3<f32>(
        luma,
        spread(float_corners(float_b, b), b.share),
        spread(float_corners(float_c, b), b.share),
    ));
}
