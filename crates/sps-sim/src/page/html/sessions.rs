//! The page of the sessions and their transactions.

use maud::{Markup, html};

use crate::page::{
    html::{Frame, left_out, named, rows, table},
    text::{count, time, visible},
    view::{List, SessionView, TransactionView},
};

/// Makes the page.
pub(in crate::page) fn sessions(
    frame: &Frame<'_>,
    sessions: &List<SessionView>,
    transactions: &List<TransactionView>,
) -> Markup {
    let open = html! {
        @for it in &sessions.shown {
            tr {
                td { bdi { (visible(&it.user)) } }
                td { code { (it.token) "…" } }
                td { (it.rights) }
                td { (it.credential) }
                td { (time(it.last_request)) }
                td { (it.ends.map(time).unwrap_or_default()) }
                td { @if it.has_transaction { "open" } @else { "none" } }
            }
        }
    };
    let content = html! {
        h2 { "Pending changes" }
        @if transactions.shown.is_empty() { p { "No transaction is open." } }
        @for it in &transactions.shown {
            section.transaction aria-label=(format!("Transaction of {}", visible(&it.user))) {
                h3 {
                    bdi { (visible(&it.user)) } " holds " (count(it.count, "pending change"))
                    " " span.dim { "session " (it.token) "…" }
                }
                @if let Some(user) = &it.overtaken_by {
                    p.note { "A commit will be refused: " bdi { (visible(user)) } " committed in between." }
                }
                @for change in &it.changes {
                    details.change open[it.changes.len() <= 5] {
                        summary { strong { (change.word) } " " code { (visible(&change.link.path)) } }
                        (named(&change.link))
                        (rows(&visible(&change.link.path), &change.rows, change.more_rows))
                    }
                }
                (left_out(it.count - it.changes.len(), "more change"))
            }
        }
        (left_out(transactions.more, "more open transaction"))
        h2 { "Sessions" }
        @if sessions.shown.is_empty() {
            p { "No session is open." }
        } @else {
            (table(
                "Open sessions, the last used first",
                &["User", "Token", "Rights", "Login with", "Last request", "Ends without another", "Transaction"],
                &open,
            ))
        }
        (left_out(sessions.more, "more session"))
    };
    frame.page("Sessions", &content)
}
