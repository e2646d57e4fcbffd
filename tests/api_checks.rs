//! The form of the cloud API: how requests are read (`cloud_api/wire.md`), whose signatures
//! are taken (`cloud_api/captured`, which the SDK sent), and that nothing a caller sends does
//! worse than be refused.

#[path = "cloud_api/http_text.rs"]
mod http_text;

use http_text::Request;
use krait::server::cloud_api::{
    answer,
    errors::ApiError,
    signature::{self, Credentials, Secret},
    wire::{self, ApiRequest, Received},
};
use libtest_mimic::{Arguments, Failed, Trial};
use std::{fs, path::Path, process::ExitCode};

/// The credentials of `cloud_api/capture.py`, made up.
const SECRET_ID: &str = "AKIDmadeUpForTheTestsOfKrait000000000";
const SECRET_KEY: &str = "madeUpSecretKeyOfTheTestsOfKrait";
const TOKEN: &str = "made-up-session-token";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let captured = captured();
    let mut trials: Vec<Trial> = wire_cases()
        .into_iter()
        .map(|case| Trial::test(format!("wire::{}", case.name), move || case.check()))
        .collect();
    for (name, text) in captured.clone() {
        let check = if name.starts_with("skipped") { is_refused } else { is_taken };
        trials.push(Trial::test(format!("signature::{name}"), move || check(&name, &text)));
    }
    trials.push(Trial::test("captured::all mean the same", all_mean_the_same));
    trials.push(Trial::test("signature::a token must be the configured one", token));
    trials.push(Trial::test("signature::a secret is not printed", secret_is_not_printed));
    trials.push(Trial::test("wire::values are counted", values_are_counted));
    trials.push(Trial::test("answer::results and errors", answers));
    trials.push(Trial::test("wire::anything is read or refused", move || anything(&captured)));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/cloud_api"))
}

/// What the SDK sent, by name.
fn captured() -> Vec<(String, Vec<u8>)> {
    let files = fs::read_dir(folder().join("captured")).expect("there are captured requests");
    let mut captured: Vec<_> = files
        .map(|file| {
            let path = file.expect("a folder can be listed").path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            (name, fs::read(path).expect("a captured request can be read"))
        })
        .collect();
    captured.sort_unstable();
    assert!(captured.len() > 10, "captured requests are missing");
    captured
}

fn request(text: &[u8]) -> Request {
    http_text::read(text).expect("a request")
}

fn received(request: &Request) -> Received<'_> {
    let Request { method, uri, headers, body } = request;
    Received { method, uri, headers, body }
}

fn credentials() -> Credentials {
    Credentials {
        secret_id: SECRET_ID.to_owned(),
        secret_key: Secret::new(SECRET_KEY),
        token: None,
    }
}

struct WireCase {
    name: String,
    request: String,
    expected: String,
}

fn wire_cases() -> Vec<WireCase> {
    let text = fs::read_to_string(folder().join("wire.md")).expect("the cases can be read");
    let cases = text.split("\n## ").skip(1).map(|case| {
        let block = |kind: &str| {
            let (_, rest) = case.split_once(&format!("\n```{kind}\n"))?;
            Some(rest.split_once("\n```")?.0.to_owned())
        };
        WireCase {
            name: case.lines().next().unwrap_or_default().to_owned(),
            request: block("http").expect("a case has a request"),
            expected: block("text").expect("a case says what comes of it"),
        }
    });
    cases.collect()
}

impl WireCase {
    fn check(&self) -> Result<(), Failed> {
        let request = request(self.request.as_bytes());
        same(&shown(&wire::read(&received(&request))), &self.expected)
    }
}

fn shown(read: &Result<ApiRequest, ApiError>) -> String {
    match read {
        Ok(request) => {
            let values = serde_json::Value::Object(request.parameters.values().clone());
            format!("{} {values}", request.action.name())
        }
        Err(error) => error.to_string(),
    }
}

/// The request is taken at its time, and not with a bit of what is signed changed, too early,
/// too late, or signed by somebody else.
fn is_taken(name: &str, text: &[u8]) -> Result<(), Failed> {
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

fn is_refused(_: &str, text: &[u8]) -> Result<(), Failed> {
    let request = request(text);
    let refused = signature::check(&received(&request), &credentials(), 0);
    same(&refused.map_err(|error| error.code), &Err("AuthFailure.InvalidAuthorization"))
}

/// The time that a captured request was made.
fn timestamp(text: &[u8]) -> i64 {
    let text = String::from_utf8_lossy(text);
    let after = text.split_once("Timestamp: ").or_else(|| text.split_once("Timestamp="));
    let digits = after.expect("a time").1.split(|each: char| !each.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).expect("a time in seconds")
}

/// The same call in JSON, in a query and in a form is the same request.
fn all_mean_the_same() -> Result<(), Failed> {
    let mut meanings: Vec<(&str, Vec<String>)> =
        ["Invoke ", "CreateFunction ", "ListFunctions {\"L"].map(|kind| (kind, vec![])).into();
    for (_, text) in captured() {
        let request = request(&text);
        let shown = shown(&wire::read(&received(&request)));
        if let Some((_, all)) = meanings.iter_mut().find(|(kind, _)| shown.starts_with(kind)) {
            all.push(shown);
        }
    }
    for (kind, all) in &mut meanings {
        let count = all.len();
        all.dedup();
        if count < 3 || all.len() != 1 {
            return Err(format!("{kind} is read in {} ways: {all:?}", all.len()).into());
        }
    }
    same(
        &meanings[1].1[0],
        &concat!(
            r#"CreateFunction {"FunctionName":"made_here","Code":{"ZipFile":"#,
            r#""UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="},"Handler":"index.main_handler","#,
            r#""MemorySize":256,"Timeout":10,"Environment":{"Variables":[{"Key":"A_B","#,
            r#""Value":"1+1 = 2"},{"Key":"名","Value":"值"}]},"#,
            r#""Layers":[{"LayerName":"libs","LayerVersion":3}]}"#
        )
        .to_owned(),
    )
}

fn token() -> Result<(), Failed> {
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

fn secret_is_not_printed() -> Result<(), Failed> {
    let printed = format!("{:?}", credentials());
    let expected =
        format!("Credentials {{ secret_id: {SECRET_ID:?}, secret_key: Secret(..), token: None }}");
    same(&printed, &expected)
}

/// A small body of many values is refused before it is large in memory.
fn values_are_counted() -> Result<(), Failed> {
    let head = "POST /?Action=CreateFunction&Version=2018-04-16 HTTP/1.1\n\n";
    let refused = "InvalidParameter: The request has more than 4096 values.";
    let zeros = "0,".repeat(1_000_000);
    let deep = format!("{head}{}", "[".repeat(1_000_000));
    let pairs: String = (0..5000).map(|index| format!("&a.{index}=0")).collect();
    for (text, expected) in [
        (format!("{head}{{\"Tags\":[{zeros}0]}}"), refused),
        (
            deep,
            "InvalidParameter: The body is not JSON: recursion limit exceeded at line 1 column 128.",
        ),
        (format!("GET /?Action=CreateFunction{pairs} HTTP/1.1\n\n"), refused),
    ] {
        let request = request(text.as_bytes());
        same(&shown(&wire::read(&received(&request))), &expected.to_owned())?;
    }
    Ok(())
}

fn answers() -> Result<(), Failed> {
    let text = |body: bytes::Bytes| String::from_utf8(body.to_vec()).expect("UTF-8");
    let fields = serde_json::json!({ "TotalCount": 1, "Functions": [] });
    let internal = r#"{"Response":{"Error":{"Code":"InternalError","Message":"krait failed to answer; its log says why."},"RequestId":"id"}}"#;
    for (body, expected) in [
        (
            answer::result("id", &fields),
            r#"{"Response":{"TotalCount":1,"Functions":[],"RequestId":"id"}}"#,
        ),
        (answer::result("id", &serde_json::json!({})), r#"{"Response":{"RequestId":"id"}}"#),
        (answer::result("id", &[1]), internal),
        (
            answer::error("id", &ApiError::function_not_found("n\"1")),
            r#"{"Response":{"Error":{"Code":"ResourceNotFound.FunctionName","Message":"Function not found: [n\"1]"},"RequestId":"id"}}"#,
        ),
    ] {
        same(&text(body), &expected.to_owned())?;
    }
    let response = answer::response(answer::result("id", &fields));
    same(&response.status().as_u16(), &200)?;
    same(&response.headers()["content-type"].as_bytes(), &b"application/json".as_slice())
}

/// Requests that the SDK sent, spoiled at random: each is read or refused, and what is read
/// is read again as it was, from the JSON of its parameters.
fn anything(captured: &[(String, Vec<u8>)]) -> Result<(), Failed> {
    let mut random = Random(20180416);
    let (mut read, mut refused) = (0, 0);
    for _ in 0..100_000 {
        let mut text = captured[random.below(captured.len())].1.clone();
        for _ in 0..=random.below(4) {
            let other = random.below(captured.len());
            random.spoil(&mut text, &captured[other].1);
        }
        let Some(request) = http_text::read(&text) else { continue };
        let received = received(&request);
        // The signature of a spoiled request is judged too: by its time, so that it is looked
        // at in full.
        let _ = signature::check(&received, &credentials(), timestamp(&captured[0].1));
        match wire::read(&received) {
            Ok(first) => {
                read += 1;
                read_again(&first)?;
            }
            Err(error) => {
                refused += 1;
                answer::error("id", &error);
            }
        }
    }
    // Neither side is there by accident alone.
    if read < 10_000 || refused < 10_000 {
        return Err(format!("{read} were read and {refused} refused").into());
    }
    Ok(())
}

fn read_again(first: &ApiRequest) -> Result<(), Failed> {
    let uri = format!("/?Action={}&Version={}", first.action.name(), wire::VERSION);
    let request = Request {
        method: http::Method::POST,
        uri: uri.parse().expect("an address"),
        headers: http::HeaderMap::new(),
        body: serde_json::to_vec(first.parameters.values()).expect("values are JSON"),
    };
    let again = wire::read(&received(&request)).map_err(|error| error.to_string())?;
    same(again.parameters.values(), first.parameters.values())
}

/// The same numbers in each run, so that what fails can be looked at.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).expect("below a usize")
    }

    /// Changes a byte, or takes out, doubles or puts in a piece.
    fn spoil(&mut self, text: &mut Vec<u8>, other: &[u8]) {
        let start = self.below(text.len());
        let end = text.len().min(start + self.below(16));
        match self.below(5) {
            0 => text[start] ^= 1 << self.below(8),
            1 => drop(text.drain(start..end)),
            2 => {
                let piece = text[start..end].to_vec();
                text.splice(start..start, piece);
            }
            3 => {
                let marks = b"&=.%+\"{}[],:0 \n\\\xff";
                text[start] = marks[self.below(marks.len())];
            }
            _ => {
                let from = self.below(other.len());
                let to = other.len().min(from + self.below(64));
                text.splice(start..end, other[from..to].iter().copied());
            }
        }
        if text.is_empty() {
            text.push(b' ');
        }
    }
}

fn same<T: PartialEq + std::fmt::Debug>(actual: &T, expected: &T) -> Result<(), Failed> {
    if actual == expected {
        return Ok(());
    }
    Err(format!("expected {expected:?}\n     but got {actual:?}").into())
}
