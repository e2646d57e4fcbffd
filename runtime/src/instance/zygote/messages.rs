//! What goes between a server and its zygote: messages of a fixed size, in native byte order,
//! with descriptors beside those that ask for an instance and those that tell of one.

use crate::instance::kernel;
use rustix::process::Signal;
use std::{
    io,
    mem::MaybeUninit,
    os::fd::{FromRawFd, OwnedFd, RawFd},
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

/// Room for them, as the kernel lays them out.
#[repr(align(8))]
struct Control([u8; 64]);

/// Sends an order with descriptors.
///
/// # Errors
/// When the zygote has gone, or the socket is full and does not block.
pub(super) fn send(socket: RawFd, order: Order, descriptors: &[RawFd]) -> io::Result<()> {
    send_bytes(socket, &order.encode(), descriptors)
}

/// Sends news, and a descriptor beside it where there is one.
///
/// # Errors
/// When the server has gone.
pub(super) fn tell(socket: RawFd, news: News, descriptor: Option<RawFd>) -> io::Result<()> {
    send_bytes(socket, &news.encode(), descriptor.as_slice())
}

fn send_bytes(socket: RawFd, bytes: &[u8], descriptors: &[RawFd]) -> io::Result<()> {
    let mut control = Control([0; 64]);
    let mut piece =
        libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
    // SAFETY: the message's parts live until the call is over, and the control buffer has
    // room for the descriptors: `CMSG_SPACE` of two is 24 bytes.
    let sent = unsafe {
        let mut message: libc::msghdr = MaybeUninit::zeroed().assume_init();
        message.msg_iov = &raw mut piece;
        message.msg_iovlen = 1;
        if !descriptors.is_empty() {
            let size = size_of_val(descriptors);
            message.msg_control = control.0.as_mut_ptr().cast();
            message.msg_controllen = libc::CMSG_SPACE(size as u32) as _;
            let header = libc::CMSG_FIRSTHDR(&raw const message);
            (*header).cmsg_level = libc::SOL_SOCKET;
            (*header).cmsg_type = libc::SCM_RIGHTS;
            (*header).cmsg_len = libc::CMSG_LEN(size as u32) as _;
            std::ptr::copy_nonoverlapping(
                descriptors.as_ptr().cast::<u8>(),
                libc::CMSG_DATA(header),
                size,
            );
        }
        libc::sendmsg(socket, &raw const message, libc::MSG_NOSIGNAL)
    };
    match usize::try_from(sent) {
        Ok(sent) if sent == bytes.len() => Ok(()),
        Ok(_) => Err(io::ErrorKind::WriteZero.into()),
        Err(_) => Err(io::Error::last_os_error()),
    }
}

/// Waits for an order and its descriptors; none when the server has ended.
///
/// # Errors
/// When what came is no order.
pub(super) fn receive(socket: RawFd) -> io::Result<Option<(Order, Vec<OwnedFd>)>> {
    let mut bytes = [0; Order::BYTES];
    let mut filled = 0;
    let mut descriptors = Vec::new();
    while filled < bytes.len() {
        match receive_some(socket, &mut bytes[filled..], &mut descriptors) {
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
    socket: RawFd,
    bytes: &mut [u8],
    descriptors: &mut Vec<OwnedFd>,
) -> io::Result<usize> {
    let mut control = Control([0; 64]);
    let mut piece = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
    // SAFETY: the message's parts live until the call is over; what the kernel says it put
    // there is there, and the descriptors are this process's own from here on.
    unsafe {
        let mut message: libc::msghdr = MaybeUninit::zeroed().assume_init();
        message.msg_iov = &raw mut piece;
        message.msg_iovlen = 1;
        message.msg_control = control.0.as_mut_ptr().cast();
        message.msg_controllen = control.0.len() as _;
        let received = libc::recvmsg(socket, &raw mut message, libc::MSG_CMSG_CLOEXEC);
        let Ok(received) = usize::try_from(received) else {
            return Err(io::Error::last_os_error());
        };
        let header = libc::CMSG_FIRSTHDR(&raw const message);
        if !header.is_null() && (*header).cmsg_type == libc::SCM_RIGHTS {
            let size = (*header).cmsg_len as usize - libc::CMSG_LEN(0) as usize;
            let data = libc::CMSG_DATA(header).cast::<RawFd>();
            for index in 0..(size / size_of::<RawFd>()).min(DESCRIPTORS) {
                descriptors.push(OwnedFd::from_raw_fd(data.add(index).read_unaligned()));
            }
        }
        Ok(received)
    }
}
