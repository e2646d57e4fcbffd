//! The zygote's own process: it waits for orders and for the end of its instances, and forks.

use super::{
    messages::{self, News, Order},
    pages::Pages,
};
use crate::{
    instance::{
        call_loop, descendants, kernel, pidfd,
        process::{self, Channels, Streams},
        signals::Signals,
    },
    python::{Interpreter, leave},
    sandbox::Groups,
};
use rustix::{
    event::{PollFd, PollFlags, poll},
    process::Signal,
};
use std::{
    collections::HashSet,
    io,
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream,
    },
    time::Instant,
};

/// What a prewarmed process has prepared for every instance that is forked from it.
pub(in crate::instance) struct Prepared {
    pub interpreter: &'static Interpreter,
    /// Where the interpreter came from.
    pub note: String,
    /// The function, where it was loaded ahead of time.
    pub loaded: Option<call_loop::Loaded>,
    /// Where its instances have their groups.
    pub groups: Option<Groups>,
}

/// What a process does that a zygote has forked: it enters the group of this number unless that is 0, calls
/// the function, and then attends to its assignment. The time is that of the fork.
pub(in crate::instance) type Attend = fn(Streams, &Prepared, i32, &dyn Fn(), Instant) -> !;

/// Serves a server until it ends. The process has one thread. Every instance that it forks shares
/// `prepared`.
pub(in crate::instance) fn run(channels: Channels, prepared: &Prepared, attend: Attend) -> ! {
    descendants::become_subreaper();
    process::hide_from_functions();
    // Its server's end is told to it by the socket, but not while it is stopped. Not before: the
    // thread that forked it has ended, which would have counted as its parent's end. One that
    // loaded a function ends with the zygote that forked it.
    if prepared.loaded.is_none() {
        pidfd::on_end_of_parent(Signal::CONT);
    }
    let pages = Pages::of_a_start(prepared.interpreter);
    let Ok(signals) = Signals::block() else { leave(1) };
    let mut zygote = Zygote { channels, instances: HashSet::new(), pages };
    zygote.tell(News::Ready, pidfd::open(std::process::id().cast_signed()));
    loop {
        let (orders, ended) = wait(&zygote.channels.socket, &signals);
        if ended {
            // Whether it was told to end: its server does that by closing the socket.
            let _ = signals.take();
            zygote.reap();
        }
        if orders {
            match messages::receive(&zygote.channels.socket) {
                Ok(Some((Order::Fork(group), descriptors))) => {
                    zygote.fork(descriptors, prepared, group, attend);
                }
                Ok(Some((order @ (Order::Kill(instance) | Order::Terminate(instance)), _))) => {
                    if zygote.instances.contains(&instance) {
                        // A child of this process that was not reaped.
                        order.carry_out();
                    }
                }
                Ok(Some((Order::Ping, _))) => zygote.tell(News::Pong, None),
                Ok(None) | Err(_) => {
                    descendants::kill_all();
                    leave(0)
                }
            }
        }
    }
}

struct Zygote {
    channels: Channels,
    /// The processes it forked that have not been reaped: their numbers are their own.
    instances: HashSet<i32>,
    /// The pages that each of them will touch.
    pages: Pages,
}

impl Zygote {
    fn fork(&mut self, descriptors: Vec<OwnedFd>, prepared: &Prepared, group: i32, attend: Attend) {
        let started = Instant::now();
        let Ok([log, socket]) = <[OwnedFd; 2]>::try_from(descriptors) else { leave(1) };
        let zygote = std::process::id();
        let forked = kernel::fork(|| {
            pidfd::end_with(zygote);
            // Standard input of the zygote is at its end; so is that of its instances.
            let Ok(stdin) = io::stdin().as_fd().try_clone_to_owned() else { leave(1) };
            let streams = Streams { stdin, log, socket: UnixStream::from(socket) };
            attend(streams, prepared, group, &|| self.pages.take(), started)
        });
        match forked {
            Err(error) => {
                self.tell(News::Refused(error.raw_os_error().unwrap_or(libc::EAGAIN)), None);
            }
            Ok(process) => {
                self.instances.insert(process);
                // The child was not reaped: the number is its own.
                self.tell(News::Forked(process), pidfd::open(process));
            }
        }
    }

    /// Records every child that has ended. Processes that an ended instance leaves behind become
    /// children of this process, and are killed too.
    fn reap(&mut self) {
        while let Some((process, peak_bytes)) = descendants::reap_ended() {
            if self.instances.remove(&process) {
                self.tell(News::Ended { process, peak_bytes }, None);
            }
        }
        descendants::kill_children_but(|process| self.instances.contains(&process));
    }

    fn tell(&mut self, news: News, descriptor: Option<OwnedFd>) {
        let descriptor = descriptor.as_ref().map(AsFd::as_fd);
        // If the server has ended, the socket reports that next.
        let _ = messages::tell(&self.channels.socket, news, descriptor);
    }
}

/// Waits for an order or the end of a child.
fn wait(socket: &UnixStream, signals: &Signals) -> (bool, bool) {
    let mut entries = [PollFd::new(socket, PollFlags::IN), PollFd::new(signals, PollFlags::IN)];
    // If it fails, nothing has come.
    let _ = poll(&mut entries, None);
    (!entries[0].revents().is_empty(), !entries[1].revents().is_empty())
}
