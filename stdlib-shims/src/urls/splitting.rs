//! The parts of a URL.

/// What `_urlsplit` gives: scheme, host and port, path, query, fragment.
pub(super) struct Parts<'a> {
    /// In lower case, if the URL has one.
    pub(super) scheme: Option<String>,
    pub(super) host: Option<&'a str>,
    pub(super) path: &'a str,
    pub(super) query: Option<&'a str>,
    pub(super) fragment: Option<&'a str>,
}

/// Whether this is taken away at the ends: a control character or a space.
pub(super) fn is_control_or_space(character: char) -> bool {
    character <= ' '
}

/// What is taken away wherever it is.
pub(super) const REMOVED: [char; 3] = ['\t', '\r', '\n'];

/// The parts of a URL that has nothing to take away. None for what must be looked at closely: a host
/// in brackets, or with characters beyond ASCII.
pub(super) fn split(url: &str, has_fragment: bool) -> Option<Parts<'_>> {
    let mut scheme = None;
    let mut rest = url;
    if let Some((before, after)) = url.split_once(':')
        && before.starts_with(|first: char| first.is_ascii_alphabetic())
        && before.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    {
        scheme = Some(before.to_ascii_lowercase());
        rest = after;
    }
    let mut host = None;
    if let Some(after) = rest.strip_prefix("//") {
        let end = after.find(['/', '?', '#']).unwrap_or(after.len());
        let (named, path) = after.split_at(end);
        if !named.is_ascii() || named.contains(['[', ']']) {
            return None;
        }
        host = Some(named);
        rest = path;
    }
    let mut fragment = None;
    if has_fragment && let Some((before, after)) = rest.split_once('#') {
        rest = before;
        fragment = Some(after);
    }
    let mut query = None;
    if let Some((before, after)) = rest.split_once('?') {
        rest = before;
        query = Some(after);
    }
    Some(Parts { scheme, host, path: rest, query, fragment })
}
