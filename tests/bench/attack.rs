//! How often the needles of the attack bench move while a slider does.

use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use doublet::engine::{Attack, AttackSide, Command, Engine, KNOBS, Settings};

use crate::material;
use crate::rounds::Row;

/// Ten updates a second, in milliseconds.
const TARGET: f64 = 100.0;
const CLIP: &str = "clips/face_bedroom_720p30_h264.mp4";
const LINE: &str = "source | encode x264 crf=32";
/// How often the slider says where it is, and for how long it is drawn.
const TICK: Duration = Duration::from_millis(16);
const DRAWN: Duration = Duration::from_secs(3);

pub fn rows(rounds: usize) -> Vec<Row> {
    let name = "the attack bench, 1280x720";
    collect(rounds.min(4)).unwrap_or_else(|reason| vec![Row::skipped(name, reason)])
}

fn collect(rounds: usize) -> Result<Vec<Row>, String> {
    let clip = material::fixture(CLIP)?.display().to_string();
    let (wake, woken) = sync_channel(1);
    let settings = Settings { scan: false, ..Settings::default() };
    let mut engine = Engine::new(settings, move || _ = wake.try_send(()));
    engine.send(Command::Open { reference: clip, candidates: vec![LINE.into()] });
    engine.run_until_idle();
    let id = engine.state().candidates().first().ok_or("there is no candidate")?.id;
    engine.send(Command::Bench(Some(id)));
    engine.run_until_idle();
    let mut rows = Vec::new();
    for (id, side, what) in [
        ("unsharp", AttackSide::After, "sharpening"),
        ("clahe", AttackSide::After, "CLAHE"),
        ("contrast", AttackSide::Before, "contrast before an encode"),
    ] {
        let knob = KNOBS.iter().find(|knob| knob.id == id).ok_or("no such slider")?;
        let mut gaps = Vec::new();
        for _ in 0..rounds {
            let (began, mut last, mut known) = (Instant::now(), None::<Instant>, None);
            while began.elapsed() < DRAWN {
                let share = began.elapsed().as_secs_f64() / DRAWN.as_secs_f64();
                let value = knob.low + (knob.high - knob.low) * share;
                engine.send(Command::Attack(Attack { side, ..Attack::default().with(id, value) }));
                engine.update();
                let bench = engine.state().bench.as_ref().ok_or("the bench closed")?;
                if bench.measured != known {
                    known = bench.measured;
                    gaps.extend(last.replace(Instant::now()).map(|last| last.elapsed().as_secs_f64() * 1e3));
                }
                _ = woken.recv_timeout(TICK);
            }
            engine.run_until_idle();
        }
        rows.push(Row::times(&format!("an update of the needles while {what} is drawn"), &gaps, Some(TARGET)));
    }
    rows.push(Row::Note(
        "1280x720, all of the picture, VMAF with NEG, PSNR and SSIM each time, the others in turn".into(),
    ));
    Ok(rows)
}
