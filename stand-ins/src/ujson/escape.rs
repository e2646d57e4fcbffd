//! A text as it stands between quotes.

/// How texts are written.
#[derive(Clone, Copy)]
pub(super) struct Escapes {
    /// What is beyond ASCII is escaped.
    pub(super) ascii: bool,
    /// `&`, `<` and `>` are escaped.
    pub(super) html: bool,
    /// `/` is escaped.
    pub(super) slashes: bool,
}

impl Escapes {
    /// Appends a text to what is written, or says what is wrong with it. Its bytes may be anything: they are not looked at
    /// beyond ASCII, if that is not escaped.
    pub(super) fn push(self, text: &[u8], out: &mut Vec<u8>) -> Result<(), &'static str> {
        let mut rest = text;
        while let Some(at) = rest.iter().position(|byte| self.is_special(*byte)) {
            let (plain, special) = rest.split_at(at);
            out.extend_from_slice(plain);
            rest = self.push_special(special, out)?;
        }
        out.extend_from_slice(rest);
        Ok(())
    }

    fn is_special(self, byte: u8) -> bool {
        match byte {
            0..=0x1f | b'"' | b'\\' => true,
            b'/' => self.slashes,
            b'&' | b'<' | b'>' => self.html,
            // The original passes over bytes that begin nothing.
            0xc0..=0xfd => self.ascii,
            _ => false,
        }
    }

    /// Writes the first character; gives what follows it.
    fn push_special<'a>(self, text: &'a [u8], out: &mut Vec<u8>) -> Result<&'a [u8], &'static str> {
        let Some((&first, rest)) = text.split_first() else { return Ok(text) };
        let short = match first {
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            8 => b'b',
            12 => b'f',
            b'"' | b'\\' | b'/' => first,
            0x80.. => {
                let (code, length) = character(text)?;
                if let Some(beyond) = code.checked_sub(0x1_0000) {
                    push_code(0xd800 + (beyond >> 10), out);
                    push_code(0xdc00 + (beyond & 0x3ff), out);
                } else {
                    push_code(code, out);
                }
                return Ok(&text[length..]);
            }
            _ => {
                push_code(u32::from(first), out);
                return Ok(rest);
            }
        };
        out.extend_from_slice(&[b'\\', short]);
        Ok(rest)
    }
}

fn push_code(code: u32, out: &mut Vec<u8>) {
    const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";
    out.extend_from_slice(b"\\u");
    out.extend([12, 8, 4, 0].map(|shift| HEXADECIMAL[(code >> shift & 15) as usize]));
}

/// The character at the beginning of bytes that begin with the first byte of a sequence, and its length. Surrogates are
/// characters, too.
fn character(text: &[u8]) -> Result<(u32, usize), &'static str> {
    let first = text[0];
    let (length, least) = match first {
        0..=0xdf => (2, 0x80),
        0xe0..=0xef => (3, 0x800),
        0xf0..=0xf7 => (4, 0x1_0000),
        _ => return Err("Unsupported UTF-8 sequence length when encoding string"),
    };
    let Some(sequence) = text.get(..length) else {
        return Err("Unterminated UTF-8 sequence when encoding string");
    };
    let numbered = |messages: [&'static str; 3]| Err(messages[length - 2]);
    if sequence[1..].iter().any(|byte| byte & 0xc0 != 0x80) {
        return numbered([
            "Invalid continuation byte in 2-byte UTF-8 sequence detected when encoding string",
            "Invalid continuation byte in 3-byte UTF-8 sequence detected when encoding string",
            "Invalid continuation byte in 4-byte UTF-8 sequence detected when encoding string",
        ]);
    }
    let begin = u32::from(first) & (0x7f >> length);
    let code = sequence[1..].iter().fold(begin, |code, byte| code << 6 | u32::from(byte & 0x3f));
    if code > 0x10_ffff {
        return Err(">U+10FFFF in 4-byte UTF-8 sequence detected when encoding string");
    }
    if code < least {
        return numbered([
            "Overlong 2-byte UTF-8 sequence detected when encoding string",
            "Overlong 3-byte UTF-8 sequence detected when encoding string",
            "Overlong 4-byte UTF-8 sequence detected when encoding string",
        ]);
    }
    Ok((code, length))
}
