//! What a document's bytes are: read as UTF-8, in which a byte that means nothing is no character.

/// The byte order mark, in UTF-8.
pub(super) const MARK: &[u8] = "\u{feff}".as_bytes();

/// The decoder, and the bytes of an incomplete last character.
#[derive(Debug, Default)]
pub(super) struct Encoding {
    kind: Kind,
    pending: Vec<u8>,
    /// Whether the document's first bytes may still say what it is, whatever it was called.
    may_be_marked: bool,
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
pub(super) struct Declaration {
    pub version: String,
    pub encoding: Option<String>,
    /// Where the encoding's name is.
    pub encoding_at: Option<usize>,
    pub standalone: Option<bool>,
}

const NOTHING: u8 = 0xff;

impl Encoding {
    /// The encoding of a name that XML knows.
    pub(super) fn known(name: &str) -> Option<Self> {
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

    /// The same for a document that has not begun.
    pub(super) fn at_start(self) -> Self {
        Self { may_be_marked: true, ..self }
    }

    /// An encoding of one byte a character.
    pub(super) fn of_table(character: impl Fn(u8) -> Option<char>) -> Self {
        let table = std::array::from_fn(|byte| character(byte as u8));
        Self { kind: Kind::Table(Box::new(table)), ..Self::default() }
    }

    /// Whether its characters have more than a byte each.
    pub(super) fn is_wide(&self) -> bool {
        matches!(self.kind, Kind::Utf16 { .. })
    }

    /// Appends `piece` to `text`. `is_last` means that nothing follows.
    pub(super) fn decode(&mut self, piece: &[u8], is_last: bool, text: &mut Vec<u8>) {
        if matches!(self.kind, Kind::Utf8) && !self.may_be_marked {
            text.extend(piece);
            return;
        }
        self.pending.extend(piece);
        if self.may_be_marked || matches!(self.kind, Kind::Unknown) {
            let is_short = self.pending.len() < 2 || self.pending == MARK[..2];
            if is_short && !is_last {
                return;
            }
            self.may_be_marked = false;
            match self.pending[..] {
                [0xff, 0xfe, ..] | [b'<', 0, ..] => self.kind = Kind::Utf16 { is_little: true },
                [0xfe, 0xff, ..] | [0, b'<', ..] => self.kind = Kind::Utf16 { is_little: false },
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
pub(super) fn declaration(text: &[u8]) -> Result<Declaration, usize> {
    let mut declaration = Declaration::default();
    let mut at = 0;
    let first = pair(text, &mut at)?.ok_or(0_usize)?;
    if first.name != b"version" {
        return Err(first.name_at);
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

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn push(found: Option<char>, text: &mut Vec<u8>) {
    match found {
        Some(found) => text.extend(found.encode_utf8(&mut [0; 4]).as_bytes()),
        None => text.push(NOTHING),
    }
}
