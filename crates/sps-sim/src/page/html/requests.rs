//! The page of the log.

use maud::{Markup, html};

use crate::{
    http::RequestRecord,
    page::{
        html::{Frame, table},
        stream::MAX_LINES,
        text::{status, time, visible},
        view::LogView,
    },
};

/// Makes the page. `is_live` says whether it shows the newest requests, which a script then follows.
pub(in crate::page) fn requests(
    frame: &Frame<'_>,
    view: &LogView,
    run: &str,
    is_live: bool,
) -> Markup {
    let newest = view.lines.first().map_or(view.count, |it| it.0);
    let last = view.lines.last().map(|it| it.0);
    let cells = html! { @for (number, record) in &view.lines { (line(*number, record)) } };
    let columns = ["No.", "Status", "Method", "Path", "Time", "User", "Session"];
    let content = html! {
        p {
            "The simulator keeps the last " (view.kept) " requests, and this page shows " (MAX_LINES) " of them at most. Its own requests are not in the log."
        }
        @if is_live {
            p id="live" role="status" data-from=(format!("{run}-{newest}")) data-most=(MAX_LINES) {
                "This is the log of now. Reload the page for later requests."
            }
        } @else {
            p { a href="/page/requests" { "Newest requests" } }
        }
        div id="log" {
            (table("Requests, newest first", &columns, &cells))
        }
        @if let Some(last) = last.filter(|it| *it > view.oldest) {
            p { a rel="next" href=(format!("/page/requests?before={last}")) { "Older requests" } }
        }
        @if !view.handshakes.is_empty() {
            h2 { "Failed TLS handshakes" }
            (table("Failed handshakes, newest first", &["Time", "Reason"], &html! {
                @for it in &view.handshakes { tr { td { (time(it.at)) } td { (visible(&it.reason)) } } }
            }))
        }
    };
    frame.page("Requests", &content)
}

/// Makes one line. The script makes the same cells.
fn line(number: u64, record: &RequestRecord) -> Markup {
    let RequestRecord { at, method, path, query, status: code, session, user } = record;
    html! {
        tr {
            td { (number) }
            td { (status(*code)) }
            td { (visible(method)) }
            td.path { (visible(path)) @if let Some(query) = query { "?" (visible(query)) } }
            td.whole { (time(*at)) }
            td { (user.as_deref().map(visible).unwrap_or_default()) }
            td { (session.as_deref().map(visible).unwrap_or_default()) }
        }
    }
}
