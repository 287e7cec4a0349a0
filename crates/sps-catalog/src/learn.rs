//! Pages drafted from responses of an appliance: what a response shows about its endpoint, and none of its values.

mod page;
mod print;
mod seen;

use std::{collections::BTreeSet, error, fmt};

use serde_json::Value;
use sps_spec::{Spec, fits};

use crate::learn::seen::{Pattern, Seen};

/// A response that nothing can be learned from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LearnError {
    /// It reports an error.
    ErrorResponse,
    /// It has no body.
    NoBody,
    /// It is about another endpoint than those before.
    OtherEndpoint {
        /// The endpoint of those before.
        known: String,
        /// The endpoint of this one.
        found: String,
    },
    /// It has no `meta.href`, and no endpoint is given.
    NoEndpoint,
    /// The path is not that of an endpoint.
    Path(String),
}

impl fmt::Display for LearnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ErrorResponse => f.write_str("this response reports an error"),
            Self::NoBody => f.write_str("this response has no body"),
            Self::OtherEndpoint { known, found } => {
                write!(f, "this response is about {found}, those before are about {known}")
            }
            Self::NoEndpoint => {
                f.write_str("this response has no `meta.href` that names its endpoint")
            }
            Self::Path(path) => write!(f, "`{path}` is not the path of an endpoint"),
        }
    }
}

impl error::Error for LearnError {}

/// A file of an overlay.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LearnedFile {
    /// Its name in the directory of the overlay.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// The draft of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LearnedPage {
    /// The page, then pages and types that it needs and the spec lacks.
    pub files: Vec<LearnedFile>,
    /// Members of which responses show no type, as pointers: they are `any`.
    pub untyped: Vec<String>,
}

/// What responses show about the endpoint itself.
#[derive(Debug, Clone, Copy, Default)]
struct Shape {
    is_collection: bool,
    /// Whether the members of the body are not below `body`.
    is_bare: bool,
}

/// Learns the page of one endpoint from its responses.
///
/// ```
/// use sps_catalog::Learner;
/// let mut learner = Learner::new();
/// learner.add(&serde_json::json!({"key": "made_up", "meta": {"href": "/api/configuration/made_up"},
///     "body": {"enabled": true, "interval": 5}}))?;
/// let page = learner.page(&sps_spec::Spec::embedded())?;
/// assert_eq!(page.files[0].name, "endpoints/configuration/made_up.toml");
/// assert!(page.files[0].text.contains("interval = { type = \"int\""));
/// # Ok::<(), sps_catalog::LearnError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Learner {
    endpoint: Option<String>,
    /// Whether the caller names the endpoint.
    is_given: bool,
    shape: Shape,
    words: Vec<Pattern>,
    body: Seen,
    /// Where objects were read, to tell a singleton from an object of a collection.
    hrefs: BTreeSet<String>,
}

impl Learner {
    /// Creates a learner that takes the endpoint from the first response.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the endpoint: a full path. A response whose `meta.href` is one segment longer makes it a collection.
    #[must_use]
    pub fn endpoint(mut self, path: impl Into<String>) -> Self {
        self.endpoint = Some(path.into());
        self.is_given = true;
        self
    }

    /// Takes over the strings at this pointer as values of an enum. An element of a list or map is written as `*`, `-`, or
    /// with any number or key.
    #[must_use]
    pub fn words(mut self, pointer: &str) -> Self {
        self.words.push(Pattern::new(pointer));
        self
    }

    /// Learns from a response: of an object, of a list of objects with their bodies, or a body alone.
    ///
    /// # Errors
    /// Nothing can be learned from it.
    pub fn add(&mut self, response: &Value) -> Result<(), LearnError> {
        if response.get("error").is_some_and(Value::is_object) && response.get("body").is_none() {
            return Err(LearnError::ErrorResponse);
        }
        let href = response.pointer("/meta/href").and_then(Value::as_str).map(without_query);
        if let (Some(href), Some(items)) = (href, response.get("items").and_then(Value::as_array)) {
            self.about(href, true)?;
            let bodies: Vec<&Value> = items.iter().filter_map(|item| item.get("body")).collect();
            if bodies.is_empty() {
                return Err(LearnError::NoBody);
            }
            for body in bodies {
                self.body.add(body, &self.words);
            }
            return Ok(());
        }
        let Some(href) = href else {
            if self.endpoint.is_none() {
                return Err(LearnError::NoEndpoint);
            }
            self.body.add(response.get("body").unwrap_or(response), &self.words);
            return Ok(());
        };
        if let Some(body) = response.get("body") {
            self.object(href)?;
            self.body.add(body, &self.words);
            return Ok(());
        }
        // The members of some bodies are beside `key` and `meta`.
        let mut bare = response.as_object().cloned().unwrap_or_default();
        bare.retain(|key, _| !matches!(key.as_str(), "key" | "meta" | "items"));
        // Once one of them had members there, another may have none.
        if bare.is_empty() && !self.shape.is_bare {
            return Err(LearnError::NoBody);
        }
        self.object(href)?;
        self.shape.is_bare = true;
        self.body.add(&Value::Object(bare), &self.words);
        Ok(())
    }

    /// Takes note that a response is about the object at this path.
    fn object(&mut self, href: &str) -> Result<(), LearnError> {
        let (parent, key) = href.rsplit_once('/').unwrap_or(("", href));
        let is_first = self.hrefs.is_empty();
        self.hrefs.insert(href.to_owned());
        match self.endpoint.as_deref() {
            Some(known) if fits(known, href) => Ok(()),
            Some(known) if fits(known, parent) => {
                self.shape.is_collection = true;
                Ok(())
            }
            // Two objects of one collection: the first was taken for an endpoint.
            Some(known)
                if !self.is_given
                    && !self.shape.is_collection
                    && siblings(known, href)
                    && self.hrefs.len() == 2 =>
            {
                self.endpoint = Some(parent.to_owned());
                self.shape.is_collection = true;
                Ok(())
            }
            None if is_first && sps_model::validate::is_like_a_key(key) => self.about(parent, true),
            None => self.about(href, false),
            Some(known) => {
                Err(LearnError::OtherEndpoint { known: known.to_owned(), found: href.to_owned() })
            }
        }
    }

    fn about(&mut self, path: &str, is_collection: bool) -> Result<(), LearnError> {
        match &self.endpoint {
            Some(known) if !fits(known, path) => {
                Err(LearnError::OtherEndpoint { known: known.clone(), found: path.to_owned() })
            }
            _ => {
                self.endpoint.get_or_insert_with(|| path.to_owned());
                self.shape.is_collection |= is_collection;
                Ok(())
            }
        }
    }

    /// Drafts the page. It is always open: no response shows that it is complete.
    ///
    /// # Errors
    /// Nothing was learned, or the path is not that of an endpoint.
    pub fn page(&self, spec: &Spec) -> Result<LearnedPage, LearnError> {
        let path = self.endpoint.as_deref().ok_or(LearnError::NoEndpoint)?;
        if self.body.count() == 0 {
            return Err(LearnError::NoBody);
        }
        // The key of an object is no name of an endpoint, unless the caller gave the path.
        let is_name = |place: &str| {
            self.is_given || !place.split('/').any(sps_model::validate::is_like_a_key)
        };
        let place = path.strip_prefix("/api/").filter(|place| is_place(place) && is_name(place));
        let place = place.ok_or_else(|| LearnError::Path(path.to_owned()))?;
        // What was taken for objects of one collection may be endpoints of one container.
        let known = self.hrefs.iter().find(|it| *it != path && spec.endpoint(it).is_some());
        if let Some(found) = known.filter(|_| !self.is_given && self.shape.is_collection) {
            let (known, found) = (path.to_owned(), found.clone());
            return Err(LearnError::OtherEndpoint { known, found });
        }
        Ok(page::draft(spec, path, place, self.shape, &self.body))
    }
}

/// Whether this part of a path after `/api/` can be that of a page.
fn is_place(place: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    place.split('/').all(|name| {
        let name = name.strip_prefix('{').and_then(|it| it.strip_suffix('}')).unwrap_or(name);
        !name.is_empty() && name.chars().all(fits)
    })
}

fn without_query(href: &str) -> &str {
    href.split('?').next().unwrap_or_default().trim_end_matches('/')
}

fn siblings(one: &str, other: &str) -> bool {
    let parent = |path: &'_ str| path.rsplit_once('/').map(|(parent, _)| parent.to_owned());
    one != other && parent(one) == parent(other)
}
