//! Words in other spellings.

/// A text as the name of a type: `snmp_trap` and `snmp/trap` become `SnmpTrap`.
pub(crate) fn camel(text: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        Some(letters.next()?.to_uppercase().chain(letters).collect::<String>())
    };
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter_map(word).collect()
}
