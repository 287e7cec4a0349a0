//! Secrets that are made up, for simulators.

use serde_json::Value;
use sps_model::Secret;

use super::{SecretError, Secrets};
use crate::{Notation, Site, label::Label, notation::SecretSource, object::Object};

/// Makes up the value of every secret, and reads none: what a simulator needs to start with a tree, where no secret may be.
///
/// A value follows from the object and the place, has letters and digits only, and is at least 8 and at most 64 characters
/// long, so that it is also a password of SNMP.
///
/// ```
/// use sps_site::{Label, MadeUpSecrets, SecretSource, Secrets};
///
/// let label = Label::of_singleton("management/splunk_forwarder");
/// let token = MadeUpSecrets.fetch(&SecretSource::Env("TOKEN".to_owned()), &label, "/token")?;
/// assert_eq!(token.expose(), "madeupmanagementsplunkforwardertoken");
/// # Ok::<(), sps_site::SecretError>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has nothing to remember")]
pub struct MadeUpSecrets;

/// What every value begins with.
const START: &str = "madeup";
/// How many characters of the place are in a value: the last ones, which differ most.
const PLACE: usize = 58;

impl MadeUpSecrets {
    /// The objects of a tree, in which what would be kept has a value too: a new simulator has nothing that could be kept.
    pub fn objects(self, site: &Site) -> Vec<Object> {
        let mut objects = site.objects().to_vec();
        for object in &mut objects {
            give_source(&mut object.body);
        }
        objects
    }
}

impl Secrets for MadeUpSecrets {
    fn fetch(
        &self,
        _source: &SecretSource,
        label: &Label,
        pointer: &str,
    ) -> Result<Secret, SecretError> {
        let place: Vec<char> =
            format!("{label}{pointer}").chars().filter(char::is_ascii_alphanumeric).collect();
        let place = &place[place.len().saturating_sub(PLACE)..];
        let value: String = START.chars().chain(place.iter().copied()).collect();
        Ok(Secret::from(format!("{value:0<8}")))
    }
}

/// Gives a source to each secret that would be kept.
fn give_source(body: &mut Value) {
    match Notation::read(body) {
        Some(Notation::Secret("keep")) => {
            *body = Notation::Secret("prompt:made up").to_value();
        }
        Some(Notation::Secret(_) | Notation::Ref(_)) => {}
        _ => match body {
            Value::Object(members) => members.values_mut().for_each(give_source),
            Value::Array(elements) => elements.iter_mut().for_each(give_source),
            _ => {}
        },
    }
}
