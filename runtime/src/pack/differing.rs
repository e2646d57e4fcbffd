//! What two loads of a function keep in different ways, for which the function cannot be packed as loaded.

use std::collections::BTreeMap;

/// How many names are shown of what differs.
const SHOWN: usize = 5;

/// Says that two loads differ, and in which variables: each load gives the names of what it keeps, and a text for each.
#[must_use]
pub fn differing(one: &[(String, String)], other: &[(String, String)]) -> String {
    let other: BTreeMap<_, _> = other.iter().map(|(name, value)| (name, value)).collect();
    let names = one.iter().filter(|(name, value)| other.get(name) != Some(&value));
    let mut names: Vec<&str> = names.map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.truncate(SHOWN);
    let names = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
    format!(
        "what it keeps differs from one load to the next, as a time, an id or a random value does{names}"
    )
}
