//! Recipes: what parses, to what, and where errors point.

use doublet::engine::{Head, Recipe, STAGES};

fn parse(line: &str) -> Recipe {
    Recipe::parse(line).unwrap_or_else(|e| panic!("{e}"))
}

fn column(line: &str) -> (usize, String) {
    let error = Recipe::parse(line).expect_err(line);
    (error.column, error.message)
}

#[test]
fn a_plain_word_is_a_file_and_source_is_the_reference() {
    assert_eq!(parse("encode.mkv").head, Head::File("encode.mkv".into()));
    assert_eq!(parse("  source ").head, Head::Source);
    assert_eq!(parse("\"source\"").head, Head::File("source".into()), "quotes make it a file of that name");
    assert!(!parse("a b c.mkv").is_made());
}

#[test]
fn every_example_in_the_table_parses_to_itself() {
    assert!(STAGES.len() >= 5);
    for kind in STAGES {
        let recipe = parse(kind.example);
        assert_eq!(recipe.to_string(), kind.example, "{}", kind.name);
        assert!(kind.example.contains(kind.name), "{} is not in its own example", kind.name);
    }
}

#[test]
fn the_canonical_line_parses_to_the_same_line() {
    for line in [
        "source|down 2 bicubic|model compact-2x",
        "vendor B = out/b.mkv | unsharp .5 | contrast 1.10",
        "source | model \"odd | name.onnx\"",
        "\"a | b.mkv\" | up 1.5 lanczos",
        "\"a = b.mkv\" | up 2 box",
        "\"source\" | up 2 box",
        "inch\".mkv | up 2 box",
        "source | blur 1.50 down=0 | chroma 4 shift=-1 | noise 3 seed=7 | jpeg 30 | down 2 gauss",
        "b.mkv | skip 12 | model compact-2x | skip 0",
        "source | blur 2 down=2 | chroma 4 shift=0 | noise 3 seed=0",
    ] {
        let canonical = parse(line).to_string();
        assert_eq!(parse(&canonical).to_string(), canonical, "{line}");
    }
}

#[test]
fn labels_are_the_given_name_the_file_or_the_stages() {
    assert_eq!(parse("vendor B = out/b.mkv").label(), "vendor B");
    assert_eq!(parse("out/b.mkv").label(), "b.mkv");
    assert_eq!(parse("source | down 2 bicubic | model compact-2x").label(), "down 2 bicubic, compact-2x");
    assert_eq!(parse("b.mkv | unsharp 1").label(), "b.mkv, unsharp 1");
}

#[test]
fn an_existing_file_is_that_file_whatever_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a = b | c.mkv");
    std::fs::write(&path, b"x").unwrap();
    let line = path.to_str().unwrap();
    assert_eq!(parse(line).head, Head::File(path.clone()));
}

#[test]
fn names_that_look_like_recipes_survive_the_canonical_line() {
    for name in ["a = b.mkv", "a | b.mkv", "inch\".mkv", "\"hi\".mkv", "source", " x.mkv"] {
        let recipe = Recipe { stages: parse("x | up 2 box").stages, ..Recipe::file(name) };
        assert_eq!(parse(&recipe.to_string()).head, Head::File(name.into()), "{recipe}");
    }
}

#[test]
fn a_quote_that_is_never_closed_is_pointed_at() {
    let (at, message) = column("source | model \"x | up 2 box");
    assert_eq!(at, 15);
    assert!(message.contains("never closed"), "{message}");
}

#[test]
fn errors_point_at_the_character() {
    let line = "source | dwon 2 bicubic";
    let (at, message) = column(line);
    assert_eq!(at, line.find("dwon").unwrap());
    assert!(message.contains("did you mean “down”"), "{message}");

    let line = "source | down two bicubic";
    assert_eq!(column(line).0, line.find("two").unwrap());
    let line = "source | down 2 cubic";
    assert_eq!(column(line).0, line.find("cubic").unwrap());
    let line = "source | down 2 bicubic sharp";
    let (at, message) = column(line);
    assert_eq!(at, line.find("sharp").unwrap());
    assert!(message.contains("one word too many"), "{message}");
    let line = "source | unsharp 99";
    assert_eq!(column(line).0, line.find("99").unwrap());
    let line = "source | down 0.5 box";
    assert_eq!(column(line).0, line.find("0.5").unwrap());
}

#[test]
fn options_are_checked_one_by_one() {
    for (line, at, says) in [
        ("source | noise 3 sed=7", "sed", "did you mean “seed”"),
        ("source | noise 3 seed=1.5", "1.5", "whole number"),
        ("source | noise 3 seed=-1", "-1", "whole number"),
        ("source | noise 3 seed=1 seed=2", "seed=2", "twice"),
        ("source | blur 2 3", "3", "one word too many"),
        ("source | blur 2 up 2 box", "up", "put a bar"),
        ("source | blur 2 down=x", "x", "is a number"),
        ("source | blur 51", "51", "0 to 50"),
        ("source | chroma 0.5", "0.5", "1 to 50"),
        ("source | jpeg 0", "0", "from 1 to 100"),
        ("b.mkv | skip 1.5", "1.5", "whole number"),
        ("b.mkv | skip -1", "-1", "whole number"),
        ("source | jpeg 30.5", "30.5", "from 1 to 100"),
    ] {
        let (column, message) = column(line);
        assert_eq!(column, line.rfind(at).unwrap(), "{line}: {message}");
        assert!(message.contains(says), "{line}: {message}");
    }
}

#[test]
fn columns_count_characters_not_bytes() {
    let line = "färbung größe.mkv | dwon 2 box";
    let at = line.chars().position(|c| c == 'd').unwrap();
    assert_eq!(column(line).0, at);
}

#[test]
fn what_is_missing_is_named() {
    assert!(column("source | down").1.contains("factor is missing"));
    assert!(column("source | down 2").1.contains("kernel"));
    assert!(column("source | model").1.contains("model's name"));
    assert!(column("source |").1.contains("a stage is missing"));
    assert!(column("source || up 2 box").1.contains("a stage is missing"));
    assert!(column("").1.contains("begins with"));
    assert!(column("| up 2 box").1.contains("begins with"));
}

#[test]
fn not_a_number_and_infinity_are_refused() {
    for word in ["nan", "inf", "-1", "1e99"] {
        let line = format!("source | contrast {word}");
        assert_eq!(column(&line).0, line.find(word).unwrap(), "{word}");
    }
}

#[test]
fn the_pointer_stands_under_the_fault() {
    let error = Recipe::parse("source | dwon 2 box").unwrap_err();
    let pointed = error.pointed();
    let (line, caret) = pointed.split_once('\n').unwrap();
    assert_eq!(line.chars().nth(caret.find('^').unwrap()), Some('d'));
    assert!(!error.to_string().contains('\n'), "one sentence on one line");
}
