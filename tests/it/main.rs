//! Tests that cross crates: cases worked out by hand, properties, the derive and the generator.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[macro_use]
mod every_endpoint;

mod audit;
mod bodies;
mod cases;
mod client;
mod codes;
mod conflicts;
mod derive;
mod expansions;
mod fault_matrix;
mod foreign;
mod fuzz_corpus;
mod generator;
mod machine;
mod mutants;
mod mutation;
mod outside;
mod pages;
mod properties;
mod random;
mod schema;
mod sent_back;
mod simulator;
mod two_clients;
mod ui;
