//! The codes of structural mistakes, which do not depend on an endpoint. They never change.

/// Declares the codes, and the list of all of them.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = $code;)*

        /// All codes of this module. Formats have codes of their own, and so do the rules of the pages.
        pub const ALL: &[&str] = &[$($name),*];
    };
}

codes! {
    /// The text is not JSON.
    INVALID_JSON = "invalid-json";
    /// The text is not YAML.
    INVALID_YAML = "invalid-yaml";
    /// A limit of the checker is exceeded.
    LIMIT_EXCEEDED = "limit-exceeded";
    /// An object has a key more than once.
    DUPLICATE_KEY = "duplicate-key";
    /// A key that the type does not have.
    UNKNOWN_KEY = "unknown-key";
    /// A required key is missing.
    MISSING_KEY = "missing-key";
    /// A value of another type.
    WRONG_TYPE = "wrong-type";
    /// Null where a value is required.
    NULL_NOT_ALLOWED = "null-not-allowed";
    /// A tag that names no variant.
    UNKNOWN_SELECTION = "unknown-selection";
    /// A value outside the enum.
    NOT_IN_ENUM = "not-in-enum";
    /// A reference in the form of an object, which only responses use.
    REFERENCE_OBJECT = "reference-object";
    /// The wrapper of a response in a request.
    RESPONSE_WRAPPER = "response-wrapper";
    /// A key, value or endpoint that the target version does not have.
    NOT_IN_VERSION = "not-in-version";
    /// A number outside its bounds.
    OUT_OF_RANGE = "out-of-range";
    /// A string or a list that is too short.
    TOO_SHORT = "too-short";
    /// A string or a list that is too long.
    TOO_LONG = "too-long";
    /// A value that a type known only to garde rejects.
    GARDE = "garde";
    /// A second reference to an object that serves only one.
    SINGLE_USE_REFERENCE = "single-use-reference";
    /// A reference to an object that does not exist.
    REFERENCE_EXISTS = "reference-exists";
    /// A certificate that deviates from the standards.
    CERTIFICATE_IRREGULAR = "certificate-irregular";
    /// A reference with a text that does not look like a key: perhaps the secret itself.
    NOT_A_KEY = "not-a-key";
    /// A span of times that ends before it starts.
    REVERSED_TIMES = "reversed-times";
    /// A list `@order` that does not name every key of its object once.
    WRONG_ORDER = "wrong-order";
    /// A key that has no effect while its switch is off.
    IGNORED_KEY = "ignored-key";
}

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
