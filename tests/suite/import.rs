//! Weights into networks: every naming, size and container against the reference's pictures, files made by hand, and
//! files made to do harm.

mod files;
mod hostile;

use std::path::{Path, PathBuf};
use std::process::Command;

use doublet::frame::Image;
use doublet::models::{Converted, ModelError, Precision, convert};
use serde::Deserialize;

use super::models::{Still, make, npy, png, runtime, worst};
use super::support::testdata;
use files::Tensor;

/// Writes `bytes` under `name` and converts them.
fn made(dir: &tempfile::TempDir, name: &str, bytes: &[u8]) -> Result<Converted, String> {
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    convert(&path, Precision::F32).map_err(|error| error.to_string())
}

/// Our own small goldens, made by tests/data/import/make.py.
#[derive(Deserialize)]
struct Golden {
    file: String,
    words: String,
    scale: u32,
    tolerance: f32,
    channels: usize,
}

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/import")
}

fn goldens() -> Vec<Golden> {
    serde_json::from_slice(&std::fs::read(data().join("manifest.json")).unwrap()).unwrap()
}

/// Reads a NumPy file of 32-bit floats: shape (channels, height, width), samples.
fn npy32(path: &Path) -> ([usize; 3], Vec<f32>) {
    let bytes = std::fs::read(path).unwrap();
    let end = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = String::from_utf8_lossy(&bytes[10..end]).into_owned();
    assert!(header.contains("'<f4'") && header.contains("False"), "{header}");
    let shape = header.split_once('(').unwrap().1.split_once(')').unwrap().0;
    let shape: Vec<usize> = shape.split(',').filter_map(|n| n.trim().parse().ok()).collect();
    (shape.try_into().unwrap(), bytes[end..].as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect())
}

/// The goldens' input; grey as three equal channels, of which a grey model makes the grey again.
fn input(channels: usize) -> Image {
    let ([_, height, width], samples) = npy32(&data().join(format!("input{channels}.npy")));
    let mut image = Image::new(width as u32, height as u32);
    for c in 0..3 {
        let plane = &samples[(c % channels) * width * height..][..width * height];
        image.channel_mut(c).copy_from_slice(plane);
    }
    image
}

#[test]
fn every_naming_and_size_makes_the_pictures_of_the_reference() {
    let Some(runtime) = runtime() else { return };
    let dir = tempfile::tempdir().unwrap();
    let all = goldens();
    assert!(all.len() >= 23);
    for golden in all {
        let path = data().join(&golden.file);
        let (shape, wanted) = npy32(&data().join(format!("{}.npy", golden.file)));
        let size = wanted.iter().fold(1.0_f32, |a, v| a.max(v.abs()));

        let model = runtime.model(&path).unwrap();
        let info = model.info();
        assert_eq!(info.architecture.as_deref(), Some(golden.words.as_str()), "{}", golden.file);
        assert_eq!((info.scale, info.precision.0), (golden.scale, Precision::F32), "{}", golden.file);
        assert!(info.converted_from.is_some() && info.line().contains("from "), "{}", info.line());
        let first = |made: Vec<f32>| made[..shape.iter().product()].to_vec();
        let off = worst(&first(make(&runtime, &model, Still::new(input(golden.channels)), 64)), &wanted);
        assert!(off < golden.tolerance * size, "{}: {off}", golden.file);

        let half = convert(&path, Precision::F16).unwrap();
        assert!(half.bytes.len() < convert(&path, Precision::F32).unwrap().bytes.len());
        let at = dir.path().join("half.onnx");
        std::fs::write(&at, &half.bytes).unwrap();
        let model = runtime.model(&at).unwrap();
        assert_eq!(model.info().precision, (Precision::F16, Precision::F16));
        let rough = worst(&first(make(&runtime, &model, Still::new(input(golden.channels)), 64)), &wanted);
        assert!(rough < 2e-3 * size, "{} in half precision: {rough}", golden.file);
        println!("{}: {} off {off:.1e}, fp16 {rough:.1e} of {size:.1}", golden.file, golden.words);
    }
}

#[test]
fn every_weights_fixture_meets_its_golden_picture() {
    let (Some(dir), Some(runtime)) = (testdata(), runtime()) else { return };
    let golden = dir.join("models/golden");
    for (file, scale, weights) in [
        ("realesr-animevideov3.pth", 4, 621_424),
        ("converted_realesr-animevideov3.safetensors", 4, 621_424),
        ("sudo_UltraCompact_2x_1.121.175_G.pth", 2, 304_716),
        ("dncnn_25.pth", 1, 555_137),
    ] {
        let model = runtime.model(&dir.join("models").join(file)).unwrap();
        let info = model.info();
        assert_eq!((info.scale, info.weights, info.weight_bytes), (scale, weights, 4 * weights), "{file}");
        for crop in ["anime", "street"] {
            let mut picture = png(&golden.join(format!("in_{crop}_64x48.png")));
            if info.channels.0 == 1 {
                // The golden picture's grey is that of BT.601.
                let grey =
                    |i: usize, p: &Image| 0.299 * p.channel(0)[i] + 0.587 * p.channel(1)[i] + 0.114 * p.channel(2)[i];
                let grey: Vec<f32> = (0..picture.plane_len()).map(|i| grey(i, &picture)).collect();
                (0..3).for_each(|c| picture.channel_mut(c).copy_from_slice(&grey));
            }
            let wanted = npy(&golden.join(format!("{file}__{crop}.npy")));
            let made = make(&runtime, &model, Still::new(picture), 512);
            let off = worst(&made[..wanted.len()], &wanted);
            println!("{file} {crop}: off {off:.1e}; {}", info.line());
            // The golden values are stored in half precision: 2^-12 below 1, 2^-11 above.
            assert!(off < 1e-4 + 4.9e-4, "{file} {crop}: {off}");
        }
    }
}

#[test]
fn onnx_files_are_known_by_their_weights_or_their_operators() {
    let (Some(dir), Some(runtime)) = (testdata(), runtime()) else { return };
    let span = Some("SPAN, 48 features, 6 blocks");
    let tiny = Some("Compact, 24 features, 8 convolutions");
    for (file, wanted, weights) in [
        ("2xLiveActionV1_SPAN_490000", span, 410_700),
        ("2xNomosUni_span_multijpg_fp16_opset17", span, 410_700),
        ("1x-span-anime-pretrain-fp16", span, 406_803),
        ("4xmssim_span_pretrain_fp16_opset17", span, 426_288),
        ("2x_AnimeJaNai_HD_V3_Compact", Some("Compact, 64 features, 16 convolutions"), 600_652),
        ("2x_AnimeJaNai_HD_V3_SuperUltraCompact", tiny, 45_156),
        ("2x_AnimeJaNai_HD_V3_SuperUltraCompact-fp16", tiny, 45_156),
        ("2x_AnimeJaNai_Strong_V1_SuperUltraCompact_net_g_100000", tiny, 45_156),
        ("1x-RGB-max-Denoise-fp16", Some("Compact, 32 features, 16 convolutions"), 150_275),
        // Another SPAN, and a transformer: like none that is known.
        ("2x_AnimeJaNai_HD_V3.1_Performance_SPANF3_b5f48_unshuffle_fp16", None, 0),
        ("aether_small_2x_fp16", None, 0),
    ] {
        let model = runtime.model(&dir.join("models").join(format!("{file}.onnx"))).unwrap();
        let info = model.info();
        println!("{file}: {}", info.line());
        assert_eq!(info.architecture.as_deref(), wanted, "{file}");
        assert!(weights == 0 || info.weights == weights, "{file}: {}", info.weights);
        assert_eq!(info.converted_from, None);
    }
}

#[test]
fn containers_hold_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let tensors = files::compact();
    let all = [
        made(&dir, "w.pth", &files::pth(&tensors, false)).unwrap(),
        made(&dir, "w.pt", &files::pth(&tensors, true)).unwrap(),
        made(&dir, "w.bin", &files::legacy(&tensors)).unwrap(),
        made(&dir, "w.safetensors", &files::safetensors(&tensors)).unwrap(),
        // What a file is, its content says, not its ending.
        made(&dir, "w.onnx", &files::pth(&tensors, false)).unwrap(),
    ];
    let weights = 4 * tensors.iter().map(|t| t.data.len()).sum::<usize>();
    for made in &all {
        assert_eq!(made.architecture, "Compact, 2 features, 1 convolution");
        assert!(made.bytes.starts_with(&[0x08, 8]), "a model of ir version 8");
        let end = |m: &Converted| m.bytes[m.bytes.len() - weights..].to_vec();
        assert_eq!(end(made), end(&all[0]), "from {}", made.from);
    }
    let kinds: Vec<&str> = all.iter().map(|m| m.from.as_str()).collect();
    assert_eq!(kinds[0], "a PyTorch archive, float32");
    assert_eq!(kinds[3], "safetensors, float32");
    assert!(kinds[1].contains("deflated") && kinds[2].contains("legacy") && kinds[4] == kinds[0], "{kinds:?}");
}

#[test]
fn transposed_memory_comes_out_right() {
    let dir = tempfile::tempdir().unwrap();
    let straight = files::compact();
    let mut turned = straight.clone();
    for tensor in turned.iter_mut().filter(|t| t.shape.len() == 4) {
        // The same tensor with its last dimension outermost in memory.
        let [o, i, h, w] = tensor.shape[..] else { unreachable!() };
        let mut data = vec![0.0; tensor.data.len()];
        for (n, &value) in tensor.data.iter().enumerate() {
            data[(n % w) * o * i * h + n / w] = value;
        }
        (tensor.data, tensor.strides) = (data, Some(vec![i * h, h, 1, o * i * h]));
    }
    assert_ne!(straight[0].data, turned[0].data);
    for build in [|t: &[Tensor]| files::pth(t, false), |t: &[Tensor]| files::legacy(t)] {
        let (a, b) = (made(&dir, "a.pth", &build(&straight)).unwrap(), made(&dir, "a.pth", &build(&turned)).unwrap());
        assert!(a.bytes == b.bytes, "from {}", a.from);
    }
}

#[test]
fn the_best_weights_of_a_checkpoint_are_taken() {
    let dir = tempfile::tempdir().unwrap();
    let tensors = files::compact();
    let prefixed = |prefix: &str| -> Vec<Tensor> {
        let name = |t: &Tensor| Tensor { name: format!("{prefix}{}", t.name), ..t.clone() };
        tensors.iter().map(name).collect()
    };
    let plain = made(&dir, "a.safetensors", &files::safetensors(&tensors)).unwrap();
    for prefix in ["module.", "generator.", "module.net_g.", "params_ema.", "state_dict.model.", "net."] {
        let mut all = prefixed(prefix);
        let same = made(&dir, "a.safetensors", &files::safetensors(&all)).unwrap();
        assert!(same.bytes == plain.bytes, "{prefix}");
        // A discriminator beside it changes nothing.
        all.push(Tensor { name: "discriminator.0.weight".into(), ..tensors[0].clone() });
        assert!(made(&dir, "a.safetensors", &files::safetensors(&all)).unwrap().bytes == plain.bytes, "{prefix}");
    }
    // Averaged weights stand before the last ones, whatever their order.
    let worse = prefixed("params.").into_iter().map(|t| Tensor { data: vec![0.5; t.data.len()], ..t });
    let both: Vec<Tensor> = worse.chain(prefixed("params_ema.")).collect();
    assert!(made(&dir, "a.safetensors", &files::safetensors(&both)).unwrap().bytes == plain.bytes);
}

#[test]
fn what_almost_fits_is_told_with_what_was_found() {
    let dir = tempfile::tempdir().unwrap();
    let fault = |change: &dyn Fn(&mut Vec<Tensor>)| {
        let mut tensors = files::compact();
        change(&mut tensors);
        let sentence = made(&dir, "w.safetensors", &files::safetensors(&tensors)).err().unwrap();
        assert!(!sentence.contains('\n') && sentence.len() < 500, "{sentence}");
        println!("{sentence}");
        sentence
    };
    let missing = fault(&|t| drop(t.remove(4)));
    assert!(missing.contains("looks like Compact, but body.2.bias is missing"), "{missing}");
    let shape = fault(&|t| t[2].shape = vec![1, 2]);
    assert!(shape.contains("body.1.weight is 1x2 where 2 is due"), "{shape}");
    let extra = fault(&|t| {
        let more = Tensor { name: "attention.weight".into(), ..t[0].clone() };
        t.push(more);
    });
    assert!(extra.contains("attention.weight has no place in it"), "{extra}");
    let end = fault(&|t| {
        t[6].shape[0] = 11;
        t[6].data.truncate(11 * 18);
    });
    assert!(end.contains("11 channels at its end make no picture"), "{end}");
    let slopes = fault(&|t| t.retain(|t| !["body.1.weight", "body.3.weight"].contains(&t.name.as_str())));
    assert!(slopes.contains("whether it wants ReLU or leaky ReLU"), "{slopes}");
    let unknown = fault(&|t| t.iter_mut().for_each(|t| t.name = t.name.replace("body", "layers")));
    assert!(unknown.contains("no architecture") && unknown.contains("layers.0.weight, layers.0.bias"), "{unknown}");
    let nan = fault(&|t| t[3].data[5] = f32::NAN);
    assert!(nan.contains("body.2.weight") && nan.contains("NaN"), "{nan}");
    let infinite = fault(&|t| t[3].data[5] = f32::INFINITY);
    assert!(infinite.contains("infinite"), "{infinite}");

    // A SPAN without one of its parts.
    let span = std::fs::read(data().join("span_2x.safetensors")).unwrap();
    let bent = String::from_utf8_lossy(&span[8..20_000]).contains("block_3.c2_r");
    assert!(bent);
    let mut bytes = span.clone();
    for at in 8..bytes.len() - 12 {
        if bytes[at..].starts_with(b"block_3.c2_r") {
            bytes[at..at + 12].copy_from_slice(b"block_3.c9_r");
        }
    }
    let sentence = made(&dir, "w.safetensors", &bytes).err().unwrap();
    assert!(sentence.contains("looks like SPAN, but block_3 lacks c2_r"), "{sentence}");
}

#[test]
fn activations_without_weights_need_a_word() {
    let Some(runtime) = runtime() else { return };
    let dir = tempfile::tempdir().unwrap();
    let mut tensors = files::compact();
    for (word, value) in [("relu", 0.0), ("leakyrelu", 0.1)] {
        [2, 5].iter().for_each(|&at: &usize| tensors[at].data.fill(value));
        let prelu = dir.path().join("prelu.safetensors");
        std::fs::write(&prelu, files::safetensors(&tensors)).unwrap();
        let bare: Vec<Tensor> =
            tensors.iter().filter(|t| !t.name.contains("1.w") && !t.name.contains("3.w")).cloned().collect();
        let text = files::safetensors(&bare);
        let length = u64::from_le_bytes(*text.first_chunk::<8>().unwrap()) as usize;
        let header = String::from_utf8(text[8..8 + length].to_vec()).unwrap();
        let said = header.replacen(r#""author""#, &format!(r#""act_type":"{word}","author""#), 1);
        let path = dir.path().join(format!("{word}.safetensors"));
        std::fs::write(&path, files::with_header(&said, &text[8 + length..])).unwrap();
        let picture = |path: &Path| make(&runtime, &runtime.model(path).unwrap(), Still::new(input(3)), 64);
        assert!(worst(&picture(&path), &picture(&prelu)) < 1e-6, "{word}");
    }
}

#[test]
fn the_card_comes_along() {
    let Some(runtime) = runtime() else { return };
    let model = runtime.model(&data().join("compact_2x_fp16.safetensors")).unwrap();
    let info = model.info();
    assert_eq!((info.author.as_deref(), info.licence.as_deref()), (Some("A. Tester"), Some("CC0-1.0")));
    assert_eq!(info.name, "compact_2x_fp16");
    assert_eq!(info.converted_from.as_deref(), Some("safetensors, float16"));
    assert_eq!(info.producer.split(' ').next(), Some("Doublet"));
    let sha = Command::new("sha256sum").arg(&info.path).output();
    if let Ok(sha) = sha {
        assert!(String::from_utf8_lossy(&sha.stdout).starts_with(&info.sha256), "of the file as it lies there");
    }
    let checkpoint = runtime.model(&data().join("compact_2x_ema.pth")).unwrap();
    assert_eq!(checkpoint.info().author.as_deref(), Some("a test"));
}

#[test]
fn the_command_writes_what_is_run() {
    let dir = tempfile::tempdir().unwrap();
    let doublet = |arguments: &[&str]| {
        let out =
            Command::new(env!("CARGO_BIN_EXE_doublet")).args(["models", "convert"]).args(arguments).output().unwrap();
        (out.status.code().unwrap(), String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
    };
    let from = data().join("span_4x_no_norm.pth");
    let from = from.to_str().unwrap();
    for (flag, precision) in [(None, Precision::F32), (Some("--fp16"), Precision::F16)] {
        let to = dir.path().join("span_4x_no_norm.onnx");
        let mut arguments = vec![from, "-o", to.to_str().unwrap()];
        arguments.extend(flag);
        let (code, out, error) = doublet(&arguments);
        assert_eq!(code, 0, "{error}");
        assert!(out.contains("SPAN, 3 features, 6 blocks") && out.lines().count() == 1, "{out}");
        assert!(std::fs::read(&to).unwrap() == convert(Path::new(from), precision).unwrap().bytes);
        assert!(matches!(convert(&to, precision), Err(ModelError::AlreadyOnnx { .. })));
        if let Some(runtime) = runtime() {
            let model = runtime.model(&to).unwrap();
            assert_eq!((model.info().scale, model.info().precision.0), (4, precision));
            assert_eq!(model.info().architecture.as_deref(), Some("SPAN, 3 features, 6 blocks"));
        }
    }
    let bad = dir.path().join("bad.pth");
    std::fs::write(&bad, "PK").unwrap();
    let goal = dir.path().join("out.onnx");
    for (arguments, code) in [
        (vec![from, "-o", "picture.png"], 2),
        (vec![from], 2),
        (vec!["no-such-model", "-o", goal.to_str().unwrap()], 1),
        (vec![bad.to_str().unwrap(), "-o", goal.to_str().unwrap()], 1),
    ] {
        let (have, _, error) = doublet(&arguments);
        assert_eq!((have, error.lines().count()), (code, 1), "{arguments:?}: {error}");
        assert!(!goal.exists(), "nothing is left behind");
    }
}
