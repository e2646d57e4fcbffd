//! The runtime API itself: SCF's (docs/contract.md §9) or AWS Lambda's, over what the adapter
//! knows.

use crate::contract::{Dialect, Failure, lambda::Diagnostic, limits};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::convert::Infallible;
use tokio::{net::TcpListener, sync::watch};

/// What the program and the watcher know of each other.
#[derive(Default)]
pub(super) struct Exchange {
    /// Whether the program wants calls.
    pub ready: bool,
    /// The call that is to be worked on, until its answer was passed on.
    pub call: Option<Given>,
    /// Whether the program has got it: before that it can answer none.
    pub is_given: bool,
    /// Its answer, or why the program cannot start.
    pub result: Option<Result<String, Failure>>,
}

/// A call, as the program gets it.
#[derive(Clone)]
pub(super) struct Given {
    pub request_id: String,
    pub headers: Vec<(&'static str, String)>,
    pub event: Bytes,
}

type Answer = Response<Full<Bytes>>;

/// Accepts connections, for ever.
pub(super) async fn listen(
    listener: TcpListener,
    dialect: Dialect,
    state: watch::Sender<Exchange>,
) {
    loop {
        // What is refused now may be possible later; the program tries again.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let state = state.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let state = state.clone();
            async move { Ok::<_, Infallible>(answer(request, dialect, &state).await) }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn answer(
    request: Request<Incoming>,
    dialect: Dialect,
    state: &watch::Sender<Exchange>,
) -> Answer {
    let (head, body) = request.into_parts();
    let path = head.uri.path();
    let path = match dialect {
        Dialect::Scf => path.strip_prefix("/runtime/"),
        Dialect::Lambda => path.strip_prefix("/2018-06-01/runtime/"),
    };
    let parts: Vec<&str> = path.unwrap_or_default().split('/').collect();
    if let (&Method::GET, ["invocation", "next"]) = (&head.method, &*parts) {
        return next(dialect, state).await;
    }
    if head.method != Method::POST {
        return refused(dialect, StatusCode::NOT_FOUND, "no such path", "PathNotFound");
    }
    let kind = head.headers.get("lambda-runtime-function-error-type");
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or("Unhandled").to_owned();
    // A little more than is allowed, so that a client that sends too much hears of it.
    let body = Limited::new(body, limits::RESPONSE_BYTES + 1).collect().await;
    let body = match body.map(|body| body.to_bytes()) {
        Ok(body) => Some(body).filter(|body| body.len() <= limits::RESPONSE_BYTES),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => None,
        // The client has gone in the middle of it.
        Err(_) => return refused(dialect, StatusCode::BAD_REQUEST, "no body", "InvalidRequest"),
    };
    let text = || body.as_deref().map(|body| String::from_utf8_lossy(body).into_owned());
    match (dialect, &*parts) {
        (Dialect::Scf, ["init", "ready"]) => {
            state.send_modify(|state| state.ready = true);
            accepted(dialect)
        }
        (Dialect::Scf, ["invocation", "response"]) => {
            finish(dialect, state, None, text().ok_or(Failure::ResponseTooLarge))
        }
        (Dialect::Scf, ["invocation", "error"]) => {
            let stack_trace = text().unwrap_or_default();
            finish(dialect, state, None, Err(Failure::UserCode { stack_trace }))
        }
        (Dialect::Lambda, ["invocation", id, "response"]) => {
            finish(dialect, state, Some(*id), text().ok_or(Failure::ResponseTooLarge))
        }
        (Dialect::Lambda, ["invocation", id, "error"]) => {
            let failure = told(&text().unwrap_or_default(), kind, false);
            finish(dialect, state, Some(*id), Err(failure))
        }
        (Dialect::Lambda, ["init", "error"]) => {
            let failure = told(&text().unwrap_or_default(), kind, true);
            let mut is_early = false;
            state.send_modify(|state| {
                is_early = !state.ready;
                if is_early {
                    state.result = Some(Err(failure));
                }
            });
            if is_early { accepted(dialect) } else { not_allowed(dialect) }
        }
        _ => refused(dialect, StatusCode::NOT_FOUND, "no such path", "PathNotFound"),
    }
}

/// Waits for a call that has no answer yet, however often it was given before.
async fn next(dialect: Dialect, state: &watch::Sender<Exchange>) -> Answer {
    if dialect == Dialect::Lambda {
        // Whoever asks for a call has been initialized.
        state.send_modify(|state| state.ready = true);
    }
    let mut changes = state.subscribe();
    let is_open = |state: &Exchange| state.call.is_some() && state.result.is_none();
    let mut given = None;
    while given.is_none() {
        if changes.wait_for(is_open).await.is_err() {
            return not_allowed(dialect);
        }
        state.send_if_modified(|state| {
            // It may have been answered on another connection meanwhile.
            given = state.call.clone().filter(|_| state.result.is_none());
            state.is_given |= given.is_some();
            false
        });
    }
    let Some(Given { headers, event, .. }) = given else { return not_allowed(dialect) };
    let mut response = Response::builder().header(header::CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Full::new(event)).unwrap_or_else(|_| not_allowed(dialect))
}

/// The first answer to a call counts, and none after it.
fn finish(
    dialect: Dialect,
    state: &watch::Sender<Exchange>,
    id: Option<&str>,
    result: Result<String, Failure>,
) -> Answer {
    let is_too_large = matches!(result, Err(Failure::ResponseTooLarge));
    let mut outcome = Some(not_allowed(dialect));
    state.send_if_modified(|state| {
        let is_open = state.is_given && state.result.is_none();
        let Some(call) = state.call.as_ref().filter(|_| is_open) else {
            return false;
        };
        if id.is_some_and(|id| id != call.request_id) {
            let status = StatusCode::BAD_REQUEST;
            outcome = Some(refused(dialect, status, "Invalid request ID", "InvalidRequestID"));
            return false;
        }
        outcome = None;
        state.result = Some(result);
        true
    });
    match outcome {
        Some(refused) => refused,
        None if is_too_large => {
            let status = StatusCode::PAYLOAD_TOO_LARGE;
            refused(dialect, status, "the answer is too large", "RequestEntityTooLarge")
        }
        None => accepted(dialect),
    }
}

/// What a runtime told of a failure, in Lambda's form if it has that.
fn told(text: &str, kind: String, while_loading: bool) -> Failure {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let field = |name: &str| value[name].as_str().map(str::to_owned);
    let frames = value["stackTrace"].as_array().into_iter().flatten();
    let diagnostic = Diagnostic {
        error_type: field("errorType").unwrap_or(kind),
        error_message: field("errorMessage").unwrap_or_else(|| text.to_owned()),
        stack_trace: frames.filter_map(|frame| frame.as_str().map(str::to_owned)).collect(),
    };
    Failure::Lambda { while_loading, diagnostic: Box::new(diagnostic) }
}

fn accepted(dialect: Dialect) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from_static(b"{\"status\":\"OK\"}\n")));
    if dialect == Dialect::Lambda {
        *answer.status_mut() = StatusCode::ACCEPTED;
    }
    answer
}

fn not_allowed(dialect: Dialect) -> Answer {
    let message = "there is no call to be answered";
    refused(dialect, StatusCode::FORBIDDEN, message, "InvalidStateTransition")
}

fn refused(dialect: Dialect, status: StatusCode, message: &str, kind: &str) -> Answer {
    let text = match dialect {
        Dialect::Scf => format!("{message}\n"),
        Dialect::Lambda => {
            format!("{{\"errorMessage\":\"{message}\",\"errorType\":\"{kind}\"}}\n")
        }
    };
    let mut answer = Response::new(Full::new(Bytes::from(text)));
    *answer.status_mut() = status;
    answer
}
