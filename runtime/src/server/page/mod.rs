//! `/ui`, for a browser: functions, instances, the last invocations with their logs, and a form
//! that invokes. The server writes every page completely. There is no script, and [`POLICY`] lets
//! none run, whatever a function's name or log contains.
//!
//! - [`gather`]: what the pages show, asked of the platform. [`draft`]: what the form holds.
//! - [`view`]: the pages. [`parts`] and [`calls`]: what they are made of. [`words`]: times and
//!   sizes as text.

mod calls;
mod draft;
mod gather;
mod parts;
mod view;
mod words;

use super::{
    Server,
    bodies::Body,
    exchange::{Answer, Arrived, method_not_allowed, text, typed},
    guard, triggers,
};
use crate::{
    contract::{http::decoded_path, limits},
    platform::{Request, Source, store::FunctionKey},
};
use draft::Draft;
use gather::Overview;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use maud::Markup;

/// What a page may load and do: the style sheet, and forms to this server. No site may frame it.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

const STYLE: &str = include_str!("style.css");

/// The largest form: the largest event, each of its bytes escaped, and some fields.
const FORM_BYTES: usize = 3 * limits::SYNC_EVENT_BYTES + 4096;

pub(super) async fn answer(server: &Server, arrived: Arrived) -> Answer {
    let mut answer = checked(server, arrived).await.unwrap_or_else(|refusal| refusal);
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
        // With a stricter policy, a form's Origin would be null.
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        // A function's page that opens this one does not get hold of it.
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in headers {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

async fn checked(server: &Server, arrived: Arrived) -> Result<Answer, Answer> {
    guard::host(server, &arrived.head)?;
    guard::shown(&arrived.head)?;
    guard::credentials(server, &arrived.head)?;
    let path = arrived.head.uri.path().to_owned();
    let path = path.strip_prefix("/ui").unwrap_or_default();
    let invokes = path == "/invoke" && arrived.head.method == Method::POST;
    if invokes {
        guard::same_origin(&arrived.head)?;
        return invoke(server, arrived).await;
    }
    if !matches!(arrived.head.method, Method::GET | Method::HEAD) {
        let allowed = if path == "/invoke" { "GET, HEAD, POST" } else { "GET, HEAD" };
        return Err(method_not_allowed(&arrived.head.method, allowed));
    }
    let draft = Draft::of_query(arrived.head.uri.query().unwrap_or_default());
    match path {
        "" | "/" => {
            let overview = Overview::gather(server, None).await;
            Ok(page(StatusCode::OK, view::front(&overview, &draft)))
        }
        "/style.css" => Ok(typed(StatusCode::OK, "text/css; charset=utf-8", STYLE)),
        "/invoke" => {
            let functions = server.platform.registry().all();
            Ok(page(StatusCode::OK, view::invoke(&functions, &draft)))
        }
        path => function(server, path, draft).await.ok_or_else(|| {
            text(StatusCode::NOT_FOUND, "there is no such page; the status page is at /ui\n")
        }),
    }
}

/// The page of the function that `/functions/NAMESPACE/NAME` names, if there is one.
async fn function(server: &Server, path: &str, mut draft: Draft) -> Option<Answer> {
    let (namespace, name) = path.strip_prefix("/functions/")?.split_once('/')?;
    let key = FunctionKey {
        namespace: decoded_path(namespace).into_owned(),
        name: decoded_path(name).into_owned(),
    };
    let deployed = server.platform.registry().get(&key)?;
    let overview = Overview::gather(server, Some(&key)).await;
    draft.function = Some(key.clone());
    Some(page(StatusCode::OK, view::function(&overview, &key, &deployed, &draft)))
}

/// Invokes what the form says, or puts a trigger's event in it.
async fn invoke(server: &Server, mut arrived: Arrived) -> Result<Answer, Answer> {
    let is_known = server.credentials.is_none();
    let read = arrived.read_body(server, FORM_BYTES, is_known).await;
    let Body { bytes: body, held: _held } = read.map_err(|unread| unread.answer())?;
    let unreadable = |_| text(StatusCode::BAD_REQUEST, "the form is not UTF-8\n");
    let form = std::str::from_utf8(&body).map_err(unreadable)?;
    let draft = Draft::of_form(form);
    drop(body);
    let functions = server.platform.registry().all();
    if draft.only_fills {
        return Ok(page(StatusCode::OK, view::invoke(&functions, &draft)));
    }
    let Some(key) = draft.function.clone() else {
        return Err(text(StatusCode::BAD_REQUEST, "the form names no function\n"));
    };
    let request = Request {
        key: key.clone(),
        qualifier: "$LATEST".to_owned(),
        request_id: arrived.request_id,
        event: draft.event.clone().into(),
        source: Source::Page,
    };
    Ok(match server.platform.invoke(request).await {
        Ok(completed) => page(StatusCode::OK, view::answer(&functions, &draft, &key, &completed)),
        Err(refused) => {
            page(triggers::status(&refused), view::refusal(&functions, &draft, &key, &refused))
        }
    })
}

fn page(status: StatusCode, markup: Markup) -> Answer {
    typed(status, "text/html; charset=utf-8", markup.into_string())
}
