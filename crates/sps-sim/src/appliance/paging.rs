//! Long lists in pages: limit, offset, and links to other pages.

use serde_json::{Value, json};

use crate::{
    appliance::Call,
    http::{Failure, percent_encoded},
};

/// Part of a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page {
    pub(super) limit: usize,
    pub(super) offset: usize,
}

impl Page {
    /// Takes the page out of a list.
    pub(super) fn of<T>(self, mut list: Vec<T>) -> Vec<T> {
        list.truncate(self.offset.saturating_add(self.limit));
        list.drain(..self.offset.min(list.len()));
        list
    }
}

impl Call<'_> {
    /// Reads `limit` and `offset`. A greater limit is cut, and a greater offset ignored.
    pub(super) fn page(
        &self,
        usual: usize,
        max_limit: usize,
        max_offset: usize,
    ) -> Result<Page, Failure> {
        let number = |name: &str| match self.request.parameter(name).as_deref() {
            None | Some("") => Ok(None),
            Some(text) => {
                let number = text.bytes().all(|it| it.is_ascii_digit());
                let number = number.then(|| text.parse().unwrap_or(usize::MAX));
                number.map(Some).ok_or_else(|| invalid(name, "expected a whole number"))
            }
        };
        let limit = number("limit")?.unwrap_or(usual);
        if limit == 0 {
            return Err(invalid("limit", "expected a number above 0"));
        }
        let offset = number("offset")?.filter(|it| *it <= max_offset).unwrap_or(0);
        Ok(Page { limit: limit.min(max_limit), offset })
    }

    /// Makes the `meta` of a page of a list with `reachable` items.
    pub(super) fn page_meta(&self, page: Page, matches: usize, reachable: usize) -> Value {
        let Page { limit, offset } = page;
        let mut meta = self.meta(self.view(), self.path);
        let link = |offset: usize| json!(self.page_link(limit, offset));
        meta["first"] = link(0);
        meta["last"] = link(reachable.saturating_sub(1) / limit * limit);
        let next = offset.saturating_add(limit);
        meta["next"] = if next < reachable { link(next) } else { Value::Null };
        meta["previous"] =
            if offset > 0 { link(offset.saturating_sub(limit)) } else { Value::Null };
        meta["limit"] = json!(limit);
        meta["offset"] = json!(offset);
        meta["match_count"] = json!(matches);
        meta
    }

    /// Makes the link to another page of the same search.
    fn page_link(&self, limit: usize, offset: usize) -> String {
        let mut link = format!("{}?limit={limit}&offset={offset}", self.path);
        for (name, value) in self.request.parameters() {
            if name != "limit" && name != "offset" {
                link.push('&');
                link.push_str(&percent_encoded(&name, b",:"));
                link.push('=');
                link.push_str(&percent_encoded(&value, b",:"));
            }
        }
        link
    }
}

/// Makes the error for a query parameter.
pub(super) fn invalid(parameter: &str, why: &str) -> Failure {
    let message = format!("The parameter {parameter} is invalid: {why}");
    Failure::new(400, "InvalidQuery", message).details(json!({"parameter": parameter}))
}
