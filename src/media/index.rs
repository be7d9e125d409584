//! Which packet makes which frame, and where decoding may begin.
//!
//! Packets are numbered in file order, frames in the order the decoder shows them. A packet's number travels through
//! the decoder to its picture, so that a frame is known by the packet it came from, whatever the file's clock says.

use std::collections::HashMap;

use super::facts::StreamFacts;

/// What the demuxer said of one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PacketFacts {
    pub pts: Option<i64>,
    pub dts: Option<i64>,
    pub duration: i64,
    /// Byte position in the file, or -1.
    pub position: i64,
    pub size: usize,
    pub key: bool,
    /// Decoded for what follows, not shown (an edit list cut it away).
    pub discard: bool,
    pub corrupt: bool,
    /// Only refreshes the decoder's memory (VP8 and VP9 alternate reference frames).
    pub hidden: bool,
}

/// All packets of the stream, in file order.
#[derive(Default)]
pub(super) struct Table {
    pub packets: Vec<PacketFacts>,
    /// Reading ended with an error instead of the end of the file.
    pub broke_off: bool,
}

/// Where decoding may begin: from packet `packet` on, every frame from `frame` on comes out exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub packet: usize,
    pub frame: usize,
}

/// The map from frames to packets and back.
pub(super) struct Index {
    pub packets: Vec<PacketFacts>,
    /// For each frame the number of its packet.
    pub shown: Vec<usize>,
    frame_of: Vec<Option<usize>>,
    /// Ascending in both; the first is the file's first packet.
    pub starts: Vec<Start>,
    /// Some packet makes more than one frame: frames are counted from the first one, and there is no other start.
    pub counted: bool,
    places: HashMap<(i64, i64, usize), Option<usize>>,
}

impl Index {
    /// `shown` as the decoder gave it, or as [`predict`] foresees it.
    pub(super) fn new(packets: Vec<PacketFacts>, shown: Vec<usize>) -> Self {
        let mut frame_of = vec![None; packets.len()];
        let mut counted = false;
        for (frame, &packet) in shown.iter().enumerate() {
            match frame_of.get_mut(packet) {
                Some(slot @ None) => *slot = Some(frame),
                _ => counted = true,
            }
        }
        let starts = if counted { vec![Start { packet: 0, frame: 0 }] } else { starts(&packets, &shown, &frame_of) };
        let mut places = HashMap::with_capacity(packets.len());
        for (number, packet) in packets.iter().enumerate() {
            places.entry(place(packet)).and_modify(|p| *p = None).or_insert(Some(number));
        }
        Self { packets, shown, frame_of, starts, counted, places }
    }

    pub(super) fn len(&self) -> usize {
        self.shown.len()
    }

    /// The frame that packet `number` makes.
    pub(super) fn frame_of(&self, number: usize) -> Option<usize> {
        self.frame_of.get(number).copied().flatten()
    }

    /// Position in `starts` of the last start from which frame `n` comes out exact.
    pub(super) fn start_for(&self, n: usize) -> usize {
        let packet = self.shown.get(n).copied().unwrap_or(0);
        self.starts.partition_point(|s| s.frame <= n && (self.counted || s.packet <= packet)).saturating_sub(1)
    }

    /// The number of the packet that looks like `seen`, if there is just one.
    pub(super) fn recognise(&self, seen: &PacketFacts) -> Option<usize> {
        self.places.get(&place(seen)).copied().flatten()
    }

    /// Whether `seen` can be packet `number`.
    pub(super) fn matches(&self, number: usize, seen: &PacketFacts) -> bool {
        self.packets.get(number).is_some_and(|p| place(p) == place(seen))
    }
}

/// What tells a packet from all others: its byte position and size; its time where the demuxer gives no position.
fn place(packet: &PacketFacts) -> (i64, i64, usize) {
    if packet.position >= 0 {
        (packet.position, 0, packet.size)
    } else {
        (-1, packet.pts.or(packet.dts).unwrap_or(0), packet.size)
    }
}

/// A key packet's frame is exact, and so is every later one: what is shown after a key frame refers to nothing before
/// it. Frames shown before the key frame but coded after it (an open GOP's leading pictures) may refer further back.
fn starts(packets: &[PacketFacts], shown: &[usize], frame_of: &[Option<usize>]) -> Vec<Start> {
    let times: Option<Vec<i64>> = shown.iter().map(|&p| packets[p].pts).collect();
    let times = times.filter(|t| t.windows(2).all(|w| w[0] < w[1]));
    let mut starts = vec![Start { packet: 0, frame: 0 }];
    for (number, packet) in packets.iter().enumerate().skip(1) {
        if !packet.key || packet.corrupt {
            continue;
        }
        // A key frame that is itself cut away still begins the frames after its time.
        let cut = || Some(times.as_ref()?.partition_point(|&t| Some(t) < packet.pts));
        let Some(frame) = frame_of[number].or_else(|| if packet.discard { cut() } else { None }) else { continue };
        if starts.last().is_some_and(|s| s.frame < frame) {
            starts.push(Start { packet: number, frame });
        }
    }
    starts
}

/// Codecs whose packets make just one frame each, in containers that store a time with every packet.
const ONE_TO_ONE: [&str; 6] = ["h264", "hevc", "vp8", "vp9", "av1", "mpeg2video"];
const TIMED: [&str; 5] = ["mov", "mp4", "matroska", "webm", "nut"];

/// The packets in the order their frames will be shown, if that can be known without decoding: every packet has a time
/// of its own, nothing is damaged, and nothing comes before the first key frame. `None` means: decode and see.
pub(super) fn predict(table: &Table, stream: &StreamFacts, container: &str) -> Option<Vec<usize>> {
    let timed = container.split(',').any(|name| TIMED.contains(&name));
    let plain = stream.intra_only || ONE_TO_ONE.contains(&stream.codec.as_str());
    let short = stream.frames > 0 && (table.packets.len() as i64) < stream.frames;
    if !timed || !plain || table.broke_off || short || table.packets.iter().any(|p| p.corrupt || p.size == 0) {
        return None;
    }
    let first = table.packets.first().filter(|p| p.key)?.pts?;
    let visible = table.packets.iter().enumerate().filter(|(_, p)| !p.discard && !p.hidden);
    let mut times: Vec<(i64, usize)> = visible.map(|(n, p)| p.pts.map(|t| (t, n))).collect::<Option<_>>()?;
    times.sort_unstable();
    let leading = times.first().is_none_or(|t| t.0 < first);
    let unique = times.windows(2).all(|w| w[0].0 < w[1].0);
    (unique && !leading).then(|| times.into_iter().map(|(_, n)| n).collect())
}

/// Whether a packet of VP8 or VP9 makes no picture of its own (RFC 6386 section 9.1; VP9 bitstream, section 6.2).
pub(super) fn hidden(codec: &str, data: &[u8]) -> bool {
    let (Some(&first), Some(&last)) = (data.first(), data.last()) else { return false };
    match codec {
        "vp8" => first & 0x10 == 0,
        // A superframe ends with its own marker and always shows its last frame.
        "vp9" if last & 0xe0 != 0xc0 => {
            let profile = (first >> 5 & 1) | (first >> 4 & 1) << 1;
            let bit = |n: u8| first >> (7 - n) & 1;
            let at = if profile == 3 { 5 } else { 4 };
            bit(at) == 0 && bit(at + 2) == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(pts: i64, position: i64, key: bool) -> PacketFacts {
        PacketFacts {
            pts: Some(pts),
            dts: Some(position),
            duration: 1,
            position,
            size: 10,
            key,
            discard: false,
            corrupt: false,
            hidden: false,
        }
    }

    /// I P B, then an open GOP: I with two leading B pictures, P.
    fn open_gop() -> Vec<PacketFacts> {
        let order = [(0, true), (2, false), (1, false), (5, true), (3, false), (4, false), (6, false)];
        order.iter().enumerate().map(|(i, &(pts, key))| packet(pts, i as i64, key)).collect()
    }

    #[test]
    fn leading_pictures_are_reached_from_the_key_frame_before() {
        let index = Index::new(open_gop(), vec![0, 2, 1, 4, 5, 3, 6]);
        assert_eq!(index.starts, [Start { packet: 0, frame: 0 }, Start { packet: 3, frame: 5 }]);
        let from: Vec<usize> = (0..7).map(|n| index.starts[index.start_for(n)].packet).collect();
        assert_eq!(from, [0, 0, 0, 0, 0, 3, 3]);
    }

    #[test]
    fn a_packet_that_makes_two_frames_leaves_one_start() {
        let index = Index::new(open_gop(), vec![0, 1, 1, 3]);
        assert!(index.counted);
        assert_eq!(index.starts.len(), 1);
    }

    #[test]
    fn packets_are_told_apart_by_place() {
        let mut packets = open_gop();
        packets[4].position = 5;
        let index = Index::new(packets.clone(), vec![0, 2, 1, 4, 5, 3, 6]);
        assert_eq!(index.recognise(&packets[3]), Some(3));
        assert_eq!(index.recognise(&packets[5]), None, "two packets claim this place");
        assert!(index.matches(5, &packets[4]));
        assert!(!index.matches(6, &packets[3]));
    }

    #[test]
    fn hidden_frames_are_seen_in_their_headers() {
        assert!(hidden("vp8", &[0x00, 0]));
        assert!(!hidden("vp8", &[0x10, 0]));
        // VP9: marker 10, profile 00, show_existing 0, frame_type 1, show_frame 0 or 1.
        assert!(hidden("vp9", &[0b1000_0100, 0]));
        assert!(!hidden("vp9", &[0b1000_0110, 0]));
        assert!(!hidden("vp9", &[0b1000_0100, 0xc1]), "a superframe shows its last frame");
        assert!(!hidden("h264", &[0, 0]));
    }
}
