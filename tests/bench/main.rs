//! `make bench`: how fast Doublet is beside what does the same work without it, as ratios from one run.
//!
//! Each row times Doublet and its peer in turn (A B A B ...), on this machine, with the same threads, and shows the
//! median of the ratios of neighbours with their spread: what else the machine does then weighs on both alike. Absolute
//! figures stand beside them for orientation only. Above 1 Doublet is the faster one. "By CPU" is the same ratio by
//! processor time: the steadier figure on a busy machine, and blind to what waits.
//!
//! `cargo bench --bench main -- [decode] [upscale] [look] [attack] [score] [evidence] [--rounds N]`
#![allow(clippy::print_stdout, reason = "the table is what the program is for")]

mod attack;
mod decode;
mod evidence;
mod look;
mod machine;
mod material;
mod nets;
mod rounds;
mod score;
mod upscale;

#[path = "../reference/mod.rs"]
mod reference;

use rounds::Row;

/// A part of the benchmark by its name on the command line.
type Part = (&'static str, fn(usize, Show<'_>));
/// Where rows go as they are measured.
type Show<'a> = &'a mut dyn FnMut(Row);

const PARTS: [Part; 6] = [
    ("decode", |rounds, show| decode::rows(rounds).into_iter().for_each(show)),
    ("upscale", |rounds, show| upscale::rows(rounds).into_iter().for_each(show)),
    ("look", |rounds, show| look::rows(rounds).into_iter().for_each(show)),
    ("attack", |rounds, show| attack::rows(rounds).into_iter().for_each(show)),
    ("score", score::rows),
    ("evidence", evidence::rows),
];
const ROUNDS: usize = 5;

fn main() {
    let mut rounds = ROUNDS;
    let mut wanted: Vec<String> = Vec::new();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--rounds" => rounds = words.next().and_then(|n| n.parse().ok()).unwrap_or(ROUNDS).max(1),
            // What cargo itself adds.
            "--bench" => {}
            name => wanted.push(name.into()),
        }
    }
    if let Some(unknown) = wanted.iter().find(|name| PARTS.iter().all(|(part, _)| part != name)) {
        println!("there is no part \"{unknown}\"; the parts are {}", PARTS.map(|(part, _)| part).join(", "));
        std::process::exit(2);
    }
    machine::print();
    println!("{rounds} rounds of Doublet and peer in turn; ratios are Doublet's speed over the peer's in this run\n");
    println!("{}", rounds::HEAD);
    let chosen = PARTS.iter().filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|w| w == name));
    for (_, rows) in chosen {
        rows(rounds, &mut |row| println!("{row}"));
    }
}
