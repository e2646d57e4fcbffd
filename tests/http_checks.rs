//! The two HTTP triggers: the event that a function gets, and the response to its answer. It runs
//! the cases of `contract/http.md`, and checks refused responses and arbitrary returned values.

use http::{HeaderName, HeaderValue, StatusCode};
use krait::contract::{
    Failure, Invocation, Outcome,
    http::{HttpRequest, HttpResponse, api_gateway, decoded_path, function_url, request_too_large},
    limits,
};
use libtest_mimic::{Arguments, Failed, Trial};
use std::{fs, process::ExitCode, time::Duration};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = cases()
        .into_iter()
        .map(|case| Trial::test(format!("http::{}", case.name), move || case.check()))
        .collect();
    trials.push(Trial::test("http::what cannot be sent is named", refused));
    trials.push(Trial::test("http::headers are bounded", headers_are_bounded));
    trials.push(Trial::test("http::whatever is returned can be sent", spoiled));
    trials.push(Trial::test("http::a request that is too large", too_large));
    libtest_mimic::run(&arguments, trials).exit_code()
}

struct Case {
    name: String,
    text: String,
}

fn cases() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/contract/http.md");
    let text = fs::read_to_string(path).expect("the cases can be read");
    let cases = text.split("\n## ").skip(1).map(|case| Case {
        name: case.lines().next().unwrap_or_default().to_owned(),
        text: case.to_owned(),
    });
    cases.collect()
}

impl Case {
    fn check(&self) -> Result<(), Failed> {
        let (url, gateway) = match self.block("http") {
            Some(request) => events(request),
            None => {
                let outcome = match self.block("returned") {
                    Some(ret_msg) => Outcome::Returned(ret_msg.to_owned()),
                    None => Outcome::Failed(Failure::Timeout { seconds: 3 }),
                };
                let invocation = invocation(outcome);
                (
                    shown(&function_url::response(&invocation)),
                    shown(&api_gateway::response(&invocation)),
                )
            }
        };
        let mut checked = 0;
        for (kind, actual) in
            [("url", &url), ("gateway", &gateway), ("both", &url), ("both", &gateway)]
        {
            if let Some(expected) = self.block(kind) {
                same(&actual.as_str(), &expected)?;
                checked += 1;
            }
        }
        if checked == 0 { Err("the case says nothing of what comes of it".into()) } else { Ok(()) }
    }

    fn block(&self, kind: &str) -> Option<&str> {
        let (_, rest) = self.text.split_once(&format!("\n```{kind}\n"))?;
        Some(rest.split_once("\n```")?.0)
    }
}

/// Of the function's URL, and of the API gateway.
fn events(text: &str) -> (String, String) {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let (method, target) = lines.next().and_then(|line| line.split_once(' ')).expect("a target");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers: Vec<_> = lines.map(|line| line.split_once(": ").expect("a header")).collect();
    let request = HttpRequest {
        method,
        path: &decoded_path(path),
        query,
        headers: &headers,
        body: &bytes(body),
        remote_address: "203.0.113.9",
    };
    let gateway = api_gateway::Gateway {
        service_id: "service-abc123",
        stage: "release",
        request_id: "1f2e3d4c",
        qualifier: "$LATEST",
        resource_path: "/orders/{id}",
        scheme: "https",
    };
    (function_url::event(&request), api_gateway::event(&request, &gateway))
}

/// The bytes of a body in which some are written `\xff`.
fn bytes(text: &str) -> Vec<u8> {
    let mut parts = text.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).expect("two digits after \\x"));
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    bytes
}

fn invocation(outcome: Outcome) -> Invocation {
    let request_id = "an-id".to_owned();
    Invocation { request_id, outcome, duration: Duration::ZERO, memory_bytes: 0 }
}

fn shown(response: &HttpResponse) -> String {
    let mut text = format!("{}\n", response.status);
    for (name, value) in &response.headers {
        text.push_str(&format!("{name}: {value}\n"));
    }
    if !response.body.is_empty() {
        text.push('\n');
        match std::str::from_utf8(&response.body) {
            Ok(body) => text.push_str(body),
            Err(_) => text.push_str(&response.body.escape_ascii().to_string()),
        }
    }
    text
}

/// What the gateway says is wrong; the URL says the same in its body.
fn refusal(ret_msg: &str) -> Result<String, Failed> {
    let invocation = invocation(Outcome::Returned(ret_msg.to_owned()));
    let gateway = api_gateway::response(&invocation);
    let reason = gateway.headers.into_iter().find(|(name, _)| name == "x-krait-reason");
    let (_, reason) = reason.ok_or_else(|| format!("{ret_msg} is taken by the gateway"))?;
    let url = function_url::response(&invocation);
    same(&(gateway.status, url.status), &(403, 500))?;
    let body: serde_json::Value = serde_json::from_slice(&url.body)?;
    let said = format!("Invalid scf response format: {reason}");
    same(&body["errorMessage"].as_str(), &Some(said.as_str()))?;
    Ok(reason)
}

fn refused() -> Result<(), Failed> {
    let status = "statusCode is not an integer from 200 to 599";
    let value = |name| {
        format!(
            "the header {name} is not a string, or a list of strings, without control characters"
        )
    };
    let name = |name| format!("the header name \"{name}\" is not of letters, digits and -");
    for (fields, expected) in [
        (r#""statusCode": "200""#, status.to_owned()),
        (r#""statusCode": 200.0"#, status.to_owned()),
        (r#""statusCode": true"#, status.to_owned()),
        (r#""statusCode": null"#, status.to_owned()),
        (r#""statusCode": -200"#, status.to_owned()),
        (r#""statusCode": 101"#, status.to_owned()),
        (r#""statusCode": 199"#, status.to_owned()),
        (r#""statusCode": 600"#, status.to_owned()),
        (r#""statusCode": 65736"#, status.to_owned()),
        (r#""statusCode": 200, "headers": null"#, "headers is not an object".to_owned()),
        (r#""statusCode": 200, "headers": {"": "a"}"#, name("")),
        (r#""statusCode": 200, "headers": {"a b": "a"}"#, name("a b")),
        (r#""statusCode": 200, "headers": {"a\nb\u0000名": "a"}"#, name(r"a\nb\u{0}\u{540d}")),
        (r#""statusCode": 200, "headers": {"X-A": 1}"#, value("X-A")),
        (r#""statusCode": 200, "headers": {"X-A": "a\r\nb: c"}"#, value("X-A")),
        (r#""statusCode": 200, "headers": {"X-A": ["a", null]}"#, value("X-A")),
        (r#""statusCode": 200, "headers": {"X-A": "\u007f"}"#, value("X-A")),
        (
            r#""statusCode": 200, "isBase64Encoded": "false""#,
            "isBase64Encoded is not a boolean".to_owned(),
        ),
        (
            r#""statusCode": 200, "isBase64Encoded": true, "body": "名""#,
            "isBase64Encoded is true and body is not base64".to_owned(),
        ),
        (
            r#""statusCode": 200, "body": null"#,
            "body is not a string; make it one, for instance with json.dumps".to_owned(),
        ),
    ] {
        same(&refusal(&format!("{{{fields}}}"))?, &expected)?;
    }
    Ok(())
}

/// With a byte less they are sent: a name, its value and four bytes around them.
fn headers_are_bounded() -> Result<(), Failed> {
    let most = limits::RESPONSE_HEADER_BYTES - "x-a".len() - 4;
    let text =
        |bytes| format!(r#"{{"statusCode": 200, "headers": {{"x-a": "{}"}}}}"#, "a".repeat(bytes));
    let response = function_url::response(&invocation(Outcome::Returned(text(most))));
    same(&(response.status, response.headers[0].1.len()), &(200, most))?;
    same(&refusal(&text(most + 1))?, &"headers is over 65536 bytes".to_owned())?;
    let many = vec![r#""""#; 100_000].join(",");
    let many = format!(r#"{{"statusCode": 200, "headers": {{"x-a": [{many}]}}}}"#);
    same(&refusal(&many)?, &"headers is over 65536 bytes".to_owned())
}

/// A good response with every byte in turn made another, or cut there.
fn spoiled() -> Result<(), Failed> {
    let good = r#"{"isBase64Encoded":true,"statusCode":200,"headers":{"X-A":["v1","v2"],"b":"\t~"},"body":"aGk="}"#;
    let mut tried = 0;
    for at in 0..good.len() {
        let (before, after) = (&good[..at], &good[at + 1..]);
        let others = "\0\n\" :,[]{}0159\\truefalsn-é\u{7f}=".chars();
        let changed = others.map(|other| format!("{before}{other}{after}"));
        for ret_msg in changed.chain([before.to_owned(), format!("{before}{after}")]) {
            let invocation = invocation(Outcome::Returned(ret_msg.clone()));
            for response in
                [function_url::response(&invocation), api_gateway::response(&invocation)]
            {
                sendable(&response).map_err(|error| format!("{ret_msg:?}: {error}"))?;
                tried += 1;
            }
        }
    }
    same(&(tried > 5000), &true)
}

fn sendable(response: &HttpResponse) -> Result<(), Box<dyn std::error::Error>> {
    StatusCode::from_u16(response.status)?;
    for (name, value) in &response.headers {
        HeaderName::from_lowercase(name.as_bytes())?;
        HeaderValue::from_bytes(value.as_bytes())?;
    }
    Ok(())
}

fn too_large() -> Result<(), Failed> {
    same(
        &shown(&request_too_large()).as_str(),
        &concat!(
            "413\ncontent-type: application/json\n\n",
            r#"{"errorCode":-1,"errorMessage":"The size of request exceeds the upper limit (6MB)","statusCode":406}"#
        ),
    )
}

fn same<T: PartialEq + std::fmt::Debug>(actual: &T, expected: &T) -> Result<(), Failed> {
    if actual == expected {
        return Ok(());
    }
    Err(format!("expected {expected:?}\n     but got {actual:?}").into())
}
