//! A search for recorded sessions.

use crate::{
    error::{Argument, Error},
    path,
};

/// The number of sessions that fit on a page.
const MAX_PAGE: u16 = 500;

/// The greatest offset that the appliance does not ignore.
const MAX_OFFSET: u32 = 10_000;

/// A search for recorded sessions. Without any settings, it finds all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use = "a search finds nothing before it is sent"]
pub struct SessionQuery {
    filter: Option<String>,
    terms: Vec<String>,
    start: Option<String>,
    end: Option<String>,
    fields: Vec<String>,
    sort: Vec<String>,
    page_size: Option<u16>,
    offset: Option<u32>,
}

impl SessionQuery {
    /// Creates a search that finds all sessions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a filter in the syntax of Lucene, such as `protocol:SSH AND NOT active:true`.
    pub fn filter(mut self, filter: impl Into<String>) -> Self {
        self.filter = Some(filter.into());
        self
    }

    /// Finds only sessions in which a member has this value. Several calls add up, also to a filter.
    ///
    /// The value is quoted, so any character may be in it.
    pub fn matching(mut self, member: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        let value = value.as_ref().replace('\\', "\\\\").replace('"', "\\\"");
        self.terms.push(format!("{}:\"{value}\"", member.as_ref()));
        self
    }

    /// Finds sessions from this time on, in ISO 8601: `2024-05-06`, `2024-05-06T07:00`.
    pub fn start(mut self, time: impl Into<String>) -> Self {
        self.start = Some(time.into());
        self
    }

    /// Finds sessions up to this time, in ISO 8601.
    pub fn end(mut self, time: impl Into<String>) -> Self {
        self.end = Some(time.into());
        self
    }

    /// Reads only these members, such as `user.name`. The others are then absent. Several calls add up.
    pub fn fields(mut self, members: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.fields.extend(members.into_iter().map(Into::into));
        self
    }

    /// Sorts by a member, smallest first. Several calls sort what the ones before leave equal.
    pub fn sort_by(mut self, member: impl Into<String>) -> Self {
        self.sort.push(member.into());
        self
    }

    /// Sorts by a member, greatest first.
    pub fn sort_by_descending(mut self, member: impl AsRef<str>) -> Self {
        self.sort.push(format!("-{}", member.as_ref()));
        self
    }

    /// Sets how many sessions one request reads.
    ///
    /// Range: `1 <= sessions <= 500`. Default: 500.
    pub fn page_size(mut self, sessions: u16) -> Self {
        self.page_size = Some(sessions);
        self
    }

    /// Skips the first sessions.
    ///
    /// Range: `0 <= sessions <= 10000`: the appliance ignores a greater number. Default: 0.
    pub fn offset(mut self, sessions: u32) -> Self {
        self.offset = Some(sessions);
        self
    }

    /// The path of the first page, in a snapshot or not.
    pub(super) fn path(&self, endpoint: &str, snapshot: Option<&str>) -> Result<String, Error> {
        let invalid = |reason| Err(Error::argument(Argument::Query, reason));
        if self.page_size.is_some_and(|it| !(1..=MAX_PAGE).contains(&it)) {
            return invalid("expected a page of 1 to 500 sessions");
        }
        if self.offset.is_some_and(|it| it > MAX_OFFSET) {
            return invalid("expected an offset of up to 10000; a snapshot reaches all sessions");
        }
        let list = |names: &[String]| Some(names.join(",")).filter(|it| !it.is_empty());
        let mut parameters = self.filters();
        parameters.extend([
            ("fields", list(&self.fields)),
            ("sort", list(&self.sort)),
            ("limit", self.page_size.map(|it| it.to_string())),
            ("offset", self.offset.map(|it| it.to_string())),
            ("snapshot", snapshot.map(str::to_owned)),
        ]);
        Ok(with_query(endpoint, parameters))
    }

    /// The path that counts what the search finds.
    pub(super) fn count_path(&self, endpoint: &str) -> Result<String, Error> {
        self.path(endpoint, None)?;
        Ok(with_query(endpoint, self.filters()))
    }

    fn filters(&self) -> Vec<(&'static str, Option<String>)> {
        vec![("q", self.q()), ("start", self.start.clone()), ("end", self.end.clone())]
    }

    /// The filter and the terms, all of which must hold.
    fn q(&self) -> Option<String> {
        match (&self.filter, self.terms.join(" AND ")) {
            (None, terms) => Some(terms).filter(|it| !it.is_empty()),
            (Some(filter), terms) if terms.is_empty() => Some(filter.clone()),
            // The filter may have an OR in it.
            (Some(filter), terms) => Some(format!("({filter}) AND {terms}")),
        }
    }
}

fn with_query(endpoint: &str, parameters: Vec<(&str, Option<String>)>) -> String {
    let given = parameters.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let given: Vec<_> = given.map(|(name, it)| format!("{name}={}", path::encoded(&it))).collect();
    if given.is_empty() { endpoint.to_owned() } else { format!("{endpoint}?{}", given.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "/api/audit/sessions";

    #[test]
    fn a_search_becomes_a_query() {
        let query = SessionQuery::new();
        assert_eq!(query.path(PATH, None).unwrap(), PATH);
        let query = query
            .filter("a:1 OR b:2")
            .matching("user.name", r#"al"ice\&"#)
            .start("2024-05-06T07:00")
            .fields(["protocol", "user.name"])
            .sort_by("protocol")
            .sort_by_descending("start_time")
            .page_size(10)
            .offset(20);
        let q = "%28a:1%20OR%20b:2%29%20AND%20user.name:%22al%5C%22ice%5C%5C%26%22";
        let expected = format!(
            "{PATH}?q={q}&start=2024-05-06T07:00&fields=protocol%2Cuser.name&sort=protocol%2C-start_time&limit=10&\
             offset=20&snapshot=7a"
        );
        assert_eq!(query.path(PATH, Some("7a")).unwrap(), expected);
        assert_eq!(query.count_path("/c").unwrap(), format!("/c?q={q}&start=2024-05-06T07:00"));
        assert_eq!(SessionQuery::new().filter("ssh").path("/x", None).unwrap(), "/x?q=ssh");
    }

    #[test]
    fn rejects_what_the_appliance_would_ignore() {
        let query = SessionQuery::new;
        for invalid in [query().page_size(0), query().page_size(501), query().offset(10_001)] {
            let error = invalid.path(PATH, None).unwrap_err();
            assert!(error.to_string().starts_with("invalid query: expected"), "{error}");
            assert!(invalid.count_path(PATH).is_err());
        }
        assert!(query().page_size(500).offset(10_000).path(PATH, None).is_ok());
    }
}
