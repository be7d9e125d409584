//! The reference FFmpeg's numbers of a pair, frame by frame.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use crate::pairs::Pair;
use crate::reference::program;

/// A model as libvmaf is asked for it.
pub struct Model {
    name: &'static str,
    /// `version=..` or `path=..`, with options.
    asked: String,
}

/// Models that the reference has in itself.
const BUILT_IN: [(&str, &str); 6] = [
    ("vmaf", "version=vmaf_v0.6.1"),
    ("vmaf_neg", "version=vmaf_v0.6.1neg"),
    ("vmaf_raw", "version=vmaf_v0.6.1\\:disable_clip=true"),
    ("vmaf_neg_raw", "version=vmaf_v0.6.1neg\\:disable_clip=true"),
    ("vmaf_4k", "version=vmaf_4k_v0.6.1"),
    ("vmaf_phone", "version=vmaf_v0.6.1\\:enable_transform=true"),
];

/// Models that it reads from a file.
const FILES: [(&str, &str); 9] = [
    ("vmaf_4k_neg", "vmaf_4k_v0.6.1neg"),
    ("vmaf_v1", "vmaf_v1.0.16_3d0h"),
    ("vmaf_v1_phone", "vmaf_v1.0.16_5d0h"),
    ("vmaf_v1_4k", "vmaf_v1.0.16_1d5h_2160"),
    ("vmaf_v1_4k_3h", "vmaf_v1.0.16_3d0h_2160"),
    ("vmaf_v1_hfr", "vmaf_v1.0.16_hfr_3d0h"),
    ("vmaf_v1_phone_hfr", "vmaf_v1.0.16_hfr_5d0h"),
    ("vmaf_v1_4k_hfr", "vmaf_v1.0.16_hfr_1d5h_2160"),
    ("vmaf_v1_4k_3h_hfr", "vmaf_v1.0.16_hfr_3d0h_2160"),
];

const FEATURES: &str = "name=psnr|name=float_ssim|name=float_ms_ssim|name=cambi|name=ciede|name=psnr_hvs";

/// Every model that can be had; those in files are written whole into `folder`, where the reference reads them.
pub fn models(folder: &Path) -> Result<Vec<Model>, String> {
    let mut models: Vec<Model> =
        BUILT_IN.iter().map(|(name, asked)| Model { name, asked: (*asked).to_owned() }).collect();
    for (name, file) in FILES {
        let Some(json) = whole(file)? else {
            println!("the model {file} is not among the assets: {name} is not compared");
            continue;
        };
        fs::write(folder.join(format!("{file}.json")), json.to_string()).map_err(|e| e.to_string())?;
        models.push(Model { name, asked: format!("path={file}.json") });
    }
    Ok(models)
}

/// The JSON of a model from the assets: as it is, or what a variant changes of another.
fn whole(name: &str) -> Result<Option<Json>, String> {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/vmaf");
    let read = |file: &str| -> Result<Option<Json>, String> {
        let Ok(text) = fs::read_to_string(assets.join(file)) else { return Ok(None) };
        serde_json::from_str(&text).map(Some).map_err(|e| format!("assets/vmaf/{file}: {e}"))
    };
    if let Some(json) = read(&format!("{name}.json"))? {
        return Ok(Some(json));
    }
    let Some(variants) = read("variants.json")? else { return Ok(None) };
    let variant = &variants[name];
    let Some(base) = variant["model_of"].as_str() else { return Ok(None) };
    let Some(mut json) = read(&format!("{base}.json"))? else { return Ok(None) };
    // What a variant does not name is its own, but for the support vectors.
    let vectors = json["model_dict"]["model"].take();
    json["model_dict"] = variant["model_dict"].clone();
    json["model_dict"]["model"] = vectors;
    Ok(Some(json))
}

/// What the reference says of each frame.
pub struct Theirs {
    libvmaf: Vec<Json>,
    ssim: Vec<String>,
    xpsnr: Vec<String>,
}

impl Theirs {
    /// A number of libvmaf's log; `None` where it has none.
    pub fn libvmaf(&self, frame: usize, key: &str) -> Option<f64> {
        self.libvmaf.get(frame)?["metrics"][key].as_f64()
    }

    pub fn psnr_611(&self, frame: usize) -> Option<f64> {
        let of = |key| self.libvmaf(frame, key);
        Some((6.0 * of("psnr_y")? + of("psnr_cb")? + of("psnr_cr")?) / 8.0)
    }

    /// The `ssim` filter's Y.
    pub fn ssim(&self, frame: usize) -> Option<f64> {
        after(self.ssim.get(frame)?, "Y:")
    }

    /// The `xpsnr` filter's value of plane "y", "u" or "v"; `None` where it is infinite.
    pub fn xpsnr(&self, frame: usize, plane: &str) -> Option<f64> {
        after(self.xpsnr.get(frame)?, &format!("XPSNR {plane}:"))
    }
}

/// The finite number that follows `key` in a line.
fn after(line: &str, key: &str) -> Option<f64> {
    let number: f64 = line.split_once(key)?.1.split_whitespace().next()?.parse().ok()?;
    number.is_finite().then_some(number)
}

/// Asks the reference for everything it knows of a pair.
pub fn score(pair: &Pair, folder: &Path, models: &[Model]) -> Result<Theirs, String> {
    let asked: Vec<String> = models.iter().map(|model| format!("{}\\:name={}", model.asked, model.name)).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let graph = format!(
        "[0:v]split=3[a][b][c];[1:v]split=3[d][e][f];[a][d]libvmaf=model='{}':feature='{FEATURES}'\
         :n_threads={threads}:log_fmt=json:log_path=libvmaf.json[o];[b][e]ssim=stats_file=ssim.txt[p];\
         [c][f]xpsnr=stats_file=xpsnr.txt[q]",
        asked.join("|")
    );
    let mut command = program::command()?;
    // Names of files in a graph are read without quoting: they are told from the folder in which they are.
    command.current_dir(folder);
    // The candidate comes first, as libvmaf's filter has it.
    pair.candidate.input(&mut command, 1);
    pair.reference.input(&mut command, 1);
    command.args(["-lavfi", &graph]);
    for output in ["[o]", "[p]", "[q]"] {
        command.args(["-map", output, "-f", "null", "-"]);
    }
    program::run(&mut command)?;
    let read = |name: &str| fs::read_to_string(folder.join(name)).map_err(|e| format!("{name}: {e}"));
    let log: Json = serde_json::from_str(&read("libvmaf.json")?).map_err(|e| format!("libvmaf's log: {e}"))?;
    let lines = |name: &str| Ok::<_, String>(read(name)?.lines().map(str::to_owned).collect());
    Ok(Theirs {
        libvmaf: log["frames"].as_array().cloned().unwrap_or_default(),
        ssim: lines("ssim.txt")?,
        xpsnr: lines("xpsnr.txt")?,
    })
}
