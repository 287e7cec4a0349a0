//! A fault of `--fault`, which may be for one simulator of a fleet.

use std::str::FromStr;

use sps_sim::Fault;

/// A fault, and the simulator that it is for; without one, it is for each.
#[derive(Debug, Clone)]
pub(super) struct NamedFault {
    pub(super) appliance: Option<String>,
    pub(super) fault: Fault,
}

impl FromStr for NamedFault {
    type Err = sps_sim::Error;

    /// Reads `[NAME:] FAULT`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // No method has a colon.
        match text.trim_start().split_once(char::is_whitespace) {
            Some((first, fault)) if first.ends_with(':') => {
                let name = first.trim_end_matches(':').to_owned();
                Ok(Self { appliance: Some(name), fault: fault.parse()? })
            }
            _ => Ok(Self { appliance: None, fault: text.parse()? }),
        }
    }
}
