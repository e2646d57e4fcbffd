//! The form of the cloud API: reading requests (`cloud_api/wire.md`), checking signatures
//! (`cloud_api/captured`, requests of the SDK), and refusing arbitrary input.

#[path = "cloud_api/http_text.rs"]
mod http_text;
#[path = "cloud_api/signatures.rs"]
mod signatures;
#[path = "cloud_api/spoiled.rs"]
mod spoiled;

use http_text::Request;
use krait::server::cloud_api::{
    answer,
    errors::ApiError,
    wire::{self, ApiRequest, Received},
};
use libtest_mimic::{Arguments, Failed, Trial};
use std::{fs, path::Path, process::ExitCode};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let captured = captured();
    let mut trials: Vec<Trial> = wire_cases()
        .into_iter()
        .map(|case| Trial::test(format!("wire::{}", case.name), move || case.check()))
        .collect();
    for (name, text) in captured.clone() {
        let check =
            if name.starts_with("skipped") { signatures::is_refused } else { signatures::is_taken };
        trials.push(Trial::test(format!("signature::{name}"), move || check(&name, &text)));
    }
    trials.push(Trial::test("captured::all mean the same", all_mean_the_same));
    trials.push(Trial::test("signature::a token must be the configured one", signatures::token));
    trials
        .push(Trial::test("signature::a secret is not printed", signatures::secret_is_not_printed));
    trials.push(Trial::test("wire::values are counted", values_are_counted));
    trials.push(Trial::test("answer::results and errors", answers));
    trials.push(Trial::test("wire::anything is read or refused", move || {
        spoiled::anything(&captured)
    }));
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

fn same<T: PartialEq + std::fmt::Debug>(actual: &T, expected: &T) -> Result<(), Failed> {
    if actual == expected {
        return Ok(());
    }
    Err(format!("expected {expected:?}\n     but got {actual:?}").into())
}
