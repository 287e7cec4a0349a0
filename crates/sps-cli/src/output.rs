//! Output to the terminal, a pipe or a file.

mod advice;
mod diff;
mod difference;
mod events;
mod format;
pub(crate) mod gitlab;
pub(crate) mod human;
pub(crate) mod json;
mod limit;
pub(crate) mod line;
pub(crate) mod progress;
pub(crate) mod report;
pub(crate) mod sarif;
mod settings;
mod stdout;
mod text;
mod time;
mod unchecked;

pub(crate) use crate::output::{
    difference::{difference_line, differences},
    format::Formatted,
    settings::{OutputArgs, is_quiet, is_stderr_colored, is_stdout_colored},
    stdout::{Stdout, complain, print, print_finding, print_json, remark},
    text::{count, one_line, start_of},
    time::date_time,
};
