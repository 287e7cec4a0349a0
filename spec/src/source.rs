//! Where facts come from, and where sources are wrong or silent.

/// A page or standard that shows facts.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Short name, by which spec files name it.
    pub id: String,
    /// Title of the page or section.
    pub title: String,
    /// The document, such as `REST API Reference Guide`.
    pub guide: String,
    /// Version of the document; empty where its page does not say.
    pub version: String,
    /// How far to trust it.
    pub tag: SourceTag,
}

impl Source {
    /// Title, document and version, as texts name the source.
    pub fn name(&self) -> String {
        let Self { title, guide, version, .. } = self;
        match (self.tag, version.is_empty()) {
            (_, true) => title.clone(),
            (SourceTag::Standard, false) => format!("{title} ({version})"),
            (_, false) => format!("{title}, {guide} {version}"),
        }
    }
}

/// How a fact was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceTag {
    /// Read in a guide of the vendor.
    Seen,
    /// Read off a client that the vendor publishes.
    Client,
    /// A public standard or weakness list, behind a warning about security.
    Standard,
    /// Follows from other facts; no source states it.
    Inferred,
}

/// A point on which a source contradicts itself, is wrong or is silent, and what we do about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Quirk {
    /// Permanent name, in kebab case.
    pub id: String,
    /// Subject: a type, `Type.member`, or the path of an endpoint. A quirk of every page in `protocol.toml` names a
    /// method or `body` instead, and concerns the endpoints that have it.
    pub on: String,
    /// Statement of the source, in our words.
    pub says: String,
    /// Our decision.
    pub does: String,
    /// Reason for the decision.
    pub why: String,
    /// Id of the source.
    pub source: String,
}
