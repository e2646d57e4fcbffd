//! What the engine uses of `unicode_names2` 3, in a third of the size: the names are compressed
//! text, and unpacked when the first one is asked for. The workspace's `[patch.crates-io]` puts
//! this in the original's place.
//!
//! A line of the text is the name of the next code point, where `#` stands for the code point
//! itself in hexadecimal digits, or `+` and how many code points, in such digits, have no name
//! there: `names.txt`, which `tests/original.rs` writes. Ideographs and syllables of Hangul are not in it: their names follow a rule.

mod aliases;
mod hangul;

use aliases::ALIASES;
use std::{fmt, sync::OnceLock};

static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/names.xz"));

/// The first and the last of each range of ideographs whose name has nothing but the number.
static IDEOGRAPHS: &[(u32, u32)] = include!("ideographs.rs");
const IDEOGRAPH: &str = "CJK UNIFIED IDEOGRAPH-";

/// A character's name, to be written.
#[derive(Clone, Copy)]
pub struct Name {
    stem: &'static str,
    rest: Rest,
}

/// What follows a name's stem.
#[derive(Clone, Copy)]
enum Rest {
    Nothing,
    /// In hexadecimal digits.
    Code(u32),
    Syllable([&'static str; 3]),
}

impl fmt::Display for Name {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        to.write_str(self.stem)?;
        match self.rest {
            Rest::Nothing => Ok(()),
            Rest::Code(code) => write!(to, "{code:X}"),
            Rest::Syllable(parts) => parts.iter().try_for_each(|part| to.write_str(part)),
        }
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, to)
    }
}

/// The name of a character, where it has one.
#[must_use]
pub fn name(character: char) -> Option<Name> {
    let code = u32::from(character);
    if is_ideograph(code) {
        return Some(Name { stem: IDEOGRAPH, rest: Rest::Code(code) });
    }
    if let Some(parts) = hangul::parts(code) {
        return Some(Name { stem: hangul::SYLLABLE, rest: Rest::Syllable(parts) });
    }
    let names = names();
    let place = names.lines.binary_search_by_key(&code, |(each, _)| *each).ok()?;
    Some(names.at(place))
}

/// The character of a name, where there is one. Case, whitespace, underscores, and hyphens
/// between letters or digits do not matter, as Unicode Standard Annex 44 has it (UAX44-LM2).
#[must_use]
pub fn character(name: &str) -> Option<char> {
    let wanted = normalised(name)?;
    if let Some(syllable) = wanted.strip_prefix("HANGULSYLLABLE") {
        return char::from_u32(hangul::code(syllable)?);
    }
    if let Some(digits) = wanted.strip_prefix("CJKUNIFIEDIDEOGRAPH") {
        if digits.len() > 5 || digits.contains('-') {
            return None;
        }
        let code = u32::from_str_radix(digits, 16).ok()?;
        return char::from_u32(code).filter(|_| is_ideograph(code));
    }
    if let Some(code) = names().find(&wanted) {
        // The one hyphen between letters that does matter: U+1180 is HANGUL JUNGSEONG O-E.
        let mut end =
            name.bytes().rev().skip_while(|each| each.is_ascii_whitespace() || *each == b'_');
        let code = if code == 0x116C && end.nth(1) == Some(b'-') { 0x1180 } else { code };
        return char::from_u32(code);
    }
    alias(&wanted)
}

fn is_ideograph(code: u32) -> bool {
    IDEOGRAPHS.iter().any(|(first, last)| (*first..=*last).contains(&code))
}

/// Another name that has no space or hyphen.
fn alias(wanted: &str) -> Option<char> {
    if let Some((_, code)) = ALIASES.iter().find(|(alias, _)| *alias == wanted) {
        return Some(*code);
    }
    let digits = wanted.strip_prefix("VS").filter(|digits| !digits.starts_with(['0', '-']))?;
    // The variation selectors, 16 and then 240 more.
    char::from_u32(match digits.parse().ok()? {
        number @ 1..=16 => 0xFE00 - 1 + number,
        number @ 17..=256 => 0xE0100 - 17 + number,
        _ => return None,
    })
}

/// A name without what does not matter in it; none if it has what is in no name.
fn normalised(name: &str) -> Option<String> {
    let bytes = name.as_bytes();
    let mut normalised = String::with_capacity(bytes.len());
    let is_part = |place: Option<usize>| {
        place.and_then(|place| bytes.get(place)).is_some_and(u8::is_ascii_alphanumeric)
    };
    for (place, each) in bytes.iter().enumerate() {
        match each {
            b'-' if is_part(place.checked_sub(1)) && is_part(place.checked_add(1)) => {}
            b'-' => normalised.push('-'),
            b'_' => {}
            space if space.is_ascii_whitespace() => {}
            part if part.is_ascii_alphanumeric() => {
                normalised.push(char::from(part.to_ascii_uppercase()));
            }
            _ => return None,
        }
    }
    Some(normalised)
}

/// The unpacked names.
struct Names {
    text: String,
    /// Code points in their order, and where their names start in the text.
    lines: Vec<(u32, u32)>,
    /// Where in `lines` a name is that has this hash, or one that is up to a few less; as many
    /// as a power of two. [`FREE`] where none is.
    by_hash: Vec<u32>,
}

const FREE: u32 = u32::MAX;

fn names() -> &'static Names {
    static NAMES: OnceLock<Names> = OnceLock::new();
    NAMES.get_or_init(|| {
        let unpacked = xz::decode_all(PACKED).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        Names::new(unpacked.expect("this program's own data is as it was built"))
    })
}

impl Names {
    fn new(text: String) -> Self {
        let mut lines = Vec::new();
        let (mut code, mut start) = (0, 0);
        for line in text.lines() {
            if let Some(missing) = line.strip_prefix('+') {
                code += u32::from_str_radix(missing, 16).unwrap_or(0);
            } else {
                lines.push((code, start as u32));
                code += 1;
            }
            start += line.len() + 1;
        }
        let by_hash = vec![FREE; (lines.len() * 3 / 2).next_power_of_two()];
        let mut names = Self { text, lines, by_hash };
        for place in 0..names.lines.len() {
            let Some(slot) =
                names.slots(&names.normalised(place)).find(|slot| names.by_hash[*slot] == FREE)
            else {
                continue;
            };
            names.by_hash[slot] = place as u32;
        }
        names
    }

    /// The name of the code point at a place in `lines`.
    fn at(&'static self, place: usize) -> Name {
        let (stem, rest) = self.parts(place);
        Name { stem, rest }
    }

    fn parts(&self, place: usize) -> (&str, Rest) {
        let (code, start) = self.lines[place];
        let line = self.text[start as usize..].split('\n').next().unwrap_or_default();
        match line.strip_suffix('#') {
            Some(stem) => (stem, Rest::Code(code)),
            None => (line, Rest::Nothing),
        }
    }

    fn normalised(&self, place: usize) -> String {
        match (self.lines[place].0, self.parts(place)) {
            // See `character`.
            (0x1180, _) => Some("HANGULJUNGSEONGO-E".to_owned()),
            (_, (stem, Rest::Code(code))) => normalised(&format!("{stem}{code:X}")),
            (_, (stem, _)) => normalised(stem),
        }
        .unwrap_or_default()
    }

    fn find(&self, wanted: &str) -> Option<u32> {
        self.slots(wanted)
            .map_while(|slot| {
                self.lines.get(self.by_hash[slot] as usize).map(|(code, _)| (code, slot))
            })
            .find(|(_, slot)| self.normalised(self.by_hash[*slot] as usize) == wanted)
            .map(|(code, _)| *code)
    }

    /// Where in `by_hash` a normalised name may be, in order.
    fn slots(&self, name: &str) -> impl Iterator<Item = usize> + use<> {
        // FNV-1a.
        let hash = name
            .bytes()
            .fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        let mask = self.by_hash.len() - 1;
        let first = (hash ^ hash >> 16) as usize;
        (0..=mask).map(move |step| first.wrapping_add(step) & mask)
    }
}
