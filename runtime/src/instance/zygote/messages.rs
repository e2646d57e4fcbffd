//! What goes between a server and its zygote: messages of a fixed size, in native byte order,
//! with descriptors beside those that ask for an instance and those that tell of one.

use crate::instance::kernel;
use rustix::{
    cmsg_space,
    net::{
        RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
        SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
    },
    process::Signal,
};
use std::{
    io::{self, IoSlice, IoSliceMut},
    mem::MaybeUninit,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
};

/// From the server to the zygote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Fork an instance, which enters the group of that number, unless it is 0. The log's writing end and
    /// the instance's socket come with this order.
    Fork(i32),
    /// Kill an instance and its process group.
    Kill(i32),
    /// Send SIGTERM to an instance.
    Terminate(i32),
    /// To say that it is there.
    Ping,
}

/// From the zygote to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// The interpreter is ready. The zygote's own pidfd comes with it, where there are such.
    Ready,
    /// An order to fork was executed. Orders are executed in turn. The instance's pidfd comes with
    /// it.
    Forked(i32),
    /// An order to fork failed, with the kernel's error number.
    Refused(i32),
    /// An instance has ended; its peak of resident memory in bytes.
    Ended { process: i32, peak_bytes: u64 },
    /// It is there.
    Pong,
}

impl Order {
    pub(super) const BYTES: usize = 5;

    pub(super) fn encode(self) -> [u8; Self::BYTES] {
        let (tag, number) = match self {
            Self::Fork(group) => (b'F', group),
            Self::Kill(process) => (b'K', process),
            Self::Terminate(process) => (b'T', process),
            Self::Ping => (b'P', 0),
        };
        let mut bytes = [tag; Self::BYTES];
        bytes[1..].copy_from_slice(&number.to_ne_bytes());
        bytes
    }

    pub(super) fn decode(bytes: [u8; Self::BYTES]) -> Option<Self> {
        let [tag, number @ ..] = bytes;
        match tag {
            b'F' => Some(Self::Fork(i32::from_ne_bytes(number))),
            b'K' => Some(Self::Kill(i32::from_ne_bytes(number))),
            b'T' => Some(Self::Terminate(i32::from_ne_bytes(number))),
            b'P' => Some(Self::Ping),
            _ => None,
        }
    }

    /// Sends an instance the order's signal, if the order has one.
    /// The process must be a child of this one that was not reaped: then the number is its own,
    /// and its group the one it made for itself.
    pub(super) fn carry_out(self) {
        match self {
            Self::Fork(_) | Self::Ping => {}
            Self::Kill(process) => kernel::kill_with_group(process),
            Self::Terminate(process) => kernel::signal(process, Signal::TERM),
        }
    }
}

impl News {
    pub(super) const BYTES: usize = 13;

    pub(super) fn encode(self) -> [u8; Self::BYTES] {
        let (tag, number, size) = match self {
            Self::Ready => (b'R', 0, 0),
            Self::Forked(process) => (b'F', process, 0),
            Self::Refused(error) => (b'X', error, 0),
            Self::Ended { process, peak_bytes } => (b'E', process, peak_bytes),
            Self::Pong => (b'O', 0, 0),
        };
        let mut bytes = [tag; Self::BYTES];
        bytes[1..5].copy_from_slice(&number.to_ne_bytes());
        bytes[5..].copy_from_slice(&size.to_ne_bytes());
        bytes
    }

    pub(super) fn decode(bytes: [u8; Self::BYTES]) -> Option<Self> {
        let (number, size) = (bytes[1..5].try_into().ok()?, bytes[5..].try_into().ok()?);
        let (number, size) = (i32::from_ne_bytes(number), u64::from_ne_bytes(size));
        match bytes[0] {
            b'R' => Some(Self::Ready),
            b'F' => Some(Self::Forked(number)),
            b'X' => Some(Self::Refused(number)),
            b'E' => Some(Self::Ended { process: number, peak_bytes: size }),
            b'O' => Some(Self::Pong),
            _ => None,
        }
    }
}

/// How many descriptors an order carries.
const DESCRIPTORS: usize = 2;

/// Room for them, as the kernel lays them out, in bytes.
const ROOM: usize = cmsg_space!(ScmRights(DESCRIPTORS));

/// Sends an order with descriptors.
///
/// # Errors
/// When the zygote has gone, or the socket is full and does not block.
pub(super) fn send(
    socket: impl AsFd,
    order: Order,
    descriptors: &[BorrowedFd<'_>],
) -> io::Result<()> {
    send_bytes(socket, &order.encode(), descriptors)
}

/// Sends news, and a descriptor beside it where there is one.
///
/// # Errors
/// When the server has gone.
pub(super) fn tell(
    socket: impl AsFd,
    news: News,
    descriptor: Option<BorrowedFd<'_>>,
) -> io::Result<()> {
    send_bytes(socket, &news.encode(), descriptor.as_slice())
}

fn send_bytes(socket: impl AsFd, bytes: &[u8], descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut room = [MaybeUninit::uninit(); ROOM];
    let mut control = SendAncillaryBuffer::new(&mut room);
    if !descriptors.is_empty() && !control.push(SendAncillaryMessage::ScmRights(descriptors)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let sent = sendmsg(socket, &[IoSlice::new(bytes)], &mut control, SendFlags::NOSIGNAL)?;
    if sent == bytes.len() { Ok(()) } else { Err(io::ErrorKind::WriteZero.into()) }
}

/// Waits for an order and its descriptors; none when the server has ended.
///
/// # Errors
/// When what came is no order.
pub(super) fn receive(socket: impl AsFd) -> io::Result<Option<(Order, Vec<OwnedFd>)>> {
    let mut bytes = [0; Order::BYTES];
    let mut filled = 0;
    let mut descriptors = Vec::new();
    while filled < bytes.len() {
        match receive_some(&socket, &mut bytes[filled..], &mut descriptors) {
            Ok(0) => return Ok(None),
            Ok(length) => filled += length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let order = Order::decode(bytes).ok_or(io::ErrorKind::InvalidData)?;
    Ok(Some((order, descriptors)))
}

/// Takes some bytes that have come, and what comes beside them.
///
/// # Errors
/// When there are none yet, or the socket fails.
pub(super) fn receive_some(
    socket: impl AsFd,
    bytes: &mut [u8],
    descriptors: &mut Vec<OwnedFd>,
) -> io::Result<usize> {
    let mut room = [MaybeUninit::uninit(); ROOM];
    let mut control = RecvAncillaryBuffer::new(&mut room);
    let mut pieces = [IoSliceMut::new(bytes)];
    let received = recvmsg(socket, &mut pieces, &mut control, RecvFlags::CMSG_CLOEXEC)?;
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(received) = message {
            descriptors.extend(received);
        }
    }
    Ok(received.bytes)
}
