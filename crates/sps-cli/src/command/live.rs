//! The endpoints that an appliance links to, compared with those of the spec.

use std::collections::{BTreeSet, VecDeque};

use anyhow::Result;
use serde_json::json;
use sps_client::{Client, ErrorKind, links};
use sps_model::EndpointKind;

use crate::{
    output::{ListFormat, Stdout, html, markdown, print, print_json, remark},
    spec::{endpoints, locate},
    status::Status,
};

/// Most requests of one run. The API of any version has fewer containers.
const MAX_REQUESTS: usize = 1_000;

/// What an appliance has.
#[derive(Debug, Default)]
struct Live {
    paths: BTreeSet<String>,
    requests: usize,
    /// Paths that could not be read.
    unread: BTreeSet<String>,
    /// Whether requests ran out.
    is_cut: bool,
}

/// Follows the links of an appliance, and lists what it has and the spec has not, and the reverse.
pub(super) async fn run(client: &Client, format: ListFormat, out: &mut Stdout) -> Result<Status> {
    let live = Live::read(client).await?;
    let known: BTreeSet<&str> = endpoints().iter().map(|it| it.path).collect();
    let only_live: Vec<&str> =
        live.paths.iter().map(String::as_str).filter(|it| !known.contains(it)).collect();
    let is_fixed = |path: &&str| !path.contains('{');
    let only_spec: Vec<&str> =
        known.iter().copied().filter(is_fixed).filter(|it| !live.paths.contains(*it)).collect();
    match format {
        ListFormat::Json => {
            let lists = json!({
                "requests": live.requests,
                "is_complete": !live.is_cut && live.unread.is_empty(),
                "unread": live.unread,
                "only_live": only_live,
                "only_spec": only_spec,
            });
            // The notes are in the lists.
            print_json(out, &lists)?;
            return Ok(Status::Done);
        }
        ListFormat::Html => {
            let page = html::endpoints::live(&only_live, &only_spec, &live.unread, live.is_cut);
            print(out, &page)?;
        }
        ListFormat::Markdown => {
            let rows = |paths: &[&str], place: &str| -> Vec<_> {
                paths.iter().map(|it| vec![(*it).to_owned(), place.to_owned()]).collect()
            };
            let rows =
                [rows(&only_live, "the appliance alone"), rows(&only_spec, "the spec alone")];
            print(out, &markdown::table(&["Endpoint", "Who has it"], &rows.concat()))?;
        }
        ListFormat::Human => print_lists(&only_live, &only_spec, out)?,
    }
    for path in &live.unread {
        remark(&format!("note: {path} could not be read, so what it links to is missing here"));
    }
    if live.is_cut {
        remark(&format!("note: stopped after {MAX_REQUESTS} requests; more may be linked"));
    }
    Ok(Status::Done)
}

fn print_lists(only_live: &[&str], only_spec: &[&str], out: &mut Stdout) -> Result<()> {
    for (title, paths) in [
        ("The appliance has, and the spec has not", only_live),
        ("The spec has, and the appliance does not link to", only_spec),
    ] {
        print(
            out,
            format!("{title}: {}", if paths.is_empty() { "nothing" } else { "" }).trim_end(),
        )?;
        for path in paths {
            print(out, &format!("  {path}"))?;
        }
    }
    Ok(())
}

impl Live {
    async fn read(client: &Client) -> Result<Self> {
        let mut live = Self::default();
        let mut queue = VecDeque::from(["/api".to_owned()]);
        while let Some(path) = queue.pop_front() {
            if live.requests == MAX_REQUESTS {
                live.is_cut = true;
                break;
            }
            live.requests += 1;
            let response = match client.get_raw(&path).await {
                Ok(response) => response,
                Err(error) if may_be_skipped(error.kind()) && path != "/api" => {
                    live.unread.insert(path);
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            for link in links(&path, response.content.as_value()) {
                if live.paths.insert(link.clone()) && is_followed(&link) {
                    queue.push_back(link);
                }
            }
        }
        Ok(live)
    }
}

/// Whether a path that cannot be read is left out.
fn may_be_skipped(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NotFound
            | ErrorKind::Unauthorized
            | ErrorKind::UnexpectedResponse
            | ErrorKind::Semantic
            | ErrorKind::Other
    )
}

/// Whether a path may link to other endpoints.
fn is_followed(path: &str) -> bool {
    match locate(path) {
        Some(located) => located.key.is_none() && located.endpoint.kind == EndpointKind::Container,
        None => true,
    }
}
