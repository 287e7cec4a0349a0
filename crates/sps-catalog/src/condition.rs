//! Conditions of the spec as those of the validator.

use sps_model::validate::{self, Bounds, Literal, MAX_INPUTS, Path, format::Format};
use sps_spec::Condition;

use crate::{
    error::Error,
    leak::{leak, path_of, text},
};

/// The inputs of a rule, in the order in which its conditions number them.
#[derive(Default)]
pub(crate) struct Inputs(Vec<sps_spec::Path>);

impl Inputs {
    /// Translates a condition, and adds the members that it looks at.
    pub(crate) fn condition(
        &mut self,
        condition: &Condition,
    ) -> Result<validate::Condition, Error> {
        use validate::Condition as V;
        Ok(match condition {
            Condition::Equals(path, value) => V::Equals(self.number(path)?, literal(value)),
            Condition::In(path, values) => {
                V::In(self.number(path)?, leak(values.iter().map(literal).collect()))
            }
            Condition::Present(path) => V::Present(self.number(path)?),
            Condition::Absent(path) => not(V::Present(self.number(path)?)),
            Condition::Null(path) => V::Null(self.number(path)?),
            Condition::Not(inner) => not(self.condition(inner)?),
            Condition::All(parts) => V::All(self.conditions(parts)?),
            Condition::Any(parts) => match condition.as_equivalence() {
                Some((left, right)) => {
                    let both = [self.condition(left)?, self.condition(right)?];
                    V::Same(Box::leak(Box::new(both)))
                }
                None => V::Any(self.conditions(parts)?),
            },
            Condition::Length { path, min, max } => {
                V::Length(self.number(path)?, bounds(*min, *max))
            }
            Condition::Charset { path, chars } => V::Charset(self.number(path)?, text(chars)),
            Condition::Hex(path) => V::Hex(self.number(path)?),
            Condition::HexLength { path, min, max } => {
                V::HexLength(self.number(path)?, bounds(*min, *max))
            }
            Condition::Range { path, min, max } => V::Range(self.number(path)?, *min, *max),
            Condition::Format { path, format: it } => V::Format(self.number(path)?, format(*it)),
            Condition::Referent(..) | Condition::Custom { .. } => {
                return Err(Error::new(
                    "a condition on a referenced object, or a check written by hand, cannot be a part of another condition",
                ));
            }
        })
    }

    fn conditions(&mut self, parts: &[Condition]) -> Result<&'static [validate::Condition], Error> {
        let parts = parts.iter().map(|part| self.condition(part));
        Ok(leak(parts.collect::<Result<_, _>>()?))
    }

    /// The number of a member; it is added if it is new.
    pub(crate) fn number(&mut self, path: &[String]) -> Result<u8, Error> {
        let number = match self.0.iter().position(|known| known == path) {
            Some(number) => number,
            None if self.0.len() == MAX_INPUTS => {
                return Err(Error::new(format!(
                    "a rule looks at no more than {MAX_INPUTS} members"
                )));
            }
            None => {
                self.0.push(path.to_vec());
                self.0.len() - 1
            }
        };
        u8::try_from(number).map_err(|_| Error::new("a rule has too many inputs"))
    }

    /// The paths as a table.
    pub(crate) fn paths(&self) -> &'static [Path] {
        leak(self.0.iter().map(|path| path_of(path)).collect())
    }
}

fn not(condition: validate::Condition) -> validate::Condition {
    validate::Condition::Not(Box::leak(Box::new(condition)))
}

fn literal(literal: &sps_spec::Literal) -> Literal {
    match literal {
        sps_spec::Literal::Bool(value) => Literal::Bool(*value),
        sps_spec::Literal::Int(value) => Literal::Int(*value),
        sps_spec::Literal::Str(value) => Literal::Str(text(value)),
    }
}

fn bounds(min: Option<u64>, max: Option<u64>) -> Bounds {
    let size = |bound: u64| usize::try_from(bound).unwrap_or(usize::MAX);
    Bounds { minimum: min.map_or(0, size), maximum: max.map_or(usize::MAX, size) }
}

pub(crate) fn format(format: sps_spec::Format) -> Format {
    match format {
        sps_spec::Format::EmailAddress => Format::EmailAddress,
        sps_spec::Format::IpAddress => Format::IpAddress,
        sps_spec::Format::IpNetwork => Format::IpNetwork,
        sps_spec::Format::Url => Format::Url,
        sps_spec::Format::Uuid => Format::Uuid,
        sps_spec::Format::Fqdn => Format::Fqdn,
        sps_spec::Format::TimeOfDay => Format::TimeOfDay,
        sps_spec::Format::DateTime => Format::DateTime,
        sps_spec::Format::NoWhitespace => Format::NoWhitespace,
        sps_spec::Format::PemCertificate => Format::PemCertificate,
    }
}
