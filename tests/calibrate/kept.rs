//! What was measured, as a text file: a line a frame, fields apart by tabs, numbers as they are.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use doublet::evidence::{Candidate, Seen};

use crate::figures::Kind;

/// One pair as it was measured, not yet judged.
pub struct Measured {
    pub clip: String,
    pub kind: Kind,
    pub family: String,
    /// With the name of how it was made.
    pub candidate: Candidate,
}

const KINDS: [(Kind, &str); 3] = [(Kind::Honest, "honest"), (Kind::Attack, "attack"), (Kind::Fault, "fault")];

/// Writes pairs to the end of a file.
pub fn append(file: &Path, all: &[Measured]) -> Result<(), String> {
    let mut text = String::new();
    for one in all {
        let kind = KINDS.iter().find(|(kind, _)| *kind == one.kind).map_or("", |(_, word)| *word);
        let bitrate = one.candidate.bitrate.map(|rate| rate.to_string()).unwrap_or_default();
        for seen in &one.candidate.frames {
            _ = write!(
                text,
                "{}\t{kind}\t{}\t{}\t{bitrate}\t{}",
                one.clip, one.family, one.candidate.label, seen.frame
            );
            for (id, value) in seen.facts() {
                _ = write!(text, "\t{id}={value}");
            }
            text.push('\n');
        }
    }
    let mut open = std::fs::OpenOptions::new().create(true).append(true).open(file).map_err(|e| told(file, &e))?;
    open.write_all(text.as_bytes()).map_err(|e| told(file, &e))
}

/// Reads them back, in the order in which they were written.
pub fn read(file: &Path) -> Result<Vec<Measured>, String> {
    let text = std::fs::read_to_string(file).map_err(|e| told(file, &e))?;
    // Facts have names that live as long as the program.
    let mut names: BTreeMap<&str, &'static str> = BTreeMap::new();
    let mut found: Vec<Measured> = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let torn = || format!("{}: line {} is torn", file.display(), n + 1);
        let mut fields = line.split('\t');
        let mut next = || fields.next().ok_or_else(torn);
        let (clip, kind, family, label, bitrate, frame) = (next()?, next()?, next()?, next()?, next()?, next()?);
        let kind = KINDS.iter().find(|(_, word)| *word == kind).ok_or_else(torn)?.0;
        let frame = frame.parse::<usize>().map_err(|_| torn())?;
        let mut facts = Vec::new();
        for field in fields {
            let (id, value) = field.split_once('=').ok_or_else(torn)?;
            let id = *names.entry(id).or_insert_with(|| Box::leak(id.to_owned().into_boxed_str()));
            facts.push((id, value.parse::<f64>().map_err(|_| torn())?));
        }
        let seen = Seen::from_facts(frame, facts);
        match found.last_mut() {
            Some(last) if last.clip == clip && last.candidate.label == label && last.kind == kind => {
                last.candidate.frames.push(seen);
            }
            _ => {
                let candidate = Candidate { label: label.into(), bitrate: bitrate.parse().ok(), frames: vec![seen] };
                found.push(Measured { clip: clip.into(), kind, family: family.into(), candidate });
            }
        }
    }
    Ok(found)
}

fn told(file: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", file.display())
}
