//! The flags of regular expressions in the library's source.

/// Replaces `re.FLAG` by its number, where that is a whole expression of its own.
pub(crate) fn with_flags_as_numbers(source: &str) -> String {
    let is_word = |each: char| each.is_alphanumeric() || each == '_' || each == '.';
    let mut result = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find("re.") {
        let (before, after) = rest.split_at(at);
        result.push_str(before);
        let name: String = after["re.".len()..].chars().take_while(|each| is_word(*each)).collect();
        let number = PATTERN_FLAGS.iter().find(|(flag, _)| *flag == name);
        match number.filter(|_| !result.ends_with(is_word)) {
            Some((_, number)) => result.push_str(number),
            None => result.push_str(&after[.."re.".len() + name.len()]),
        }
        rest = &after["re.".len() + name.len()..];
    }
    result + rest
}

/// The flags of `re` by name. The library's modules use them while they are imported, which would
/// import `enum`. So they are replaced by numbers.
const PATTERN_FLAGS: &[(&str, &str)] = &[
    ("ASCII", "256"),
    ("IGNORECASE", "2"),
    ("MULTILINE", "8"),
    ("DOTALL", "16"),
    ("VERBOSE", "64"),
    ("UNICODE", "32"),
    ("LOCALE", "4"),
    ("A", "256"),
    ("I", "2"),
    ("M", "8"),
    ("S", "16"),
    ("X", "64"),
    ("U", "32"),
    ("L", "4"),
];
