//! The watcher's handle on an instance: its process, its socket and its log.

use super::{
    StartError,
    course::Phase,
    descendants, kernel,
    marker::Marker,
    prewarmed::Prewarmed,
    process::{hide_from_functions, set_nonblocking},
    proof::Key,
    wire::{self, AssignedFunction, Assignment},
};
use crate::{
    contract::{Function, Policy},
    python::CodePaths,
};
use std::{
    io,
    os::{fd::OwnedFd, unix::net::UnixStream},
    time::Instant,
};

/// A function instance.
#[derive(Debug)]
pub struct Instance {
    pub(super) process: i32,
    pub(super) socket: UnixStream,
    pub(super) log: OwnedFd,
    pub(super) started: Instant,
    pub(super) marker: Marker,
    pub(super) key: Key,
    pub(super) phase: Phase,
    pub(super) processes_at_most: Option<u32>,
    pub(super) reaped: Option<Reaped>,
}

/// What the kernel said of a process that ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reaped {
    pub peak_bytes: u64,
}

impl Instance {
    /// Makes a prewarmed process an instance of `function`, whose code is at `code`. It loads the
    /// function with its first invocation. With `once`, it serves no further one. It is kept to `policy`.
    ///
    /// # Errors
    /// When there is no prewarmed process, or it ended.
    pub fn start(
        prewarmed: io::Result<Prewarmed>,
        function: &Function,
        code: &CodePaths,
        policy: &Policy,
        once: bool,
    ) -> Result<Self, StartError> {
        let Prewarmed { process, mut socket, log } = prewarmed.map_err(StartError::Process)?;
        descendants::become_subreaper();
        hide_from_functions();
        let (marker, key) = (Marker::fresh(), Key::fresh());
        let assigned = AssignedFunction::of(function, code, policy, marker, key, once);
        let processes_at_most = assigned.policy.processes_at_most();
        let assignment = Assignment::Function(Box::new(assigned));
        wire::send_assignment(&mut socket, &assignment).map_err(StartError::Assignment)?;
        set_nonblocking(&log);
        set_nonblocking(&socket);
        Ok(Self {
            process,
            socket,
            log,
            // Not since the process started: the event may have arrived slowly.
            started: Instant::now(),
            marker,
            key,
            phase: Phase::default(),
            processes_at_most,
            reaped: None,
        })
    }

    /// Ends the instance and everything it started.
    pub(super) fn kill(&mut self) {
        kernel::kill_with_group(self.process);
    }

    /// Waits for the process to end, or checks whether it has ended.
    pub(super) fn reap(&mut self, block: bool) -> Option<Reaped> {
        while self.reaped.is_none() {
            match kernel::reap(Some(self.process), block) {
                Ok(Some((_, peak_bytes))) => self.reaped = Some(Reaped { peak_bytes }),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(None) | Err(_) => break,
            }
        }
        self.reaped
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if self.reaped.is_none() {
            self.kill();
            self.reap(true);
        }
        descendants::kill_all();
    }
}
