//! Whose signatures are taken: those that the SDK made, and no other.

use super::{captured, http_text, received, request, same, timestamp};
use krait::server::cloud_api::signature::{self, Credentials, Secret};
use libtest_mimic::Failed;

/// The credentials of `cloud_api/capture.py`, made up.
const SECRET_ID: &str = "AKIDmadeUpForTheTestsOfKrait000000000";
const SECRET_KEY: &str = "madeUpSecretKeyOfTheTestsOfKrait";
const TOKEN: &str = "made-up-session-token";

pub(crate) fn credentials() -> Credentials {
    Credentials {
        secret_id: SECRET_ID.to_owned(),
        secret_key: Secret::new(SECRET_KEY),
        token: None,
    }
}

/// The request is taken at its time, and not with a bit of what is signed changed, too early,
/// too late, or signed by somebody else.
pub(crate) fn is_taken(name: &str, text: &[u8]) -> Result<(), Failed> {
    let then = timestamp(text);
    let code = |text: &[u8], credentials: &Credentials, now| {
        let request = request(text);
        signature::check(&received(&request), credentials, now).err().map(|error| error.code)
    };
    let ours = credentials();
    for (now, expected) in [
        (then, None),
        (then - 300, None),
        (then + 300, None),
        (then - 301, Some("AuthFailure.SignatureExpire")),
        (then + 360, Some("AuthFailure.SignatureExpire")),
    ] {
        same(&code(text, &ours, now), &expected)?;
    }
    let other_key = Credentials { secret_key: Secret::new("another"), ..ours.clone() };
    same(&code(text, &other_key, then), &Some("AuthFailure.SignatureFailure"))?;
    let other_id = Credentials { secret_id: "another".to_owned(), ..ours.clone() };
    same(&code(text, &other_id, then), &Some("AuthFailure.SecretIdNotFound"))?;

    let mut changed = text.to_vec();
    let signed = signed_places(name, text);
    if signed.len() < 100 {
        return Err("too little is signed".into());
    }
    for place in signed {
        for bit in 0..8 {
            changed[place] ^= 1 << bit;
            let means_the_same =
                bit == 5 && (changed[place] | 0x20).is_ascii_alphabetic() && folds(text, place);
            // What HTTP itself refuses is not asked about.
            if let Some(request) = http_text::read(&changed)
                && signature::check(&received(&request), &ours, then).is_ok()
                && !means_the_same
            {
                let changed = String::from_utf8_lossy(&changed[..place + 1]).into_owned();
                return Err(format!("taken with bit {bit} changed, after {changed}").into());
            }
            changed[place] = text[place];
        }
    }
    Ok(())
}

/// The places of the bytes that a signature speaks for: the line up to the version, the
/// values of the headers that are signed or sign, and the body.
fn signed_places(name: &str, text: &[u8]) -> Vec<usize> {
    let mut places = Vec::new();
    let mut start = 0;
    for (number, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let content = String::from_utf8_lossy(line.trim_ascii());
        let headers = ["Host: ", "Content-Type: ", "Authorization: ", "X-TC-Timestamp: "];
        let is_form = !name.starts_with("tc3");
        if number == 0 {
            places.extend(start..start + content.find(" HTTP/").expect("a version"));
        } else if content.is_empty() {
            // The body is not signed where it says so itself.
            if !name.contains("unsigned") {
                places.extend(start + line.len()..text.len());
            }
            return places;
        } else if let Some(header) = headers.iter().find(|header| content.starts_with(**header))
            && !(is_form && *header == "Content-Type: ")
        {
            places.extend(start + header.len()..start + content.len());
        }
        start += line.len();
    }
    places
}

/// Whether a letter means the same in either case: in an escape of a form, and in the two
/// headers, whose values the document has in lower case.
fn folds(text: &[u8], place: usize) -> bool {
    let start = text[..place].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let escaped = text[..place].ends_with(b"%") || text[..place.saturating_sub(1)].ends_with(b"%");
    let line = &text[start..];
    escaped || line.starts_with(b"Host: ") || line.starts_with(b"Content-Type: ")
}

pub(crate) fn is_refused(_: &str, text: &[u8]) -> Result<(), Failed> {
    let request = request(text);
    let refused = signature::check(&received(&request), &credentials(), 0);
    same(&refused.map_err(|error| error.code), &Err("AuthFailure.InvalidAuthorization"))
}

/// Where a token is configured, each request must carry it.
pub(crate) fn token() -> Result<(), Failed> {
    for (name, text) in captured().into_iter().filter(|(name, _)| !name.starts_with("skipped")) {
        let request = request(&text);
        for (token, is_right) in [(TOKEN, true), ("another", false)] {
            let credentials = Credentials { token: Some(Secret::new(token)), ..credentials() };
            let checked = signature::check(&received(&request), &credentials, timestamp(&text));
            let expected = is_right && name.ends_with("token");
            same(
                &checked.map_err(|error| error.code),
                &if expected { Ok(()) } else { Err("AuthFailure.TokenFailure") },
            )?;
        }
    }
    Ok(())
}

pub(crate) fn secret_is_not_printed() -> Result<(), Failed> {
    let printed = format!("{:?}", credentials());
    let expected =
        format!("Credentials {{ secret_id: {SECRET_ID:?}, secret_key: Secret(..), token: None }}");
    same(&printed, &expected)
}
