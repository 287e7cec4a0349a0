//! Rules, formats, a JSON scanner with spans, and reports for configuration bodies.

pub mod json;
pub mod limits;
pub mod span;
