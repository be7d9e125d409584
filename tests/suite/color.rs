//! Tests of color.
