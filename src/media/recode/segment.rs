//! One segment: pictures to packets, and packets to pictures.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Coding;
use super::fit::Fit;
use crate::frame::{Frame, Rational, SourceError, Stop, Timeline};
use crate::media::coder::{Chunk, Coder, Refusal};
use crate::media::encode::EncodeSettings;
use crate::media::error::MediaError;
use crate::media::ffi::{Decoder, Packet, Reply, reason};
use crate::media::picture::{self, Picture};
use crate::media::{coder, layout, pack};

/// Decoder threads; a segment is short, more would only wait for each other.
const THREADS: usize = 4;

/// A finished segment: packets in decoding order.
pub struct Segment {
    codec: ffmpeg_next::ffi::AVCodecID,
    extradata: Vec<u8>,
    chunks: Vec<Chunk>,
    /// Pictures in it.
    pub frames: usize,
    /// Why a picture could not be made, by its place in the segment; another one stands there.
    pub faults: BTreeMap<usize, String>,
}

impl Segment {
    /// Bytes of its packets.
    pub fn bytes(&self) -> usize {
        self.chunks.iter().map(|c| c.data.len()).sum()
    }
}

/// A segment that is being encoded. It can be left and gone on with on another thread.
pub struct Work {
    coder: Coder,
    format: i32,
    stage: String,
    chunks: Vec<Chunk>,
    last: Option<Frame>,
    /// Pictures fed so far.
    pub fed: usize,
    /// The encoder knows that no picture will follow.
    ended: bool,
    faults: BTreeMap<usize, String>,
}

impl Work {
    /// Begins a segment of pictures as `fit` makes them, at `rate` frames a second.
    pub fn begin(coding: &Coding, fit: &Fit, rate: Rational, stage: &str) -> Result<Self, SourceError> {
        let refused = |reason: String| MediaError::Recode { stage: stage.into(), reason };
        let layout = fit.target.layout;
        let format = coder::pixel_format(coding.codec.encoder, &layout)
            .ok_or_else(|| refused(format!("{} takes no {}", coding.codec.label, layout.name())))?;
        let settings = EncodeSettings {
            codec: coding.codec,
            crf: coding.crf,
            preset: coding.preset.clone(),
            width: fit.padded.0,
            height: fit.padded.1,
            layout,
            color: fit.target.color,
            timeline: Arc::new(Timeline::constant(0, rate)),
            sample_aspect: (1, 1),
            rotation: 0,
        };
        let coder = Coder::open(&settings, format, coding.gop, true).map_err(|refusal| match refusal {
            Refusal::Memory => refused("out of memory".into()),
            Refusal::Settings(words) => {
                let (w, h) = fit.padded;
                refused(format!("the encoder does not take {w}x{h} pictures with these settings ({words})"))
            }
        })?;
        let (chunks, faults) = (Vec::new(), BTreeMap::new());
        Ok(Self { coder, format, stage: stage.into(), chunks, last: None, fed: 0, ended: false, faults })
    }

    /// Feeds the next picture. One that could not be made for a fault of its own is kept in mind, and the one before
    /// it (or black) stands in, so that its neighbours can still be had.
    ///
    /// # Errors
    /// Being stopped, faults of the whole source, and faults of the encoder.
    pub fn push(&mut self, made: Result<Arc<Frame>, SourceError>, fit: &Fit) -> Result<(), SourceError> {
        let frame = match made.and_then(|frame| fit.before(&frame)) {
            Ok(frame) => frame,
            Err(SourceError::Failed { severity: crate::frame::Severity::Frame, sentence }) => {
                self.faults.insert(self.fed, sentence);
                self.last.clone().map_or_else(|| fit.black(), Ok)?
            }
            Err(error) => return Err(error),
        };
        let picture = pack::from_frame(&frame, self.format, self.stage.as_ref())?;
        self.coder.feed(Some((&picture, self.fed as i64))).map_err(|code| self.failed(code))?;
        self.fed += 1;
        self.last = Some(frame);
        self.collect()
    }

    /// Tells the encoder that no picture follows; whether it then works by itself, and `drain` would wait for it.
    ///
    /// # Errors
    /// Faults of the encoder.
    pub fn is_busy(&mut self) -> Result<bool, SourceError> {
        self.end()?;
        Ok(self.coder.is_busy())
    }

    /// Takes at most `most` packets of what the encoder still holds once all pictures are fed; whether that was all.
    /// Encoders look ahead: most of the work may lie here.
    ///
    /// # Errors
    /// Faults of the encoder.
    pub fn drain(&mut self, most: usize) -> Result<bool, SourceError> {
        self.end()?;
        for _ in 0..most {
            match self.coder.take_chunk().map_err(|code| self.failed(code))? {
                Some(chunk) => self.chunks.push(chunk),
                None => return Ok(true),
            }
        }
        Ok(false)
    }

    /// Ends the segment.
    ///
    /// # Errors
    /// Faults of the encoder.
    pub fn finish(mut self) -> Result<Segment, SourceError> {
        while !self.drain(usize::MAX)? {}
        let Self { coder, chunks, fed, faults, .. } = self;
        // Some encoders know what to say beforehand only at the end.
        Ok(Segment { codec: coder.codec_id(), extradata: coder.extradata(), chunks, frames: fed, faults })
    }

    fn end(&mut self) -> Result<(), SourceError> {
        if !std::mem::replace(&mut self.ended, true) {
            self.coder.feed(None).map_err(|code| self.failed(code))?;
        }
        Ok(())
    }

    fn collect(&mut self) -> Result<(), SourceError> {
        while let Some(chunk) = self.coder.take_chunk().map_err(|code| self.failed(code))? {
            self.chunks.push(chunk);
        }
        Ok(())
    }

    fn failed(&self, code: i32) -> MediaError {
        MediaError::Recode { stage: self.stage.clone(), reason: format!("encoding failed ({})", reason(code)) }
    }
}

/// A segment on its way through a decoder.
pub struct Playing {
    /// The segment's number.
    pub number: usize,
    segment: Arc<Segment>,
    decoder: Decoder,
    packet: Packet,
    fed: usize,
    /// The place in the segment of the picture that comes next.
    pub next: usize,
}

impl Playing {
    /// Begins `segment` anew.
    pub fn begin(number: usize, segment: Arc<Segment>, stage: &str) -> Result<Self, MediaError> {
        let refused = |reason: &str| MediaError::Recode { stage: stage.into(), reason: reason.into() };
        let decoder = Decoder::plain(segment.codec, &segment.extradata, THREADS).map_err(refused)?;
        let packet = Packet::new(stage.as_ref())?;
        Ok(Self { number, segment, decoder, packet, fed: 0, next: 0 })
    }

    /// The next picture of the segment, as it was encoded; the first is number 0.
    ///
    /// # Errors
    /// Being stopped; a picture that does not come out, or out of turn.
    pub fn step(&mut self, stage: &str, stop: &Stop) -> Result<Frame, MediaError> {
        let broken = |reason: String| MediaError::Recode { stage: stage.into(), reason };
        loop {
            if stop.is_set() {
                return Err(MediaError::Stopped);
            }
            match self.decoder.receive(stage.as_ref())? {
                Reply::Picture(picture) => {
                    let number = picture.number().unwrap_or(self.next);
                    if number != self.next {
                        let wanted = self.next;
                        return Err(broken(format!("picture {number} of a segment came in the place of {wanted}")));
                    }
                    self.next += 1;
                    return frame_of(picture, stage);
                }
                Reply::End => {
                    let (next, frames) = (self.next, self.segment.frames);
                    return Err(broken(format!("only {next} of a segment's {frames} pictures came back")));
                }
                Reply::Fault => return Err(broken("what it encoded could not be decoded".into())),
                Reply::Hungry => match self.segment.chunks.get(self.fed) {
                    Some(chunk) => {
                        if !self.packet.fill(&chunk.data, chunk.pts) {
                            return Err(broken("out of memory".into()));
                        }
                        self.decoder.send(Some(&self.packet));
                        self.fed += 1;
                    }
                    None => _ = self.decoder.send(None),
                },
            }
        }
    }
}

fn frame_of(picture: Picture, stage: &str) -> Result<Frame, MediaError> {
    let unknown = || MediaError::Recode { stage: stage.into(), reason: "its pictures have an unknown format".into() };
    let (format, _) = picture::describe(picture.format()).ok_or_else(unknown)?;
    let plan = layout::plan(&format, true).ok_or_else(unknown)?;
    let codes = picture.color_codes();
    Ok(picture.into_frame(&plan, &codes)?)
}
