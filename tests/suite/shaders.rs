//! Tests of shaders.
