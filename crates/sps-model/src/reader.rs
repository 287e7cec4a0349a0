//! The reader: strict for requests, lenient for responses.

use serde::de;
use sps_validate::{Form, Limits};

/// Form, depth and limits of a document that is being read.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Reader {
    /// The direction of the document.
    pub form: Form,
    /// The number of objects and lists around the value.
    pub depth: usize,
    /// Limits on the size of the document.
    pub limits: Limits,
}

impl Reader {
    /// Makes a strict reader, for requests.
    pub fn request() -> Self {
        Self { form: Form::Request, depth: 0, limits: Limits::default() }
    }

    /// Makes a lenient reader, for responses: unknown keys and values are kept.
    pub fn response() -> Self {
        Self { form: Form::Response, ..Self::request() }
    }

    /// Sets the limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Whether unknown keys and values are kept.
    pub fn is_lenient(&self) -> bool {
        self.form == Form::Response
    }

    /// Returns the reader for the inside of the next object or list.
    ///
    /// # Errors
    /// Too deep.
    pub fn enter<E: de::Error>(&self) -> Result<Self, E> {
        let depth = self.depth + 1;
        if depth > self.limits.effective_depth() {
            return Err(E::custom(format_args!(
                "nested deeper than {} levels",
                self.limits.effective_depth()
            )));
        }
        Ok(Self { depth, ..*self })
    }

    /// Counts one more key of an object.
    ///
    /// # Errors
    /// Too many.
    pub fn count<E: de::Error>(&self, keys: &mut usize) -> Result<(), E> {
        *keys += 1;
        if *keys > self.limits.keys {
            return Err(E::custom(format_args!(
                "more than {} keys in an object",
                self.limits.keys
            )));
        }
        Ok(())
    }
}
