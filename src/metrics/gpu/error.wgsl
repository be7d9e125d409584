// Luma of the candidate minus the reference at every place, on the 8-bit scale. The twin is errors.rs.

struct Numbers {
    // of a code on the 8-bit scale
    scale: f32,
    // 1 leaves the sign, 0 takes it away
    signed: u32,
}

@group(0) @binding(0) var reference: texture_2d<u32>;
@group(0) @binding(1) var candidate: texture_2d<u32>;
@group(0) @binding(2) var<uniform> numbers: Numbers;
@group(0) @binding(3) var<storage, read_write> map: array<f32>;

@compute @workgroup_size(16, 16)
fn error(@builtin(global_invocation_id) at: vec3<u32>) {
    let size = textureDimensions(reference);
    if any(at.xy >= size) {
        return;
    }
    let r = textureLoad(reference, at.xy, 0).r;
    let c = textureLoad(candidate, at.xy, 0).r;
    let difference = f32(i32(c) - i32(r)) * numbers.scale;
    map[at.y * size.x + at.x] = select(abs(difference), difference, numbers.signed == 1u);
}
