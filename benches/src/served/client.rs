//! The load: HTTP/1.1 over connections that are kept, one request after the other on each.

use anyhow::{Context, Result, ensure};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

/// No answer takes this long; what does is an error.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request as it goes over the wire, time and again.
#[derive(Clone)]
pub(crate) struct Request {
    bytes: Vec<u8>,
    /// What the answer must contain.
    expected: &'static str,
}

impl Request {
    /// A POST of JSON.
    pub(crate) fn post(path: &str, headers: &str, body: &str, expected: &'static str) -> Self {
        let length = body.len();
        let text = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             {headers}Content-Length: {length}\r\n\r\n{body}"
        );
        Self { bytes: text.into_bytes(), expected }
    }
}

/// A connection, made anew where the server has closed it.
pub(crate) struct Client {
    address: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
}

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, stream: None }
    }

    /// Sends a request and reads its answer's body. A connection that has to be made counts.
    pub(crate) fn call(&mut self, request: &Request) -> Result<(Duration, String)> {
        let begun = Instant::now();
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(self.address)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                BufReader::new(stream)
            }
        };
        stream.get_mut().write_all(&request.bytes)?;
        let (status, body, kept) = read_answer(&mut stream)?;
        let took = begun.elapsed();
        ensure!(status == 200 && body.contains(request.expected), "{status}: {body}");
        if kept {
            self.stream = Some(stream);
        }
        Ok((took, body))
    }
}

fn read_answer(stream: &mut BufReader<TcpStream>) -> Result<(u16, String, bool)> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let status = line.split(' ').nth(1).context("a status")?.parse()?;
    let (mut length, mut kept) = (0, true);
    loop {
        line.clear();
        stream.read_line(&mut line)?;
        let field = line.trim_end().to_ascii_lowercase();
        match field.split_once(": ") {
            Some(("content-length", value)) => length = value.parse()?,
            Some(("connection", "close")) => kept = false,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok((status, String::from_utf8(body)?, kept))
}

/// The times of `count` calls on one connection.
pub(crate) fn times(address: SocketAddr, request: &Request, count: usize) -> Result<Vec<Duration>> {
    let mut client = Client::new(address);
    (0..count).map(|_| Ok(client.call(request)?.0)).collect()
}

/// Calls answered in a second, by `connections` that are all kept busy for `time`.
pub(crate) fn rate(
    address: SocketAddr,
    request: &Request,
    connections: usize,
    time: Duration,
) -> Result<f64> {
    let begun = Instant::now();
    let each = |_| -> Result<usize> {
        let mut client = Client::new(address);
        let mut count = 0;
        while begun.elapsed() < time {
            client.call(request)?;
            count += 1;
        }
        Ok(count)
    };
    let counts: Result<Vec<usize>> = thread::scope(|scope| {
        let threads: Vec<_> =
            (0..connections).map(|each_of| scope.spawn(move || each(each_of))).collect();
        let joined = threads.into_iter().map(|thread| thread.join());
        joined.map(|count| count.map_err(|_| anyhow::anyhow!("a thread panicked"))?).collect()
    });
    Ok(counts?.iter().sum::<usize>() as f64 / begun.elapsed().as_secs_f64())
}

/// One call on each of `connections` at the same time, and what was answered.
pub(crate) fn at_once(
    address: SocketAddr,
    request: &Request,
    connections: usize,
) -> Result<Vec<String>> {
    thread::scope(|scope| {
        let call = || -> Result<String> { Ok(Client::new(address).call(request)?.1) };
        let threads: Vec<_> = (0..connections).map(|_| scope.spawn(call)).collect();
        let joined = threads.into_iter().map(|thread| thread.join());
        joined.map(|body| body.map_err(|_| anyhow::anyhow!("a thread panicked"))?).collect()
    })
}
