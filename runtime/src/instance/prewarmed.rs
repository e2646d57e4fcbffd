//! A prewarmed process: it holds an interpreter, and waits to be told which function it runs.
//!
//! It is forked before the program does anything else. It gets its interpreter while its parent
//! still reads the command line: from a snapshot if there is one, else by building it.

use super::{
    allocator,
    call_loop::{self, Warm},
    kept,
    loader::{self, KeptRoot},
    maker, own_runtime, panics, pidfd, process, python_link,
    wire::{self, AssignedFunction, Assignment},
    zygote,
};
use crate::{
    contract::policy::Mode,
    python::{Interpreter, leave},
    sandbox::{Ground, Groups, Joined, Stage},
    snapshot::{self, Cache, Place, Refusal, Unfit},
};
use std::{
    fs::File,
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
        options: Options { takes_kept: kept::is_wanted(), ..Options::of_environment() },
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

/// The descriptor of a zygote's socket to its server, in the process that it is started by.
pub(super) const ZYGOTE_SOCKET: i32 = 3;

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
    pidfd::on_end_of_parent(libc::SIGKILL);
    if let Ok(process) = fork(streams, purpose, Instant::now()) {
        // SAFETY: no status is asked for.
        unsafe { libc::waitpid(process, std::ptr::null_mut(), 0) };
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

/// What the caller's environment says about snapshots, and where Python is.
pub(super) struct Options {
    pub off: bool,
    pub cache: Option<Cache>,
    /// A path that runs Python.
    pub python: PathBuf,
    /// What texts are hashed with, where it is not to be random. Without a snapshot only.
    pub hash_seed: Option<u32>,
    /// Whether the function that was loaded when this program was packed is taken with the interpreter.
    pub takes_kept: bool,
}

impl Options {
    pub(super) fn of_environment() -> Self {
        let off = std::env::var_os("KRAIT_SNAPSHOT").is_some_and(|value| value == "off");
        Self { off, cache: Cache::of_user(), ..Self::without_snapshot() }
    }

    fn are_off(&self) -> bool {
        self.off || self.cache.as_ref().is_some_and(Cache::is_off)
    }

    fn without_snapshot() -> Self {
        let python = python_link::path();
        Self { off: true, cache: None, python, hash_seed: None, takes_kept: false }
    }
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
        // SAFETY: the process is this one's child, and nobody else waits for it.
        let status = unsafe {
            let mut status = 0;
            libc::waitpid(self.process, &raw mut status, 0);
            status
        };
        if status == 0 { Ok(()) } else { Err(io::Error::other(message)) }
    }

    /// Ends the prewarmed process that was started early, if it was not needed.
    pub fn abandon_early() {
        if let Some(prewarmed) = EARLY.lock().ok().and_then(|mut early| early.take()) {
            // SAFETY: the process is this one's child and not reaped.
            unsafe {
                libc::kill(prewarmed.process, libc::SIGKILL);
                libc::waitpid(prewarmed.process, std::ptr::null_mut(), 0);
            }
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
        // SAFETY: this process has one thread, so the child may do whatever it could.
        Err(error) => match unsafe { libc::fork() } {
            -1 => Err(io::Error::last_os_error()),
            0 => {
                run(Err(Refusal::StackTaken(error)));
                leave(1)
            }
            process => Ok(process),
        },
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

/// What a prewarmed process has prepared for every instance that is forked from it.
pub(super) struct Prepared {
    pub interpreter: &'static Interpreter,
    /// Where the interpreter came from.
    pub note: String,
    /// The function, where it was loaded ahead of time.
    pub loaded: Option<call_loop::Loaded>,
    /// Where its instances have their groups.
    pub groups: Option<Groups>,
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
pub(super) fn attend(
    streams: process::Streams,
    prepared: &Prepared,
    group: i32,
    settle: impl FnOnce(),
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
            for remark in enter(ground, &mut channels, &function, stage) {
                warm.note.push_str("; not in its sandbox: ");
                warm.note.push_str(&remark);
            }
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
                enter(ground, &mut channels, &function, Stage::Zygote);
                call_loop::load_ahead(&mut channels, interpreter, *function)
            });
            zygote::run(channels, &Prepared { interpreter, note, loaded, groups })
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

/// Limits the group that this process has entered, if it was to.
fn limit(group: Option<io::Result<Joined>>, function: &AssignedFunction) -> io::Result<()> {
    match group {
        Some(group) if function.policy.mode != Mode::Off => {
            group?.limit(&function.policy, function.memory_mb)
        }
        _ => Ok(()),
    }
}

/// Has this process enter the function's sandbox, before it reads a line of it. Gives what is
/// missing. Where a whole one is required and cannot be had, the process ends.
pub(super) fn enter(
    ground: Option<Ground>,
    channels: &mut process::Channels,
    function: &AssignedFunction,
    stage: Stage,
) -> Vec<String> {
    if function.policy.mode == Mode::Off {
        return Vec::new();
    }
    let layers: Vec<PathBuf> = function.layers.iter().map(PathBuf::from).collect();
    match Ground::enter(ground, &function.policy, function.code.as_ref(), &layers, stage) {
        Ok(entered) => entered.remarks,
        Err(error) => {
            channels.say(&format_args!("krait: the function has no sandbox: {error}\n"));
            leave(1)
        }
    }
}

/// An interpreter, from a snapshot if possible.
pub(super) fn interpreter(fixed: Result<(), Refusal>, options: &Options, started: Instant) -> Warm {
    let begun = Instant::now();
    if fixed.is_ok()
        && let Some(root) = kept_root(options)
    {
        return Warm {
            interpreter: root.interpreter,
            init_runtime: started.elapsed(),
            note: format!(
                "taken from a snapshot with the function in {} µs",
                begun.elapsed().as_micros()
            ),
            kept: Some(&root.kept),
        };
    }
    match fixed.and_then(|()| root(options)) {
        Ok(root) => Warm {
            // SAFETY: the root of a snapshot is what `maker::make` said it is, and lives as long
            // as the process.
            interpreter: unsafe { &*std::ptr::with_exposed_provenance::<Interpreter>(root) },
            init_runtime: started.elapsed(),
            note: format!("taken from a snapshot in {} µs", begun.elapsed().as_micros()),
            kept: None,
        },
        Err(refusal) => ordinary(refusal, options.hash_seed, started),
    }
}

fn ordinary(refusal: Refusal, hash_seed: Option<u32>, started: Instant) -> Warm {
    let note = format!("an ordinary start: {refusal}");
    // Refused only if a snapshot was restored in part, or the address is taken. Then memory comes
    // from elsewhere.
    let _ = snapshot::heap::activate();
    let interpreter = Box::leak(Box::new(Interpreter::build_seeded(hash_seed)));
    Warm { interpreter, init_runtime: started.elapsed(), note, kept: None }
}

/// Restores a snapshot: the one attached to the program, or the user's. If the user has none yet,
/// it is made first.
fn root(options: &Options) -> Result<usize, Refusal> {
    if options.are_off() {
        return Err(Refusal::Off);
    }
    match Place::attached().and_then(|place| place.take_up()) {
        Err(refusal) if refusal.leaves_room() => {}
        other => return other,
    }
    cached(options)?.take_up()
}

/// Where the snapshot is that a function is loaded over when it is packed: the one of this program, which
/// goes along, or the user's.
pub(super) fn place(options: &Options) -> Result<Place, Refusal> {
    if options.are_off() {
        return Err(Refusal::Off);
    }
    match Place::attached() {
        Err(Refusal::Absent) => cached(options),
        attached => attached.and_then(|place| place.check().map(|_| place)),
    }
}

/// Restores the snapshot with the function that was loaded when this program was packed, if there is one. It
/// fits only into a process that has done nothing yet.
fn kept_root(options: &Options) -> Option<&'static KeptRoot> {
    if !options.takes_kept || options.are_off() {
        return None;
    }
    let root = Place::second().and_then(|place| place.take_up()).ok()?;
    // SAFETY: the root of a second snapshot is what `loader.rs` said it is, and lives as long as the
    // process.
    Some(unsafe { &*std::ptr::with_exposed_provenance::<KeptRoot>(root) })
}

/// The user's snapshot. If the user has none yet, it is made first.
fn cached(options: &Options) -> Result<Place, Refusal> {
    let cache = options.cache.as_ref().ok_or(Refusal::NoFolder)?;
    match cache.open() {
        Err(Refusal::Absent) if cache.is_writable() => {
            maker::make_in_child(cache);
            cache.open()
        }
        place => place,
    }
}

fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let (reader, writer) = io::pipe()?;
    Ok((reader.into(), writer.into()))
}
