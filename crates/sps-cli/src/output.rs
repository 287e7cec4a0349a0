//! Output to the terminal, a pipe or a file.

mod advice;
mod diff;
mod difference;
mod events;
mod format;
pub(crate) mod github;
pub(crate) mod gitlab;
pub(crate) mod graph;
pub(crate) mod html;
pub(crate) mod human;
pub(crate) mod json;
mod limit;
pub(crate) mod line;
pub(crate) mod markdown;
pub(crate) mod progress;
pub(crate) mod record;
pub(crate) mod report;
mod repository;
mod result;
pub(crate) mod sarif;
mod settings;
mod stdout;
mod text;
mod time;
pub(crate) mod unchecked;

pub(crate) use crate::output::{
    difference::{difference_line, differences},
    format::{Format, Formatted, ListFormat},
    result::{conclude, print_result},
    settings::{OutputArgs, is_quiet, is_stderr_colored, is_stdout_colored},
    stdout::{Stdout, complain, notice, print, print_finding, print_json, remark},
    text::{count, one_line, start_of},
    time::{date, date_time},
};
