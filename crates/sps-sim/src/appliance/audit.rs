//! Requests to `/api/audit`: searches, parts of a session, and the download of a recording.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::UNIX_EPOCH,
};

use serde_json::{Map, Value, json};
use sps_spec::Version;

use crate::{
    appliance::{Call, HandlerResult, info::firmware_version, paging::invalid},
    audit::{Query, SESSIONS, Stored, instant, leaf, pointed, set},
    body::Mode,
    http::{Failure, Response},
    session::Caller,
};

/// Default and greatest number of sessions on a page.
const MAX_LIMIT: usize = 500;

/// Number of sessions that a search without a snapshot reaches.
const MAX_RESULTS: usize = 10_000;

/// Default and greatest number of users in a list.
const USERS: (usize, usize) = (100, 10_000);

/// Query parameters of a search.
const PARAMETERS: [&str; 9] =
    ["q", "start", "end", "fields", "sort", "limit", "offset", "format", "snapshot"];

impl Call<'_> {
    /// Handles a request to a path below `/api/audit/`.
    pub(crate) fn audit(&mut self, caller: &Caller, below: &str) -> HandlerResult {
        let segments: Vec<&str> = below.split('/').collect();
        let unknown = || Failure::resource_not_found("/api/audit", below);
        if !matches!(segments[0], "sessions" | "users") || segments.len() > 3 {
            return Err(unknown());
        }
        self.allow(&["GET"])?;
        match segments[..] {
            ["sessions"] => self.sessions(),
            ["sessions", "_count"] => self.count_sessions(),
            ["sessions", "_snapshot"] => self.open_snapshot(),
            ["sessions", "stats"] => self.session_stats(),
            ["sessions", key] => self.session(key),
            ["sessions", key, part] => self.session_part(caller, key, part),
            ["users"] => self.users(),
            ["users", "_count"] => {
                let count = self.state.audit.users().len();
                Ok(self.counted(count))
            }
            ["users", user] => self.one_user(user),
            _ => Err(unknown()),
        }
    }

    fn sessions(&self) -> HandlerResult {
        self.check_parameters()?;
        let mut found = self.found()?;
        self.sort(&mut found)?;
        let matches = found.len();
        let has_snapshot = self.request.parameter("snapshot").is_some();
        let (reachable, max_offset) = if has_snapshot {
            (matches, usize::MAX)
        } else {
            (matches.min(MAX_RESULTS), MAX_RESULTS)
        };
        let page = self.page(MAX_LIMIT, MAX_LIMIT, max_offset)?;
        found.truncate(reachable);
        let fields = self.fields();
        let shown = page.of(found);
        let shown = shown.iter().map(|it| (it.key.as_str(), chosen(&it.body, &fields)));
        match self.request.parameter("format").as_deref() {
            None | Some("json") => {}
            Some("csv") => return Ok(csv(&fields, shown.map(|it| it.1))),
            Some(_) => return Err(invalid("format", "expected `json` or `csv`")),
        }
        let items = shown.map(|(key, body)| {
            json!({"body": body, "key": key, "meta": {"href": format!("{SESSIONS}/{key}")}})
        });
        let items: Vec<_> = items.collect();
        let mut meta = self.page_meta(page, matches, reachable);
        meta["fields"] = json!(fields);
        Ok(Response::json(200, &json!({"items": items, "meta": meta})))
    }

    fn count_sessions(&self) -> HandlerResult {
        self.check_parameters()?;
        Ok(self.counted(self.found()?.len()))
    }

    fn counted(&self, count: usize) -> Response {
        Response::json(200, &json!({"count": count, "meta": self.meta(self.view(), self.path)}))
    }

    fn open_snapshot(&mut self) -> HandlerResult {
        let now = self.appliance.clock.now();
        let Some(id) = self.state.audit.open_snapshot(now, &mut self.state.random) else {
            let message = "Too many snapshots are open";
            return Err(Failure::new(429, "TooManyRequests", message));
        };
        let meta = self.meta(self.view(), self.path);
        let body = json!({"snapshot": id});
        Ok(Response::json(200, &json!({"body": body, "key": "_snapshot", "meta": meta})))
    }

    /// Counts the values of a member. No source shows the response.
    fn session_stats(&self) -> HandlerResult {
        let Some(field) = self.request.parameter("field").filter(|it| !it.is_empty()) else {
            return Err(invalid("field", "it is required"));
        };
        let size = match self.request.parameter("size") {
            None => usize::MAX,
            Some(text) => text.parse().map_err(|_| invalid("size", "expected a whole number"))?,
        };
        let found = self.found()?;
        let found: Vec<_> = found.iter().map(AsRef::as_ref).collect();
        let sub_field = self.request.parameter("sub_fields").unwrap_or_default();
        let sub_field = sub_field.split(',').next().filter(|it| !it.is_empty());
        let items = tally(&found, &field).into_iter().take(size).map(|(value, sessions)| {
            let mut item = json!({"count": sessions.len(), "value": value});
            if let Some(sub_field) = sub_field {
                let parts = tally(&sessions, sub_field).into_iter();
                let parts = parts.map(|(value, it)| json!({"count": it.len(), "value": value}));
                item["sub_fields"] = json!({sub_field: parts.collect::<Vec<_>>()});
            }
            item
        });
        let body = json!({field: items.collect::<Vec<_>>()});
        let meta = self.meta(self.view(), self.path);
        Ok(Response::json(200, &json!({"body": body, "key": "stats", "meta": meta})))
    }

    fn session(&self, key: &str) -> HandlerResult {
        let stored = self.state.audit.find(key).ok_or_else(|| Failure::not_found(self.path))?;
        let meta = self.meta(self.view(), self.path);
        Ok(Response::json(200, &json!({"body": stored.body, "key": key, "meta": meta})))
    }

    fn session_part(&mut self, caller: &Caller, key: &str, part: &str) -> HandlerResult {
        let not_found = || Failure::resource_not_found(SESSIONS, &format!("{key}/{part}"));
        let stored = Arc::clone(self.state.audit.find(key).ok_or_else(not_found)?);
        let session = &stored.session;
        let items = match part {
            "alerts" => session.alerts(),
            "channels" => return self.channels(&stored),
            "content" => {
                let query = self.query()?;
                let mut events = if query.is_empty() { Vec::new() } else { session.events() };
                events.retain(|it| query.matches_text(&it["content"]));
                events
            }
            "events" => session.events(),
            "indexing" => session.indexing(&firmware_version(&self.appliance.target)),
            "trail_downloads" => self.state.audit.downloads(key).to_vec(),
            "audit_trail" => {
                let content = session.recording.clone().filter(|_| session.has_recording());
                let content = content.ok_or_else(not_found)?;
                if !self.request.is_head {
                    let address = self.request.peer.map(|it| it.to_string()).unwrap_or_default();
                    let now = self.appliance.clock.now();
                    self.state.audit.downloaded(key, &caller.user, &address, now);
                }
                let name = format!("audit_trail-{key}.zat");
                return Ok(Response::file("application/octet-stream", &name, content));
            }
            _ => return Err(not_found()),
        };
        self.paged(items)
    }

    /// Lists the channels, before 7.0 in the form of the old guide.
    fn channels(&self, stored: &Stored) -> HandlerResult {
        let session = &stored.session;
        let channels = session.channels.iter().enumerate();
        if self.appliance.target >= Version::new([7]) {
            let items = channels.map(|(at, channel)| {
                let authorizer = channel.authorizer.as_ref();
                json!({
                    "four_eyes_authorizer": authorizer.map(|it| &it.0),
                    "four_eyes_description": authorizer.map(|it| &it.1),
                    "key": (at + 1).to_string(), "type": channel.kind,
                })
            });
            return self.paged(items.collect());
        }
        let seconds = |time: std::time::SystemTime| {
            time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
        };
        let items = channels.map(|(at, channel)| {
            let body = json!({
                "duration": session.duration.map(|it| it.as_secs()),
                "end_time": session.end().map(seconds), "start_time": seconds(session.start),
                "type": channel.kind, "verdict": "accept",
            });
            let href = format!("{}/{}", self.path, at + 1);
            json!({"body": body, "key": (at + 1).to_string(), "meta": {"href": href}})
        });
        let items: Vec<_> = items.collect();
        let meta = self.meta(self.view(), self.path);
        Ok(Response::json(200, &json!({"channels": items, "meta": meta})))
    }

    /// Shows a page of a list without bodies.
    fn paged(&self, items: Vec<Value>) -> HandlerResult {
        let page = self.page(MAX_LIMIT, MAX_LIMIT, MAX_RESULTS)?;
        let meta = self.page_meta(page, items.len(), items.len());
        Ok(Response::json(200, &json!({"items": page.of(items), "meta": meta})))
    }

    fn users(&self) -> HandlerResult {
        let mut users = self.state.audit.users();
        for (field, is_reverse) in self.sort_fields()?.into_iter().rev() {
            users.sort_by(|a, b| directed(a.get(&field), b.get(&field), is_reverse));
        }
        let page = self.page(USERS.0, USERS.1, 0)?;
        let mut meta = self.meta(self.view(), self.path);
        meta["limit"] = json!(page.limit);
        let users: Vec<_> = page.of(users);
        Ok(Response::json(200, &json!({"items": users, "meta": meta})))
    }

    /// Shows one user as an item of the list. No source shows the response.
    fn one_user(&self, name: &str) -> HandlerResult {
        let users = self.state.audit.users();
        let user = users.into_iter().find(|it| it["user_id"] == name);
        let mut user = user.ok_or_else(|| Failure::not_found(self.path))?;
        user["meta"] = self.meta(self.view(), self.path);
        Ok(Response::json(200, &user))
    }

    /// In strict mode, refuses a query parameter that an appliance ignores.
    fn check_parameters(&self) -> Result<(), Failure> {
        let parameters = self.request.parameters();
        let unknown = parameters.iter().find(|(it, _)| !PARAMETERS.contains(&it.as_str()));
        match unknown {
            Some((name, _)) if self.appliance.mode == Mode::Strict => {
                Err(invalid(name, "there is no such parameter"))
            }
            _ => Ok(()),
        }
    }

    fn query(&self) -> Result<Query, Failure> {
        let text = self.request.parameter("q").unwrap_or_default();
        Query::parse(&text).map_err(|why| invalid("q", &why))
    }

    /// Returns the sessions that a search finds, in the order in which they were recorded.
    fn found(&self) -> Result<Vec<Arc<Stored>>, Failure> {
        let audit = &self.state.audit;
        let all = match self.request.parameter("snapshot") {
            None => audit.all(),
            Some(id) => audit.snapshot(&id).ok_or_else(|| {
                Failure::resource_not_found(&format!("{SESSIONS}/_snapshot"), &id)
            })?,
        };
        let query = self.query()?;
        let bound = |name: &str| {
            let text = self.request.parameter(name).filter(|it| !it.is_empty());
            let why = "expected a date such as 2024-05-06, perhaps with a time";
            text.map(|it| instant(&it).ok_or_else(|| invalid(name, why))).transpose()
        };
        let (start, end) = (bound("start")?, bound("end")?);
        let is_in_time = |it: &Stored| {
            let time = it.session.start.duration_since(UNIX_EPOCH).unwrap_or_default();
            let time = time.as_secs_f64();
            start.is_none_or(|it| it <= time) && end.is_none_or(|it| time < it)
        };
        Ok(all.iter().filter(|it| is_in_time(it) && query.matches(it)).cloned().collect())
    }

    /// Returns the members to show; none means all.
    fn fields(&self) -> Vec<String> {
        let names = self.request.list("fields");
        if names.iter().any(|it| it == "*") { Vec::new() } else { names }
    }

    fn sort_fields(&self) -> Result<Vec<(String, bool)>, Failure> {
        let parts = self.request.list("sort").into_iter().map(|it| match it.strip_prefix('-') {
            Some("") => Err(invalid("sort", "expected the name of a member")),
            Some(name) => Ok((name.to_owned(), true)),
            None => Ok((it, false)),
        });
        parts.collect()
    }

    fn sort(&self, sessions: &mut [Arc<Stored>]) -> Result<(), Failure> {
        for (field, is_reverse) in self.sort_fields()?.into_iter().rev() {
            sessions.sort_by(|a, b| {
                directed(pointed(&a.body, &field), pointed(&b.body, &field), is_reverse)
            });
        }
        Ok(())
    }
}

/// Compares two members. One that is missing comes last, in either direction.
fn directed(a: Option<&Value>, b: Option<&Value>, is_reverse: bool) -> Ordering {
    let a = a.filter(|it| !it.is_null());
    let b = b.filter(|it| !it.is_null());
    let (Some(a), Some(b)) = (a, b) else { return b.is_some().cmp(&a.is_some()) };
    let order = match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => leaf(a).cmp(&leaf(b)),
    };
    if is_reverse { order.reverse() } else { order }
}

/// Returns the chosen members of a body, in the objects around them.
fn chosen(body: &Value, fields: &[String]) -> Value {
    if fields.is_empty() {
        return body.clone();
    }
    let mut result = json!({});
    for field in fields {
        if let Some(value) = pointed(body, field) {
            set(&mut result, field, value.clone());
        }
    }
    result
}

/// Groups sessions by the value of a member, the most frequent value first.
fn tally<'a>(sessions: &[&'a Stored], field: &str) -> Vec<(String, Vec<&'a Stored>)> {
    let mut groups = BTreeMap::<String, Vec<&Stored>>::new();
    for session in sessions {
        let values = match pointed(&session.body, field) {
            None | Some(Value::Null) => continue,
            Some(Value::Array(values)) => values.iter().map(leaf).collect(),
            Some(value) => vec![leaf(value)],
        };
        for value in values {
            groups.entry(value).or_default().push(session);
        }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|it| std::cmp::Reverse(it.1.len()));
    groups
}

/// Makes a table: a line with the dotted names of the members, then one per session.
fn csv(fields: &[String], bodies: impl Iterator<Item = Value>) -> Response {
    let rows: Vec<Map<String, Value>> = bodies.map(|it| flat(&it)).collect();
    let all: BTreeSet<&String> = rows.iter().flat_map(Map::keys).collect();
    // A field may be an object, whose members then are columns.
    let is_below = |name: &str, field: &str| {
        name.strip_prefix(field).is_some_and(|it| it.is_empty() || it.starts_with('.'))
    };
    let below = |field: &String| {
        let below: Vec<_> = all.iter().filter(|it| is_below(it, field)).copied().cloned().collect();
        if below.is_empty() { vec![field.clone()] } else { below }
    };
    let columns: Vec<String> = match fields {
        [] => all.iter().copied().cloned().collect(),
        _ => fields.iter().flat_map(below).collect(),
    };
    let line = |cells: Vec<String>| {
        let cells: Vec<_> = cells.iter().map(|it| quoted(it)).collect();
        cells.join(",") + "\r\n"
    };
    let mut text = line(columns.clone());
    for row in &rows {
        let cell = |name: &String| row.get(name).map(leaf).unwrap_or_default();
        text += &line(columns.iter().map(cell).collect());
    }
    Response::file("text/csv", "sessions.csv", text.into_bytes())
}

/// Returns all members of a body by their dotted names.
fn flat(body: &Value) -> Map<String, Value> {
    let mut all = Map::new();
    let mut open = vec![(String::new(), body)];
    while let Some((name, value)) = open.pop() {
        match value {
            Value::Object(members) => {
                let join = |part: &String| match name.as_str() {
                    "" => part.clone(),
                    name => format!("{name}.{part}"),
                };
                open.extend(members.iter().map(|(part, value)| (join(part), value)));
            }
            _ => drop(all.insert(name, value.clone())),
        }
    }
    all
}

/// Quotes a cell as RFC 4180 has it.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n']) {
        return format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell.to_owned()
}
