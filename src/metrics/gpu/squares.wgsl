// The sum of squared code differences of two planes, exact: each workgroup takes 64x64 places and leaves its sum in two
// halves (a square has 32 bits; 4096 halves of 16 bits stay below 2^28). The twin is psnr.rs.

@group(0) @binding(0) var reference: texture_2d<u32>;
@group(0) @binding(1) var candidate: texture_2d<u32>;
// low and high half of each workgroup's sum
@group(0) @binding(2) var<storage, read_write> sums: array<vec2<u32>>;

var<workgroup> parts: array<vec2<u32>, 256>;

@compute @workgroup_size(16, 16)
fn squares(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let size = textureDimensions(reference);
    var sum = vec2<u32>(0u);
    for (var y = 0u; y < 64u; y += 16u) {
        for (var x = 0u; x < 64u; x += 16u) {
            let at = group.xy * 64u + local.xy + vec2<u32>(x, y);
            if all(at < size) {
                let r = textureLoad(reference, at, 0).r;
                let c = textureLoad(candidate, at, 0).r;
                let difference = max(r, c) - min(r, c);
                let square = difference * difference;
                sum += vec2<u32>(square & 0xffffu, square >> 16u);
            }
        }
    }
    parts[index] = sum;
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
