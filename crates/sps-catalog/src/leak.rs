//! Data that lives as long as the program, as tables hold it.

use sps_model::validate::Path;

/// A path as tables hold it.
pub(crate) fn path_of(path: &[String]) -> Path {
    leak(path.iter().map(|segment| text(segment)).collect())
}

/// A text as tables hold it.
pub(crate) fn text(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// A list as tables hold it.
pub(crate) fn leak<T>(items: Vec<T>) -> &'static [T] {
    Vec::leak(items)
}
