//! Connections: HTTP/1.1 and HTTP/2 without TLS, each bounded in memory and in time.

use super::{
    Server,
    places::{Place, Places},
    routes,
};
use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use std::{
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
    time::{Instant, Sleep, sleep},
};

/// The head of a request, its longest line included, in bytes. A GET of the cloud API has its
/// parameters there, 32 KB of them.
const HEAD_BYTES: usize = 64 << 10;

/// How long the head of a request may take.
const HEAD_WITHIN: Duration = Duration::from_secs(30);

/// The length of HTTP/2's preface. Within this many bytes a client shows whether it speaks HTTP/2.
/// Every request that reaches a function is at least as long.
const PREFACE_BYTES: usize = 24;

/// How long a client may accept no byte of an answer.
const WRITE_WITHIN: Duration = Duration::from_secs(30);

/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 250;

/// The pause after an error of the listening socket, such as no more descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How many bytes of a connection are read before all others have their turn. A client that sends small frames
/// without end would have the only thread to itself for as long as there are more of them.
const TURN_BYTES: usize = 16 << 10;

/// The listen backlog. With a thousand clients at once, the kernel must not refuse one, which would
/// retry only after a second.
const BACKLOG: u32 = 4096;

/// Listens on an address.
///
/// # Errors
/// When it is taken, or not this machine's.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Takes so many `connections` at once, until `closing` is true, then waits until the requests on them are
/// answered, or `limit` is over.
pub async fn serve(
    listener: TcpListener,
    server: Arc<Server>,
    mut closing: watch::Receiver<bool>,
    limit: Duration,
    connections: usize,
) {
    let places = Places::new(u32::try_from(connections).unwrap_or(u32::MAX));
    loop {
        let place = tokio::select! {
            place = places.take() => place,
            () = closed(&mut closing) => break,
        };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(_) => {
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
            () = closed(&mut closing) => break,
        };
        let _ = stream.set_nodelay(true);
        tokio::spawn(connection(stream, peer, server.clone(), place, closing.clone()));
    }
    drop(listener);
    let _ = tokio::time::timeout(limit, places.are_free()).await;
}

/// Completes when it is time to close.
async fn closed(closing: &mut watch::Receiver<bool>) {
    let _ = closing.wait_for(|closing| *closing).await;
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    server: Arc<Server>,
    place: Place,
    mut closing: watch::Receiver<bool>,
) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD_BYTES)
        .half_close(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEAD_BYTES as u32)
        .keep_alive_interval(Some(HEAD_WITHIN));
    let service = service_fn(|request| {
        let (server, busy) = (server.clone(), place.busy());
        async move {
            let answer = routes::answer(&server, request, peer).await;
            drop(busy);
            Ok::<_, io::Error>(answer)
        }
    });
    let unknown = Some(Unknown { left: PREFACE_BYTES, until: Box::pin(sleep(HEAD_WITHIN)) });
    let io = TokioIo::new(Patient { stream, unknown, turn: TURN_BYTES, pause: None, waits: None });
    let mut connection = pin!(builder.serve_connection(io, service));
    tokio::select! {
        // A broken connection ends nothing else.
        _ = connection.as_mut() => return,
        () = place.is_to_go() => {}
        () = closed(&mut closing) => {}
    }
    // What is answered, is answered to the end.
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// A stream with time limits. Writes fail if the other end accepts nothing for too long. Reads fail
/// if it does not show its protocol for too long. Who sends much is read in turns.
struct Patient {
    stream: TcpStream,
    /// Until the client's protocol is known. From then on hyper has the time limit.
    unknown: Option<Unknown>,
    /// How many more bytes are read in this turn.
    turn: usize,
    /// Between two turns: until the other connections had theirs.
    pause: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// The deadline of a blocked write.
    waits: Option<Pin<Box<Sleep>>>,
}

/// A client whose protocol is not known yet.
struct Unknown {
    /// How many more bytes are needed.
    left: usize,
    until: Pin<Box<Sleep>>,
}

impl Patient {
    /// Passes on the result of a write. A write that waits too long is an error.
    fn bounded<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waits = None;
            return written;
        }
        let waits = self.waits.get_or_insert_with(|| Box::pin(sleep(WRITE_WITHIN)));
        ready!(waits.as_mut().poll(context));
        debug_assert!(waits.deadline() <= Instant::now());
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.turn == 0 {
            // Not merely woken again: the runtime looks for what the others sent first.
            let pause = self.pause.get_or_insert_with(|| Box::pin(tokio::task::yield_now()));
            ready!(pause.as_mut().poll(context));
            self.pause = None;
            self.turn = TURN_BYTES;
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.turn = match &read {
            Poll::Ready(_) => self.turn.saturating_sub(buffer.filled().len() - before),
            Poll::Pending => TURN_BYTES,
        };
        if let Some(unknown) = &mut self.unknown {
            if read.is_pending() {
                ready!(unknown.until.as_mut().poll(context));
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            unknown.left = unknown.left.saturating_sub(buffer.filled().len() - before);
            if unknown.left == 0 {
                self.unknown = None;
            }
        }
        read
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.bounded(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.bounded(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.bounded(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(context);
        self.bounded(context, shut)
    }
}
