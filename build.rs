//! Hands on which FFmpeg the bindings were made for, where Doublet's own calls depend on it.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-check-cfg=cfg(ffmpeg_8_0)");
    if std::env::var("DEP_FFMPEG_FFMPEG_8_0").as_deref() == Ok("true") {
        println!("cargo:rustc-cfg=ffmpeg_8_0");
    }
}
