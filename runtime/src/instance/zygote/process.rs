//! The zygote's own process: it waits for orders and for the end of its instances, and forks.

use super::{
    messages::{self, News, Order},
    pages::Pages,
};
use crate::{
    instance::{
        descendants, pidfd,
        prewarmed::{self, Prepared},
        process::{self, Channels, Streams},
        signals::Signals,
    },
    python::leave,
};
use std::{
    collections::HashSet,
    io,
    os::{
        fd::{AsFd, AsRawFd, OwnedFd},
        unix::net::UnixStream,
    },
    time::Instant,
};

/// Serves a server until it ends. The process has one thread. Every instance that it forks shares
/// `prepared`.
pub(in crate::instance) fn run(channels: Channels, prepared: &Prepared) -> ! {
    descendants::become_subreaper();
    process::hide_from_functions();
    // Its server's end is told to it by the socket, but not while it is stopped. Not before: the
    // thread that forked it has ended, which would have counted as its parent's end. One that
    // loaded a function ends with the zygote that forked it.
    if prepared.loaded.is_none() {
        pidfd::on_end_of_parent(libc::SIGCONT);
    }
    let pages = Pages::of_a_start(prepared.interpreter);
    let Ok(signals) = Signals::block() else { leave(1) };
    let mut zygote = Zygote { channels, instances: HashSet::new(), pages };
    zygote.tell(News::Ready, pidfd::open(std::process::id().cast_signed()));
    loop {
        let (orders, ended) = wait(zygote.channels.socket.as_raw_fd(), signals.descriptor());
        if ended {
            // Whether it was told to end: its server does that by closing the socket.
            let _ = signals.take();
            zygote.reap();
        }
        if orders {
            match messages::receive(zygote.channels.socket.as_raw_fd()) {
                Ok(Some((Order::Fork(group), descriptors))) => {
                    zygote.fork(descriptors, prepared, group);
                }
                Ok(Some((order @ (Order::Kill(instance) | Order::Terminate(instance)), _))) => {
                    if zygote.instances.contains(&instance) {
                        // SAFETY: a child of this process that was not reaped.
                        unsafe { order.carry_out() };
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
    fn fork(&mut self, descriptors: Vec<OwnedFd>, prepared: &Prepared, group: i32) {
        let started = Instant::now();
        let Ok([log, socket]) = <[OwnedFd; 2]>::try_from(descriptors) else { leave(1) };
        // SAFETY: this process has one thread, so the child may do whatever it could.
        match unsafe { libc::fork() } {
            -1 => {
                let error = io::Error::last_os_error().raw_os_error().unwrap_or(libc::EAGAIN);
                self.tell(News::Refused(error), None);
            }
            0 => {
                // Standard input of the zygote is at its end; so is that of its instances.
                let Ok(stdin) = io::stdin().as_fd().try_clone_to_owned() else { leave(1) };
                let socket = UnixStream::from(socket);
                let streams = Streams { stdin, log, socket };
                prewarmed::attend(streams, prepared, group, || self.pages.take(), started)
            }
            process => {
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
        let descriptor = descriptor.as_ref().map(AsRawFd::as_raw_fd);
        // If the server has ended, the socket reports that next.
        let _ = messages::tell(self.channels.socket.as_raw_fd(), news, descriptor);
    }
}

/// Waits for an order or the end of a child.
fn wait(socket: i32, signals: i32) -> (bool, bool) {
    let entry = |fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    let mut entries = [entry(socket), entry(signals)];
    // SAFETY: the entries are as many as is said.
    unsafe { libc::poll(entries.as_mut_ptr(), entries.len() as _, -1) };
    (entries[0].revents != 0, entries[1].revents != 0)
}
