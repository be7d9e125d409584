//! Files that want to run something, claim more than there is, or were damaged: a sentence each, soon, without much
//! memory.

use std::process::Command;
use std::time::{Duration, Instant};

use super::files::{self, Entry, Pickle, Tensor};
use super::{data, made};

/// Files that must be refused, with a part of the sentence.
fn cases() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let mut all = wishes();
    all.extend(claims());
    all.extend(archives());
    all.extend(headers());
    all
}

/// Pickles that want more than tensors.
fn wishes() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let inside = |pickle: Vec<u8>| files::archive(&pickle, &[], false);
    let system = Pickle::new().name("os", "system").text("rm -rf /").op(b"\x85R").end();
    let eval = Pickle::new().op(b"\x95\x10\0\0\0\0\0\0\0\x8c\x08builtins\x8c\x04eval\x93").text("1").op(b"\x85R").end();
    let deep = Pickle::new().op(b"}(").text("state_dict").op(b"}(").text("a").name("posix", "execv").op(b"uu").end();
    let mut legacy = files::legacy(&files::compact());
    legacy.truncate(15);
    legacy.extend(&system);
    vec![
        ("system.pth", inside(system.clone()), "it wants to run os.system"),
        ("bare.pth", system, "it wants to run os.system"),
        ("old.pth", legacy, "it wants to run os.system"),
        ("protocol0.pth", b"cos\nsystem\n(S'ls'\ntR.".to_vec(), "it wants to run os.system"),
        ("eval.pth", inside(eval), "it wants to run builtins.eval"),
        ("deep.pth", inside(deep), "it wants to run posix.execv"),
        ("inst.pth", inside(Pickle::new().op(b"(").text("ls").op(b"isubprocess\nPopen\n").end()), "subprocess.Popen"),
        (
            "numpy.pth",
            inside(Pickle::new().name("numpy.core.multiarray", "scalar").end()),
            "numpy.core.multiarray.scalar",
        ),
        ("class.pth", inside(Pickle::new().op(b"(").name("torch", "FloatStorage").op(b"o").end()), "a storage class"),
        ("new.pth", inside(Pickle::new().name("torch", "FloatStorage").op(b")\x81").end()), "a storage class"),
        ("state.pth", inside(Pickle::new().op(b"]}b").end()), "__setstate__ of a list"),
        ("text.pth", inside(Pickle::new().text("os.system").text("ls").op(b"\x85R").end()), "a string"),
        ("extension.pth", inside(Pickle::new().op(b"\x82\x01").end()), "an extension of copyreg"),
        ("persistent.pth", inside(Pickle::new().op(b"Pfile:///etc/passwd\n").end()), "file:///etc/passwd"),
        ("torch.pth", inside(Pickle::new().name("torch.hub", "load").end()), "torch.hub.load"),
        ("lines.pth", inside(Pickle::new().name("o\ts", "sys\u{1b}[31mtem").end()), "o?s.sys?[31mtem"),
    ]
}

/// Claims of size, depth and number.
fn claims() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let one = [Tensor { name: "0".into(), shape: vec![1], strides: None, data: vec![1.0] }];
    let inside = |pickle: Vec<u8>| files::archive(&pickle, &one, false);
    let state = |p: Pickle| inside(p.op(b"u").end());
    let begin = || Pickle::new().op(b"}(").text("body.0.weight");
    let ten_terabytes = 10_i64 << 40;
    let million = 1_000_000;
    let doubling = |times: usize| {
        let step = |p: Pickle, i: usize| p.op(&[b']', b'q', i as u8 + 1, b'(', b'h', i as u8, b'h', i as u8, b'e']);
        (0..times).fold(Pickle::new().op(b"]q\0"), step)
    };
    // A list of a million pairs, made into a dict again and again.
    let pair = Pickle::new().op(b"](").text("a").text("b").op(b"tq\x01");
    let pairs = (0..200_000).fold(pair.op(b"0]q\x02("), |p, _| p.op(b"h\x01")).op(b"e");
    let copies = (0..5000).fold(pairs, |p, _| p.name("collections", "OrderedDict").op(b"h\x02\x85R")).end();
    // Two convolutions at the front of their rows, and one at a number to which nobody should count.
    let counting = |name: &str| {
        let row = name.split('.').next().unwrap_or_default();
        let conv = |p: Pickle, name: &str| p.text(name).tensor("0", 1, 0, &[1, 1, 3, 3], &[0; 4]);
        let names = [format!("{row}.0.weight"), format!("{row}.2.weight"), name.to_owned()];
        names.iter().fold(Pickle::new().op(b"}("), |p, name| conv(p, name)).op(b"u").end()
    };
    vec![
        ("tensor.pth", state(begin().tensor("0", 1, 0, &[ten_terabytes / 4], &[0])), "10.0 TiB"),
        ("storage.pth", state(begin().tensor("0", ten_terabytes, 0, &[1], &[1])), "claims more numbers than are there"),
        ("overflow.pth", state(begin().tensor("0", 1, 0, &[i64::MAX; 4], &[i64::MAX; 4])), "at most"),
        ("offset.pth", state(begin().tensor("0", 1, 1, &[1], &[1])), "reaches beyond"),
        ("stride.pth", state(begin().tensor("0", 1, 0, &[2], &[1 << 62])), "reaches beyond"),
        ("negative.pth", state(begin().tensor("0", 1, -1, &[1], &[1])), "below nought"),
        ("elsewhere.pth", state(begin().tensor("7", 1, 0, &[1], &[1])), "are missing"),
        ("string.pth", inside(Pickle::new().op(b"\x8d\0\0\0\0\0\x0a\0\0").end()), "ends early"),
        ("number.pth", inside(Pickle::new().op(b"\x8b\xff\xff\xff\x7f").end()), "ends early"),
        (
            "lists.pth",
            inside([vec![b']'; million], vec![b'a'; million - 1], vec![b'.']].concat()),
            "not a single tensor",
        ),
        ("tuples.pth", inside([&b"N"[..], &vec![0x85; million], b"."].concat()), "not a single tensor"),
        ("marks.pth", inside(vec![b'('; 3 * million]), "values"),
        ("values.pth", inside(vec![b'N'; 3 * million]), "values"),
        ("doubling.pth", inside(doubling(200).end()), "not a single tensor"),
        ("copies.pth", inside(copies), "values"),
        ("itself.pth", inside(Pickle::new().op(b"}q\0").text("a").op(b"h\0s").end()), "not a single tensor"),
        ("layers.pth", inside(counting("model.18446744073709551615.weight")), "DnCNN, but it has 2 convolutions"),
        ("blocks.pth", inside(counting("body.9999999.weight")), "no slopes of PReLU"),
        ("long.pth", inside(vec![b'0'; 17 << 20]), "its pickle"),
    ]
}

fn archives() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let pickle = Pickle::new().op(b"}").end();
    let entry = |name: &str, deflate| Entry::new(name, &pickle, deflate);
    let zip_of = |e: Entry| files::zip(&[e]);
    let zeros = vec![0_u8; 300 << 20];
    let bomb = Entry::new("a/data.pkl", &zeros, true);
    let small = Entry { size: 1000, ..bomb.clone() };
    let honest = Entry::new("a/data.pkl", &vec![b'N'; 900_000], true);
    let good = files::pth(&files::compact(), false);
    let mut wrong = good.clone();
    let at = wrong.windows(4).position(|w| w == b"body").unwrap();
    wrong[at] = b'B';
    let many: Vec<Entry> = (0..300).map(|_| Entry { size: 2 << 20, ..entry("a/data.pkl", true) }).collect();
    let all: Vec<Entry> = many.into_iter().map(|e| Entry { packed: vec![0; 30_000], ..e }).collect();
    vec![
        ("bomb.pth", zip_of(bomb), "times the packed size"),
        ("lying.pth", zip_of(small), "another size than it claims"),
        ("shorter.pth", zip_of(Entry { size: 900_001, ..honest.clone() }), "another size than it claims"),
        ("claim.pth", zip_of(Entry { size: u32::MAX - 1, ..honest }), "times the packed size"),
        ("sum.pth", files::zip(&all), "512.0 MiB at most"),
        ("stored.pth", zip_of(Entry { size: 1 << 30, ..entry("a/data.pkl", false) }), "two sizes"),
        ("method.pth", zip_of(Entry { method: 12, ..entry("a/data.pkl", false) }), "method 12"),
        ("sum-wrong.pth", wrong, "wrong check sum"),
        ("empty.pth", zip_of(entry("a/data.pkl", true)), "not a single tensor"),
        ("other.pth", zip_of(entry("letter.txt", false)), "a zip archive without weights"),
        ("script.pt", files::zip(&[entry("a/data.pkl", false), entry("a/constants.pkl", false)]), "TorchScript"),
        ("cut.pth", good[..good.len() / 2].to_vec(), "directory at its end is missing"),
        ("beginning.pth", b"PK\x03\x04".to_vec(), "directory at its end is missing"),
    ]
}

fn headers() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let with = |header: &str, data: &[u8]| files::with_header(header, data);
    let entry = |shape: &str, offsets: &str| format!(r#"{{"dtype":"F32","shape":{shape},"data_offsets":{offsets}}}"#);
    let one = |shape: &str, offsets: &str| format!(r#"{{"a":{}}}"#, entry(shape, offsets));
    let two = |b: &str| format!(r#"{{"a":{},"b":{b}}}"#, entry("[1]", "[0,4]"));
    let mut longer = with("{}", &[]);
    longer[..8].copy_from_slice(&(10_u64 << 40).to_le_bytes());
    let nested = format!(r#"{{"a":{}"#, "[".repeat(100_000));
    vec![
        ("header.safetensors", longer, "its header claims"),
        ("early.safetensors", with("{}", &[])[..9].to_vec(), "header ends early"),
        ("terabytes.safetensors", with(&one("[2748779069440]", "[0,10995116277760]"), &[]), "10.0 TiB"),
        ("range.safetensors", with(&one("[2]", "[0,8]"), &[0; 4]), "does not fit its shape"),
        ("backwards.safetensors", with(&one("[1]", "[8,4]"), &[0; 8]), "does not fit its shape"),
        ("shape.safetensors", with(&one("[3]", "[0,4]"), &[0; 4]), "does not fit its shape"),
        ("negative.safetensors", with(&one("[-1]", "[0,4]"), &[0; 4]), "its header"),
        ("overlap.safetensors", with(&two(&entry("[1]", "[0,4]")), &[0; 4]), "overlap or leave gaps"),
        ("gap.safetensors", with(&two(&entry("[1]", "[8,12]")), &[0; 12]), "overlap or leave gaps"),
        ("rest.safetensors", with(&one("[1]", "[0,4]"), &[0; 5]), "overlap or leave gaps"),
        (
            "twice.safetensors",
            with(&two(&entry("[1]", "[4,8]")).replace("\"b\"", "\"a\""), &[0; 8]),
            "stands there twice",
        ),
        ("nested.safetensors", with(&nested, &[]), "its header"),
        ("words.safetensors", with("{\"a\": what}", &[]), "its header"),
        ("nothing.safetensors", with("{}", &[]), "not a single tensor"),
    ]
}

#[test]
fn what_wants_or_claims_too_much_gets_a_sentence_soon() {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes, part) in cases() {
        let clock = Instant::now();
        let sentence = made(&dir, name, &bytes).err().unwrap_or_else(|| panic!("{name} was taken"));
        let took = clock.elapsed();
        println!("{took:.0?} {sentence}");
        assert!(sentence.contains(part), "{name}: {sentence}");
        assert!(!sentence.contains(char::is_control) && sentence.len() < 600, "{name}: {sentence:?}");
        assert!(took < Duration::from_secs(2), "{name} took {took:?}");
    }
}

/// The same through the program, which may take 700 MB of addresses and no more, its libraries included.
#[cfg(target_os = "linux")]
#[test]
fn refusing_takes_little_memory() {
    let dir = tempfile::tempdir().unwrap();
    let goal = dir.path().join("out.onnx");
    for (name, bytes, part) in cases() {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -v 700000 && exec \"$0\" models convert \"$1\" -o \"$2\""]);
        let out = shell.arg(env!("CARGO_BIN_EXE_doublet")).args([&path, &goal]).output().unwrap();
        let error = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(out.status.code(), Some(1), "{name}: {error}");
        assert!(error.contains(part) && error.lines().count() == 1 && !goal.exists(), "{name}: {error}");
    }
}

/// What PyTorch itself writes without check sums is taken.
#[test]
fn absent_check_sums_are_no_fault() {
    let dir = tempfile::tempdir().unwrap();
    let tensors = files::compact();
    let good = files::pth(&tensors, false);
    let mut bare = good.clone();
    let mut at = 0;
    while let Some(next) = bare[at..].windows(4).position(|w| w == b"PK\x01\x02") {
        at += next;
        bare[at + 16..at + 20].fill(0);
        at += 4;
    }
    assert!(bare != good && made(&dir, "w.pth", &bare).unwrap().bytes == made(&dir, "w.pth", &good).unwrap().bytes);
}

/// A random number generator whose whole state is one word (xorshift64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides.max(1) as u64) as usize
    }
}

/// Flips bits, sets bytes, cuts, doubles, moves and swaps parts: one to four such faults.
fn damage(good: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for _ in 0..=dice.roll(4) {
        let at = dice.roll(bytes.len());
        let end = (at + 1 + dice.roll(64)).min(bytes.len());
        match dice.roll(8) {
            0 | 1 => bytes[at] ^= 1 << dice.roll(8),
            2 => bytes[at] = [0, 0xff, 0x7f, 0x80, b'.', b'(', b'R', 0x95][dice.roll(8)],
            3 => bytes[at..end].fill(0xff),
            4 => bytes.truncate(at.max(1)),
            5 => drop(bytes.drain(at..end)),
            6 => {
                let part = bytes[at..end].to_vec();
                let to = dice.roll(bytes.len());
                bytes.splice(to..to, part);
            }
            _ => {
                let part = bytes[at..end].to_vec();
                let to = dice.roll(bytes.len() - part.len() + 1);
                bytes[to..to + part.len()].copy_from_slice(&part);
            }
        }
        if bytes.is_empty() {
            bytes.push(0);
        }
    }
    bytes
}

#[test]
fn thousands_of_damaged_files_are_refused_or_sound() {
    let dir = tempfile::tempdir().unwrap();
    let tensors = files::compact();
    let bases = [
        ("stored.pth", files::pth(&tensors, false), 1000),
        ("deflated.pth", files::pth(&tensors, true), 1000),
        ("legacy.pth", files::legacy(&tensors), 1000),
        ("w.safetensors", files::safetensors(&tensors), 1000),
        ("span.pth", std::fs::read(data().join("span_4x_no_norm.pth")).unwrap(), 150),
        ("esrgan.pth", std::fs::read(data().join("esrgan_4x_new.pth")).unwrap(), 150),
    ];
    let (clock, mut dice) = (Instant::now(), Dice(0x1234_5678_9abc_def1));
    for (name, good, count) in bases {
        let whole = made(&dir, name, &good).unwrap();
        let (mut sound, mut longest) = (0, Duration::ZERO);
        for n in 0..count {
            let bytes = damage(&good, &mut dice);
            let began = Instant::now();
            match made(&dir, name, &bytes) {
                // A fault in a number makes another number, one in the card another card: never another network.
                Ok(made) => {
                    assert_eq!(made.architecture, whole.architecture, "{name} {n}");
                    assert!(made.bytes.len().abs_diff(whole.bytes.len()) < 200, "{name} {n}");
                    sound += 1;
                }
                Err(sentence) => {
                    let fine = !sentence.contains(char::is_control) && sentence.len() < 700;
                    assert!(fine, "{name} {n}: {sentence:?}");
                }
            }
            longest = longest.max(began.elapsed());
        }
        println!("{name}: {sound} of {count} sound, the longest took {longest:.1?}");
        assert!(longest < Duration::from_secs(3), "{name}: {longest:?}");
        // Check sums find what was damaged; the others cannot tell one number from another.
        assert!(sound < count / 2, "{name}: {sound} of {count} taken");
    }
    for (name, good) in [
        ("a.pth", files::pth(&tensors, false)),
        ("b.pth", files::legacy(&tensors)),
        ("c.safetensors", files::safetensors(&tensors)),
    ] {
        for length in (1..good.len()).step_by(13) {
            assert!(made(&dir, name, &good[..length]).is_err(), "{name} cut to {length} of {}", good.len());
        }
    }
    // ONNX files are looked into too, before ONNX Runtime sees them.
    let onnx = made(&dir, "span.pth", &std::fs::read(data().join("span_4x_no_norm.pth")).unwrap()).unwrap().bytes;
    for n in 0..1000 {
        let sentence = made(&dir, "w.onnx", &damage(&onnx, &mut dice)).err().unwrap();
        assert!(!sentence.contains(char::is_control) && sentence.len() < 700, "{n}: {sentence:?}");
    }
    println!("all in {:.1?}", clock.elapsed());
}
