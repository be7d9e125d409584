//! Encoders that bear no company: SVT-AV1 keeps tables for the whole process, which it clears whenever one opens and
//! frees whenever one closes, under the feet of another that is at work (seen with 1.4: a crash in one run of ten).
//! Such an encoder is given its pictures in closed groups. Each group gets a fresh encoder on a thread of its own, and
//! a group begins when the one before it, anybody's, is through.
#![allow(unsafe_code)] // FFmpeg is a C library: this file is one of the few that speak to it.

use std::collections::VecDeque;
use std::ffi::c_int;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ffmpeg_next::ffi::*;

use super::coder::{Coder, Given};
use super::ffi::Packet;
use super::picture::Picture;

/// The most bytes of pictures that wait in a group, and the pictures that wait at least.
const BYTES: u64 = 512 << 20;
const LEAST: u64 = 8;
/// Pictures in a group where nobody asks for key frames: SVT-AV1's own distance of them, about five seconds.
const LENGTH: u32 = 161;

/// Opens an encoder of the same settings.
pub(super) type Opener = Arc<dyn Fn() -> Result<Coder, c_int> + Send + Sync>;

/// The right to have an encoder of this kind open.
pub(super) fn alone() -> MutexGuard<'static, ()> {
    static DOOR: Mutex<()> = Mutex::new(());
    DOOR.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Pictures on their way through one encoder after another.
pub(super) struct Groups {
    open: Opener,
    length: usize,
    waiting: Vec<(Picture, i64)>,
    running: Option<Receiver<Result<Vec<Packet>, c_int>>>,
    done: VecDeque<Packet>,
    ended: bool,
}

impl Groups {
    /// Groups of whole `gop`s, where one is asked for, of pictures of `bytes` each.
    pub(super) fn new(open: Opener, gop: Option<u32>, bytes: u64) -> Self {
        let fit = (BYTES / bytes.max(1)).max(LEAST);
        let length = u64::from(gop.unwrap_or(LENGTH)).clamp(1, fit) as usize;
        Self { open, length, waiting: Vec::new(), running: None, done: VecDeque::new(), ended: false }
    }

    /// As [`Coder::feed`]; waits for the group before where one is full.
    pub(super) fn feed(&mut self, picture: Option<(&Picture, i64)>) -> Result<(), c_int> {
        match picture {
            Some((picture, pts)) => {
                self.waiting.push((picture.again().ok_or(AVERROR(ENOMEM))?, pts));
                if self.waiting.len() < self.length { Ok(()) } else { self.begin() }
            }
            None => {
                self.ended = true;
                self.begin()
            }
        }
    }

    /// As [`Coder::take`]; waits for the last group.
    pub(super) fn take(&mut self) -> Result<Option<Packet>, c_int> {
        if self.done.is_empty() && (self.ended || !self.is_busy()) {
            self.collect()?;
        }
        Ok(self.done.pop_front())
    }

    /// Whether everything was fed and taken.
    pub(super) fn is_through(&self) -> bool {
        self.ended && self.running.is_none() && self.done.is_empty()
    }

    /// Whether [`Groups::take`] would wait.
    pub(super) fn is_busy(&mut self) -> bool {
        let Some(running) = &self.running else { return false };
        if !self.done.is_empty() {
            return false;
        }
        let answer = match running.try_recv() {
            Err(TryRecvError::Empty) => return true,
            Err(TryRecvError::Disconnected) => Err(AVERROR_EXTERNAL),
            Ok(answer) => answer,
        };
        // Put back, for `take` to find: an answer may be a fault, which is told there.
        let (tell, hear) = channel();
        _ = tell.send(answer);
        self.running = Some(hear);
        false
    }

    fn begin(&mut self) -> Result<(), c_int> {
        self.collect()?;
        if self.waiting.is_empty() {
            return Ok(());
        }
        let (tell, hear) = channel();
        let (open, pictures) = (self.open.clone(), std::mem::take(&mut self.waiting));
        let thread = std::thread::Builder::new().name("encoder group".into());
        // Nobody hears the answer when the coder is gone.
        let work = move || _ = tell.send(encode(&open, &pictures));
        thread.spawn(work).map_err(|_| AVERROR(ENOMEM))?;
        self.running = Some(hear);
        Ok(())
    }

    /// Waits for what runs.
    fn collect(&mut self) -> Result<(), c_int> {
        if let Some(running) = self.running.take() {
            self.done.extend(running.recv().unwrap_or(Err(AVERROR_EXTERNAL))?);
        }
        Ok(())
    }
}

/// One group through an encoder of its own.
fn encode(open: &Opener, pictures: &[(Picture, i64)]) -> Result<Vec<Packet>, c_int> {
    let _alone = alone();
    let mut coder = open()?;
    let mut packets = Vec::new();
    let fed = pictures.iter().map(|(picture, pts)| Some((picture, *pts)));
    for picture in fed.chain([None]) {
        coder.feed(picture)?;
        while let Given::Packet(packet) = coder.take()? {
            // SAFETY: the packet was just filled and is live until the next call.
            let kept = unsafe {
                // Its own decoding times begin anew with each group. A temporal unit of AV1 is one shown picture, in
                // order: both times are the same.
                (*packet).dts = (*packet).pts;
                Packet::share(packet)
            };
            packets.push(kept.ok_or(AVERROR(ENOMEM))?);
        }
    }
    Ok(packets)
}
