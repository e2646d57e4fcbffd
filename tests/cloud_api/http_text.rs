//! A request written out: its line, its headers, an empty line, its body. Lines may end in
//! CRLF, as on the wire, or in LF, as in a document.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

pub(crate) struct Request {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// Reads it; none where a server's HTTP library would not hand it on either.
pub(crate) fn read(text: &[u8]) -> Option<Request> {
    let (line, mut rest) = split_line(text)?;
    let mut words = line.split(|byte| *byte == b' ');
    let method = Method::from_bytes(words.next()?).ok()?;
    let uri = Uri::try_from(words.next()?).ok()?;
    let mut headers = HeaderMap::new();
    loop {
        let Some((line, after)) = split_line(rest) else {
            return Some(Request { method, uri, headers, body: Vec::new() });
        };
        rest = after;
        if line.is_empty() {
            return Some(Request { method, uri, headers, body: rest.to_vec() });
        }
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        headers.append(name, HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?);
    }
}

fn split_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|byte| *byte == b'\n')?;
    let line = &text[..end];
    Some((line.strip_suffix(b"\r").unwrap_or(line), &text[end + 1..]))
}
