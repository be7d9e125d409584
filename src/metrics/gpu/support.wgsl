// What an output says against its input and beyond it: the maps `contradicted` and `added`. The processor chooses the way
// down, the way up and the tone curve; here the picture goes both ways, and each place gets its number.

struct Sizes {
    // of what is read and what is written
    from_width: u32,
    from_height: u32,
    to_width: u32,
    to_height: u32,
}

@group(0) @binding(0) var<storage, read> plane: array<f32>;
// Of every sample written: the first sample read, how many, and where their weights begin.
@group(0) @binding(1) var<storage, read> spans: array<u32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

// Weighs samples of a row.
@compute @workgroup_size(16, 16)
fn across(@builtin(global_invocation_id) at: vec3<u32>) {
    if at.x >= sizes.to_width || at.y >= sizes.to_height {
        return;
    }
    let first = at.y * sizes.from_width + spans[3u * at.x];
    let count = spans[3u * at.x + 1u];
    let weight = spans[3u * at.x + 2u];
    var sum = 0.0;
    for (var k = 0u; k < count; k++) {
        sum += weights[weight + k] * plane[first + k];
    }
    result[at.y * sizes.to_width + at.x] = sum;
}

// Weighs samples of a column.
@compute @workgroup_size(16, 16)
fn down(@builtin(global_invocation_id) at: vec3<u32>) {
    if at.x >= sizes.to_width || at.y >= sizes.to_height {
        return;
    }
    let first = spans[3u * at.y];
    let count = spans[3u * at.y + 1u];
    let weight = spans[3u * at.y + 2u];
    var sum = 0.0;
    for (var k = 0u; k < count; k++) {
        sum += weights[weight + k] * plane[(first + k) * sizes.from_width + at.x];
    }
    result[at.y * sizes.to_width + at.x] = sum;
}

// tone(X), D(Y) and D(U(tone(X))), on the input's grid.
@group(0) @binding(5) var<storage, read> input: array<f32>;
@group(0) @binding(6) var<storage, read> shrunk: array<f32>;
@group(0) @binding(7) var<storage, read> plain: array<f32>;

// What is enlarged to find what the input carries: D(Y), with what D takes from U(X) given back.
@compute @workgroup_size(16, 16)
fn given_back(@builtin(global_invocation_id) at: vec3<u32>) {
    if at.x >= sizes.to_width || at.y >= sizes.to_height {
        return;
    }
    let n = at.y * sizes.to_width + at.x;
    result[n] = shrunk[n] + (input[n] - plain[n]);
}

// How far D(Y) lies outside of what input and plain enlargement span.
@compute @workgroup_size(16, 16)
fn contradiction(@builtin(global_invocation_id) at: vec3<u32>) {
    if at.x >= sizes.to_width || at.y >= sizes.to_height {
        return;
    }
    let n = at.y * sizes.to_width + at.x;
    let within = clamp(shrunk[n], min(input[n], plain[n]), max(input[n], plain[n]));
    result[n] = abs(shrunk[n] - within);
}

// Y beside what the input carries of it (`plane`), on the output's grid.
@group(0) @binding(8) var<storage, read> output: array<f32>;

@compute @workgroup_size(16, 16)
fn addition(@builtin(global_invocation_id) at: vec3<u32>) {
    if at.x >= sizes.to_width || at.y >= sizes.to_height {
        return;
    }
    let n = at.y * sizes.to_width + at.x;
    result[n] = abs(output[n] - plane[n]);
}
