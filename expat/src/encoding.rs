//! What a document's bytes are: read as UTF-8, in which a byte that means nothing is no character.

/// The byte order mark, in UTF-8.
pub(crate) const MARK: &[u8] = "\u{feff}".as_bytes();

/// How bytes become characters; with the bytes of an incomplete last character.
#[derive(Debug, Default)]
pub struct Encoding {
    kind: Kind,
    pending: Vec<u8>,
    /// Whether the document's first bytes may still say what it is, whatever it was called.
    may_be_marked: bool,
    /// Whether it is an external entity's. Its second byte says less of what it is.
    is_entity: bool,
}

#[derive(Debug, Default)]
enum Kind {
    /// Unknown until the document's first bytes.
    #[default]
    Unknown,
    Utf8,
    Utf16 {
        is_little: bool,
    },
    /// The character for each byte.
    Table(Box<[Option<char>; 256]>),
}

/// What an XML declaration says.
#[derive(Debug, Default)]
pub(crate) struct Declaration {
    pub version: String,
    pub encoding: Option<String>,
    /// Where the encoding's name is.
    pub encoding_at: Option<usize>,
    pub standalone: Option<bool>,
}

const NOTHING: u8 = 0xff;

impl Encoding {
    /// The encoding of a name that XML knows, in any case of letters.
    #[must_use]
    pub fn known(name: &str) -> Option<Self> {
        let kind = match name.to_ascii_uppercase().as_str() {
            "UTF-8" => Kind::Utf8,
            "UTF-16" | "UTF-16BE" => Kind::Utf16 { is_little: false },
            "UTF-16LE" => Kind::Utf16 { is_little: true },
            "ISO-8859-1" => return Some(Self::of_table(|byte| Some(byte.into()))),
            "US-ASCII" => {
                return Some(Self::of_table(|byte| byte.is_ascii().then_some(byte.into())));
            }
            _ => return None,
        };
        Some(Self { kind, ..Self::default() })
    }

    /// The same for a document that has not begun: a byte order mark may still choose another one.
    #[must_use]
    pub fn at_start(self) -> Self {
        Self { may_be_marked: true, ..self }
    }

    /// The same for an external entity.
    pub(crate) fn of_entity(self) -> Self {
        Self { is_entity: true, ..self }
    }

    /// An encoding with one byte for each character; none for a byte that is not used.
    pub fn of_table(character: impl Fn(u8) -> Option<char>) -> Self {
        let table = std::array::from_fn(|byte| character(byte as u8));
        Self { kind: Kind::Table(Box::new(table)), ..Self::default() }
    }

    /// Whether its characters have more than a byte each.
    pub(crate) fn is_wide(&self) -> bool {
        matches!(self.kind, Kind::Utf16 { .. })
    }

    /// Whether a document in `other` may declare this encoding by `name`. A document in UTF-16 need not
    /// say in which order its bytes are.
    pub(crate) fn is_like(&self, other: &Self, name: &str) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Utf16 { is_little }, Kind::Utf16 { is_little: other }) => {
                is_little == other || name.eq_ignore_ascii_case("UTF-16")
            }
            _ => !self.is_wide() && !other.is_wide(),
        }
    }

    /// Whether text is as it was given.
    pub(crate) fn is_utf8(&self) -> bool {
        matches!(self.kind, Kind::Utf8 | Kind::Unknown)
    }

    /// How many bytes in this encoding a character has. `byte` is its first one in UTF-8; the others
    /// count nothing.
    pub(crate) fn given_bytes(&self, byte: u8) -> usize {
        match (&self.kind, byte) {
            (Kind::Utf8 | Kind::Unknown, _) => 1,
            (_, 0x80..0xc0) => 0,
            (Kind::Table(_), _) => 1,
            (Kind::Utf16 { .. }, 0xf0..0xf8) => 4,
            (Kind::Utf16 { .. }, _) => 2,
        }
    }

    /// Appends `piece` to `text`. `is_last` means that nothing follows.
    pub(crate) fn decode(&mut self, piece: &[u8], is_last: bool, text: &mut Vec<u8>) {
        if matches!(self.kind, Kind::Utf8) && !self.may_be_marked {
            text.extend(piece);
            return;
        }
        self.pending.extend(piece);
        if self.may_be_marked || matches!(self.kind, Kind::Unknown) {
            let is_short = match self.pending[..] {
                [] => true,
                [first] => matches!(first, 0xef | 0xfe | 0xff | b'<' | 0),
                [first, second] => [first, second] == MARK[..2],
                _ => false,
            };
            if is_short && !is_last {
                return;
            }
            self.may_be_marked = false;
            match self.pending[..] {
                [0xff, 0xfe, ..] | [b'<', 0, ..] => self.kind = Kind::Utf16 { is_little: true },
                [0xfe, 0xff, ..] | [0, _, ..] => self.kind = Kind::Utf16 { is_little: false },
                [_, 0, ..] if !self.is_entity => self.kind = Kind::Utf16 { is_little: true },
                [0xef, 0xbb, 0xbf, ..] => self.kind = Kind::Utf8,
                _ if matches!(self.kind, Kind::Unknown) => self.kind = Kind::Utf8,
                _ => {}
            }
        }
        match &self.kind {
            Kind::Unknown => {}
            Kind::Utf8 => text.append(&mut self.pending),
            Kind::Table(table) => {
                for byte in self.pending.drain(..) {
                    push(table[usize::from(byte)], text);
                }
            }
            Kind::Utf16 { is_little } => {
                let unit = |bytes: &[u8; 2]| match is_little {
                    true => u16::from_le_bytes(*bytes),
                    false => u16::from_be_bytes(*bytes),
                };
                let (pairs, _) = self.pending.as_chunks::<2>();
                let mut units: Vec<u16> = pairs.iter().map(unit).collect();
                let is_half = units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit));
                if is_half && !is_last {
                    units.pop();
                }
                self.pending.drain(..units.len() * 2);
                for found in char::decode_utf16(units) {
                    push(found.ok(), text);
                }
                if is_last && !self.pending.is_empty() {
                    text.push(MARK[0]);
                }
            }
        }
    }
}

/// Reads an XML declaration, from after `<?xml` to before `?>`.
///
/// # Errors
/// The byte at which it is wrong.
pub(crate) fn declaration(text: &[u8]) -> Result<Declaration, usize> {
    let mut declaration = Declaration::default();
    let mut at = 0;
    let first = pair(text, &mut at)?.ok_or(0_usize)?;
    if first.name != b"version" {
        return Err(first.name_at);
    }
    if !is_version(first.value) {
        return Err(first.value_at);
    }
    declaration.version = first.text();
    let Some(mut next) = pair(text, &mut at)? else { return Ok(declaration) };
    if next.name == b"encoding" {
        if !next.value.first().is_some_and(u8::is_ascii_alphabetic) {
            return Err(next.value_at);
        }
        declaration.encoding = Some(next.text());
        declaration.encoding_at = Some(next.value_at);
        match pair(text, &mut at)? {
            Some(found) => next = found,
            None => return Ok(declaration),
        }
    }
    if next.name != b"standalone" {
        return Err(next.name_at);
    }
    declaration.standalone = match next.value {
        b"yes" => Some(true),
        b"no" => Some(false),
        _ => return Err(next.value_at),
    };
    let rest = text[at..].iter().position(|byte| !is_space(*byte));
    rest.map_or(Ok(declaration), |more| Err(at + more))
}

struct Pair<'text> {
    name: &'text [u8],
    name_at: usize,
    value: &'text [u8],
    value_at: usize,
}

impl Pair<'_> {
    fn text(&self) -> String {
        String::from_utf8_lossy(self.value).into_owned()
    }
}

/// The next `name="value"`, with the white space before it.
fn pair<'text>(text: &'text [u8], at: &mut usize) -> Result<Option<Pair<'text>>, usize> {
    if *at == text.len() {
        return Ok(None);
    }
    let after = |from: usize, is_wanted: fn(u8) -> bool| {
        let rest = &text[from..];
        from + rest.iter().position(|byte| !is_wanted(*byte)).unwrap_or(rest.len())
    };
    let name_at = after(*at, is_space);
    if name_at == *at {
        return Err(*at);
    }
    if name_at == text.len() {
        *at = name_at;
        return Ok(None);
    }
    let name_end = after(name_at, |byte| byte.is_ascii() && byte != b'=' && !is_space(byte));
    let equals = after(name_end, is_space);
    if text.get(equals) != Some(&b'=') || name_end == name_at {
        return Err(equals);
    }
    let open = after(equals + 1, is_space);
    let Some(quote @ (b'"' | b'\'')) = text.get(open) else { return Err(open) };
    let is_value = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    let value_at = open + 1;
    let value_end = after(value_at, is_value);
    if text.get(value_end) != Some(quote) {
        return Err(value_end);
    }
    *at = value_end + 1;
    Ok(Some(Pair {
        name: &text[name_at..name_end],
        name_at,
        value: &text[value_at..value_end],
        value_at,
    }))
}

/// Whether it is a version of XML 1.
fn is_version(value: &[u8]) -> bool {
    let minor = value.strip_prefix(b"1.").unwrap_or_default();
    !minor.is_empty() && minor.iter().all(u8::is_ascii_digit)
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn push(found: Option<char>, text: &mut Vec<u8>) {
    match found {
        Some(found) => text.extend(found.encode_utf8(&mut [0; 4]).as_bytes()),
        None => text.push(NOTHING),
    }
}
