//! Loading a function when it is packed: a process loads it and writes a snapshot over krait's own. Twice,
//! so that what differs from one load to the next is found.
//!
//! `krait pack` starts this process early, as it would an instance. It forks another one for each load.

use super::{
    allocator, call_loop, kernel,
    process::{self, Channels},
    source::{self, KeptRoot, Options},
    wire::{self, AssignedFunction, Assignment},
    world,
};
use crate::{
    contract::Handler,
    python::{CodePaths, Ended, Kept, Seen, after_waking, leave},
    sandbox::{self, Stage},
    snapshot::{Base, Cache, Place, Refusal, Unfit, wipe_remains},
};
use rustix::fs::{MemfdFlags, memfd_create};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    mem::MaybeUninit,
    os::fd::AsRawFd,
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI32, Ordering},
    },
    time::Duration,
};

/// The most bytes that a function's output while it is loaded may have: each start writes it again.
const OUTPUT_BYTES: u64 = 1 << 20;

/// What a process says of a load: one line each.
#[derive(Debug, Serialize, Deserialize)]
pub enum Said {
    /// There is no snapshot to load the function over.
    NoFirst(String),
    /// The function is loaded.
    Loaded {
        /// The variables that were read meanwhile, with their values, if they had any.
        read: Vec<(String, Option<String>)>,
        /// Whether all variables were read.
        read_all: bool,
        /// What the names in its modules hold.
        held: Vec<(String, String)>,
    },
    /// It could not be loaded: what it printed, and why.
    Failed { output: String, message: String },
    /// It was loaded, and cannot be kept.
    Unfit(String),
    /// It made this call of the system, whose effect cannot be kept: see [`left`].
    Lasting(i32),
    /// The snapshot is written.
    Written,
    /// The process that loaded it has ended, with this status of the kernel's.
    Ended(i32),
}

/// How long a load may take, in seconds, and where the snapshots are written.
#[derive(Debug)]
pub struct Loads<'a> {
    pub seconds: u32,
    pub files: &'a [PathBuf],
}

/// What a function does that makes this call of the system.
pub fn left(call: i32) -> &'static str {
    sandbox::told(call)
}

/// The snapshot that a function was loaded over: the one of this program, or the user's.
///
/// # Errors
/// When there is none.
pub fn first_snapshot() -> Result<Place, Refusal> {
    match Place::attached() {
        Err(Refusal::Absent) => Cache::of_user().ok_or(Refusal::NoFolder)?.open(),
        attached => attached,
    }
}

/// The whole run of the process that loads.
pub(super) fn run(mut channels: Channels, fixed: Result<(), Refusal>, options: &Options) -> ! {
    let Ok(Some(Assignment::Load { function, seconds, files })) =
        wire::receive_assignment(&mut channels.socket)
    else {
        leave(0)
    };
    let first = match fixed.and_then(|()| source::place(options)) {
        Ok(first) => first,
        Err(refusal) => {
            say(&mut channels.log, &Said::NoFirst(refusal.to_string()));
            leave(0)
        }
    };
    for (number, file) in files.into_iter().enumerate() {
        if number > 0 {
            wait_for_next_second();
        }
        let child = kernel::fork(|| {
            // SAFETY: the call changes this process alone. An import that does not end ends here.
            unsafe { libc::alarm(seconds) };
            let loaded = load(&mut channels, &function, &first, Path::new(&file), number > 0);
            let said = match loaded {
                Ok(Ok(())) => Said::Written,
                Ok(Err(failed)) => failed,
                Err(unfit) => Said::Unfit(told(&unfit)),
            };
            say(&mut channels.log, &said);
            leave(0)
        });
        let Ok(child) = child else { leave(1) };
        let status = kernel::wait_for(child).unwrap_or(0);
        say(&mut channels.log, &Said::Ended(status));
    }
    leave(0)
}

/// Waits until the second of the clock that counts from the machine's start is another one: two loads in the
/// same one could not be told apart by whole seconds of it.
fn wait_for_next_second() {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: a plain structure, by pointer.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    let passed = Duration::from_nanos(u64::try_from(now.tv_nsec).unwrap_or_default());
    std::thread::sleep(Duration::from_secs(1).saturating_sub(passed));
}

/// What keeps a function from being kept, to its author.
fn told(unfit: &Unfit) -> String {
    match unfit {
        Unfit::Threads => "it starts a thread while it is imported".to_owned(),
        Unfit::Descriptor(number) => {
            let open = fs::read_link(format!("/proc/self/fd/{number}"));
            let open = open.map(|path| format!(": {}", path.display())).unwrap_or_default();
            format!("it keeps a file or a connection open{open}")
        }
        // Which memory it is says nothing to anybody who has not written krait.
        Unfit::Memory(_) | Unfit::Pointer { .. } => {
            "it keeps memory of its process, as mmap gives it".to_owned()
        }
        other => other.to_string(),
    }
}

fn say(log: &mut File, what: &Said) {
    let line = serde_json::to_string(what).unwrap_or_default();
    // If nobody reads it any more, nobody wants to know.
    let _ = writeln!(log, "{line}");
}

/// The descriptor of the log, for [`say_lasting`].
static LOG: AtomicI32 = AtomicI32::new(-1);

fn say_lasting(call: i32) {
    say(&mut process::always_open(LOG.load(Ordering::Relaxed)), &Said::Lasting(call));
}

/// Loads the function, and writes the snapshot. What the function itself did wrong is no [`Unfit`].
/// `is_second` is for a load that is to see another world than the first.
fn load(
    channels: &mut Channels,
    function: &AssignedFunction,
    first: &Place,
    path: &Path,
    is_second: bool,
) -> Result<Result<(), Said>, Unfit> {
    let file = File::options().write(true).truncate(true).open(path).map_err(Unfit::Write)?;
    let output = memfd_create(c"output", MemfdFlags::CLOEXEC);
    let output = output.map_err(|error| Unfit::Write(error.into()))?;
    process::replace_output(&output);
    // Its environment comes later, so that libc's memory of it lies in the heap, too.
    let mut without = function.clone();
    without.environment.clear();
    process::become_instance(&without);
    if is_second {
        world::prepare_second();
    }
    process::enter(None, channels, function, Stage::Instance);
    process::wipe_environment();
    LOG.store(channels.log.as_raw_fd(), Ordering::Relaxed);
    sandbox::end_at_lasting_calls(say_lasting, world::machine()).map_err(Unfit::Write)?;
    let blocked = blocked_signals();
    after_waking(wipe_remains);
    let (mut base, interpreter) = Base::note_over(first)?;
    // Copied, so that it lies in the heap like everything else. What the map of the environment knows is random.
    *task() = Some(Task {
        interpreter,
        environment: function.environment.clone().into_iter().collect(),
        handler: function.handler.clone(),
        code: call_loop::code_of(function),
        log: channels.log.as_raw_fd(),
    });
    base.warm_up(load_in_heap);
    let result = result().take();
    if blocked != blocked_signals() {
        return Ok(Err(Said::Unfit("it blocks signals while it is imported".to_owned())));
    }
    match result {
        Some(Ok(root)) => base.write_over(root, first, &file).map(|_| Ok(())),
        Some(Err(said)) => Ok(Err(said)),
        None => Err(Unfit::WarmUp("the load has no result".to_owned())),
    }
}

/// The arguments of [`load_in_heap`].
struct Task {
    interpreter: usize,
    /// No map: its order in memory is another one in each process.
    environment: Vec<(String, String)>,
    handler: Handler,
    code: CodePaths,
    log: i32,
}

static TASK: Mutex<Option<Task>> = Mutex::new(None);
/// The result: the address of a [`KeptRoot`].
static RESULT: Mutex<Option<Result<usize, Said>>> = Mutex::new(None);

fn task() -> MutexGuard<'static, Option<Task>> {
    TASK.lock().unwrap_or_else(PoisonError::into_inner)
}

fn result() -> MutexGuard<'static, Option<Result<usize, Said>>> {
    RESULT.lock().unwrap_or_else(PoisonError::into_inner)
}

extern "C" fn load_in_heap() {
    let Some(task) = task().take() else { return };
    *result() = Some(loaded(&task));
}

fn loaded(task: &Task) -> Result<usize, Said> {
    let interpreter = source::interpreter_of(task.interpreter);
    allocator::report_exhaustion_to(-1);
    call_loop::settle_accounts();
    for (key, value) in &task.environment {
        process::change_environment(key.as_bytes(), Some(value.as_bytes()));
    }
    let own = [&task.code.code].into_iter().chain(&task.code.layers).cloned();
    let own = own.chain(["/var/user", "/opt"].map(PathBuf::from)).collect();
    // Both loads take as many random numbers from the process's generator, which the first snapshot has. But
    // the function gets others in the second one: what it keeps of them differs.
    if world::is_second() {
        let _: u64 = rand::random();
    }
    world::note_files_outside(own);
    let Task { environment, code, handler, .. } = task;
    let (ended, seen) = interpreter.load_to_keep(environment, code, handler, world::enter);
    world::leave();
    let outside = world::file_outside();
    let is_well = matches!(ended, Ended::Well(_));
    let Some(seen) = seen.or_else(|| (!is_well).then(Seen::default)) else {
        return Err(Said::Unfit(
            "it cannot be found out what it reads of its environment".to_owned(),
        ));
    };
    if !world::is_second() {
        let _: u64 = rand::random();
    }
    // Nothing of it is used any more. Each process has one of its own.
    process::forget_environment();
    let output = written().map_err(|error| Said::Unfit(error.to_string()))?;
    let failed = |message: String| {
        let output = String::from_utf8_lossy(&output).into_owned();
        Err(Said::Failed { output, message })
    };
    if let (Ended::Well(_), Some(file)) = (&ended, outside) {
        return Err(Said::Unfit(format!("it reads {} while it is imported", file.display())));
    }
    match ended {
        Ended::Well(entry) => {
            let Seen { read, read_all, changed, held, wake } = seen;
            let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
            let read = read.into_iter().map(|(key, value)| (text(key), value.map(text))).collect();
            let loaded = Said::Loaded { read, read_all, held };
            say(&mut process::always_open(task.log), &loaded);
            let kept = Kept { entry, output, changed, wake };
            let root = Box::leak(Box::new(KeptRoot { interpreter, kept }));
            Ok((&raw const *root).expose_provenance())
        }
        Ended::Failed(failure) => failed(failure.message()),
        Ended::Exit => failed("it ended the process while it was imported".to_owned()),
    }
}

/// The signals that this thread does not get, as bits.
fn blocked_signals() -> u64 {
    let mut set = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: a plain structure, by pointer; no other set is given.
    unsafe {
        libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), set.as_mut_ptr());
        let bit = |signal| u64::from(libc::sigismember(set.as_ptr(), signal) == 1) << (signal - 1);
        (1..=64).map(bit).sum()
    }
}

/// What was written to standard output and error.
fn written() -> io::Result<Vec<u8>> {
    let mut file = process::always_open(1);
    let mut bytes = Vec::new();
    if file.seek(SeekFrom::End(0))? > OUTPUT_BYTES {
        let most = OUTPUT_BYTES >> 20;
        return Err(io::Error::other(format!(
            "it prints more than {most} MB while it is imported"
        )));
    }
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    bytes.shrink_to_fit();
    Ok(bytes)
}
