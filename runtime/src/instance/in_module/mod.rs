//! The one instance of a WebAssembly module. It has no process and no pipe, but the same steps in
//! the same order. What ends a process elsewhere ends the module here.

mod files;
mod hooks;
mod image;
mod kept;
mod tidy;

pub use files::{FOLDER as FILES_FOLDER, add as add_file};
pub use image::prepare as prepare_image;
pub use kept::{ENDED, NotKept, Told, begin as begin_packing, keep_unloaded};

use super::{InvokeError, Observer, Request, StartError, panics};
use crate::{
    contract::{
        Context, Dialect, Failure, Function, Invocation, Outcome, Policy, environment,
        report::ColdStart,
    },
    python::{CodePaths, Ended, Entry, Interpreter, Kept},
};
use hooks::Running;
use std::{
    io,
    time::{Duration, Instant},
};

/// The interpreter, before it is told which function it serves.
pub struct Prewarmed {
    interpreter: &'static Interpreter,
    init_runtime: Duration,
    /// Where the interpreter came from, for debugging.
    note: &'static str,
}

impl Prewarmed {
    /// The interpreter that the module ships with, or else a new one.
    ///
    /// # Errors
    /// None in a module. (Elsewhere, the kernel may refuse a process.)
    pub fn take() -> io::Result<Self> {
        let begun = Instant::now();
        let (interpreter, note) = match image::interpreter() {
            Some(interpreter) => (interpreter, "the interpreter came with the module"),
            None => (image::build(), "the interpreter was built: the module came without"),
        };
        Ok(Self { interpreter, init_runtime: begun.elapsed(), note })
    }

    /// Nothing was started early.
    pub fn abandon_early() {}
}

/// The function instance that this module is.
pub struct Instance {
    prewarmed: Prewarmed,
    code: CodePaths,
    entry: Option<Entry>,
    /// The function, where it came with the module: it was loaded when it was packed.
    kept: Option<Kept>,
}

impl Instance {
    /// Makes this module an instance of `function`, whose code is at `code`. The function is
    /// loaded with its first invocation.
    ///
    /// # Errors
    /// As [`Prewarmed::take`] has it.
    pub fn start(
        prewarmed: io::Result<Prewarmed>,
        function: &Function,
        code: &CodePaths,
        _policy: &Policy,
        _once: bool,
    ) -> Result<Self, StartError> {
        let mut prewarmed = prewarmed.map_err(StartError::Process)?;
        panics::log();
        let begun = Instant::now();
        kept::woken();
        hooks::work_in(&code.code);
        prewarmed.interpreter.wake(&environment::of(function));
        prewarmed.init_runtime += begun.elapsed();
        Ok(Self { prewarmed, code: code.clone(), entry: None, kept: None })
    }

    /// Runs one invocation. After a failure for which [`Failure::ends_instance`] is true, the
    /// instance must not be used again. If the function ends the module, the observer is told, and
    /// this call does not return.
    ///
    /// # Errors
    /// When the event is not JSON.
    pub fn invoke(
        &mut self,
        request: Request<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Invocation, InvokeError> {
        let interpreter = self.prewarmed.interpreter;
        observer.note(self.prewarmed.note);
        let begun = Instant::now();
        let context = Context::new(request.function, request.request_id).to_json();
        let arguments =
            interpreter.read(request.event, context.as_bytes()).map_err(InvokeError::Event)?;
        let read = begun.elapsed();
        observer.started();
        let mut running = Running { request, observer, called: Instant::now() };
        let entry = match self.entry.take() {
            Some(entry) => entry,
            None => match self.load(&mut running) {
                Ok(entry) => entry,
                Err(failure) => return Ok(running.over(Outcome::Failed(failure), Duration::ZERO)),
            },
        };
        running.called = Instant::now();
        let ended = hooks::during(&mut running, || interpreter.invoke(&entry, arguments));
        let duration = read + running.called.elapsed();
        self.entry = Some(entry);
        let timeout = Duration::from_secs(request.function.timeout_seconds.into());
        let outcome = match ended {
            // The host ends a function that runs too long. If it did not, the answer still came too
            // late.
            _ if duration > timeout => {
                let seconds = request.function.timeout_seconds;
                return Ok(running.over(Outcome::Failed(Failure::Timeout { seconds }), timeout));
            }
            Ended::Well(ret_msg) => Outcome::Returned(ret_msg),
            Ended::Failed(failure) => Outcome::Failed(failure),
            Ended::Exit => Outcome::Failed(Failure::ProcessExit),
        };
        Ok(running.over(outcome, duration))
    }

    /// Whether it was loaded when it was packed, and was not invoked yet.
    pub fn is_asleep(&self) -> bool {
        self.kept.is_some()
    }

    fn load(&mut self, running: &mut Running<'_>) -> Result<Entry, Failure> {
        let begun = Instant::now();
        if let Some(kept) = self.kept.take() {
            return Ok(self.wake_kept(kept, running));
        }
        let handler = running.request.function.handler.clone();
        let interpreter = self.prewarmed.interpreter;
        let code = self.code.clone();
        let times_imports = running.request.times_imports;
        let (loaded, times) = hooks::during(running, || {
            if times_imports {
                interpreter.load_timed(code, &handler, Dialect::Scf)
            } else {
                (interpreter.load(code, &handler, Dialect::Scf), Vec::new())
            }
        });
        if times_imports {
            running.observer.imports(times);
        }
        let entry = match loaded {
            Ended::Well(entry) => entry,
            Ended::Failed(failure) => return Err(failure),
            Ended::Exit => return Err(Failure::ProcessExit),
        };
        self.tell_of_cold_start(begun, running);
        Ok(entry)
    }

    fn tell_of_cold_start(&self, begun: Instant, running: &mut Running<'_>) {
        running.observer.cold_start(&ColdStart {
            pull_code: running.request.pull_code,
            init_runtime: self.prewarmed.init_runtime,
            init_function: begun.elapsed(),
            memory_bytes: hooks::memory_bytes(),
        });
    }
}
