//! A file and its decoder, moved by packet numbers: go to a packet, then take pictures with their frame numbers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::MediaError;
use super::ffi::{self, Decoder, Input, Packet, Reply};
use super::index::{self, Index, PacketFacts, Start, Table};
use super::picture::Picture;
use super::times::Stamp;
use crate::frame::Stop;

/// A damaged file may make a decoder fail often; this often without a picture means that it will never end.
const MAX_FAULTS: usize = 10_000;
/// Packets looked at after a seek before it counts as failed.
const MAX_STRANGERS: usize = 256;

/// What came next.
pub(super) enum Step {
    /// A picture, and the number of its frame.
    Frame(usize, Picture),
    End,
    /// The file reads differently from when it was indexed: start again.
    Lost,
}

/// A shown frame's packet number, and the decoding time of the packet that released it.
pub(super) type Shown = (usize, Option<i64>);

/// Reads, seeks and decodes one stream of one file.
pub(super) struct Reader {
    pub path: PathBuf,
    stream: usize,
    threads: usize,
    input: Input,
    decoder: Decoder,
    packet: Packet,
    /// `packet` was read already and is the next to be fed.
    pending: bool,
    draining: bool,
    /// Number of the next packet to be fed.
    next_packet: usize,
    /// Where decoding began.
    pub start: Start,
    /// The frame expected next.
    pub next_frame: usize,
    /// The container's own seeking led nowhere: reopen and read on instead.
    no_seek: bool,
    codec: String,
}

impl Reader {
    pub(super) fn new(
        path: &Path,
        mut input: Input,
        stream: usize,
        codec: &str,
        threads: usize,
    ) -> Result<Self, MediaError> {
        input.select(stream);
        let decoder = input.decoder(path, threads, false)?;
        let start = Start { packet: 0, frame: 0 };
        Ok(Self {
            path: path.into(),
            stream,
            threads,
            input,
            decoder,
            packet: Packet::new(path)?,
            pending: false,
            draining: false,
            next_packet: 0,
            start,
            next_frame: 0,
            no_seek: false,
            codec: codec.into(),
        })
    }

    fn facts(&self) -> PacketFacts {
        let data = self.packet.data();
        PacketFacts {
            pts: self.packet.pts(),
            dts: self.packet.dts(),
            duration: self.packet.duration(),
            position: self.packet.position(),
            size: data.len(),
            key: self.packet.has(ffi::KEY),
            discard: self.packet.has(ffi::DISCARD),
            corrupt: self.packet.has(ffi::CORRUPT),
            hidden: index::hidden(&self.codec, data),
        }
    }

    /// Reads every packet without decoding. The reader then stands at the end.
    pub(super) fn read_table(&mut self, stop: &Stop) -> Result<Table, MediaError> {
        let mut table = Table::default();
        loop {
            if stop.is_set() {
                return Err(MediaError::Stopped);
            }
            match self.input.read(&mut self.packet) {
                Ok(true) => table.packets.push(self.facts()),
                Ok(false) => break,
                Err(_) => {
                    table.broke_off = true;
                    break;
                }
            }
        }
        self.next_packet = table.packets.len();
        Ok(table)
    }

    /// Decodes everything in order, with a decoder of its own, and gives each shown frame's packet and decoding time.
    /// Should anything be damaged, later decoding uses one thread: what threads patch up depends on their timing.
    pub(super) fn read_shown(&mut self, stop: &Stop) -> Result<Vec<Shown>, MediaError> {
        let (shown, damaged) = self.decode_all(stop)?;
        if damaged {
            self.threads = 1;
        }
        Ok(shown)
    }

    /// As [`Reader::read_shown`], and whether anything was damaged.
    fn decode_all(&mut self, stop: &Stop) -> Result<(Vec<Shown>, bool), MediaError> {
        self.reopen()?;
        let mut decoder = self.input.decoder(&self.path, self.threads, true)?;
        let (mut shown, mut number, mut faults, mut done, mut damaged) = (Vec::new(), 0, 0, false, false);
        loop {
            if stop.is_set() {
                return Err(MediaError::Stopped);
            }
            match decoder.receive(&self.path)? {
                Reply::Picture(p) => {
                    damaged |= p.damaged();
                    shown.push((p.number().unwrap_or(usize::MAX), p.packet_dts()));
                    faults = 0;
                }
                Reply::End => break,
                Reply::Fault if faults < MAX_FAULTS => (faults, damaged) = (faults + 1, true),
                Reply::Fault => break,
                Reply::Hungry if done => break,
                Reply::Hungry => {
                    done = !self.input.read(&mut self.packet).unwrap_or(false);
                    if done {
                        decoder.send(None);
                    } else {
                        let discard = self.packet.has(ffi::DISCARD);
                        self.packet.mark(number, discard);
                        damaged |= !decoder.send(Some(&self.packet));
                        number += 1;
                    }
                }
            }
        }
        self.next_packet = usize::MAX;
        Ok((shown, damaged))
    }

    /// Number of the next packet to be fed.
    pub(super) fn next_packet(&self) -> usize {
        self.next_packet
    }

    /// The next picture that is exact and shown.
    pub(super) fn step(&mut self, index: &Index, stop: &Stop) -> Result<Step, MediaError> {
        let mut faults = 0;
        loop {
            if stop.is_set() {
                return Err(MediaError::Stopped);
            }
            match self.decoder.receive(&self.path)? {
                Reply::Picture(picture) => {
                    let frame = if index.counted {
                        Some(self.next_frame)
                    } else {
                        picture.number().and_then(|n| index.frame_of(n))
                    };
                    if let Some(frame) = frame.filter(|&f| f >= self.start.frame) {
                        self.next_frame = frame + 1;
                        return Ok(Step::Frame(frame, picture));
                    }
                }
                Reply::End => return Ok(Step::End),
                Reply::Hungry if self.draining => return Ok(Step::End),
                Reply::Fault if faults >= MAX_FAULTS => return Ok(Step::End),
                Reply::Fault => faults += 1,
                Reply::Hungry => {
                    if !self.feed(index) {
                        return Ok(Step::Lost);
                    }
                }
            }
        }
    }

    /// Feeds the next packet, or the news that there is none. `false` when it is not the packet that was indexed.
    fn feed(&mut self, index: &Index) -> bool {
        let read = self.pending || self.input.read(&mut self.packet).unwrap_or(false);
        self.pending = false;
        let Some(expected) = index.packets.get(self.next_packet).filter(|_| read) else {
            self.draining = true;
            self.decoder.send(None);
            return true;
        };
        if !index.matches(self.next_packet, &self.facts()) {
            return false;
        }
        self.packet.mark(self.next_packet as i64, expected.discard);
        self.decoder.send(Some(&self.packet));
        self.next_packet += 1;
        true
    }

    /// Makes `start` the next packet to be fed, by the container's seeking if that leads there.
    pub(super) fn go_to(&mut self, start: Start, index: &Index, stop: &Stop) -> Result<(), MediaError> {
        let arrived = !self.no_seek && self.seek(start.packet, index, stop)?;
        if !arrived {
            self.no_seek |= start.packet > 0;
            return self.restart(start, index, stop);
        }
        self.decoder.flush();
        self.began(start);
        Ok(())
    }

    /// Opens the file anew and reads on to `start` without decoding: slow, and always right.
    pub(super) fn restart(&mut self, start: Start, index: &Index, stop: &Stop) -> Result<(), MediaError> {
        self.reopen()?;
        self.decoder = self.input.decoder(&self.path, self.threads, false)?;
        self.skip_to(start.packet, 0, index, stop)?;
        self.began(start);
        Ok(())
    }

    fn began(&mut self, start: Start) {
        self.draining = false;
        self.start = start;
        self.next_packet = start.packet;
        self.next_frame = start.frame;
    }

    fn reopen(&mut self) -> Result<(), MediaError> {
        self.input = Input::open(&self.path)?;
        self.input.select(self.stream);
        self.pending = false;
        Ok(())
    }

    /// Tries by time, a little earlier each time, then by byte.
    fn seek(&mut self, packet: usize, index: &Index, stop: &Stop) -> Result<bool, MediaError> {
        let Some(facts) = index.packets.get(packet) else { return Ok(false) };
        let time = [facts.dts, facts.pts].into_iter().flatten().min();
        let step = facts.duration.max(1).saturating_mul(8);
        for back in [0, 1, 8, 64] {
            let Some(time) = time else { break };
            if self.input.seek_time(time.saturating_sub(step.saturating_mul(back))) && self.land(packet, index, stop)? {
                return Ok(true);
            }
            if packet == 0 {
                break;
            }
        }
        Ok(facts.position >= 0 && self.input.seek_byte(facts.position) && self.land(packet, index, stop)?)
    }

    /// Reads on from wherever a seek led until `packet` is pending. `false` when that lies behind already.
    fn land(&mut self, packet: usize, index: &Index, stop: &Stop) -> Result<bool, MediaError> {
        self.pending = false;
        for _ in 0..MAX_STRANGERS {
            if !self.input.read(&mut self.packet).unwrap_or(false) {
                return Ok(false);
            }
            match index.recognise(&self.facts()) {
                Some(number) if number == packet => {
                    self.pending = true;
                    return Ok(true);
                }
                Some(number) if number < packet => return self.skip_to(packet, number + 1, index, stop),
                Some(_) => return Ok(false),
                None => {}
            }
        }
        Ok(false)
    }

    /// Reads packets `from..to` and drops them.
    fn skip_to(&mut self, to: usize, from: usize, index: &Index, stop: &Stop) -> Result<bool, MediaError> {
        self.pending = false;
        for number in from..to {
            if stop.is_set() {
                return Err(MediaError::Stopped);
            }
            if !self.input.read(&mut self.packet).unwrap_or(false) || !index.matches(number, &self.facts()) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Each frame's times, from its packet.
pub(super) fn stamps(index: &Index, released: Option<&[Option<i64>]>) -> Arc<[Stamp]> {
    let stamp = |(frame, &packet): (usize, &usize)| {
        let facts = index.packets.get(packet);
        Stamp {
            pts: facts.and_then(|p| p.pts),
            dts: released.and_then(|r| r.get(frame).copied().flatten()).or(facts.and_then(|p| p.dts)),
            duration: facts.map_or(0, |p| p.duration),
        }
    };
    index.shown.iter().enumerate().map(stamp).collect()
}
