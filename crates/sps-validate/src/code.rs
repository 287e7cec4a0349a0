//! The codes that come from structure and not from a rule of one endpoint. They never change.

/// The text is not JSON.
pub const INVALID_JSON: &str = "invalid-json";
/// A limit of the checker is exceeded.
pub const LIMIT_EXCEEDED: &str = "limit-exceeded";
/// A key stands twice in one object.
pub const DUPLICATE_KEY: &str = "duplicate-key";
/// A key that the type does not have.
pub const UNKNOWN_KEY: &str = "unknown-key";
/// A key that must be there is not.
pub const MISSING_KEY: &str = "missing-key";
/// A value of another kind.
pub const WRONG_TYPE: &str = "wrong-type";
/// Null where a value must stand.
pub const NULL_NOT_ALLOWED: &str = "null-not-allowed";
/// A tag that names no variant.
pub const UNKNOWN_SELECTION: &str = "unknown-selection";
/// A word outside the list.
pub const NOT_IN_ENUM: &str = "not-in-enum";
/// A reference sent as the object a response shows.
pub const REFERENCE_OBJECT: &str = "reference-object";
/// The wrapper of a response in a request.
pub const RESPONSE_WRAPPER: &str = "response-wrapper";
/// Something that the target version does not have.
pub const NOT_IN_VERSION: &str = "not-in-version";
/// A number outside its bounds.
pub const OUT_OF_RANGE: &str = "out-of-range";
/// A string or a list with too few parts.
pub const TOO_SHORT: &str = "too-short";
/// A string or a list with too many parts.
pub const TOO_LONG: &str = "too-long";
/// A breach reported by a type that only garde knows.
pub const GARDE: &str = "garde";
/// An object that may be referenced once is referenced again.
pub const SINGLE_USE_REFERENCE: &str = "single-use-reference";
/// A reference to an object that does not exist.
pub const REFERENCE_EXISTS: &str = "reference-exists";
/// A key without effect while its switch is off.
pub const IGNORED_KEY: &str = "ignored-key";
