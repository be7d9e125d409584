//! What `doublet evidence` tells, from files to numbers and places.

use std::sync::Arc;

use doublet::engine::{CandidateEvidence, EvidenceSettings, NUMBERS, Recipe, Workshop, evidence};
use doublet::frame::Stop;

use super::support::Clip;

fn told(lines: &[&str]) -> Vec<CandidateEvidence> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("clip.mkv");
    Clip::default().write(&path);
    let candidates: Vec<Recipe> = lines.iter().map(|line| Recipe::parse(line).unwrap()).collect();
    let settings = EvidenceSettings { frames: 3, spots: 4 };
    let workshop = Arc::new(Workshop::new(1 << 26));
    evidence(&workshop, &Recipe::file(&path), &candidates, &settings, &mut |_, _, _| {}, &Stop::default()).unwrap()
}

fn number(one: &CandidateEvidence, id: &str) -> Result<f64, String> {
    one.numbers.iter().find(|number| number.id == id).unwrap().value.clone()
}

#[test]
fn the_source_itself_shows_no_sign_and_a_sentence_says_what_does_not_apply() {
    let found = told(&["source"]);
    let one = &found[0];
    assert_eq!(one.numbers.iter().map(|n| n.id).collect::<Vec<_>>(), NUMBERS.map(|(id, _)| id));
    for id in ["edges_invented", "edges_lost", "bent", "bent_length", "shimmer"] {
        assert_eq!(number(one, id), Ok(0.0), "{id}");
    }
    for id in ["contradicted", "added_energy"] {
        assert!(number(one, id).unwrap_err().contains("was not enlarged"));
    }
    assert!(one.spots.is_empty() && one.way.is_none(), "{:?}", one.spots);
    assert_eq!(one.frames.len(), 3);
}

#[test]
fn the_input_of_a_chain_is_what_its_first_enlarging_stage_was_given() {
    let found = told(&["source | down 2 box | up 2 box", "source | down 2 box | up 2 box | unsharp 2"]);
    let (plain, sharp) = (&found[0], &found[1]);
    assert_eq!(number(plain, "contradicted"), Ok(0.0));
    assert!(number(plain, "added_energy").unwrap() < 0.5, "{:?}", number(plain, "added_energy"));
    assert!(plain.way.as_ref().unwrap().contains("box"), "{:?}", plain.way);
    assert!(number(sharp, "added_energy").unwrap() > 4.0, "{:?}", number(sharp, "added_energy"));
}
