//! What several tests share: fixtures, temporary folders.

use std::path::PathBuf;

/// The folder of fixtures beside the checkout, or `None` with a printed reason: such a test then passes without
/// having checked anything, and says so.
pub fn testdata() -> Option<PathBuf> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/testdata");
    if dir.is_dir() {
        Some(dir)
    } else {
        println!("skipped: needs the fixtures in ../shared/testdata, which are not here");
        None
    }
}
