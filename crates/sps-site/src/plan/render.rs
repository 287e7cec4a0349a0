//! A plan for people and for programs.

mod dot;
mod json;
mod markdown;
mod text;
mod value;

pub(in crate::plan) use self::json::change as change_to_json;
pub use self::{
    markdown::MarkdownOptions,
    text::Style,
    value::{Shown, ShownLine, Side},
};
