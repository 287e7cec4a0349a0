//! How many random inputs a test gets.

use proptest::prelude::ProptestConfig;

/// For a test that runs once for each endpoint: together they see some ten thousand inputs.
pub(crate) const EACH_ENDPOINT: u32 = 64;

/// This many inputs, or as many as `PROPTEST_CASES` says.
pub(crate) fn inputs(count: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|it| it.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(count),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
