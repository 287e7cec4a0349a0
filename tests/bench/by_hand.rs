//! The SNMP trap as a user would write it without this project: the derives of serde and garde, and a function for the rest.

#![expect(dead_code, reason = "what has no constraint is only read from the text")]

use garde::Validate;
use serde::Deserialize;

#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trap {
    #[garde(skip)]
    enabled: bool,
    #[garde(dive)]
    version: Version,
}

#[derive(Deserialize, Validate)]
#[serde(tag = "selection", content = "value", deny_unknown_fields)]
enum Version {
    #[serde(rename = "2c")]
    V2c(#[garde(dive)] V2c),
    #[serde(rename = "3")]
    V3(#[garde(dive)] V3),
}

#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct V2c {
    #[garde(length(min = 1))]
    community: String,
    #[garde(dive)]
    server: Host,
}

#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct V3 {
    #[garde(skip)]
    auth_method: AuthMethod,
    #[garde(length(min = 1))]
    auth_password: String,
    #[garde(skip)]
    encryption_method: EncryptionMethod,
    #[garde(custom(there_if(self.encryption_method != EncryptionMethod::None)))]
    encryption_password: Option<String>,
    #[garde(custom(is_engine_id))]
    engine_id: String,
    #[garde(dive)]
    server: Host,
    #[garde(length(min = 1))]
    username: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum AuthMethod {
    Md5,
    #[serde(alias = "sha1")]
    Sha,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum EncryptionMethod {
    None,
    Aes,
    Des,
}

/// garde knows no domain names: they are taken as they are, and the bench has none.
#[derive(Deserialize, Validate)]
#[serde(tag = "selection", content = "value", rename_all = "lowercase", deny_unknown_fields)]
enum Host {
    Ip(#[garde(ip)] String),
    Fqdn(#[garde(length(min = 1, max = 255))] String),
}

fn there_if(expected: bool) -> impl FnOnce(&Option<String>, &()) -> garde::Result {
    move |password, ()| {
        if password.is_some() == expected {
            return Ok(());
        }
        Err(garde::Error::new("null if nothing is encrypted, a password otherwise"))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that garde calls")]
fn is_engine_id(text: &str, (): &()) -> garde::Result {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if digits.len() >= 10 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err(garde::Error::new("not a hexadecimal number of at least 10 digits"))
}
