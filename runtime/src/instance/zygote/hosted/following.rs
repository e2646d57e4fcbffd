//! Following an instance: what it sends, writes and holds, until its invocation ends.

use super::Hosted;
use crate::instance::{
    course::{Course, End},
    watch::{LARGEST_PIPE_BYTES, LOG_PIECE_BYTES, MEMORY_INTERVAL},
    zygote::{
        budget::{Budget, Grant},
        connection,
        scales::Weighed,
    },
};
use rustix::io::Errno;
use std::{
    io::{self, Write},
    mem::MaybeUninit,
    os::{fd::OwnedFd, unix::net::UnixStream as Socket},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::io::{Interest, unix::AsyncFd};

/// How much is read of one instance's socket before the others have their turn, in bytes.
const TURN_BYTES: usize = 256 << 10;

/// A message with more bytes than this takes them from what all instances have together.
const SMALL_MESSAGE_BYTES: usize = 64 << 10;

/// How long a larger one may take to come, once it may: it holds memory of the server's.
const MESSAGE_WITHIN: Duration = Duration::from_secs(10);

/// The same while another instance waits for memory, and how often that is looked at.
const WANTED_WITHIN: Duration = Duration::from_secs(1);
const WANTED_INTERVAL: Duration = Duration::from_millis(100);

/// The events that end the following of an instance.
pub(super) enum FollowingEnd {
    End(End),
    /// The function is loaded, and no invocation was requested.
    Loaded,
    /// The instance had ended before it took what was sent.
    Untaken,
}

/// What was read of a socket.
enum Received {
    All,
    /// As much as one instance may have read at a time.
    Turn,
    /// There is no memory left for what is coming: it is to be looked for again.
    Held,
    /// It has ended.
    Ended,
    /// It has ended before the invocation was taken from it.
    Untaken,
}

/// A message that has memory of what all instances share.
struct LongMessage {
    grant: Grant,
    begun: Instant,
    /// When it is looked whether it takes too long.
    look: Instant,
}

impl LongMessage {
    fn new(grant: Grant) -> Self {
        let begun = Instant::now();
        Self { grant, begun, look: begun + WANTED_WITHIN }
    }

    /// Whether it has had its time. If others waited for it, its function is to wait next.
    fn is_over(&self, now: Instant, answers: &Budget) -> bool {
        let is_wanted = answers.is_wanted();
        if is_wanted {
            self.grant.bar();
        }
        is_wanted || now >= self.begun + MESSAGE_WITHIN
    }
}

impl Hosted {
    /// Follows an invocation, or the loading of a function, until something ends that.
    pub(super) async fn until_end(
        &mut self,
        course: &mut Course<'_>,
        call: &[u8],
        is_loaded: impl Fn(&Course<'_>) -> bool,
    ) -> FollowingEnd {
        let mut left = call;
        // While there is more to send than the socket takes at once.
        let mut room = None;
        // A short call is over before its memory is looked at.
        let mut weighed: Option<Weighed> = None;
        let mut first_look = Some(Instant::now() + MEMORY_INTERVAL);
        let mut long_message = None;
        let mut is_held = false;
        loop {
            if !left.is_empty() {
                match self.send(&mut left, &mut room) {
                    Ok(()) => {}
                    Err(_) => return FollowingEnd::Untaken,
                }
            }
            let held_until = is_held.then(|| Instant::now() + MEMORY_INTERVAL);
            let whole_until = long_message.as_ref().map(|message: &LongMessage| message.look);
            let wakes = [first_look, held_until, whole_until];
            let alarm = wakes.into_iter().flatten().fold(course.deadline, Instant::min);
            self.alarm.as_mut().reset(alarm.into());
            let (mut ended, mut is_too_much) = (false, false);
            tokio::select! {
                biased;
                _ = self.socket.readable(), if !is_held => {}
                () = is_over(weighed.as_ref()) => is_too_much = true,
                () = has_room(&mut room), if !left.is_empty() => continue,
                _ = self.ending.wait_for(Option::is_some) => ended = true,
                () = is_gone(self.pidfd.as_ref()) => ended = true,
                _ = self.log.readable(), if self.log_is_open => {}
                () = self.alarm.as_mut() => {}
            }
            if is_too_much {
                return FollowingEnd::End(self.excess(course, weighed.as_ref()));
            }
            let received = self.receive(course, &mut long_message);
            is_held = matches!(received, Received::Held) && !ended;
            let is_turn_over = matches!(received, Received::Turn);
            let end = match received {
                Received::All | Received::Turn | Received::Held => {
                    match self.catch_up(course, ended) {
                        // Processes that the function left behind may keep the socket open. Then
                        // the kernel does not report that the other end had unread data.
                        Some(End::Gone) if connection::is_unread(self.socket.get_ref()) => {
                            return FollowingEnd::Untaken;
                        }
                        end => end,
                    }
                }
                Received::Ended => self.catch_up(course, true),
                Received::Untaken => return FollowingEnd::Untaken,
            };
            if let Some(end) = end {
                return FollowingEnd::End(end);
            }
            if is_loaded(course) {
                return FollowingEnd::Loaded;
            }
            let now = Instant::now();
            // Messages that were sent in time are read by now, however late it is. One may say that
            // the function is loaded, which sets a new deadline.
            if now >= course.deadline {
                return FollowingEnd::End(End::Deadline);
            }
            if let Some(message) = &mut long_message
                && now >= message.look
            {
                if message.is_over(now, self.keeper.answers()) {
                    return FollowingEnd::End(End::Unasked);
                }
                message.look = now + WANTED_INTERVAL;
            }
            if first_look.is_some_and(|look| now >= look) {
                // Before it is ready it may be making a snapshot, which is not the function's.
                first_look = (!course.phase.ready).then(|| now + MEMORY_INTERVAL);
                if course.phase.ready {
                    let limit = course.memory_limit();
                    weighed = Some(self.keeper.scales().weigh(
                        self.process,
                        limit,
                        self.processes_at_most,
                        self.group.clone(),
                    ));
                }
            }
            if is_turn_over || self.unrested_bytes >= TURN_BYTES {
                self.unrested_bytes = 0;
                tokio::task::yield_now().await;
            }
        }
    }

    /// What an instance has too much of.
    fn excess(&mut self, course: &mut Course<'_>, weighed: Option<&Weighed>) -> End {
        if !weighed.is_some_and(Weighed::is_crowd) {
            return End::Memory;
        }
        self.take_log(course);
        course.is_crowd(self.processes_at_most)
    }

    fn catch_up(&mut self, course: &mut Course<'_>, ended: bool) -> Option<End> {
        self.take_log(course);
        course.next_end(ended)
    }

    /// Sends as much of `left` as the socket takes. If that is not all, `room` reports further
    /// room.
    fn send(&self, left: &mut &[u8], room: &mut Option<AsyncFd<Socket>>) -> io::Result<()> {
        while !left.is_empty() {
            match self.socket.get_ref().write(left) {
                Ok(length) => *left = &left[length..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if room.is_none() {
                        let socket = self.socket.get_ref().try_clone()?;
                        *room = Some(connection::watched(socket, Interest::WRITABLE)?);
                    }
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        *room = None;
        Ok(())
    }

    /// Reads what is in the socket now. It does not rely on the runtime's readiness, which may not
    /// yet know what was sent before the instance ended. Memory for a long message is taken before
    /// it is read.
    fn receive(&self, course: &mut Course<'_>, long_message: &mut Option<LongMessage>) -> Received {
        let mut memory = [MaybeUninit::uninit(); LOG_PIECE_BYTES];
        for _ in 0..TURN_BYTES / LOG_PIECE_BYTES {
            let coming = course.announced_bytes();
            if coming > SMALL_MESSAGE_BYTES && long_message.is_none() {
                let Some(grant) = self.keeper.answers().take(self.function, coming) else {
                    return Received::Held;
                };
                *long_message = Some(LongMessage::new(grant));
            }
            match rustix::io::read(self.socket.get_ref(), &mut memory) {
                Ok(([], _)) => return Received::Ended,
                Ok((piece, rest)) => {
                    course.received(piece);
                    if rest.is_empty() {
                        continue;
                    }
                }
                Err(Errno::WOULDBLOCK) => {}
                // The kernel's error when the other end closed with unread data.
                Err(Errno::CONNRESET) => return Received::Untaken,
                Err(_) => return Received::Ended,
            }
            let _ = self.socket.try_io(Interest::READABLE, |_| emptied());
            return Received::All;
        }
        Received::Turn
    }

    /// Reads what is in the log now, as well, but not for ever from one that fills as fast as it
    /// is read: then the others have their turn.
    pub(super) fn take_log(&mut self, course: &mut Course<'_>) {
        let mut memory = [MaybeUninit::uninit(); LOG_PIECE_BYTES];
        for _ in 0..LARGEST_PIPE_BYTES / LOG_PIECE_BYTES {
            match rustix::io::read(&self.log, &mut memory) {
                Ok(([], _)) => self.log_is_open = false,
                Ok((piece, _)) => {
                    self.unrested_bytes += piece.len();
                    course.logged(piece);
                    continue;
                }
                Err(_) => {}
            }
            let _ = self.log.try_io(emptied);
            return;
        }
    }
}

/// Comes back when a process has ended, where the kernel tells.
pub(super) async fn is_gone(process: Option<&AsyncFd<Arc<OwnedFd>>>) {
    match process {
        // It stays readable.
        Some(process) => drop(process.readable().await),
        None => std::future::pending().await,
    }
}

/// Tells the runtime that a source is empty for now, so that it wakes no task before there is more.
fn emptied() -> io::Result<()> {
    Err(io::ErrorKind::WouldBlock.into())
}

/// Comes back when an instance that is looked at holds too much memory.
async fn is_over(weighed: Option<&Weighed>) {
    match weighed {
        Some(weighed) => weighed.is_over().await,
        None => std::future::pending().await,
    }
}

/// Completes when a full socket has room again.
async fn has_room(room: &mut Option<AsyncFd<Socket>>) {
    if let Some(room) = room
        && let Ok(mut room) = room.writable_mut().await
    {
        // The task that learned of room fills it.
        room.clear_ready();
    }
}
