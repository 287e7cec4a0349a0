//! The codes of what is wrong with a tree. They never change; what is wrong with a body has the codes of `sps-validate`.
//! The table `tree` of `spec/codes.toml` explains them.

use sps_model::validate::code as body_code;

/// `sps.toml` has something that it may not have.
pub const INVALID_SETTINGS: &str = "invalid-settings";
/// A file is where no object belongs, or has an ending that is not read.
pub const MISPLACED_FILE: &str = "misplaced-file";
/// The name of a file and the name in its body differ.
pub const LABEL_MISMATCH: &str = "label-mismatch";
/// Two files describe one object, or two objects whose names differ in letter case only.
pub const DUPLICATE_LABEL: &str = "duplicate-label";
/// The path of a file is longer than Windows allows.
pub const LONG_PATH: &str = "long-path";
/// A notation such as `$ref` is incomplete, or there is no such notation.
pub const INVALID_NOTATION: &str = "invalid-notation";
/// A notation is in place of a value that it cannot replace.
pub const MISPLACED_NOTATION: &str = "misplaced-notation";
/// The file of a `$file` cannot be had.
pub const UNREADABLE_FILE: &str = "unreadable-file";
/// In place of a reference is a bare text that is no key of an appliance.
pub const BARE_KEY: &str = "bare-key";
/// A secret is in the file itself.
pub const PLAIN_SECRET: &str = "plain-secret";
/// The value of a secret cannot be had.
pub const SECRET_UNAVAILABLE: &str = "secret-unavailable";
/// A secret begins or ends with white space.
pub const SECRET_WHITESPACE: &str = "secret-whitespace";

/// All codes of this module.
pub const ALL: [&str; 12] = [
    INVALID_SETTINGS,
    MISPLACED_FILE,
    LABEL_MISMATCH,
    DUPLICATE_LABEL,
    LONG_PATH,
    INVALID_NOTATION,
    MISPLACED_NOTATION,
    UNREADABLE_FILE,
    BARE_KEY,
    PLAIN_SECRET,
    SECRET_UNAVAILABLE,
    SECRET_WHITESPACE,
];

/// The codes among them that a user may waive.
const WAIVABLE: [&str; 3] = [LONG_PATH, PLAIN_SECRET, SECRET_WHITESPACE];

/// Whether a user may waive the rule with this code: it is about a value, and not about the form of a tree or of a body.
pub fn is_waivable(code: &str) -> bool {
    WAIVABLE.contains(&code) || !(ALL.contains(&code) || body_code::is_structural(code))
}
