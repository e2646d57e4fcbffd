//! Parameters as text: a query or a form. Nested names are written with dots
//! (`Environment.Variables.0.Key=...`).

use super::{errors::ApiError, json::MOST_VALUES};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// A name and its value, decoded.
pub(super) type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// How deep names may nest. The deepest of the API has 4 parts.
const MOST_PARTS: usize = 16;

/// A body as text.
pub(super) fn text(body: &[u8]) -> Result<&str, ApiError> {
    std::str::from_utf8(body).map_err(|_| ApiError::not_utf8())
}

/// The pairs of a query or form.
///
/// # Errors
/// `InvalidParameter` if one has no `=`, is not UTF-8 when decoded, or is repeated: it would be
/// unclear which one was signed.
pub(super) fn pairs(text: &str) -> Result<Vec<Pair<'_>>, ApiError> {
    let mut pairs = Vec::new();
    for each in text.split('&').filter(|each| !each.is_empty()) {
        if pairs.len() == MOST_VALUES {
            return Err(ApiError::too_many_values(MOST_VALUES));
        }
        let (name, value) = each.split_once('=').ok_or_else(ApiError::not_a_pair)?;
        pairs.push((decoded(name)?, decoded(value)?));
    }
    let mut names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_ref()).collect();
    names.sort_unstable();
    match names.windows(2).find(|two| two[0] == two[1]) {
        Some(two) => Err(ApiError::given_twice(two[0])),
        None => Ok(pairs),
    }
}

/// The value under a name.
pub(super) fn value<'a>(pairs: &'a [Pair<'_>], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_ref())
}

fn decoded(text: &str) -> Result<Cow<'_, str>, ApiError> {
    if !text.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Ok(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        bytes.push(match (*first, tail) {
            (b'+', _) => b' ',
            (b'%', [high, low, tail @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    rest = tail;
                    high << 4 | low
                }
                // Not an escape but a per cent sign, as in browsers and Python.
                _ => b'%',
            },
            (other, _) => other,
        });
    }
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| ApiError::not_utf8())
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// The objects and lists that dotted names describe.
///
/// # Errors
/// `InvalidParameter` if a name is both a value and a container, nests too deep, or does not count
/// its items from 0 without a gap.
pub(super) fn nested<'a>(
    pairs: impl Iterator<Item = Pair<'a>>,
) -> Result<Map<String, Value>, ApiError> {
    let mut root = Map::new();
    for (name, value) in pairs {
        insert(&mut root, &name, value.into_owned())?;
    }
    root.into_iter().map(|(name, value)| Ok((name, with_lists(value)?))).collect()
}

fn insert(root: &mut Map<String, Value>, name: &str, value: String) -> Result<(), ApiError> {
    if name.split('.').count() > MOST_PARTS || name.split('.').any(str::is_empty) {
        return Err(ApiError::unknown_parameter(name));
    }
    let (parents, last) =
        name.rsplit_once('.').map_or((None, name), |(all, last)| (Some(all), last));
    let mut place = root;
    for part in parents.into_iter().flat_map(|all| all.split('.')) {
        let inner = place.entry(part).or_insert_with(|| Value::Object(Map::new()));
        place = inner.as_object_mut().ok_or_else(|| ApiError::given_twice(name))?;
    }
    match place.insert(last.to_owned(), Value::String(value)) {
        Some(_) => Err(ApiError::given_twice(name)),
        None => Ok(()),
    }
}

/// Turns each object whose names are numbers into a list.
fn with_lists(value: Value) -> Result<Value, ApiError> {
    let Value::Object(fields) = value else { return Ok(value) };
    if !fields.keys().any(|name| name.bytes().all(|byte| byte.is_ascii_digit())) {
        let fields = fields.into_iter().map(|(name, value)| Ok((name, with_lists(value)?)));
        return fields.collect::<Result<Map<_, _>, _>>().map(Value::Object);
    }
    let mut items = vec![Value::Null; fields.len()];
    for (index, value) in fields {
        let place = index.parse::<usize>().ok().and_then(|at| items.get_mut(at));
        let place = place.filter(|place| place.is_null());
        *place.ok_or_else(|| ApiError::not_counted(&index))? = with_lists(value)?;
    }
    Ok(Value::Array(items))
}
