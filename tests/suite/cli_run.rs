//! Tests of cli_run.
