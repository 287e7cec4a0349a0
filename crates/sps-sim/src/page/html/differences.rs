//! The page of the changes since the start.

use maud::{Markup, html};

use crate::page::{
    html::{Frame, named, pager, rows},
    text::{count, visible},
    view::{Differences, PAGE_DIFFERENCES},
};

/// Makes the page.
pub(in crate::page) fn differences(frame: &Frame<'_>, view: &Differences) -> Markup {
    let is_open = view.list.len() <= 5;
    let pager = pager("/page/changes", view.page, PAGE_DIFFERENCES, view.count, "changes");
    let content = html! {
        @if view.count == 0 {
            p { "The committed configuration is the one of the start. Pending changes are under " a href="/page/sessions" { "Sessions" } "." }
        } @else {
            p { (count(view.count, "difference")) " between the start and what is committed now." }
            (pager)
            @for it in &view.list {
                details.change open[is_open] {
                    summary { strong { (it.kind.word()) } " " code { (visible(&it.link.path)) } }
                    (named(&it.link))
                    (rows(&visible(&it.link.path), &it.rows, it.more_rows))
                }
            }
            (pager)
        }
    };
    frame.page("Changes since start", &content)
}
