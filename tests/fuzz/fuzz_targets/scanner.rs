//! The scanner accepts what `serde_json::Value` accepts, and reads the same.

#![no_main]

#[expect(dead_code, reason = "each target asks one of the questions")]
#[path = "../checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::scanner(bytes));
