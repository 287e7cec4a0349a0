//! Tests that cross crates; everything is under `it/`.
