//! A read-only view of the state: what each page shows, copied under the lock and rendered after it.

use std::time::SystemTime;

use serde_json::Value;

use crate::{
    appliance::{Appliance, State, idle_time},
    body::World as _,
    configuration::{Address, CONFIGURATION, Node, Transaction},
    http::{FailedHandshake, RequestRecord},
    page::{
        difference::{self, Difference, Kind, Row, difference},
        shown::{Link, Reader, Shown, label},
        stream::MAX_LINES,
        text::{short, url},
    },
    session::{Credential, Rights},
};

/// Objects on one page of a collection.
pub(super) const PAGE_OBJECTS: usize = 100;

/// Differences on one page.
pub(super) const PAGE_DIFFERENCES: usize = 25;

/// Most values of one body.
const MAX_VALUES: usize = 2_000;

/// Most referrers of one object, and changes of one transaction, that are listed.
const MAX_LISTED: usize = 50;

/// Most sessions and jobs that a page shows.
const MAX_LINED_UP: usize = 200;

/// Most transactions that a page shows.
const MAX_TRANSACTIONS: usize = 20;

/// Room for changes on one page, in values: a long text counts as many.
const ROOM: usize = 20_000;

/// The first entries of a list.
pub(super) struct List<T> {
    pub(super) shown: Vec<T>,
    /// Number of entries that are left out.
    pub(super) more: usize,
}

/// The counts in front of everything.
#[derive(Debug)]
pub(super) struct Overview {
    pub(super) objects: usize,
    pub(super) differences: usize,
    pub(super) transactions: usize,
    pub(super) pending: usize,
    pub(super) sessions: usize,
    pub(super) jobs: usize,
    pub(super) faults: usize,
    pub(super) requests: u64,
}

/// A path of the configuration and what lies below it.
#[derive(Debug)]
pub(super) struct Branch {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) title: String,
    /// Number of objects of a collection.
    pub(super) objects: Option<usize>,
    pub(super) is_container: bool,
    pub(super) is_changed: bool,
    pub(super) branches: Vec<Self>,
}

/// What a path of the configuration leads to.
pub(super) enum Place {
    Container(Branch),
    Collection(Collection),
    Body(Box<Body>),
}

/// Objects of a collection.
pub(super) struct Collection {
    pub(super) path: String,
    pub(super) title: String,
    pub(super) links: Vec<Link>,
    pub(super) count: usize,
    pub(super) page: usize,
}

/// One body.
pub(super) struct Body {
    pub(super) path: String,
    pub(super) title: String,
    pub(super) label: Option<String>,
    pub(super) value: Shown,
    pub(super) referrers: Vec<Link>,
    pub(super) more_referrers: usize,
    /// Users whose transactions change it.
    pub(super) pending_of: Vec<String>,
    pub(super) is_changed: bool,
}

/// Differences since the start.
pub(super) struct Differences {
    pub(super) list: Vec<Difference>,
    pub(super) count: usize,
    pub(super) page: usize,
}

/// A session and its transaction.
pub(super) struct SessionView {
    pub(super) user: String,
    /// The first digits of the token.
    pub(super) token: String,
    pub(super) rights: &'static str,
    pub(super) credential: &'static str,
    pub(super) last_request: SystemTime,
    /// When it ends, if no request comes.
    pub(super) ends: Option<SystemTime>,
    pub(super) has_transaction: bool,
}

/// An open transaction.
pub(super) struct TransactionView {
    pub(super) user: String,
    pub(super) token: String,
    pub(super) changes: Vec<ChangeView>,
    pub(super) count: usize,
    pub(super) overtaken_by: Option<String>,
}

/// A pending change.
pub(super) struct ChangeView {
    pub(super) word: String,
    pub(super) link: Link,
    pub(super) rows: Vec<Row>,
    pub(super) more_rows: usize,
}

/// A job, or a download of firmware.
#[derive(Debug)]
pub(super) struct JobView {
    pub(super) kind: String,
    pub(super) key: String,
    pub(super) status: String,
    pub(super) start: Option<String>,
    pub(super) note: Option<String>,
}

/// An active fault.
#[derive(Debug)]
pub(super) struct FaultView {
    pub(super) id: u64,
    pub(super) text: String,
    pub(super) hits: u64,
}

/// A part of the log.
#[derive(Debug)]
pub(super) struct LogView {
    /// Newest first.
    pub(super) lines: Vec<(u64, RequestRecord)>,
    pub(super) count: u64,
    /// Number of the oldest request that is kept.
    pub(super) oldest: u64,
    pub(super) kept: usize,
    pub(super) handshakes: Vec<FailedHandshake>,
}

impl<T> List<T> {
    /// Keeps this number of entries.
    fn new(mut all: Vec<T>, most: usize) -> Self {
        let more = all.len().saturating_sub(most);
        all.truncate(most);
        Self { shown: all, more }
    }
}

/// Reads one state.
pub(super) struct View<'a> {
    pub(super) appliance: &'a Appliance,
    pub(super) state: &'a State,
}

impl<'a> View<'a> {
    pub(super) fn overview(&self) -> Overview {
        let state = self.state;
        let transactions = state.transactions.all();
        Overview {
            objects: state.committed.collections.values().map(Vec::len).sum(),
            differences: self.places().len(),
            transactions: transactions.len(),
            pending: transactions.iter().map(|it| it.changes.len()).sum(),
            sessions: state.sessions.count(),
            jobs: state.jobs.all().len() + state.device.downloads.all().len(),
            faults: state.faults.armed().len(),
            requests: state.log.count(),
        }
    }

    /// Returns what a path of the configuration leads to. `page` counts from 0.
    pub(super) fn place(&self, path: &str, page: usize) -> Option<Place> {
        let tree = &self.appliance.tree;
        let is_inside = path == CONFIGURATION || path.starts_with(&format!("{CONFIGURATION}/"));
        if !is_inside {
            return None;
        }
        let committed = &self.state.committed;
        Some(match tree.resolve(path)? {
            Address::Node(Node::Container) => Place::Container(self.branch(path)),
            Address::Node(node @ (Node::Collection(_) | Node::Plugins)) => {
                let objects = committed.objects(path);
                let page = page.min(objects.len().saturating_sub(1) / PAGE_OBJECTS);
                let reader = self.reader(0);
                let shown = objects.iter().skip(page * PAGE_OBJECTS).take(PAGE_OBJECTS);
                let links = shown.map(|it| reader.link(&format!("{path}/{}", it.key), &it.key));
                Place::Collection(Collection {
                    path: path.to_owned(),
                    title: title(node).to_owned(),
                    links: links.collect(),
                    count: objects.len(),
                    page,
                })
            }
            Address::Node(node @ Node::Singleton(_)) => {
                let body = committed.singletons.get(path).unwrap_or(&Value::Null);
                Place::Body(Box::new(self.body(path, node, body, None)))
            }
            Address::Object(collection, node, key) => {
                let object = committed.find(collection, key)?;
                let label = label(self.appliance.spec, node, &object.body);
                Place::Body(Box::new(self.body(path, node, &object.body, label)))
            }
            Address::Node(_) | Address::Order(..) | Address::Part(..) => return None,
        })
    }

    /// Lists the differences since the start, on one page. `page` counts from 0.
    pub(super) fn differences(&self, page: usize) -> Differences {
        let places = self.places();
        let page = page.min(places.len().saturating_sub(1) / PAGE_DIFFERENCES);
        let shown = places.iter().skip(page * PAGE_DIFFERENCES).take(PAGE_DIFFERENCES);
        let (old, new) = (self.state.origin.first(), &self.state.committed);
        let mut room = ROOM;
        let list = shown.filter_map(|place| {
            // A path of another version has no type in this one.
            let node = self.appliance.tree.node(place.path).unwrap_or(Node::Plugins);
            let (appliance, old) = (self.appliance, old?);
            let reader = |of, values| Reader::new(appliance.spec, &appliance.tree, of, values);
            let mut it = difference(*place, node, old, new, reader);
            it.more_rows += difference::fit(&mut it.rows, &mut room);
            Some(it)
        });
        Differences { list: list.collect(), count: places.len(), page }
    }

    pub(super) fn sessions(&self) -> List<SessionView> {
        let state = self.state;
        let idle = idle_time(&state.committed);
        let mut all: Vec<_> = state
            .sessions
            .all()
            .map(|(token, it)| SessionView {
                user: it.user.clone(),
                token: first_digits(token),
                rights: match it.rights {
                    Rights::Write => "read and write",
                    Rights::Read => "read",
                    Rights::None => "log in only",
                },
                credential: match it.credential {
                    Credential::Password => "password",
                    Credential::Certificate => "certificate",
                },
                last_request: it.last_request,
                ends: it.last_request.checked_add(idle),
                has_transaction: state.transactions.of(token).is_some(),
            })
            .collect();
        all.sort_by(|a, b| (b.last_request, &b.token).cmp(&(a.last_request, &a.token)));
        List::new(all, MAX_LINED_UP)
    }

    pub(super) fn transactions(&self) -> List<TransactionView> {
        let all = self.state.transactions.all();
        let mut room = ROOM;
        let shown = all.iter().take(MAX_TRANSACTIONS).map(|it| {
            let changes = it.changes.iter().take(MAX_LISTED).map(|change| {
                let mut change = self.change(it, change);
                change.more_rows += difference::fit(&mut change.rows, &mut room);
                change
            });
            TransactionView {
                user: it.user.clone(),
                token: first_digits(&it.token),
                changes: changes.collect(),
                count: it.changes.len(),
                overtaken_by: self.state.transactions.overtaken_by(it).map(str::to_owned),
            }
        });
        let shown: Vec<_> = shown.collect();
        List { more: all.len() - shown.len(), shown }
    }

    /// Lists the jobs, newest first.
    pub(super) fn jobs(&self, now: SystemTime) -> List<JobView> {
        let view = |kind: &str, key: &str, body: &Value| {
            let text = |name: &str| body[name].as_str().map(str::to_owned);
            JobView {
                kind: kind.to_owned(),
                key: key.to_owned(),
                status: text("status").unwrap_or_default(),
                start: text("start_time"),
                note: text("error").or_else(|| text("info")).or_else(|| text("file_name")),
            }
        };
        let jobs = self.state.jobs.all().iter();
        let jobs = jobs.map(|it| view(&it.endpoint, &it.key, &it.body(now)));
        let downloads = self.state.device.downloads.all().iter();
        let downloads = downloads.map(|it| {
            view(&format!("download of {}", short(&url(&it.url))), &it.key, &it.body(now))
        });
        let mut all: Vec<_> = downloads.chain(jobs).collect();
        all.reverse();
        List::new(all, MAX_LINED_UP)
    }

    pub(super) fn faults(&self) -> Vec<FaultView> {
        let armed = self.state.faults.armed().iter();
        armed.map(|it| FaultView { id: it.id, text: it.fault.to_string(), hits: it.hits }).collect()
    }

    /// Returns the last requests, or those before the one with this number.
    pub(super) fn log(&self, before: Option<u64>) -> LogView {
        let log = &self.state.log;
        let count = log.count();
        let last = before.map_or(count, |it| it.saturating_sub(1).min(count));
        let first = (last + 1).saturating_sub(MAX_LINES).max(1);
        let mut lines: Vec<_> =
            log.range(first, last).map(|(number, it)| (number, it.clone())).collect();
        lines.reverse();
        let oldest = log.range(1, count).next().map_or(count + 1, |it| it.0);
        let mut handshakes = log.handshakes();
        handshakes.reverse();
        handshakes.truncate(MAX_LISTED);
        LogView { lines, count, oldest, kept: log.kept(), handshakes }
    }

    fn reader(&self, values: usize) -> Reader<'a> {
        let (appliance, state) = (self.appliance, self.state);
        Reader::new(appliance.spec, &appliance.tree, &state.committed, values)
    }

    fn places(&self) -> Vec<difference::Place<'a>> {
        let first = self.state.origin.first();
        first.map(|it| difference::places(it, &self.state.committed)).unwrap_or_default()
    }

    /// Whether the content of a path differs from the start.
    fn is_changed(&self, path: &str) -> bool {
        let new = &self.state.committed;
        self.state.origin.first().is_some_and(|old| {
            old.singletons.get(path) != new.singletons.get(path)
                || old.objects(path) != new.objects(path)
        })
    }

    fn branch(&self, path: &str) -> Branch {
        let tree = &self.appliance.tree;
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        let node = tree.node(path).unwrap_or(Node::Container);
        let below = tree.children(path).into_iter().map(|name| format!("{path}/{name}"));
        let branches: Vec<_> = below
            .filter(|it| {
                let node = tree.node(it);
                matches!(
                    node,
                    Some(
                        Node::Container | Node::Singleton(_) | Node::Collection(_) | Node::Plugins
                    )
                )
            })
            .map(|it| self.branch(&it))
            .collect();
        let is_collection = matches!(node, Node::Collection(_) | Node::Plugins);
        Branch {
            name,
            title: title(node).to_owned(),
            objects: is_collection.then(|| self.state.committed.objects(path).len()),
            is_container: matches!(node, Node::Container),
            is_changed: self.is_changed(path) || branches.iter().any(|it| it.is_changed),
            path: path.to_owned(),
            branches,
        }
    }

    fn body(&self, path: &str, node: Node, stored: &Value, label: Option<String>) -> Body {
        let committed = &self.state.committed;
        let (above, key) = path.rsplit_once('/').unwrap_or_default();
        let referrers = committed.referrers(above, key);
        let reader = self.reader(MAX_VALUES);
        let links = referrers.iter().take(MAX_LISTED).map(|path| {
            let key = path.rsplit('/').next().unwrap_or_default();
            reader.link(path, key)
        });
        let changes = |it: &&Transaction| it.changes.iter().any(|change| is_at(change, path));
        let pending = self.state.transactions.all().iter().filter(changes);
        let old = self.state.origin.first().map(|it| match node {
            Node::Singleton(_) => it.singletons.get(path),
            _ => it.find(above, key).map(|it| &it.body),
        });
        Body {
            path: path.to_owned(),
            title: title(node).to_owned(),
            label,
            value: self.reader(MAX_VALUES).body(node, stored),
            more_referrers: referrers.len().saturating_sub(MAX_LISTED),
            referrers: links.collect(),
            pending_of: pending.take(MAX_LISTED).map(|it| it.user.clone()).collect(),
            is_changed: old.is_some_and(|it| it != Some(stored)),
        }
    }

    fn change(&self, transaction: &Transaction, change: &Value) -> ChangeView {
        let appliance = self.appliance;
        let reader =
            |values| Reader::new(appliance.spec, &appliance.tree, &transaction.pending, values);
        let text = |name: &str| change[name].as_str().unwrap_or_default();
        let path = text("path");
        let key = path.rsplit('/').next().unwrap_or_default();
        let node = match appliance.tree.resolve(path) {
            Some(Address::Node(node) | Address::Object(_, node, _)) => node,
            _ => Node::Plugins,
        };
        // A change has the body of a response. Its type knows the secrets in it.
        let read = |order: &str, body: &str| match (change.get(order), change.get(body)) {
            (Some(keys), _) => Some(reader(MAX_VALUES).untyped("", keys)),
            (None, body) => Some(reader(MAX_VALUES).body(node, body?)),
        };
        let (old, new) = (read("old_order", "old_value"), read("new_order", "new_value"));
        let (rows, more_rows) = difference::rows(old.as_ref(), new.as_ref());
        let word = match text("type") {
            "create" => Kind::Created.word(),
            "delete" => Kind::Deleted.word(),
            "reorder" => Kind::Reordered.word(),
            _ => Kind::Changed.word(),
        };
        let mut link = reader(0).link(path, key);
        // What is created has no page yet.
        link.exists = self.reader(0).link(path, key).exists;
        ChangeView { word: word.to_owned(), link, rows, more_rows }
    }
}

/// Whether a change is about this path, or about something in its body.
fn is_at(change: &Value, path: &str) -> bool {
    let rest = change["path"].as_str().and_then(|it| it.strip_prefix(path));
    rest.is_some_and(|it| it.is_empty() || it.starts_with('/'))
}

fn title(node: Node) -> &'static str {
    match node {
        Node::Singleton(endpoint) | Node::Collection(endpoint) => &endpoint.title,
        Node::Plugins => "Plugins",
        _ => "",
    }
}

/// Returns the first digits of a token, as the log does.
fn first_digits(token: &str) -> String {
    token.chars().take(4).collect()
}
