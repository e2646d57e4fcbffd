//! From an HTTP request to an action and its parameters (docs/contract.md §3.1).

use super::{
    actions::Action,
    errors::ApiError,
    form::{self, Pair},
    json,
    parameters::Parameters,
    shape::{self, Source},
};
use http::{HeaderMap, HeaderName, Method, Uri, header};

/// The only version of the API there is.
pub const VERSION: &str = "2018-04-16";

/// The largest body that a face should accept, in bytes: a `ZipFile` of 20 MB in base64, and room
/// for the rest. The platform's gateway stops at 10 MB, which is too small for a zip of the
/// documented size.
pub const LARGEST_BODY: usize = 28 * 1024 * 1024;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Names in a query or form that belong to the request, not to the action.
const COMMON: [&str; 11] = [
    "Action",
    "Language",
    "Nonce",
    "Region",
    "RequestClient",
    "SecretId",
    "Signature",
    "SignatureMethod",
    "Timestamp",
    "Token",
    "Version",
];

/// A request as it came, whole.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    pub method: &'a Method,
    pub uri: &'a Uri,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

/// What is asked for.
#[derive(Debug)]
pub struct ApiRequest {
    pub action: Action,
    /// The caller's region. krait has one region, so nothing depends on it.
    pub region: Option<String>,
    /// `zh-CN` or `en-US`. krait's texts are English for both.
    pub language: Option<String>,
    /// The action's parameters. Each is known and has the documented type, and no required one is
    /// missing. The action checks the ranges of values.
    pub parameters: Parameters,
}

/// Reads a request. The action, version, region and language come from the form or a GET's query,
/// else from the headers, else from a POST's query. So values that may be signed win over unsigned
/// ones.
///
/// # Errors
/// `UnsupportedProtocol` for a method or content that the API does not have,
/// `MissingParameter`, `NoSuchVersion`, `InvalidAction`, `UnknownParameter`, and
/// `InvalidParameter` for what cannot be read or has the wrong type.
pub fn read(received: &Received<'_>) -> Result<ApiRequest, ApiError> {
    let content = received.content()?;
    let common = Common { received, pairs: content.pairs(), query: received.query_of_post()? };
    let action = common.required("Action")?;
    let version = common.required("Version")?;
    if version != VERSION {
        return Err(ApiError::no_such_version(version));
    }
    let action = Action::named(action).ok_or_else(|| ApiError::invalid_action(action))?;
    let region = common.optional("Region")?.map(str::to_owned);
    let language = common.optional("Language")?.map(str::to_owned);
    let (values, source) = match content {
        Content::Json(body) => (json::object(body)?, Source::Json),
        Content::Pairs(pairs) => {
            let own = pairs.into_iter().filter(|(name, _)| !is_common(name));
            (form::nested(own)?, Source::Text)
        }
    };
    let parameters = Parameters::new(shape::checked(values, action.parameters(), source)?);
    Ok(ApiRequest { action, region, language, parameters })
}

/// A request's content.
enum Content<'a> {
    Json(&'a [u8]),
    Pairs(Vec<Pair<'a>>),
}

impl<'a> Content<'a> {
    fn pairs(&self) -> &[Pair<'a>] {
        match self {
            Self::Json(_) => &[],
            Self::Pairs(pairs) => pairs,
        }
    }
}

impl<'a> Received<'a> {
    /// A GET's query, or a POST's body by its type. A body without a type is read as JSON:
    /// a guess, for callers who write requests by hand.
    fn content(&self) -> Result<Content<'a>, ApiError> {
        match *self.method {
            Method::GET => Ok(Content::Pairs(form::pairs(self.query())?)),
            Method::POST => {
                let media_type = self.media_type()?;
                if media_type.eq_ignore_ascii_case(FORM) {
                    Ok(Content::Pairs(form::pairs(form::text(self.body)?)?))
                } else if media_type.is_empty() || media_type.eq_ignore_ascii_case(JSON) {
                    Ok(Content::Json(self.body))
                } else {
                    Err(ApiError::unsupported_content(media_type))
                }
            }
            _ => Err(ApiError::unsupported_method(self.method.as_str())),
        }
    }

    fn media_type(&self) -> Result<&'a str, ApiError> {
        let given = self.header(&header::CONTENT_TYPE)?.unwrap_or_default();
        Ok(given.split(';').next().unwrap_or_default().trim_ascii())
    }

    /// A POST's query, which has no parameters of the action.
    fn query_of_post(&self) -> Result<Vec<Pair<'a>>, ApiError> {
        if *self.method != Method::POST {
            return Ok(Vec::new());
        }
        let pairs = form::pairs(self.query())?;
        match pairs.iter().find(|(name, _)| !is_common(name)) {
            Some((name, _)) => Err(ApiError::unknown_parameter(name)),
            None => Ok(pairs),
        }
    }

    pub(super) fn is_form(&self) -> Result<bool, ApiError> {
        Ok(*self.method == Method::POST && self.media_type()?.eq_ignore_ascii_case(FORM))
    }

    /// The host as the caller wrote it. The Python SDK keeps the `http://` of its endpoint, and
    /// signs that. HTTP/2 has an authority in place of this header.
    pub(super) fn host(&self) -> Result<Option<&'a str>, ApiError> {
        let header = self.header(&header::HOST)?;
        Ok(header.or_else(|| self.uri.authority().map(http::uri::Authority::as_str)))
    }

    /// The query without its `?`, as it was sent.
    pub(super) fn query(&self) -> &'a str {
        self.uri.query().unwrap_or_default()
    }

    /// A header's value.
    pub(super) fn header(&self, name: &HeaderName) -> Result<Option<&'a str>, ApiError> {
        let value = self.headers.get(name).map(|value| value.to_str());
        value.transpose().map_err(|_| ApiError::unreadable_header(name.as_str()))
    }
}

struct Common<'a> {
    received: &'a Received<'a>,
    pairs: &'a [Pair<'a>],
    query: Vec<Pair<'a>>,
}

impl Common<'_> {
    fn required(&self, name: &'static str) -> Result<&str, ApiError> {
        self.optional(name)?.ok_or_else(|| ApiError::missing_parameter(name))
    }

    fn optional(&self, name: &'static str) -> Result<Option<&str>, ApiError> {
        if let Some(value) = form::value(self.pairs, name) {
            return Ok(Some(value));
        }
        let header = self.received.header(&common_header(name))?;
        Ok(header.or_else(|| form::value(&self.query, name)))
    }
}

/// The header that carries what a form carries under a name.
fn common_header(name: &'static str) -> HeaderName {
    HeaderName::from_static(match name {
        "Action" => "x-tc-action",
        "Version" => "x-tc-version",
        "Region" => "x-tc-region",
        _ => "x-tc-language",
    })
}

fn is_common(name: &str) -> bool {
    COMMON.contains(&name)
}
