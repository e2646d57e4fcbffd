//! A prewarmed process: it holds an interpreter, and waits to be told which function it runs.
//!
//! It is forked before the program does anything else. It gets its interpreter while its parent
//! still reads the command line: from a snapshot if there is one, else by building it.

use super::{
    allocator,
    call_loop::{self, Warm},
    kernel,
    loader::{self, Loads, Said},
    maker,
    marker::Marker,
    own_runtime, panics, pidfd,
    process::{self, enter},
    proof::Key,
    source::{self, Options, interpreter, ordinary},
    wire::{self, AssignedFunction, Assignment, ZYGOTE_SOCKET},
    zygote::{self, Prepared},
};
use crate::{
    contract::{Function, Policy, policy::Mode},
    python::{CodePaths, Interpreter, leave},
    sandbox::{AsUser, Ground, Joined, Stage},
    snapshot::{self, Refusal, Unfit},
};
use rustix::process::Signal;
use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    os::{
        fd::{AsFd, AsRawFd, FromRawFd, OwnedFd},
        unix::net::UnixStream,
    },
    path::PathBuf,
    sync::Mutex,
    time::Instant,
};

/// A process that has, or is about to have, an interpreter.
#[derive(Debug)]
pub struct Prewarmed {
    pub(super) process: i32,
    pub(super) socket: UnixStream,
    pub(super) log: OwnedFd,
}

/// The prewarmed process that [`start_early`] started, until it is needed.
static EARLY: Mutex<Option<Prewarmed>> = Mutex::new(None);

/// Starts the prewarmed process that [`Prewarmed::take`] returns. A program must call this first: a
/// snapshot fits only into a process that has done nothing yet.
pub fn start_early() {
    let prewarmed = Prewarmed::start(|| Purpose::Function {
        options: Options { takes_kept: source::is_wanted(), ..Options::of_environment() },
    });
    if let (Ok(prewarmed), Ok(mut early)) = (prewarmed, EARLY.lock()) {
        *early = Some(prewarmed);
    }
}

/// Starts a prewarmed process that makes a snapshot and ends: see [`Prewarmed::make_snapshot`]. It
/// must be called as early as [`start_early`].
pub fn start_maker() {
    if let (Ok(prewarmed), Ok(mut early)) = (Prewarmed::start(|| Purpose::Make), EARLY.lock()) {
        *early = Some(prewarmed);
    }
}

/// Starts the process by which a function is loaded when it is packed. It must be called as early as
/// [`start_early`].
pub fn start_loader() {
    let prewarmed = Prewarmed::start(|| Purpose::Load { options: Options::of_environment() });
    if let (Ok(prewarmed), Ok(mut early)) = (prewarmed, EARLY.lock()) {
        *early = Some(prewarmed);
    }
}

/// Forks a zygote, which serves the server at the other end of descriptor 3, and waits for its end.
/// Does nothing if descriptor 3 is no socket.
pub fn start_zygote() {
    // SAFETY: the structure is plain; where the descriptor is a socket, it is nobody else's.
    let socket = unsafe {
        let mut status: libc::stat = std::mem::zeroed();
        let known = libc::fstat(ZYGOTE_SOCKET, &raw mut status) == 0;
        if !known || status.st_mode & libc::S_IFMT != libc::S_IFSOCK {
            return;
        }
        UnixStream::from_raw_fd(ZYGOTE_SOCKET)
    };
    let stdin = io::stdin().as_fd().try_clone_to_owned();
    let log = io::stderr().as_fd().try_clone_to_owned();
    let (Ok(stdin), Ok(log)) = (stdin, log) else { leave(1) };
    let streams = process::Streams { stdin, log, socket };
    let purpose = || Purpose::Function { options: Options::of_environment() };
    // Nobody waits for this process then; and the zygote, should it be stopped, goes on.
    pidfd::on_end_of_parent(Signal::KILL);
    if let Ok(process) = fork(streams, purpose, Instant::now()) {
        kernel::wait_for(process);
    }
    leave(0)
}

/// What a prewarmed process is started for.
enum Purpose {
    /// To run a function.
    Function { options: Options },
    /// To make a snapshot.
    Make,
    /// To load functions: see `loader.rs`.
    Load { options: Options },
}

impl Prewarmed {
    /// The prewarmed process that was started early, or else a new one, which has no snapshot.
    ///
    /// # Errors
    /// When the machine has no more descriptors or processes.
    pub fn take() -> io::Result<Self> {
        let early = EARLY.lock().ok().and_then(|mut early| early.take());
        early.map_or_else(
            || Self::start(|| Purpose::Function { options: Options::without_snapshot() }),
            Ok,
        )
    }

    /// Has the prewarmed process that [`start_maker`] started write a snapshot to a file. `modules`
    /// are imported ahead of time; if it is empty, the usual ones.
    ///
    /// # Errors
    /// What went wrong, as text.
    pub fn make_snapshot(mut self, path: PathBuf, modules: Vec<String>) -> io::Result<()> {
        let assignment = Assignment::Snapshot { path: path.into(), modules };
        wire::send_assignment(&mut self.socket, &assignment)?;
        drop(self.socket);
        let message = io::read_to_string(File::from(self.log))?;
        if kernel::wait_for(self.process).unwrap_or(0) == 0 {
            Ok(())
        } else {
            Err(io::Error::other(message))
        }
    }

    /// Has the process that [`start_loader`] started load a function for each of some files, which
    /// must exist, and write a snapshot there.
    ///
    /// # Errors
    /// When the process cannot be told, or does not answer.
    pub fn load(
        mut self,
        function: &Function,
        code: &CodePaths,
        loads: &Loads<'_>,
    ) -> io::Result<Vec<Said>> {
        let policy = Policy { writable_code: false, ..Policy::of_invoke() };
        let assigned =
            AssignedFunction::of(function, code, &policy, Marker::fresh(), Key::fresh(), true);
        let files = loads.files.iter().map(OsString::from).collect();
        let assignment =
            Assignment::Load { function: Box::new(assigned), seconds: loads.seconds, files };
        wire::send_assignment(&mut self.socket, &assignment)?;
        drop(self.socket);
        let said = io::read_to_string(File::from(self.log))?;
        kernel::wait_for(self.process);
        let lines = said.lines().map(|line| serde_json::from_str(line).map_err(io::Error::from));
        lines.collect()
    }

    /// Ends the prewarmed process that was started early, if it was not needed.
    pub fn abandon_early() {
        if let Some(prewarmed) = EARLY.lock().ok().and_then(|mut early| early.take()) {
            kernel::signal(prewarmed.process, Signal::KILL);
            kernel::wait_for(prewarmed.process);
        }
    }

    /// Forks. The calling process must have a single thread.
    fn start(purpose: impl FnOnce() -> Purpose) -> io::Result<Self> {
        let (log, log_writer) = pipe()?;
        let (stdin, stdin_writer) = pipe()?;
        // Closed at once: a function that reads its standard input finds its end.
        drop(stdin_writer);
        let (socket, engine_socket) = UnixStream::pair()?;
        let streams = process::Streams { stdin, log: log_writer, socket: engine_socket };
        let process = fork(streams, purpose, Instant::now())?;
        Ok(Self { process, socket, log })
    }
}

/// Forks, on a stack at the fixed address if that is possible. This process must have a single
/// thread. Returns the child's number. The child runs to its end here and does not return.
fn fork(
    streams: process::Streams,
    purpose: impl FnOnce() -> Purpose,
    started: Instant,
) -> io::Result<i32> {
    let mut child = Some((streams, purpose));
    let mut run = |fixed: Result<(), Refusal>| {
        if let Some((streams, purpose)) = child.take() {
            run(streams, purpose(), fixed, started);
        }
    };
    match snapshot::fork_with_fixed_stack(|| run(Ok(()))) {
        Ok(process) => Ok(process),
        Err(error) => kernel::fork(|| run(Err(Refusal::StackTaken(error)))),
    }
}

/// The whole run of a prewarmed process, from its fork on.
fn run(
    streams: process::Streams,
    purpose: Purpose,
    fixed: Result<(), Refusal>,
    started: Instant,
) -> ! {
    let channels = process::leave_caller(streams);
    // The caller's environment was read already; the interpreter must not see it.
    process::wipe_environment();
    let warm = match purpose {
        Purpose::Make => None,
        Purpose::Load { options } => loader::run(channels, fixed, &options),
        Purpose::Function { options } => {
            let warm = interpreter(fixed, &options, started);
            warm.interpreter.name_executable(&options.python);
            Some(warm)
        }
    };
    let warm = || warm.unwrap_or_else(|| ordinary(Refusal::Off, None, started));
    follow(channels, warm, Ahead::default(), None)
}

/// What is prepared of an instance's sandbox while nobody waits for it.
#[derive(Default)]
struct Ahead {
    ground: Option<Ground>,
    /// Its group, if there is to be one.
    group: Option<io::Result<Joined>>,
}

/// The whole run of an instance that was forked from a zygote. It enters the group of that number,
/// unless it is 0, before it has memory of its own: `settle` takes that.
fn attend(
    streams: process::Streams,
    prepared: &Prepared,
    group: i32,
    settle: &dyn Fn(),
    started: Instant,
) -> ! {
    let channels = process::leave_caller(streams);
    let group = prepared.groups.as_ref().filter(|_| group != 0).map(|groups| groups.join(group));
    settle();
    // Without the time that it then waits for a function.
    let init_runtime = started.elapsed();
    let warm = || Warm {
        interpreter: prepared.interpreter,
        init_runtime,
        note: format!("forked from a zygote: {}", prepared.note),
        kept: None,
    };
    // Nobody waits for it yet.
    let ahead = Ahead { ground: Some(Ground::prepare()), group };
    follow(channels, warm, ahead, prepared.loaded.as_ref())
}

/// Receives the process's one assignment and carries it out.
fn follow(
    mut channels: process::Channels,
    warm: impl FnOnce() -> Warm,
    ahead: Ahead,
    loaded: Option<&call_loop::Loaded>,
) -> ! {
    let Ahead { ground, group } = ahead;
    match wire::receive_assignment(&mut channels.socket) {
        Ok(Some(Assignment::Function(mut function))) => {
            panics::log_to(channels.log.as_raw_fd());
            let mut warm = warm();
            if warm.kept.is_some() {
                // It is that of the process which loaded the function.
                process::forget_environment();
            }
            process::become_instance(&function);
            for (key, value) in warm.kept.iter().flat_map(|kept| &kept.changed) {
                process::change_environment(key, value.as_deref());
            }
            let runtime_api =
                function.own_runtime.then(|| own_runtime::open_port(&mut function.policy.network));
            let stage = if loaded.is_some() { Stage::OfZygote } else { Stage::Instance };
            if let Err(error) = limit(group, &function) {
                warm.note.push_str(&format!("; not in its group: {error}"));
            }
            let entered = enter(ground, &mut channels, &function, stage);
            for remark in entered.remarks {
                warm.note.push_str("; not in its sandbox: ");
                warm.note.push_str(&remark);
            }
            name_reachable(warm.interpreter, entered.user);
            allocator::report_exhaustion_to(channels.socket.as_raw_fd());
            if let Some(listener) = runtime_api {
                own_runtime::run(channels, *function, warm, listener)
            }
            call_loop::run(channels, *function, warm, loaded)
        }
        Ok(Some(Assignment::Zygote { function, groups })) => {
            let Warm { interpreter, note, .. } = warm();
            let loaded = function.map(|function| {
                process::become_instance(&function);
                let entered = enter(ground, &mut channels, &function, Stage::Zygote);
                name_reachable(interpreter, entered.user);
                call_loop::load_ahead(&mut channels, interpreter, *function)
            });
            zygote::run(channels, &Prepared { interpreter, note, loaded, groups }, attend)
        }
        Ok(Some(Assignment::Snapshot { path, modules })) => {
            let made = File::options().write(true).truncate(true).open(&path).map_err(Unfit::Write);
            match made.and_then(|file| maker::make(&file, &modules)) {
                Ok(()) => leave(0),
                Err(unfit) => {
                    channels.say(&unfit);
                    leave(1)
                }
            }
        }
        // The caller has gone. A function is loaded elsewhere: see `loader.rs`.
        Ok(None | Some(Assignment::Load { .. })) | Err(_) => leave(0),
    }
}

/// Has `sys.executable` be the program itself where the link to it, in root's own folder, cannot be reached.
fn name_reachable(interpreter: &Interpreter, user: Option<AsUser>) {
    if user == Some(AsUser::ByModes)
        && let Ok(program) = fs::read_link("/proc/self/exe")
    {
        interpreter.name_executable(&program);
    }
}

/// Limits the group that this process has entered, if it was to.
fn limit(group: Option<io::Result<Joined>>, function: &AssignedFunction) -> io::Result<()> {
    match group {
        Some(group) if function.policy.mode != Mode::Off => {
            group?.limit(&function.policy, function.memory_mb)
        }
        _ => Ok(()),
    }
}

fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let (reader, writer) = io::pipe()?;
    Ok((reader.into(), writer.into()))
}
