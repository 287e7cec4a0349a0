//! Rules, formats, a JSON scanner with spans, and reports for configuration bodies.

pub mod format;
pub mod json;
pub mod limits;
pub mod pem;
pub mod span;
pub mod suggest;
