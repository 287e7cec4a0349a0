//! Checks written by hand, for conditions that the spec has no words for.

use std::net::Ipv6Addr;

use crate::{
    context::Context,
    format::hex,
    input::{Cause, Outcome},
    pem::{self, Strength},
    reason::Reason,
};

/// Whether an engine ID is one that RFC 3411 allows: whole octets, 5 to 32 of them, not all zeros and not all ones.
///
/// ```
/// use sps_validate::{Cause, Context, Outcome, engine_id_rfc3411};
/// let context = Context::default();
/// assert_eq!(engine_id_rfc3411("0x0123456789ABCDEF", &context), Outcome::Holds);
/// let broken = Outcome::BrokenBy(Cause::AllOnes);
/// assert_eq!(engine_id_rfc3411("0xFFFFFFFFFF", &context), broken);
/// ```
///
/// Text that is not hexadecimal holds here; another rule refuses it. So does a number of less than
/// five octets.
///
/// Source: RFC 3411, section 5, `SnmpEngineID`.
pub fn engine_id_rfc3411(engine_id: &str, _: &Context<'_>) -> Outcome {
    let Some(digits) = hex::digits(engine_id).filter(|it| !it.is_empty()) else {
        return Outcome::Holds;
    };
    let all = |expected: char| digits.chars().all(|digit| digit.eq_ignore_ascii_case(&expected));
    let octets = digits.len().div_ceil(2);
    if digits.len() % 2 == 1 {
        Outcome::BrokenBy(Cause::OddDigits(digits.len()))
    } else if octets > MAX_ENGINE_ID_OCTETS {
        Outcome::BrokenBy(Cause::Octets { found: octets, most: MAX_ENGINE_ID_OCTETS })
    } else if all('0') {
        Outcome::BrokenBy(Cause::AllZeros)
    } else if all('f') {
        Outcome::BrokenBy(Cause::AllOnes)
    } else {
        Outcome::Holds
    }
}

/// Source: RFC 3411, section 5, `SnmpEngineID`.
const MAX_ENGINE_ID_OCTETS: usize = 32;

/// Whether an engine ID starts with `0x`. Text that is not hexadecimal holds here; another rule refuses it.
pub fn engine_id_prefix(engine_id: &str, _: &Context<'_>) -> Outcome {
    let Some(digits) = hex::digits(engine_id) else { return Outcome::Holds };
    (digits.len() < engine_id.len() || digits.is_empty()).into()
}

/// Whether the name of an SNMP user has at most 32 octets.
///
/// Source: RFC 3414, section 5, `usmUserName`.
pub fn snmp_user_name(name: &str, _: &Context<'_>) -> Outcome {
    match name.len() {
        found if found > 32 => Outcome::BrokenBy(Cause::Octets { found, most: 32 }),
        _ => Outcome::Holds,
    }
}

/// Whether the name of a group of the local database has none of the characters that the appliance refuses.
pub fn local_group_name(name: &str, _: &Context<'_>) -> Outcome {
    (!name.contains(|c| r#"/\[]:;|=+*?<>"@,"#.contains(c))).into()
}

/// Whether a text is something else than an IPv6 address.
pub fn not_ipv6(address: &str, _: &Context<'_>) -> Outcome {
    address.parse::<Ipv6Addr>().is_err().into()
}

/// Whether a certificate has not expired. Undecided if the context has no time.
///
/// Text that is not one certificate holds here; another rule refuses it.
pub fn certificate_not_expired(pem: &str, context: &Context<'_>) -> Outcome {
    let Ok(certificate) = pem::certificate(pem) else { return Outcome::Holds };
    match context.now {
        Some(now) => (now.0 <= certificate.not_after()).into(),
        None => Outcome::Undecided(Reason::TimeUnknown),
    }
}

/// Whether the period of a certificate has begun. Undecided if the context has no time.
///
/// ```
/// use sps_validate::{Context, Outcome, certificate_already_valid};
/// assert_eq!(certificate_already_valid("not PEM", &Context::default()), Outcome::Holds);
/// ```
///
/// Text that is not one certificate holds here; another rule refuses it.
///
/// Source: RFC 5280, section 4.1.2.5.
pub fn certificate_already_valid(pem: &str, context: &Context<'_>) -> Outcome {
    let Ok(certificate) = pem::certificate(pem) else { return Outcome::Holds };
    match context.now {
        Some(now) => (now.0 >= certificate.not_before()).into(),
        None => Outcome::Undecided(Reason::TimeUnknown),
    }
}

/// Whether a certificate may sign others. One without basic constraints holds, as all before version 3 lack them.
///
/// Text that is not one certificate holds here; another rule refuses it.
///
/// Source: RFC 5280, section 4.2.1.9.
pub fn certificate_of_authority(pem: &str, _: &Context<'_>) -> Outcome {
    match pem::certificate(pem) {
        Ok(certificate) => (certificate.is_authority() != Some(false)).into(),
        Err(_) => Outcome::Holds,
    }
}

/// Whether a certificate is signed with a strong hash; unknown algorithms hold.
pub fn certificate_strong_signature(pem: &str, _: &Context<'_>) -> Outcome {
    strength(pem, pem::Certificate::signature)
}

/// Whether a certificate's key is long enough; unknown kinds hold.
pub fn certificate_strong_key(pem: &str, _: &Context<'_>) -> Outcome {
    strength(pem, pem::Certificate::key)
}

fn strength(pem: &str, part: fn(&pem::Certificate) -> Strength) -> Outcome {
    match pem::certificate(pem) {
        Ok(certificate) => (part(&certificate) != Strength::Weak).into(),
        Err(_) => Outcome::Holds,
    }
}

/// The check written by hand with this name in the spec.
///
/// ```
/// use sps_validate::{Context, Outcome, hand_written};
/// let check = hand_written("engine_id_prefix").expect("this crate has it");
/// assert_eq!(check("FFFFFFFFFF", &Context::default()), Outcome::Broken);
/// assert!(hand_written("nothing").is_none());
/// ```
pub fn hand_written(name: &str) -> Option<fn(&str, &Context<'_>) -> Outcome> {
    Some(match name {
        "certificate_already_valid" => certificate_already_valid,
        "certificate_not_expired" => certificate_not_expired,
        "certificate_of_authority" => certificate_of_authority,
        "certificate_strong_key" => certificate_strong_key,
        "certificate_strong_signature" => certificate_strong_signature,
        "engine_id_prefix" => engine_id_prefix,
        "engine_id_rfc3411" => engine_id_rfc3411,
        "local_group_name" => local_group_name,
        "not_ipv6" => not_ipv6,
        "snmp_user_name" => snmp_user_name,
        _ => return None,
    })
}
