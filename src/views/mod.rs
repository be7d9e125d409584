//! (being written)

pub mod canvas;
