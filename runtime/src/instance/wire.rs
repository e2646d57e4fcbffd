//! What goes over the socket between an instance and its watcher: frames of a tag, a
//! length (u32, little endian) and that many bytes. What an instance sends begins with a
//! [`Proof`] that it belongs to the call that it says it does.

use super::{
    marker::Marker,
    proof::{Key, PROOF_BYTES, Proof},
};
use crate::{
    contract::{Dialect, Failure, Function, Handler, Policy, environment},
    python::{CodePaths, ImportTime, InvalidEvent},
    sandbox::Groups,
};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::{
    ffi::OsString,
    io::{self, Read, Write},
    time::Duration,
};

/// The descriptor of a zygote's socket to its server, in the process that it is started by.
pub(super) const ZYGOTE_SOCKET: i32 = 3;

/// The most that a watcher takes of an answer, in bytes: RetMsg's limit and room for the rest.
/// A stack trace in Lambda's form may be larger than RetMsg, so this is generous.
const LARGEST_ANSWER: usize = 16 << 20;

/// The same of what says why an event is no JSON, and how the interpreter was come by.
const LARGEST_TEXT: usize = 64 << 10;

/// The same of what says that a function is loaded: three numbers.
const LARGEST_NUMBERS: usize = 1 << 10;

/// The same of what says how long each import took: some ten thousand imports.
const LARGEST_TIMES: usize = 2 << 20;

const HEADER_BYTES: usize = 5;

/// The allocator's word that memory ran out, made without allocating.
pub(super) fn memory_exhausted_frame(proof: Proof) -> [u8; HEADER_BYTES + PROOF_BYTES] {
    let mut frame = [0; HEADER_BYTES + PROOF_BYTES];
    frame[0] = b'M';
    frame[1] = PROOF_BYTES as u8;
    frame[HEADER_BYTES..].copy_from_slice(&proof.to_bytes());
    frame
}

/// The assignment of a prewarmed process: the first message that it gets.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Assignment {
    /// Run a function.
    Function(Box<AssignedFunction>),
    /// Fork instances. If a function is given, load it first.
    Zygote {
        function: Option<Box<AssignedFunction>>,
        /// Where instances have their groups, if they are to have any.
        groups: Option<Groups>,
    },
    /// Write a snapshot to an existing file.
    Snapshot {
        path: OsString,
        /// The modules to import ahead of time; if empty, the usual ones.
        modules: Vec<String>,
    },
    /// Load a function and write a snapshot of it, once for each of some existing files.
    Load { function: Box<AssignedFunction>, seconds: u32, files: Vec<OsString> },
}

/// The function that an instance runs, and its settings.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct AssignedFunction {
    pub handler: Handler,
    pub dialect: Dialect,
    pub own_runtime: bool,
    /// The whole environment of the function.
    pub environment: IndexMap<String, String>,
    pub memory_mb: u32,
    /// The code's folder, and the layers'.
    pub code: OsString,
    pub layers: Vec<OsString>,
    /// What its process is kept to.
    pub policy: Policy,
    /// The user that its process becomes, where it has one of its own.
    pub user: Option<u32>,
    pub marker: Marker,
    /// What its answers are known by.
    pub key: Key,
    /// Whether the first invocation is the last. The process then ends with its answer, and its
    /// memory is freed while the answer is shown.
    pub once: bool,
}

impl AssignedFunction {
    /// What an instance is told of `function`, whose code is at `code`. `policy` holds where the
    /// function has no rules of its own.
    pub(super) fn of(
        function: &Function,
        code: &CodePaths,
        policy: &Policy,
        marker: Marker,
        key: Key,
        once: bool,
    ) -> Self {
        Self {
            handler: function.handler.clone(),
            dialect: function.dialect,
            own_runtime: function.own_runtime,
            environment: environment::of(function),
            memory_mb: function.memory_mb,
            code: code.code.clone().into(),
            layers: code.layers.iter().map(|layer| layer.clone().into()).collect(),
            policy: policy.with(&function.sandbox),
            user: None,
            marker,
            key,
            once,
        }
    }
}

/// From an instance to its watcher.
#[derive(Debug)]
pub(super) enum FromInstance {
    /// The event is not JSON. The instance can serve the next one.
    Rejected(InvalidEvent),
    /// What each import of the function's load took, where the call asked for it.
    Imports(Vec<ImportTime>),
    /// A cold start is done: the function is loaded.
    Initialized(Initialized),
    Answered(Answered),
    MemoryExhausted,
    /// Where the interpreter came from.
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
    /// What there is to say of the interpreter: nothing that a function's user needs.
    pub note: Option<String>,
    /// RetMsg, if the invocation succeeded. It follows the rest as raw bytes.
    #[serde(skip)]
    pub ret_msg: String,
}

impl FromInstance {
    fn encode(&self, proof: Proof) -> io::Result<Vec<u8>> {
        let json = |value: serde_json::Result<Vec<u8>>| value.map_err(io::Error::from);
        let (tag, payload) = match self {
            Self::Rejected(invalid) => (b'R', json(serde_json::to_vec(invalid))?),
            Self::Imports(times) => (b'T', json(serde_json::to_vec(times))?),
            Self::Initialized(initialized) => (b'I', json(serde_json::to_vec(initialized))?),
            Self::Answered(answered) => {
                let head = json(serde_json::to_vec(answered))?;
                let mut payload = (head.len() as u32).to_le_bytes().to_vec();
                payload.extend_from_slice(&head);
                payload.extend_from_slice(answered.ret_msg.as_bytes());
                (b'A', payload)
            }
            Self::MemoryExhausted => (b'M', Vec::new()),
            Self::Note(text) => (b'N', text.clone().into_bytes()),
        };
        Ok(frame(tag, &[&proof.to_bytes(), &payload]))
    }

    /// The most bytes that a frame of a kind may have; none where there is no such kind.
    fn most_bytes(tag: u8) -> Option<usize> {
        let most = match tag {
            b'R' | b'N' => LARGEST_TEXT,
            b'T' => LARGEST_TIMES,
            b'I' => LARGEST_NUMBERS,
            b'A' => LARGEST_ANSWER,
            b'M' => 0,
            _ => return None,
        };
        Some(PROOF_BYTES + most)
    }

    fn decode(tag: u8, payload: &[u8]) -> io::Result<Self> {
        Ok(match tag {
            b'R' => Self::Rejected(serde_json::from_slice(payload)?),
            b'T' => Self::Imports(serde_json::from_slice(payload)?),
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

/// Sends a message to the watcher, all of it, as part of the call that `proof` is of.
///
/// # Errors
/// When the watcher has gone, or the function closed the descriptor.
pub(super) fn send(
    socket: &mut impl Write,
    proof: Proof,
    message: &FromInstance,
) -> io::Result<()> {
    socket.write_all(&message.encode(proof)?)
}

/// Collects frames from bytes as they arrive.
#[derive(Default)]
pub(super) struct Frames {
    buffer: Vec<u8>,
    /// Where the first frame begins that was not given yet.
    begin: usize,
}

impl Frames {
    /// Adds bytes that arrived.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        // What was given makes room at once for all of it, and not frame by frame.
        self.buffer.drain(..std::mem::take(&mut self.begin));
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether all that came was given.
    pub(super) fn is_empty(&self) -> bool {
        self.begin == self.buffer.len()
    }

    /// How many bytes the frame has in all that has begun to come, as far as it says so.
    pub(super) fn announced_bytes(&self) -> usize {
        let begun = self.buffer[self.begin..].first_chunk::<HEADER_BYTES>();
        begun.map_or(0, |[_, length @ ..]| HEADER_BYTES + u32::from_le_bytes(*length) as usize)
    }

    /// The next whole message, if it is there, and the proof that came with it.
    ///
    /// # Errors
    /// When the bytes are not a message, because the function itself wrote to the socket.
    pub(super) fn next(&mut self) -> io::Result<Option<(Proof, FromInstance)>> {
        let left = &self.buffer[self.begin..];
        let Some((header, left)) = left.split_first_chunk::<HEADER_BYTES>() else {
            return Ok(None);
        };
        let [tag, length @ ..] = *header;
        let length = u32::from_le_bytes(length) as usize;
        if FromInstance::most_bytes(tag).is_none_or(|most| length > most) {
            return Err(malformed("a frame of no kind, or too large"));
        }
        let Some(payload) = left.get(..length) else { return Ok(None) };
        let (proof, payload) =
            payload.split_first_chunk().ok_or_else(|| malformed("a frame too short"))?;
        let message = FromInstance::decode(tag, payload)?;
        let proof = Proof::from_bytes(*proof);
        self.begin += HEADER_BYTES + length;
        Ok(Some((proof, message)))
    }
}

/// An invocation, as the watcher sends it: the call's number, the context's text, then the
/// event's. The instance tells what each import takes if it `times_imports`.
pub(super) fn invocation_frame(
    call: u64,
    context: &[u8],
    event: &[u8],
    times_imports: bool,
) -> Vec<u8> {
    let length = (context.len() as u32).to_le_bytes();
    let tag = if times_imports { TIMED_INVOCATION } else { INVOCATION };
    frame(tag, &[&call.to_le_bytes(), &length, context, event])
}

/// Tells an instance to load its function without an invocation. It answers that it did, or how it
/// failed.
pub(super) fn load_frame(call: u64) -> Vec<u8> {
    frame(LOAD, &[&call.to_le_bytes()])
}

const INVOCATION: u8 = b'C';
const TIMED_INVOCATION: u8 = b'T';
const LOAD: u8 = b'L';

/// An invocation as the instance receives it, or the request to load its function.
pub(super) struct Call {
    tag: u8,
    number: u64,
    payload: Vec<u8>,
}

/// Where the texts begin, behind the call's number.
const NUMBER_BYTES: usize = size_of::<u64>();

impl Call {
    /// Waits for the next invocation; none when the watcher has gone.
    ///
    /// # Errors
    /// When the socket fails.
    pub(super) fn receive(socket: &mut impl Read) -> io::Result<Option<Self>> {
        let Some((tag, payload)) = receive_frame(socket)? else { return Ok(None) };
        let number = payload.first_chunk().ok_or_else(|| malformed("a frame too short"))?;
        let call = Self { tag, number: u64::from_le_bytes(*number), payload };
        if !call.only_loads() {
            split_prefixed(&call.payload[NUMBER_BYTES..])?;
        }
        Ok(Some(call))
    }

    /// Whether the function is to be loaded, and not invoked.
    pub(super) fn only_loads(&self) -> bool {
        self.tag == LOAD
    }

    /// Whether the watcher wants to know what each import of the load takes.
    pub(super) fn times_imports(&self) -> bool {
        self.tag == TIMED_INVOCATION
    }

    /// What tells this call from every other.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The texts of the context and of the event.
    pub(super) fn texts(&self) -> (&[u8], &[u8]) {
        split_prefixed(&self.payload[NUMBER_BYTES..]).unwrap_or_default()
    }
}

/// Tells a prewarmed process what to do.
///
/// # Errors
/// When the process has gone.
pub(super) fn send_assignment(socket: &mut impl Write, what: &Assignment) -> io::Result<()> {
    socket.write_all(&frame(b'E', &[&serde_json::to_vec(what)?]))
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

fn frame(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut bytes = Vec::with_capacity(HEADER_BYTES + length);
    bytes.push(tag);
    bytes.extend_from_slice(&(length as u32).to_le_bytes());
    for part in parts {
        bytes.extend_from_slice(part);
    }
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
