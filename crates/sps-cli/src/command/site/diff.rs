//! `sps diff` of whole configurations: trees and appliances.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use serde_json::json;
use sps_site::{CheckOptions, LoadOptions, Object, ObjectChange, Site, Snapshot, Wanted, compare};

use crate::{
    command::site::{error::not_read, report},
    connection::{self, runtime},
    output::{Stdout, count, difference_line, differences, one_line, print, print_json, remark},
    spec::endpoints,
    status::Status,
};

/// Precedes the name of a profile.
const PROFILE: &str = "profile:";

/// A whole configuration.
enum Side {
    Tree(PathBuf),
    /// The appliance of the connection options.
    Live,
    /// The appliance of a profile.
    Profile(String),
}

/// Compares two configurations if one of the sides is a folder or a profile; `None` if they are something else.
pub(crate) fn diff(
    before: &str,
    after: &str,
    connection: &connection::Args,
    out: &mut Stdout,
) -> Result<Option<Status>> {
    let is_whole = |it: &str| Path::new(it).is_dir() || it.starts_with(PROFILE);
    if !is_whole(before) && !is_whole(after) {
        return Ok(None);
    }
    let sides = [Side::parse(before)?, Side::parse(after)?];
    // Of an appliance beside a tree, only what the tree is about matters.
    let mut about: Option<BTreeSet<String>> = None;
    let mut objects: [Option<Vec<Object>>; 2] = [None, None];
    for (side, objects) in sides.iter().zip(&mut objects) {
        let Side::Tree(folder) = side else { continue };
        let load = LoadOptions::default().with_endpoints(endpoints().iter().copied());
        let site = Site::load_with(folder, &load)?;
        // Warnings are not what a comparison is about.
        let report = site.check(&CheckOptions::default());
        if !report.is_valid()
            && let Some(status) = report::print(folder, &report)?
        {
            return Ok(Some(status));
        }
        let of_tree = site.objects().iter().map(|it| it.label.endpoint().to_owned());
        about.get_or_insert_default().extend(of_tree);
        *objects = Some(site.objects().to_vec());
    }
    for (side, objects) in sides.iter().zip(&mut objects) {
        let connection = match side {
            Side::Tree(_) => continue,
            Side::Live => connection.clone(),
            Side::Profile(name) => connection.of_profile(name),
        };
        let wanted = match &about {
            None => Wanted::Everything,
            Some(endpoints) => Wanted::Below(endpoints.iter().cloned().collect()),
        };
        let status = runtime::with_appliance(&connection, async |client| {
            remark(&format!("reading    {}", connection.peer(client)));
            let snapshot = Snapshot::read(client, &wanted).await.map_err(not_read)?;
            *objects = Some(snapshot.objects().iter().map(Object::from).collect());
            Ok(Status::Done)
        })?;
        if status != Status::Done {
            return Ok(Some(status));
        }
    }
    let [before, after] = objects.map(Option::unwrap_or_default);
    show(&before, &after, out).map(Some)
}

impl Side {
    fn parse(name: &str) -> Result<Self> {
        if let Some(profile) = name.strip_prefix(PROFILE) {
            return Ok(Self::Profile(profile.to_owned()));
        }
        if Path::new(name).is_dir() {
            return Ok(Self::Tree(name.into()));
        }
        if name == "live" {
            return Ok(Self::Live);
        }
        bail!(
            "{}: expected the folder of a tree, `live` or `profile:NAME` beside a whole configuration",
            one_line(name)
        )
    }
}

fn show(before: &[Object], after: &[Object], out: &mut Stdout) -> Result<Status> {
    let found = compare(before, after);
    let status = if found.is_empty() { Status::Done } else { Status::Different };
    if out.is_json() {
        let objects = found.iter().map(|object| {
            let (action, changes) = match &object.change {
                ObjectChange::Changed(changes) => ("change", differences(changes)),
                ObjectChange::Added => ("add", Vec::new()),
                _ => ("remove", Vec::new()),
            };
            json!({"label": object.label.to_string(), "action": action, "differences": changes})
        });
        let objects: Vec<_> = objects.collect();
        print_json(out, &json!({"schema_version": 1, "objects": objects}))?;
        return Ok(status);
    }
    for object in &found {
        let label = object.label.to_string();
        let label = one_line(&label);
        match &object.change {
            ObjectChange::Added => print(out, &format!("+ {label}"))?,
            ObjectChange::Changed(changes) => {
                print(out, &format!("~ {label}"))?;
                for change in changes {
                    print(out, &format!("    {}", difference_line(change)))?;
                }
            }
            _ => print(out, &format!("- {label}"))?,
        }
    }
    match found.len() {
        0 => remark("no differences"),
        1 => remark("1 object differs"),
        many => remark(&format!("{} differ", count(many, "object"))),
    }
    Ok(status)
}
