//! A client of a runtime API: one connection, one request at a time.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::{
    fmt, io,
    net::{SocketAddr, ToSocketAddrs},
};
use tokio::{
    net::TcpStream,
    runtime::{Builder, Runtime},
    signal::unix::{Signal, SignalKind, signal},
};

/// The most that is taken of an answer, in bytes. An event has 6 MB at most.
const LARGEST_ANSWER: usize = 64 << 20;

/// How much of an API's own words an error shows, in characters.
const SHOWN: usize = 300;

/// Why the runtime API cannot be used any more.
#[derive(Debug)]
pub enum ApiError {
    /// It cannot be reached, or the connection broke.
    Unreachable { address: String, reason: String },
    /// It answered with another status than it should.
    Refused { what: String, status: u16, body: String },
    /// An event came without what belongs to it.
    Malformed { what: String, problem: String },
    /// A signal came while it was waited for.
    Signal(i32),
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable { address, reason } => {
                write!(formatter, "the runtime API at {address} cannot be reached: {reason}")
            }
            Self::Refused { what, status, body } if body.is_empty() => {
                write!(formatter, "the runtime API answered {what} with status {status}")
            }
            Self::Refused { what, status, body } => {
                write!(formatter, "the runtime API answered {what} with status {status}: {body}")
            }
            Self::Malformed { what, problem } => {
                write!(formatter, "the runtime API's answer to {what} {problem}")
            }
            Self::Signal(signal) => write!(formatter, "ended by signal {signal}"),
        }
    }
}

impl std::error::Error for ApiError {}

/// An answer of the API.
pub(super) struct Answer {
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// A header's text, if it is there and has one.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
    }
}

/// The connection to a runtime API.
pub(super) struct Api {
    address: String,
    places: Vec<SocketAddr>,
    runtime: Runtime,
    signals: Signals,
    sender: Option<SendRequest<Full<Bytes>>>,
}

struct Signals([(i32, Signal); 3]);

impl Signals {
    fn listen() -> io::Result<Self> {
        let listen =
            |kind: SignalKind| -> io::Result<_> { Ok((kind.as_raw_value(), signal(kind)?)) };
        Ok(Self([
            listen(SignalKind::terminate())?,
            listen(SignalKind::interrupt())?,
            listen(SignalKind::hangup())?,
        ]))
    }

    /// Comes back when one has come.
    async fn next(&mut self) -> i32 {
        let [(first, one), (second, two), (third, three)] = &mut self.0;
        tokio::select! {
            _ = one.recv() => *first,
            _ = two.recv() => *second,
            _ = three.recv() => *third,
        }
    }
}

impl Api {
    /// A client of the API at `address`, `HOST:PORT`. It connects with the first request.
    ///
    /// # Errors
    /// When the address has no such form, or no such host is known.
    pub(super) fn at(address: String) -> Result<Self, ApiError> {
        let unreachable = |error: io::Error| ApiError::Unreachable {
            address: address.clone(),
            reason: error.to_string(),
        };
        let places = address.to_socket_addrs().map_err(unreachable)?.collect();
        let runtime = Builder::new_current_thread().enable_io().build().map_err(unreachable)?;
        let signals = {
            let _entered = runtime.enter();
            Signals::listen().map_err(unreachable)?
        };
        Ok(Self { address, places, runtime, signals, sender: None })
    }

    /// Makes a request and waits for its answer, however long that takes.
    ///
    /// # Errors
    /// When there is none, or one whose status is not a success.
    pub(super) fn ask(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Answer, ApiError> {
        let what = format!("{method} {path}");
        let mut request = Request::builder()
            .method(method.clone())
            .uri(path)
            .header(header::HOST, &self.address)
            .header(header::USER_AGENT, concat!("krait/", env!("CARGO_PKG_VERSION")));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::from(body))).map_err(|error| {
            ApiError::Malformed { what: what.clone(), problem: format!("cannot be used: {error}") }
        })?;
        let Self { address, places, runtime, signals, sender } = self;
        let exchange = exchange(sender, places, request);
        let (status, answer) = runtime.block_on(async {
            tokio::select! {
                biased;
                answer = exchange => answer.map_err(|reason| ApiError::Unreachable {
                    address: address.clone(),
                    reason,
                }),
                signal = signals.next() => Err(ApiError::Signal(signal)),
            }
        })?;
        if status.is_success() {
            return Ok(answer);
        }
        let body = String::from_utf8_lossy(&answer.body).trim().chars().take(SHOWN).collect();
        Err(ApiError::Refused { what, status: status.as_u16(), body })
    }
}

/// One request and its answer. What an old connection did not take is sent on a new one.
async fn exchange(
    sender: &mut Option<SendRequest<Full<Bytes>>>,
    places: &[SocketAddr],
    mut request: Request<Full<Bytes>>,
) -> Result<(StatusCode, Answer), String> {
    let response = loop {
        let is_new = sender.is_none();
        let mut connection = match sender.take() {
            Some(connection) => connection,
            None => connect(places).await?,
        };
        match connection.try_send_request(request).await {
            Ok(response) => {
                *sender = Some(connection);
                break response;
            }
            Err(mut error) => match error.take_message() {
                Some(untaken) if !is_new => request = untaken,
                _ => return Err(told(&error.into_error())),
            },
        }
    };
    let (head, body) = response.into_parts();
    let body =
        Limited::new(body, LARGEST_ANSWER).collect().await.map_err(|error| error.to_string())?;
    // The API may be done with the connection.
    if sender.as_ref().is_some_and(SendRequest::is_closed) {
        *sender = None;
    }
    Ok((head.status, Answer { headers: head.headers, body: body.to_bytes() }))
}

async fn connect(places: &[SocketAddr]) -> Result<SendRequest<Full<Bytes>>, String> {
    let stream = TcpStream::connect(places).await.map_err(|error| error.to_string())?;
    stream.set_nodelay(true).map_err(|error| error.to_string())?;
    let (sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| told(&error))?;
    // It ends with the connection.
    tokio::spawn(connection);
    Ok(sender)
}

/// An error with what it comes from.
fn told(error: &hyper::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
