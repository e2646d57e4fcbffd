//! The triggers that speak HTTP: function URLs at `/url/...` (docs/contract.md §8.2), the API
//! gateway at `/apigw/...` (§8.1). [`crate::contract::http`] has the form of events and answers.

use super::{
    Server,
    bodies::{Body, Unread},
    exchange::{Answer, Arrived, text},
};
use crate::{
    contract::{
        http::{HttpRequest, HttpResponse, api_gateway, decoded_path, function_url},
        limits,
    },
    platform::{Refused, Request, Source, store::FunctionKey},
};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;

/// The default namespace, for paths without one.
const DEFAULT_NAMESPACE: &str = "default";

/// Answers a request to a function's URL.
pub(super) async fn function_url(server: &Server, arrived: Arrived) -> Answer {
    let path = arrived.head.uri.path().to_owned();
    let (key, path) = addressed(server, path.strip_prefix("/url/").unwrap_or_default());
    at_url(server, arrived, key, &path).await
}

/// Answers a request to the one function that a server has.
pub(super) async fn only_url(server: &Server, arrived: Arrived, key: &FunctionKey) -> Answer {
    let path = arrived.head.uri.path().to_owned();
    at_url(server, arrived, key.clone(), &path).await
}

/// Answers a request to a path below a function's URL.
async fn at_url(server: &Server, arrived: Arrived, key: FunctionKey, path: &str) -> Answer {
    let invoked = invoke(server, arrived, key, path, Source::FunctionUrl, |request, _| {
        function_url::event(request)
    });
    match invoked.await {
        Ok(invocation) => answer(function_url::response(&invocation)),
        Err(answer) => answer,
    }
}

/// Answers a request to an API gateway whose one API is the function.
pub(super) async fn api_gateway(server: &Server, arrived: Arrived) -> Answer {
    let path = arrived.head.uri.path().to_owned();
    let rest = path.strip_prefix("/apigw/").unwrap_or_default();
    let (key, path) = addressed(server, rest);
    let invoked = invoke(server, arrived, key, &path, Source::ApiGateway, |request, id| {
        let gateway = api_gateway::Gateway {
            service_id: "service-krait",
            stage: "release",
            request_id: id,
            qualifier: "$LATEST",
            resource_path: request.path,
            scheme: "http",
        };
        api_gateway::event(request, &gateway)
    });
    match invoked.await {
        Ok(invocation) => answer(api_gateway::response(&invocation)),
        Err(answer) => answer,
    }
}

/// The function that a path names, `NAMESPACE/FUNCTION/...` or `FUNCTION/...`, and the path that is
/// left for the function. The first part is a namespace if there is a function in it, else a
/// function of the default namespace.
fn addressed(server: &Server, rest: &str) -> (FunctionKey, String) {
    let (first, after) = rest.split_once('/').unwrap_or((rest, ""));
    let first = decoded_path(first).into_owned();
    let left = |after: &str| format!("/{after}");
    if server.platform.registry().has_namespace(&first) {
        let (second, after) = after.split_once('/').unwrap_or((after, ""));
        let name = decoded_path(second).into_owned();
        return (FunctionKey { namespace: first, name }, left(after));
    }
    let namespace = DEFAULT_NAMESPACE.to_owned();
    (FunctionKey { namespace, name: first }, left(after))
}

async fn invoke(
    server: &Server,
    mut arrived: Arrived,
    key: FunctionKey,
    path: &str,
    source: Source,
    event: impl Fn(&HttpRequest<'_>, &str) -> String,
) -> Result<crate::contract::Invocation, Answer> {
    // A body larger than an event's limit is refused. Where there are credentials, these callers
    // have none.
    let is_known = server.credentials.is_none();
    let read = arrived.read_body(server, limits::SYNC_EVENT_BYTES, is_known).await;
    // Held until the answer is there: the event is as large.
    let Body { bytes: body, held: _held } = match read {
        Ok(body) => body,
        Err(Unread::TooLarge { .. }) => {
            return Err(answer(crate::contract::http::request_too_large()));
        }
        Err(unread) => return Err(unread.answer()),
    };
    let head = &arrived.head;
    let mut headers: Vec<(&str, std::borrow::Cow<'_, str>)> = head
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
        .collect();
    // HTTP/2 has the host in a pseudo-header.
    if let Some(authority) = head.uri.authority()
        && !head.headers.contains_key(http::header::HOST)
    {
        headers.insert(0, ("host", authority.as_str().into()));
    }
    let headers: Vec<(&str, &str)> =
        headers.iter().map(|(name, value)| (*name, &**value)).collect();
    let remote_address = arrived.peer.ip().to_string();
    let path = decoded_path(path);
    let request = HttpRequest {
        method: head.method.as_str(),
        path: &path,
        query: head.uri.query().unwrap_or_default(),
        headers: &headers,
        body: &body,
        remote_address: &remote_address,
    };
    let request_id = gateway_id(source, &arrived.request_id);
    let event = event(&request, &request_id);
    let request =
        Request { key, qualifier: "$DEFAULT".to_owned(), request_id, event: event.into(), source };
    drop(body);
    let completed = server.platform.invoke(request).await.map_err(|refused| refusal(&refused))?;
    Ok(completed.invocation)
}

/// Behind an API gateway request ids have no dashes (docs/contract.md §2.2).
fn gateway_id(source: Source, request_id: &str) -> String {
    match source {
        Source::ApiGateway => request_id.replace('-', ""),
        _ => request_id.to_owned(),
    }
}

fn answer(response: HttpResponse) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(response.body)));
    *answer.status_mut() =
        StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in response.headers {
        // Headers that HTTP cannot carry were refused before.
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            answer.headers_mut().append(name, value);
        }
    }
    answer
}

fn refusal(refused: &Refused) -> Answer {
    text(status(refused), &format!("{refused}\n"))
}

/// The HTTP status of a refusal.
pub(super) fn status(refused: &Refused) -> StatusCode {
    match refused {
        Refused::NoFunction(_) | Refused::NoQualifier { .. } => StatusCode::NOT_FOUND,
        Refused::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Refused::Event(_) | Refused::NotJson(_) => StatusCode::BAD_REQUEST,
        Refused::NotActive { .. } | Refused::Closing | Refused::Store(_) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}
