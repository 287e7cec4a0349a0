//! What the compiler says of a wrong declaration; `TRYBUILD=overwrite` writes it anew.

/// Compiler messages differ by version: these are those of Rust 1.95.
#[test]
fn mistakes_are_reported_where_they_are() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
