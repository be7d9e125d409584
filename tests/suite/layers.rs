//! Holds the tree to the table of layers in `src/lib.rs`: the table is the only statement of the rule.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The most lines a file of `src/` may have.
const MOST_LINES: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Line of each module, from rows such as "| 2 | [`color`] | ... |" of the page's doc comment.
fn table(page: &str) -> BTreeMap<String, u32> {
    page.lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("//! |")?.split('|').map(str::trim);
            let level = cells.next()?.parse().ok()?;
            let name = cells.next()?.strip_prefix("[`")?.strip_suffix("`]")?;
            Some((name.to_owned(), level))
        })
        .collect()
}

/// The modules that `source` names by `crate::`, with the line numbers; comments are left aside.
fn imports(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut rest_of_group = false;
    for (number, line) in source.lines().enumerate() {
        let code = line.split("//").next().unwrap_or("");
        for part in code.split("crate::").skip(1) {
            match part.strip_prefix('{') {
                Some(group) => {
                    rest_of_group = !group.contains("};");
                    found.extend(heads(group).map(|name| (number + 1, name)));
                }
                None => found.extend(heads(part).take(1).map(|name| (number + 1, name))),
            }
        }
        if rest_of_group && !code.contains("crate::") {
            rest_of_group = !code.contains("};");
            found.extend(heads(code).map(|name| (number + 1, name)));
        }
    }
    found
}

/// First segments of the paths in "a::{b, c}, d::e, f": `a`, `d`, `f`.
fn heads(list: &str) -> impl Iterator<Item = String> {
    let mut depth = 0;
    let mut flat = String::new();
    for c in list.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ if depth <= 0 => flat.push(c),
            _ => {}
        }
    }
    let word = |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let names: Vec<String> = flat.split(',').map(|path| word(path.trim())).filter(|name| !name.is_empty()).collect();
    names.into_iter()
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
}

/// "color" for src/color/mod.rs and for src/color.rs.
fn module_of(path: &Path) -> String {
    let first = path.strip_prefix(root()).unwrap().components().next().unwrap();
    first.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

/// Every import of `source`, a file of `module`, that the table does not allow.
fn faults(module: &str, source: &str, table: &BTreeMap<String, u32>) -> Vec<String> {
    let Some(own) = table.get(module) else {
        return vec![format!("the module {module} has no line in the table of src/lib.rs")];
    };
    imports(source)
        .into_iter()
        .filter(|(_, other)| other != module)
        .filter_map(|(number, other)| match table.get(&other) {
            Some(line) if line < own => None,
            Some(line) => Some(format!("line {number}: {module} ({own}) must not import {other} ({line})")),
            None => Some(format!("line {number}: {module} imports {other}, which has no line in the table")),
        })
        .collect()
}

#[test]
fn the_tree_keeps_to_its_layers() {
    let table = table(&std::fs::read_to_string(root().join("lib.rs")).unwrap());
    for name in ["frame", "gpu", "color", "media", "engine", "views", "ui", "cli"] {
        assert!(table.contains_key(name), "src/lib.rs has no line for {name}: {table:?}");
    }
    let mut paths = Vec::new();
    files(&root(), &mut paths);
    let mut all = Vec::new();
    for path in paths {
        let module = module_of(&path);
        if module == "lib" || module == "main" {
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        all.extend(faults(&module, &source, &table).into_iter().map(|fault| format!("{}: {fault}", path.display())));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn no_file_outgrows_its_room() {
    let mut paths = Vec::new();
    files(&root(), &mut paths);
    let long: Vec<String> = paths
        .iter()
        .map(|path| (path, std::fs::read_to_string(path).unwrap().lines().count()))
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(path, lines)| format!("{}: {lines} lines, {MOST_LINES} is the most", path.display()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn a_wrong_import_would_be_caught() {
    let page = "//! | line | module | holds |\n//! |---|---|---|\n//! | 0 | [`frame`] | a |\n//! | 3 | [`media`] | b |\n\
                //! | 3 | [`models`] | c |\n//! | 5 | [`engine`] | d |\n";
    let table = table(page);
    assert_eq!(table.len(), 4);
    let ok = "use crate::frame::{Frame, Layout};\nuse crate::media::x;\n// use crate::engine::State;\n";
    assert!(faults("media", ok, &table).is_empty());
    for wrong in [
        "use crate::engine::State;",
        "use crate::models::Model;",
        "let x = crate::engine::run();",
        "use crate::{frame::Frame, engine::State};",
        "use crate::{\n    frame::{Frame, Image},\n    engine::State,\n};",
        "use crate::unheard_of::Thing;",
        "pub(crate) use crate::models as m;",
    ] {
        assert_eq!(faults("media", wrong, &table).len(), 1, "{wrong}");
    }
    assert_eq!(faults("attic", "", &table).len(), 1);
    assert!(faults("engine", "use crate::{media, models};\npub(in crate::engine) fn f() {}", &table).is_empty());
}
