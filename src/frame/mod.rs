//! Plain data, shared by every layer above: frames, what is known of their colour and time, and the one trait
//! ([`FrameSource`]) that files, models and filters all present.
//!
//! Nothing in here converts a sample, opens a file or talks to a device.

mod color_info;
mod data;
mod image;
mod map;
mod source;
mod time;

pub use color_info::{ColorInfo, Matrix, Primaries, Range, Siting, Transfer};
pub use data::{Family, Frame, FrameError, Layout, Plane, Sample};
pub use image::Image;
pub use map::Map;
pub use source::{FrameSource, Partial, Region, Request, Severity, SourceError, SourceInfo, Stop, Urgency};
pub use time::{Rational, Timeline};
