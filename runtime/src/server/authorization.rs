//! What the cloud's API and Lambda's have in common in how they sign a request: the form of the
//! header `Authorization`, and the digests.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::Write;
use subtle::ConstantTimeEq;

/// What a signed request's header `Authorization` says.
pub(super) struct Authorization<'a> {
    pub key_id: &'a str,
    /// What the key is for, in parts with `/` between them: the day, the service and so on.
    pub scope: &'a str,
    /// The names, as they are written, with `;` between them.
    pub signed_headers: &'a str,
    pub signature: &'a str,
}

impl Authorization<'_> {
    /// Whether a header is covered by the signature. Its name is in lower case.
    pub(super) fn signs(&self, name: &str) -> bool {
        self.signed_headers.split(';').any(|each| each == name)
    }
}

/// Reads `ALGORITHM Credential=KEY_ID/SCOPE, SignedHeaders=A;B, Signature=HEX`. The three may be in
/// any order; a text with a fourth, or without one of them, gives none.
pub(super) fn authorization<'a>(text: &'a str, algorithm: &str) -> Option<Authorization<'a>> {
    let rest = text.strip_prefix(algorithm)?.strip_prefix(' ')?;
    let (mut credential, mut signed_headers, mut signature) = (None, None, None);
    for part in rest.split(',') {
        let (name, value) = part.trim_ascii().split_once('=')?;
        let place = match name {
            "Credential" => &mut credential,
            "SignedHeaders" => &mut signed_headers,
            "Signature" => &mut signature,
            _ => return None,
        };
        if place.replace(value).is_some() {
            return None;
        }
    }
    let (key_id, scope) = credential?.split_once('/')?;
    let (signed_headers, signature) = (signed_headers?, signature?);
    Some(Authorization { key_id, scope, signed_headers, signature })
}

/// A digest of HMAC-SHA256.
pub(super) type Digested = [u8; 32];

/// A text's digest with a key: HMAC-SHA256.
pub(super) fn keyed(key: &[u8], text: &str) -> Digested {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length will do");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

/// Bytes as pairs of digits, in lower case.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing into a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Compares in a time that depends only on the length.
pub(super) fn same(ours: &str, theirs: &str) -> bool {
    ours.as_bytes().ct_eq(theirs.as_bytes()).into()
}
