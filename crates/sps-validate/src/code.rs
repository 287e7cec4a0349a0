//! The codes of structural mistakes, which do not depend on an endpoint. They never change.

/// The text is not JSON.
pub const INVALID_JSON: &str = "invalid-json";
/// The text is not YAML.
pub const INVALID_YAML: &str = "invalid-yaml";
/// A limit of the checker is exceeded.
pub const LIMIT_EXCEEDED: &str = "limit-exceeded";
/// An object has a key more than once.
pub const DUPLICATE_KEY: &str = "duplicate-key";
/// A key that the type does not have.
pub const UNKNOWN_KEY: &str = "unknown-key";
/// A required key is missing.
pub const MISSING_KEY: &str = "missing-key";
/// A value of another type.
pub const WRONG_TYPE: &str = "wrong-type";
/// Null where a value is required.
pub const NULL_NOT_ALLOWED: &str = "null-not-allowed";
/// A tag that names no variant.
pub const UNKNOWN_SELECTION: &str = "unknown-selection";
/// A value outside the enum.
pub const NOT_IN_ENUM: &str = "not-in-enum";
/// A reference in the form of an object, which only responses use.
pub const REFERENCE_OBJECT: &str = "reference-object";
/// The wrapper of a response in a request.
pub const RESPONSE_WRAPPER: &str = "response-wrapper";
/// A key, value or endpoint that the target version does not have.
pub const NOT_IN_VERSION: &str = "not-in-version";
/// A number outside its bounds.
pub const OUT_OF_RANGE: &str = "out-of-range";
/// A string or a list that is too short.
pub const TOO_SHORT: &str = "too-short";
/// A string or a list that is too long.
pub const TOO_LONG: &str = "too-long";
/// A value that a type known only to garde rejects.
pub const GARDE: &str = "garde";
/// A second reference to an object that serves only one.
pub const SINGLE_USE_REFERENCE: &str = "single-use-reference";
/// A reference to an object that does not exist.
pub const REFERENCE_EXISTS: &str = "reference-exists";
/// A certificate that deviates from the standards.
pub const CERTIFICATE_IRREGULAR: &str = "certificate-irregular";
/// A reference with a text that does not look like a key: perhaps the secret itself.
pub const NOT_A_KEY: &str = "not-a-key";
/// A span of times that ends before it starts.
pub const REVERSED_TIMES: &str = "reversed-times";
/// A list `@order` that does not name every key of its object once.
pub const WRONG_ORDER: &str = "wrong-order";
/// A key that has no effect while its switch is off.
pub const IGNORED_KEY: &str = "ignored-key";

/// The codes that no user can waive: what breaks them is not the body that the appliance expects, or was not checked.
const STRUCTURAL: [&str; 17] = [
    INVALID_JSON,
    INVALID_YAML,
    DUPLICATE_KEY,
    UNKNOWN_KEY,
    MISSING_KEY,
    WRONG_TYPE,
    NULL_NOT_ALLOWED,
    UNKNOWN_SELECTION,
    NOT_IN_ENUM,
    REFERENCE_OBJECT,
    RESPONSE_WRAPPER,
    NOT_IN_VERSION,
    OUT_OF_RANGE,
    TOO_SHORT,
    TOO_LONG,
    LIMIT_EXCEEDED,
    GARDE,
];

/// Whether a code is about the structure of a body, so that no rule can be waived with it.
pub fn is_structural(code: &str) -> bool {
    STRUCTURAL.contains(&code)
}
