//! The keys of spec files. The loader accepts these and no others, and the schema for editors is made of them.

/// The keys of one kind of table.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    /// Name of the table in messages.
    pub(crate) what: &'static str,
    pub(crate) keys: &'static [Key],
}

/// One key.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    /// Whether the table is incomplete without it.
    pub(crate) needed: bool,
    /// Its meaning, as editors show it.
    pub(crate) doc: &'static str,
}

/// Form of the value of a key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    Text,
    Texts,
    /// A string, or a list of them.
    TextOrTexts,
    /// A string that may be empty.
    String,
    Flag,
    Int,
    /// A truth value, a whole number or a string.
    Literal,
    /// One of these.
    Word(&'static [&'static str]),
    /// Some of these.
    Words(&'static [&'static str]),
    Signature,
    Condition,
    Version,
    /// The name of a type.
    TypeName,
    /// A table whose keys are the author's.
    Named(Named),
}

/// Tables whose keys are names.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Named {
    Enums,
    Unions,
    Rules,
    Quirks,
    Parts,
    Parameters,
    /// A table of [`ENDPOINT`]: the one table with a fixed name.
    Endpoint,
    /// A table that no page has.
    Other,
}

impl Vocabulary {
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.keys.iter().map(|key| key.name)
    }

    pub(crate) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

const fn needed(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, shape, needed: true, doc }
}

const fn key(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, shape, needed: false, doc }
}

pub(crate) const KINDS: &[&str] =
    &["singleton", "collection", "container", "job", "status", "action"];
pub(crate) const METHODS: &[&str] = &["GET", "POST", "PUT", "DELETE"];
pub(crate) const COMPLETENESS: &[&str] = &["complete", "open", "name-only"];
pub(crate) const SEVERITIES: &[&str] = &["error", "warning"];
pub(crate) const TAGS: &[&str] = &["seen", "client", "standard", "inferred"];

const SINCE: Key = key("since", Shape::Version, "First version that has it, such as \"7.0.3.1\".");
const UNTIL: Key = key("until", Shape::Version, "Last version that has it.");
const SOURCE: Key =
    key("source", Shape::Text, "Id of the source that shows it, if not the source of the page.");
const RUST: Key = key("rust", Shape::Text, "Rust name, where none follows from the wire name.");
const DOC: Key = needed("doc", Shape::Text, "Meaning, in one or two sentences.");
const INFERRED: Key =
    key("inferred", Shape::Text, "What no source says about it, and why we assume it.");
const SENSITIVE: Key = key(
    "sensitive",
    Shape::Flag,
    "Whether the value is never printed. Such a field has no example.",
);
const EXAMPLE: Key =
    key("example", Shape::Literal, "A valid value of the innermost type, for templates.");

const ENUMS: Key = key("enum", Shape::Named(Named::Enums), "Enums by name; their keys are values.");
const UNIONS: Key =
    key("union", Shape::Named(Named::Unions), "Unions by name; their keys are values of the tag.");
const RULES: Key = key(
    "rule",
    Shape::Named(Named::Rules),
    "Rules by code, one inline table each, or a list of them. `codes.toml` has their texts.",
);
const QUIRKS: Key = key(
    "quirk",
    Shape::Named(Named::Quirks),
    "Gaps and contradictions of the guide, by a permanent name.",
);

/// An endpoint page.
pub(crate) static PAGE: Vocabulary = Vocabulary {
    what: "page",
    keys: &[
        needed("endpoint", Shape::Named(Named::Endpoint), "The endpoint."),
        ENUMS,
        UNIONS,
        RULES,
        QUIRKS,
        key("part", Shape::Named(Named::Parts), "Resources below each object, such as a download."),
        key(
            "builtin",
            Shape::Named(Named::Other),
            "Objects that every appliance has, by key; `_since` and `_until` are no members.",
        ),
        key("query", Shape::Named(Named::Parameters), "Parameters of GET, by name."),
    ],
};

/// A file of shared types.
pub(crate) static TYPE_FILE: Vocabulary = Vocabulary {
    what: "file of types",
    keys: &[
        needed("source", Shape::Text, "Id of the source of everything that names no other."),
        key(
            "unplaced",
            Shape::Flag,
            "Whether no endpoint has its types, because no source shows the path.",
        ),
        ENUMS,
        UNIONS,
        RULES,
        QUIRKS,
    ],
};

pub(crate) static ENDPOINT: Vocabulary = Vocabulary {
    what: "endpoint",
    keys: &[
        needed("title", Shape::Text, "Title, in a few words."),
        needed("doc", Shape::Text, "Purpose, in a sentence."),
        needed("source", Shape::Text, "Id of the source of everything that names no other."),
        key("kind", Shape::Word(KINDS), "Kind of resource; `singleton` if not given."),
        key("methods", Shape::Words(METHODS), "Methods, if not those of the kind."),
        key(
            "object_methods",
            Shape::Words(METHODS),
            "Methods of one object, if not those of the kind.",
        ),
        key("object", Shape::TypeName, "Rust name of its object, if not made of the file name."),
        key("request", Shape::Signature, "Type of a request body, if not the object's."),
        key("response", Shape::Signature, "Type of a response body, if not the object's."),
        key("example", Shape::Literal, "A valid value of a body that is no object."),
        key(
            "wrappers",
            Shape::Texts,
            "Members of a response that may hold the body; [\"body\"] if not given. None: its members are beside `meta`.",
        ),
        key("ordered", Shape::Flag, "Whether the order of its objects is a resource, `@order`."),
        key("upload", Shape::TextOrTexts, "Media types of a request that is a file."),
        key("download", Shape::Text, "Media type of a response that is a file."),
        key(
            "key",
            Shape::Text,
            "Fixed `key` of its response, if not the last segment of a singleton's path.",
        ),
        key(
            "completeness",
            Shape::Word(COMPLETENESS),
            "How much of its body is known; `complete` if not given.",
        ),
        key("single_use", Shape::Flag, "Whether each of its objects may be referenced only once."),
        key("anonymous", Shape::Flag, "Whether a client without a login may read it."),
        SINCE,
        UNTIL,
    ],
};

pub(crate) static PART: Vocabulary = Vocabulary {
    what: "part",
    keys: &[
        DOC,
        key("methods", Shape::Words(METHODS), "Methods; [\"GET\"] if not given."),
        key(
            "download",
            Shape::Text,
            "Media type of the response; `application/octet-stream` if not given.",
        ),
        SOURCE,
        SINCE,
        UNTIL,
    ],
};

pub(crate) static PARAMETER: Vocabulary = Vocabulary {
    what: "parameter",
    keys: &[
        needed("type", Shape::Signature, "Type of its value, as for a field."),
        DOC,
        SOURCE,
        SINCE,
        UNTIL,
    ],
};

/// Key under which a type speaks of itself: no field, value or variant.
pub(crate) const ABOUT: &str = "_";

const ABOUT_DOC: Key = key("doc", Shape::Text, "Meaning, where several fields have the type.");
const ABOUT_SOURCE: Key =
    key("source", Shape::Text, "Id of the source of all its keys, if not the source of the page.");

/// A type as a whole.
pub(crate) static ABOUT_TYPE: Vocabulary = Vocabulary {
    what: "description of a type",
    keys: &[
        ABOUT_DOC,
        ABOUT_SOURCE,
        key("open", Shape::Flag, "Whether unknown keys are kept and never an error."),
    ],
};

/// An enum as a whole.
pub(crate) static ABOUT_ENUM: Vocabulary = Vocabulary {
    what: "description of an enum",
    keys: &[
        ABOUT_DOC,
        ABOUT_SOURCE,
        key("open", Shape::Flag, "Whether other words are kept and never an error."),
    ],
};

/// A union as a whole.
pub(crate) static ABOUT_UNION: Vocabulary = Vocabulary {
    what: "description of a union",
    keys: &[
        ABOUT_DOC,
        ABOUT_SOURCE,
        key("open", Shape::Flag, "Whether other variants are kept and never an error."),
        key("tag", Shape::Text, "Wire name of the tag; `selection` if not given."),
        key("content", Shape::Text, "Wire name of the content; `value` if not given."),
    ],
};

pub(crate) static FIELD: Vocabulary = Vocabulary {
    what: "field",
    keys: &[
        needed(
            "type",
            Shape::Signature,
            "Type: bool, int(0..=100) percent, number, string(1..), a format, any, ref COLLECTION, a named type, [T], [T; 2], \
             {T} or ordered {T}; a `?` at the end allows null.",
        ),
        DOC,
        key("if", Shape::Condition, "Required while this holds, else without effect."),
        key("optional", Shape::Flag, "Whether it may be left out."),
        key("tag", Shape::Flag, "Whether it decides which of its siblings count."),
        SENSITIVE,
        key("response_only", Shape::Flag, "Whether only responses have it."),
        key("request_only", Shape::Flag, "Whether only requests have it."),
        key("authenticated", Shape::Flag, "Whether only a client with a login receives it."),
        key("label", Shape::Flag, "Whether it names the object of a collection in files."),
        key("unordered", Shape::Flag, "Whether the order of the list has no meaning."),
        EXAMPLE,
        key("default", Shape::Literal, "Value that a client may assume."),
        SOURCE,
        INFERRED,
        SINCE,
        UNTIL,
        RUST,
    ],
};

pub(crate) static VARIANT: Vocabulary = Vocabulary {
    what: "variant",
    keys: &[
        DOC,
        key(
            "type",
            Shape::Signature,
            "Type of its content, as for a field; without one it has no content.",
        ),
        SENSITIVE,
        EXAMPLE,
        SOURCE,
        SINCE,
        UNTIL,
        RUST,
    ],
};

pub(crate) static VALUE: Vocabulary = Vocabulary {
    what: "value",
    keys: &[
        DOC,
        key("aliases", Shape::Texts, "Other spellings, which are understood and never written."),
        SOURCE,
        SINCE,
        UNTIL,
        RUST,
    ],
};

pub(crate) static RULE: Vocabulary = Vocabulary {
    what: "rule",
    keys: &[
        needed(
            "at",
            Shape::TextOrTexts,
            "The member that is wrong, as `Type.member`; or several of them.",
        ),
        needed(
            "check",
            Shape::Condition,
            "Condition that must hold. `self` is the member at `at`.",
        ),
        key("if", Shape::Condition, "Condition under which the rule applies."),
        key("message", Shape::Text, "What is wrong, if the title of the code does not say it."),
        INFERRED,
        SINCE,
        UNTIL,
    ],
};

pub(crate) static QUIRK: Vocabulary = Vocabulary {
    what: "quirk",
    keys: &[
        key("on", Shape::Text, "Its subject: `Type` or `Type.member`; the endpoint if not given."),
        needed("guide", Shape::Text, "What the guide says."),
        needed("we", Shape::Text, "What we do."),
        needed("why", Shape::Text, "Why."),
        SOURCE,
    ],
};

const NAMED: Shape = Shape::Named(Named::Other);

/// `codes.toml`.
pub(crate) static CODES: Vocabulary = Vocabulary {
    what: "file of codes",
    keys: &[
        key(
            "structural",
            NAMED,
            "Codes raised by reading a document, or by a type or format of a member.",
        ),
        key("rule", NAMED, "Codes raised by rules."),
        key("tree", NAMED, "Codes raised by the check of a tree of files."),
        key("charset", NAMED, "Sets of characters, besides ASCII letters and digits."),
        key("predicates", Shape::Texts, "Checks written by hand, which conditions may call."),
    ],
};

pub(crate) static CODE: Vocabulary = Vocabulary {
    what: "code",
    keys: &[
        needed("title", Shape::Text, "What is wrong; the message of a rule without one."),
        needed("why", Shape::Text, "Why it matters."),
        needed("help", Shape::Text, "What to do."),
        needed("breaks", Shape::Text, "An example that breaks it."),
        needed("holds", Shape::Text, "An example that holds."),
        key("severity", Shape::Word(SEVERITIES), "`error` if not given."),
        key(
            "error_since",
            Shape::Version,
            "First version for which a warning is an error, such as \"7.0.3.1\".",
        ),
        key("source", Shape::TextOrTexts, "Ids of its sources, the first one first."),
        key("inferred", Shape::Text, "Why we assume it, where no source states it."),
        key("format", Shape::Text, "Every field of this format is checked."),
        key("check", Shape::Condition, "The check of such a field, which is `self`."),
    ],
};

/// `sources.toml`.
pub(crate) static SOURCES: Vocabulary = Vocabulary { what: "file of sources", keys: &[] };

pub(crate) static SOURCE_OF_FACTS: Vocabulary = Vocabulary {
    what: "source",
    keys: &[
        needed("title", Shape::Text, "Title of the page or document."),
        key("guide", Shape::Text, "The document; the REST API Reference Guide if not given."),
        key("version", Shape::String, "Version that was read; none if not given."),
        key("tag", Shape::Word(TAGS), "How far to trust it; `seen` if not given."),
    ],
};

/// `protocol.toml`.
pub(crate) static PROTOCOL: Vocabulary = Vocabulary {
    what: "protocol",
    keys: &[
        key("envelope", NAMED, "Members at the top of a response."),
        key("meta", NAMED, "Members of `meta`."),
        key("reference", NAMED, "Members of a reference in a response."),
        key("error", NAMED, "Members of the error object."),
        key("details", NAMED, "Members of `details`."),
        key("error_type", NAMED, "Values of `type` in the error object."),
        key("status", NAMED, "Status codes."),
        key("cookie", NAMED, "Cookies."),
        key("header", NAMED, "Header fields."),
        key("limit", NAMED, "Numbers that a client must know."),
        QUIRKS,
    ],
};

const ITS_SOURCE: Key = needed("source", Shape::Text, "Id of the source that shows it.");

pub(crate) static MEMBER: Vocabulary = Vocabulary {
    what: "member",
    keys: &[
        needed("type", Shape::Text, "JSON type; `?` where null is a value."),
        DOC,
        key("presence", Shape::Text, "When it is present, in words; `always` if not given."),
        ITS_SOURCE,
        SINCE,
        UNTIL,
    ],
};

pub(crate) static ERROR_TYPE: Vocabulary = Vocabulary {
    what: "error type",
    keys: &[
        needed("status", Shape::Int, "Status code of the response."),
        DOC,
        INFERRED,
        ITS_SOURCE,
        SINCE,
        UNTIL,
    ],
};

pub(crate) static STATUS: Vocabulary = Vocabulary {
    what: "status code",
    keys: &[needed("name", Shape::Text, "Name in the guide."), DOC, ITS_SOURCE, SINCE, UNTIL],
};

pub(crate) static HEADER: Vocabulary = Vocabulary {
    what: "header",
    keys: &[
        DOC,
        key("value", Shape::Text, "The one value it takes."),
        SENSITIVE,
        INFERRED,
        ITS_SOURCE,
        SINCE,
        UNTIL,
    ],
};

pub(crate) static LIMIT: Vocabulary = Vocabulary {
    what: "limit",
    keys: &[
        needed("value", Shape::Int, "The number."),
        needed("unit", Shape::Text, "Its unit."),
        DOC,
        INFERRED,
        ITS_SOURCE,
    ],
};

/// A quirk of many pages, in `protocol.toml`.
pub(crate) static COMMON_QUIRK: Vocabulary = Vocabulary {
    what: "quirk",
    keys: &[
        needed(
            "on",
            Shape::Text,
            "The endpoints it concerns: those with this method, or with a `body`.",
        ),
        needed("guide", Shape::Text, "What the guide says."),
        needed("we", Shape::Text, "What we do."),
        needed("why", Shape::Text, "Why."),
        ITS_SOURCE,
    ],
};
