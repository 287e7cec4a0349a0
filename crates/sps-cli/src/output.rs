//! Output to the terminal, a pipe or a file.

mod advice;
mod diff;
mod excerpt;
pub(crate) mod gitlab;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod line;
pub(crate) mod progress;
pub(crate) mod report;
pub(crate) mod sarif;
mod stdout;
mod text;
mod unchecked;

pub(crate) use crate::output::{
    stdout::{Stdout, complain, print},
    text::{count, one_line},
};
