//! What goes over the socket between an instance and its watcher: frames of a tag, a
//! length (u32, little endian) and that many bytes.

use super::marker::Marker;
use crate::{
    contract::{Failure, Function, Handler, Policy, environment},
    python::{CodePaths, InvalidEvent},
};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::{
    ffi::OsString,
    io::{self, Read, Write},
    time::Duration,
};

/// The largest frame a watcher takes, in bytes: RetMsg's limit and room for the rest. A
/// stack trace may be larger than RetMsg; the instance cuts none, so this is generous.
const LARGEST_FRAME: usize = 64 * 1024 * 1024;

const HEADER_BYTES: usize = 5;

/// The allocator's word that memory ran out, ready to be sent without allocating.
pub(super) const MEMORY_EXHAUSTED_FRAME: [u8; HEADER_BYTES] = [b'M', 0, 0, 0, 0];

/// What an engine is to do: the first thing it is told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Assignment {
    Serve(Box<Serve>),
    /// To fork instances, of a function that is loaded first where one is given.
    Zygote(Option<Box<Serve>>),
    /// To make a snapshot into a file that is there.
    Snapshot {
        path: OsString,
        /// The modules to be imported ahead of time; the usual ones where there are none.
        modules: Vec<String>,
    },
}

/// A function to serve.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Serve {
    pub handler: Handler,
    /// The whole environment of the function.
    pub environment: IndexMap<String, String>,
    pub memory_mb: u32,
    /// The code's folder, and the layers'.
    pub code: OsString,
    pub layers: Vec<OsString>,
    /// What its process is kept to.
    pub policy: Policy,
    pub marker: Marker,
    /// Whether the first invocation is the last: the process ends with its answer, and its
    /// memory is given back while the answer is shown.
    pub once: bool,
}

impl Serve {
    /// What an instance is told of `function`, whose code is at `code`. `policy` is what holds
    /// where the function has no rules of its own.
    pub(super) fn of(
        function: &Function,
        code: &CodePaths,
        policy: &Policy,
        marker: Marker,
        once: bool,
    ) -> Self {
        Self {
            handler: function.handler.clone(),
            environment: environment::of(function),
            memory_mb: function.memory_mb,
            code: code.code.clone().into(),
            layers: code.layers.iter().map(|layer| layer.clone().into()).collect(),
            policy: policy.with(&function.sandbox),
            marker,
            once,
        }
    }
}

/// From an instance to its watcher.
#[derive(Debug)]
pub(super) enum FromInstance {
    /// The event is not JSON; the instance serves on.
    Rejected(InvalidEvent),
    /// A cold start is done: the function is loaded.
    Initialized(Initialized),
    Answered(Answered),
    MemoryExhausted,
    /// How the interpreter was come by.
    Note(String),
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Initialized {
    pub init_runtime: Duration,
    pub init_function: Duration,
    pub memory_bytes: u64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Answered {
    pub duration: Duration,
    /// Peak resident memory so far, in bytes.
    pub memory_bytes: u64,
    pub failure: Option<Failure>,
    /// RetMsg, where the invocation succeeded. It follows the rest as raw bytes.
    #[serde(skip)]
    pub ret_msg: String,
}

impl FromInstance {
    fn encode(&self) -> io::Result<Vec<u8>> {
        let json = |value: serde_json::Result<Vec<u8>>| value.map_err(io::Error::from);
        let (tag, payload) = match self {
            Self::Rejected(invalid) => (b'R', json(serde_json::to_vec(invalid))?),
            Self::Initialized(initialized) => (b'I', json(serde_json::to_vec(initialized))?),
            Self::Answered(answered) => {
                let head = json(serde_json::to_vec(answered))?;
                let mut payload = (head.len() as u32).to_le_bytes().to_vec();
                payload.extend_from_slice(&head);
                payload.extend_from_slice(answered.ret_msg.as_bytes());
                (b'A', payload)
            }
            Self::MemoryExhausted => (MEMORY_EXHAUSTED_FRAME[0], Vec::new()),
            Self::Note(text) => (b'N', text.clone().into_bytes()),
        };
        Ok(frame(tag, &payload))
    }

    fn decode(tag: u8, payload: &[u8]) -> io::Result<Self> {
        Ok(match tag {
            b'R' => Self::Rejected(serde_json::from_slice(payload)?),
            b'I' => Self::Initialized(serde_json::from_slice(payload)?),
            b'A' => {
                let (head, ret_msg) = split_prefixed(payload)?;
                let mut answered: Answered = serde_json::from_slice(head)?;
                answered.ret_msg = String::from_utf8(ret_msg.to_vec()).map_err(malformed)?;
                Self::Answered(answered)
            }
            b'M' => Self::MemoryExhausted,
            b'N' => Self::Note(String::from_utf8_lossy(payload).into_owned()),
            other => return Err(malformed(format!("unknown tag {other}"))),
        })
    }
}

/// Sends a message to the watcher, all of it.
///
/// # Errors
/// When the watcher has gone, or the function closed the descriptor.
pub(super) fn send(socket: &mut impl Write, message: &FromInstance) -> io::Result<()> {
    socket.write_all(&message.encode()?)
}

/// Collects frames from bytes as they arrive.
#[derive(Default)]
pub(super) struct Frames {
    buffer: Vec<u8>,
}

impl Frames {
    /// Adds bytes that arrived.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole message, if it is there.
    ///
    /// # Errors
    /// When the bytes are no message: the function wrote to the socket itself.
    pub(super) fn next(&mut self) -> io::Result<Option<FromInstance>> {
        let Some(header) = self.buffer.first_chunk::<HEADER_BYTES>() else {
            return Ok(None);
        };
        let [tag, length @ ..] = *header;
        let length = u32::from_le_bytes(length) as usize;
        if length > LARGEST_FRAME {
            return Err(malformed("a frame too large"));
        }
        if self.buffer.len() < HEADER_BYTES + length {
            return Ok(None);
        }
        let message = FromInstance::decode(tag, &self.buffer[HEADER_BYTES..HEADER_BYTES + length])?;
        self.buffer.drain(..HEADER_BYTES + length);
        Ok(Some(message))
    }
}

/// An invocation, as the watcher sends it: the context's text, then the event's.
pub(super) fn invocation_frame(context: &[u8], event: &[u8]) -> Vec<u8> {
    let mut payload = Vec::with_capacity(4 + context.len() + event.len());
    payload.extend_from_slice(&(context.len() as u32).to_le_bytes());
    payload.extend_from_slice(context);
    payload.extend_from_slice(event);
    frame(b'C', &payload)
}

/// Has an instance load its function, and invoke nothing: it says that it did, or how it
/// failed.
pub(super) fn load_frame() -> Vec<u8> {
    frame(LOAD, &[])
}

const LOAD: u8 = b'L';

/// An invocation, as the instance gets it, or the wish that it loads its function.
pub(super) struct Call {
    tag: u8,
    payload: Vec<u8>,
}

impl Call {
    /// Waits for the next invocation; none when the watcher has gone.
    ///
    /// # Errors
    /// When the socket fails.
    pub(super) fn receive(socket: &mut impl Read) -> io::Result<Option<Self>> {
        let Some((tag, payload)) = receive_frame(socket)? else { return Ok(None) };
        let call = Self { tag, payload };
        if !call.only_loads() {
            split_prefixed(&call.payload)?;
        }
        Ok(Some(call))
    }

    /// Whether the function is to be loaded, and not invoked.
    pub(super) fn only_loads(&self) -> bool {
        self.tag == LOAD
    }

    /// The texts of the context and of the event.
    pub(super) fn texts(&self) -> (&[u8], &[u8]) {
        split_prefixed(&self.payload).unwrap_or_default()
    }
}

/// Tells an engine what to do.
///
/// # Errors
/// When the engine has gone.
pub(super) fn send_assignment(socket: &mut impl Write, what: &Assignment) -> io::Result<()> {
    socket.write_all(&frame(b'E', &serde_json::to_vec(what)?))
}

/// Waits to be told what to do; none when the caller has gone.
///
/// # Errors
/// When the socket fails.
pub(super) fn receive_assignment(socket: &mut impl Read) -> io::Result<Option<Assignment>> {
    let Some((_, payload)) = receive_frame(socket)? else { return Ok(None) };
    Ok(Some(serde_json::from_slice(&payload)?))
}

/// A frame's tag and payload.
fn receive_frame(socket: &mut impl Read) -> io::Result<Option<(u8, Vec<u8>)>> {
    let mut header = [0; HEADER_BYTES];
    match socket.read_exact(&mut header) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let [tag, length @ ..] = header;
    let mut payload = vec![0; u32::from_le_bytes(length) as usize];
    socket.read_exact(&mut payload)?;
    Ok(Some((tag, payload)))
}

fn frame(tag: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER_BYTES + payload.len());
    bytes.push(tag);
    bytes.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    bytes.extend_from_slice(payload);
    bytes
}

fn split_prefixed(payload: &[u8]) -> io::Result<(&[u8], &[u8])> {
    let (length, rest) =
        payload.split_first_chunk::<4>().ok_or_else(|| malformed("a frame too short"))?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
        .ok_or_else(|| malformed("a frame too short"))
}

fn malformed(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}
