//! The inside of an instance: an interpreter, and one invocation after the other.

use super::{
    allocator,
    marker::Marker,
    process::Channels,
    usage,
    wire::{self, Answered, Call, FromInstance, Initialized, Serve},
};
use crate::{
    contract::{Failure, Policy},
    locks,
    python::{CodePaths, Ended, Entry, Interpreter, leave},
    sandbox,
};
use std::{
    ffi::{c_char, c_int},
    fs::File,
    io::{BufReader, Write},
    os::unix::net::UnixStream,
    path::PathBuf,
    time::{Duration, Instant},
};

/// An interpreter that knows nothing of a function yet.
pub(super) struct Warm {
    pub interpreter: &'static Interpreter,
    /// How long it took to come by, since the process was made.
    pub init_runtime: Duration,
    /// How that was, for who wants to know.
    pub note: String,
}

/// A function that was loaded ahead of time, in a zygote, or what kept it from being loaded.
pub(super) struct Loaded(Ended<Entry>);

/// Loads a function in a zygote. What it prints goes to the zygote's log.
pub(super) fn load_ahead(
    channels: &mut Channels,
    interpreter: &'static Interpreter,
    function: Serve,
) -> Loaded {
    allocator::report_exhaustion_to(-1);
    settle_accounts();
    settle_time_zone();
    interpreter.wake(&function.environment);
    let ended = interpreter.load(code_of(&function), &function.handler);
    if let Ended::Failed(failure) = &ended {
        channels.say(&format_args!("{}\n", failure.message()));
    }
    Loaded(ended)
}

fn code_of(function: &Serve) -> CodePaths {
    CodePaths {
        code: function.code.clone().into(),
        layers: function.layers.iter().map(Into::into).collect(),
    }
}

/// Serves invocations of a function until the watcher is done with it. The function is
/// loaded with the first, so that what it prints is in that one's log, unless it was loaded
/// ahead of time.
pub(super) fn run(channels: Channels, function: Serve, warm: Warm, loaded: Option<&Loaded>) -> ! {
    let begun = Instant::now();
    match loaded {
        None => {
            settle_accounts();
            settle_time_zone();
            warm.interpreter.wake(&function.environment);
        }
        Some(_) => warm.interpreter.wake_after_fork(),
    }
    let Channels { socket, log } = channels;
    // Calls that are not large come whole, by one read.
    let mut calls = BufReader::new(&socket);
    let mut server = Server {
        interpreter: warm.interpreter,
        socket: &socket,
        log,
        marker: function.marker,
        process: std::process::id(),
        init_runtime: warm.init_runtime + begun.elapsed(),
        policy: function.policy.clone(),
        folders: [&function.code].into_iter().chain(&function.layers).map(PathBuf::from).collect(),
    };
    server.send(&FromInstance::Note(warm.note));
    let mut entry = None;
    loop {
        let call = match Call::receive(&mut calls) {
            Ok(Some(call)) => call,
            // The watcher has gone, or the function closed the socket and left no way to
            // answer: either way nobody waits for this process.
            Ok(None) | Err(_) => leave(0),
        };
        if call.only_loads() {
            entry.get_or_insert_with(|| server.load(&function, loaded));
            continue;
        }
        let begun = Instant::now();
        let (context, event) = call.texts();
        let arguments = match server.interpreter.read(event, context) {
            Ok(arguments) => arguments,
            Err(invalid) => {
                server.send(&FromInstance::Rejected(invalid));
                continue;
            }
        };
        let read = begun.elapsed();
        let entry = entry.get_or_insert_with(|| server.load(&function, loaded));
        let begun = Instant::now();
        let ended = server.interpreter.invoke(entry, arguments);
        server.answer(ended, read + begun.elapsed());
        if function.once {
            leave(0);
        }
    }
}

/// Where the function's time zone is set but the machine has no file for it, tells libc
/// the zone's rule. The interpreter is told of the environment by itself, so the function
/// still sees the name.
fn settle_time_zone() {
    let Ok(name) = std::env::var("TZ") else { return };
    let known = std::path::Path::new("/usr/share/zoneinfo").join(&name).is_file();
    let rule = if known { None } else { krait_stdlib_shims::posix_rule(&name) };
    // SAFETY: the instance has one thread yet, and nobody holds a string of its
    // environment.
    unsafe {
        if let Some(rule) = rule {
            std::env::set_var("TZ", rule);
        }
        tzset();
    }
}

/// Has libc know the users and groups of `/etc/passwd` and `/etc/group` alone. For all else that
/// the machine's configuration names it would load libraries, made for another libc than the one
/// in this program: Debian's for systemd crashes.
fn settle_accounts() {
    for database in [c"passwd", c"group"] {
        // SAFETY: both are C strings, of which libc keeps copies; the instance has one thread yet.
        unsafe { __nss_configure_lookup(database.as_ptr(), c"files".as_ptr()) };
    }
}

unsafe extern "C" {
    /// Has libc read `TZ` anew.
    fn tzset();
    /// Sets what glibc looks a database up in, instead of what `/etc/nsswitch.conf` says.
    fn __nss_configure_lookup(database: *const c_char, services: *const c_char) -> c_int;
}

struct Server<'a> {
    interpreter: &'static Interpreter,
    socket: &'a UnixStream,
    log: File,
    marker: Marker,
    process: u32,
    init_runtime: Duration,
    policy: Policy,
    /// The function's own.
    folders: Vec<PathBuf>,
}

impl Server<'_> {
    /// Loads the function, or takes what was loaded ahead of time; if that fails, answers so
    /// and ends the process.
    fn load(&mut self, function: &Serve, ahead: Option<&Loaded>) -> Entry {
        let begun = Instant::now();
        let loaded = match ahead {
            Some(Loaded(Ended::Well(entry))) => Ended::Well(entry.clone()),
            Some(Loaded(Ended::Failed(failure))) => Ended::Failed(failure.clone()),
            Some(Loaded(Ended::Exit)) => Ended::Exit,
            None => self.interpreter.load(code_of(function), &function.handler),
        };
        match loaded {
            Ended::Well(entry) => {
                // A log that nobody takes any more is no reason to fail.
                let _ = self.log.write_all(self.marker.bytes());
                self.send(&FromInstance::Initialized(Initialized {
                    init_runtime: self.init_runtime,
                    init_function: begun.elapsed(),
                    memory_bytes: usage::own_peak_bytes(),
                }));
                entry
            }
            Ended::Failed(failure) => {
                self.answer(Ended::Failed(failure), Duration::ZERO);
                leave(0)
            }
            Ended::Exit => leave(1),
        }
    }

    fn answer(&mut self, ended: Ended<String>, duration: Duration) {
        let (failure, ret_msg): (Option<Failure>, String) = match ended {
            Ended::Well(ret_msg) => (None, ret_msg),
            Ended::Failed(failure) => {
                self.tell_of_refusal(&failure);
                (Some(failure), String::new())
            }
            Ended::Exit => leave(1),
        };
        if let Some(news) = locks::news() {
            self.send(&FromInstance::Note(news));
        }
        let memory_bytes = usage::own_peak_bytes();
        self.send(&FromInstance::Answered(Answered { duration, memory_bytes, failure, ret_msg }));
    }

    /// Names the rule that would have opened what the sandbox refused.
    fn tell_of_refusal(&mut self, failure: &Failure) {
        if let Failure::UserCode { stack_trace } = failure
            && let Some(hint) = sandbox::hint(&self.policy, &self.folders, stack_trace)
        {
            let _ = writeln!(self.log, "{hint}");
        }
    }

    /// A function that forked may return twice: only the instance itself answers.
    fn send(&mut self, message: &FromInstance) {
        if std::process::id() != self.process || wire::send(&mut self.socket, message).is_err() {
            leave(1);
        }
    }
}
