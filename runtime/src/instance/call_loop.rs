//! The inside of an instance: an interpreter that runs one invocation after another.

use super::{
    allocator,
    marker::Marker,
    process::Channels,
    proof::{Key, Proof},
    usage,
    wire::{self, Answered, AssignedFunction, Call, FromInstance, Initialized},
};
use crate::{
    contract::{Failure, Policy},
    locks,
    python::{CodePaths, Ended, Entry, Interpreter, Kept, keep_counts, leave, take_refused_port},
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
    /// How long it took to get it, since the process was forked.
    pub init_runtime: Duration,
    /// Where it came from, for debugging.
    pub note: String,
    /// The function, where it came with the interpreter: it was loaded when it was packed.
    pub kept: Option<&'static Kept>,
}

/// A function that was loaded ahead of time, in a zygote, or what kept it from being loaded.
pub(super) struct Loaded(Ended<Entry>);

/// Loads a function in a zygote. What it prints goes to the zygote's log.
pub(super) fn load_ahead(
    channels: &mut Channels,
    interpreter: &'static Interpreter,
    function: AssignedFunction,
) -> Loaded {
    allocator::report_exhaustion_to(-1);
    settle_accounts();
    interpreter.wake(&function.environment);
    let ended = interpreter.load(code_of(&function), &function.handler, function.dialect);
    if let Ended::Failed(failure) = &ended {
        channels.say(&format_args!("{}\n", failure.message()));
    }
    Loaded(ended)
}

pub(super) fn code_of(function: &AssignedFunction) -> CodePaths {
    CodePaths {
        code: function.code.clone().into(),
        layers: function.layers.iter().map(Into::into).collect(),
    }
}

/// Serves invocations of a function until the watcher is done with it. The function is
/// loaded with the first, so that what it prints is in that one's log, unless it was loaded
/// ahead of time.
pub(super) fn run(
    channels: Channels,
    function: AssignedFunction,
    warm: Warm,
    loaded: Option<&Loaded>,
) -> ! {
    let begun = Instant::now();
    match (loaded, warm.kept) {
        (Some(_), _) => warm.interpreter.wake_after_fork(),
        (None, kept) => {
            settle_accounts();
            match kept {
                Some(kept) => warm.interpreter.wake_kept(&function.environment, kept),
                None => warm.interpreter.wake(&function.environment),
            }
        }
    }
    let Channels { socket, log } = channels;
    // Small calls arrive whole, in one read.
    let mut calls = BufReader::new(&socket);
    let mut server = Server {
        interpreter: warm.interpreter,
        socket: &socket,
        log,
        marker: function.marker,
        process: std::process::id(),
        init_runtime: warm.init_runtime + begun.elapsed(),
        key: function.key,
        proof: function.key.proof(0),
        policy: function.policy.clone(),
        folders: [&function.code].into_iter().chain(&function.layers).map(PathBuf::from).collect(),
        kept: warm.kept,
    };
    server.begin(0);
    server.send(&FromInstance::Note(warm.note));
    let mut entry = None;
    loop {
        let call = match Call::receive(&mut calls) {
            Ok(Some(call)) => call,
            // The watcher has gone, or the function closed the socket and left no way to
            // answer: either way nobody waits for this process.
            Ok(None) | Err(_) => leave(0),
        };
        server.begin(call.number());
        if call.only_loads() {
            entry.get_or_insert_with(|| server.load(&function, loaded, false));
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
        let times_imports = call.times_imports();
        let entry = entry.get_or_insert_with(|| server.load(&function, loaded, times_imports));
        let begun = Instant::now();
        let ended = server.interpreter.invoke(entry, arguments);
        if function.once {
            // The watcher may end the process as soon as it has the answer.
            keep_counts();
        }
        server.answer(ended, read + begun.elapsed());
        if function.once {
            leave(0);
        }
    }
}

/// Limits libc to the users and groups of `/etc/passwd` and `/etc/group`. For other sources in the
/// machine's configuration it would load libraries that were built for another libc. Debian's
/// library for systemd crashes then.
pub(super) fn settle_accounts() {
    for database in [c"passwd", c"group"] {
        // SAFETY: both are C strings, of which libc keeps copies; the instance has one thread yet.
        unsafe { __nss_configure_lookup(database.as_ptr(), c"files".as_ptr()) };
    }
}

unsafe extern "C" {
    /// Sets the sources of one of glibc's databases, in place of `/etc/nsswitch.conf`.
    fn __nss_configure_lookup(database: *const c_char, services: *const c_char) -> c_int;
}

struct Server<'a> {
    interpreter: &'static Interpreter,
    socket: &'a UnixStream,
    log: File,
    marker: Marker,
    process: u32,
    init_runtime: Duration,
    key: Key,
    /// Of the call that is worked on.
    proof: Proof,
    policy: Policy,
    /// The function's own.
    folders: Vec<PathBuf>,
    kept: Option<&'static Kept>,
}

impl Server<'_> {
    /// A call came: what is sent from here on is part of it.
    fn begin(&mut self, call: u64) {
        self.proof = self.key.proof(call);
        allocator::report_exhaustion_with(self.proof);
    }

    /// Loads the function, or takes what was loaded ahead of time; if that fails, answers so
    /// and ends the process.
    fn load(
        &mut self,
        function: &AssignedFunction,
        ahead: Option<&Loaded>,
        times_imports: bool,
    ) -> Entry {
        let begun = Instant::now();
        if let Some(kept) = self.kept {
            // It does not matter if nobody reads the log any more.
            let _ = self.log.write_all(&kept.output);
        }
        let loaded = match (ahead, self.kept) {
            (Some(Loaded(Ended::Well(entry))), _) => Ended::Well(entry.clone()),
            (Some(Loaded(Ended::Failed(failure))), _) => Ended::Failed(failure.clone()),
            (Some(Loaded(Ended::Exit)), _) => Ended::Exit,
            (None, Some(kept)) => Ended::Well(kept.entry.clone()),
            (None, None) => {
                let (code, handler, dialect) =
                    (code_of(function), &function.handler, function.dialect);
                if times_imports {
                    let (loaded, times) = self.interpreter.load_timed(code, handler, dialect);
                    self.send(&FromInstance::Imports(times));
                    loaded
                } else {
                    self.interpreter.load(code, handler, dialect)
                }
            }
        };
        match loaded {
            Ended::Well(entry) => {
                // It does not matter if nobody reads the log any more.
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
        let port_is_told = self.tell_of_port();
        let (failure, ret_msg): (Option<Failure>, String) = match ended {
            Ended::Well(ret_msg) => (None, ret_msg),
            Ended::Failed(mut failure) => {
                if let Some(whole) = failure.shorten() {
                    // It does not matter if nobody reads the log any more.
                    let _ = writeln!(self.log, "{whole}");
                }
                if !port_is_told {
                    self.tell_of_refusal(&failure);
                }
                (Some(failure), String::new())
            }
            Ended::Exit => leave(1),
        };
        let memory_bytes = usage::own_peak_bytes();
        let note = locks::news();
        self.send(&FromInstance::Answered(Answered {
            duration,
            memory_bytes,
            failure,
            note,
            ret_msg,
        }));
    }

    /// Names the rule that would have opened the port that the sandbox refused last. Libraries have
    /// errors of their own for it, or try again elsewhere, so this does not depend on the answer.
    /// Whether there was one.
    fn tell_of_port(&mut self) -> bool {
        let hint = take_refused_port().and_then(|port| sandbox::hint_of_port(&self.policy, port));
        if let Some(hint) = &hint {
            let _ = writeln!(self.log, "{hint}");
        }
        hint.is_some()
    }

    /// Names the rule that would have opened what the sandbox refused.
    fn tell_of_refusal(&mut self, failure: &Failure) {
        if let Failure::UserCode { stack_trace: trace } | Failure::Load { message: trace } = failure
            && let Some(hint) = sandbox::hint(&self.policy, &self.folders, trace)
        {
            let _ = writeln!(self.log, "{hint}");
        }
    }

    /// A function that forked may return twice: only the instance itself answers.
    fn send(&mut self, message: &FromInstance) {
        let is_own = std::process::id() == self.process;
        if !is_own || wire::send(&mut self.socket, self.proof, message).is_err() {
            leave(1);
        }
    }
}
