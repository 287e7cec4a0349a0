//! The proxy to connect through: from an option, a variable of ours, the profile, or the variables that other programs
//! read too.

use std::env;

use anyhow::Result;

use crate::connection::variable;

/// A proxy, and the hosts that are reached without it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Proxy {
    pub(super) address: String,
    pub(super) except: String,
}

/// Finds the proxy for an appliance. An address `none` means no proxy.
///
/// What is named for `sps` alone is used for every host. `HTTPS_PROXY` is used for HTTPS, unless `NO_PROXY` names the
/// host.
pub(super) fn find(
    option: Option<&String>,
    profile: Option<&String>,
    host: &str,
) -> Result<Option<Proxy>> {
    let own = variable::text(option, "SPS_PROXY")?.or_else(|| profile.cloned());
    if let Some(address) = own {
        let proxy = Proxy { address, except: String::new() };
        return Ok(Some(proxy).filter(|it| it.address != "none"));
    }
    if !host.starts_with("https://") {
        return Ok(None);
    }
    let first = |names: [&str; 2]| {
        let values = names.iter().filter_map(|name| env::var(name).ok());
        values.into_iter().find(|it| !it.is_empty())
    };
    let address =
        first(["https_proxy", "HTTPS_PROXY"]).or_else(|| first(["all_proxy", "ALL_PROXY"]));
    let except = first(["no_proxy", "NO_PROXY"]).unwrap_or_default();
    // For names and addresses alike.
    if except.split(',').any(|it| it.trim() == "*") {
        return Ok(None);
    }
    Ok(address.map(|address| Proxy { address, except }))
}
