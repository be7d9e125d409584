//! Every shader of the tree is parsed and validated, with no graphics device, and all faults are told at once.

use std::path::{Path, PathBuf};

use naga::valid::{Capabilities, ValidationFlags, Validator};

fn shaders(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            shaders(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "wgsl") {
            found.push(path);
        }
    }
}

/// What is wrong with a shader, or nothing.
fn fault(source: &str) -> Option<String> {
    let module = match naga::front::wgsl::parse_str(source) {
        Ok(module) => module,
        Err(error) => return Some(error.emit_to_string(source)),
    };
    // No capabilities: what every adapter can do, since the program asks for no features.
    let mut validator = Validator::new(ValidationFlags::all(), Capabilities::empty());
    validator.validate(&module).err().map(|error| error.emit_to_string(source))
}

#[test]
fn every_shader_is_valid() {
    let mut found = Vec::new();
    shaders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found.sort();
    assert!(found.iter().any(|path| path.ends_with("color/planes.wgsl")), "the walk missed a shader: {found:?}");
    let faults: Vec<String> = found
        .iter()
        .filter_map(|path| {
            let fault = fault(&std::fs::read_to_string(path).unwrap())?;
            Some(format!("{}:\n{fault}", path.display()))
        })
        .collect();
    assert!(faults.is_empty(), "{} of {} shaders are invalid\n\n{}", faults.len(), found.len(), faults.join("\n"));
}

#[test]
fn a_broken_shader_would_be_caught() {
    assert!(fault("fn f() -> f32 { return 1.0; }").is_none());
    assert!(fault("fn f() -> f32 { return 1u; }").is_some());
    assert!(fault("fn f( {").is_some());
    assert!(fault("enable f16; fn f() -> f16 { return 1.0h; }").is_some());
}
