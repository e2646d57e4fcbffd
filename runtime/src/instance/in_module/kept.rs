//! A function that is loaded when it is packed into its module, and what each instance of that module does
//! that goes on from there.

use super::{
    super::{Observer, Request},
    Instance, Prewarmed, files, hooks,
    hooks::Running,
    image, panics, tidy,
};
use crate::{
    contract::{Function, Invocation, environment, report::ColdStart},
    python::{CodePaths, Ended, Entry, Kept, Seen, Variable},
};
use std::time::Instant;

/// The most bytes that a function's output while it is loaded may have: each start writes it again.
const OUTPUT_BYTES: usize = 1 << 20;

/// What is known of a function that was loaded to be kept.
#[derive(Debug)]
pub struct Told {
    /// The variables of its environment that its load read, with the values they had.
    pub read: Vec<Variable>,
    /// Whether it read all of them.
    pub read_all: bool,
    /// Names in its modules, and what they hold.
    pub held: Vec<(String, String)>,
}

/// Why a function is not kept.
#[derive(Debug)]
pub enum NotKept {
    /// It cannot be loaded: what it printed, and why.
    Failed { output: Vec<u8>, message: String },
    /// It can be loaded, but not kept: for this reason.
    Unfit(String),
}

/// What is freed from here on is zeroed, so that the module that is made need not hold it.
pub fn begin() {
    tidy::begin();
}

/// Ends the making of a module in which the function is not loaded.
pub fn keep_unloaded() {
    image::forget_the_builder();
}

/// This module runs a function: it is none that is being made.
pub(super) fn woken() {
    tidy::end();
    files::mount();
}

impl Instance {
    /// Loads a function so that this module's memory can be kept with it.
    ///
    /// # Errors
    /// When it cannot be loaded, or cannot be kept.
    pub fn load_to_keep(
        function: &Function,
        code: &CodePaths,
        observer: &mut dyn Observer,
    ) -> Result<(Self, Told), NotKept> {
        let unfit = |why: &str| NotKept::Unfit(why.to_owned());
        let prewarmed = Prewarmed::take().map_err(|error| unfit(&error.to_string()))?;
        panics::log();
        hooks::work_in(&code.code);
        // No map: its order in memory is another one in each process.
        let environment: Vec<(String, String)> = environment::of(function).into_iter().collect();
        let mut output = Output { bytes: Vec::new(), observer };
        let request = Request {
            function,
            request_id: "",
            event: &[],
            pull_code: std::time::Duration::ZERO,
            context: None,
            times_imports: false,
        };
        let mut running = Running { request, observer: &mut output, called: Instant::now() };
        let (ended, seen) = hooks::during(&mut running, || {
            prewarmed.interpreter.load_to_keep(&environment, code, &function.handler, || {})
        });
        let output = output.bytes;
        let entry = match ended {
            Ended::Well(entry) => entry,
            Ended::Failed(failure) => {
                return Err(NotKept::Failed { output, message: failure.message() });
            }
            Ended::Exit => return Err(NotKept::Failed { output, message: ENDED.to_owned() }),
        };
        let Some(Seen { read, read_all, changed, held, wake }) = seen else {
            return Err(unfit("it cannot be found out what it reads of its environment"));
        };
        if files::is_open() {
            return Err(unfit("it keeps a file open"));
        }
        if output.len() > OUTPUT_BYTES {
            return Err(unfit("it prints more than 1 MB while it is imported"));
        }
        image::forget_the_builder();
        let kept = Kept { entry, output, changed, wake };
        let instance = Self { prewarmed, code: code.clone(), entry: None, kept: Some(kept) };
        Ok((instance, Told { read, read_all, held }))
    }

    /// The function of this module, which is loaded already, in the process that it runs in.
    pub(super) fn wake_kept(&mut self, kept: Kept, running: &mut Running<'_>) -> Entry {
        let begun = Instant::now();
        woken();
        self.prewarmed.interpreter.wake_kept(&environment::of(running.request.function), &kept);
        if !kept.output.is_empty() {
            running.observer.output(&kept.output);
        }
        self.tell_of_cold_start(begun, running);
        kept.entry
    }
}

/// What is said of a function that ends its process while it is loaded.
pub const ENDED: &str = "it ended the process while it was imported";

/// Keeps what a function prints while it is loaded.
struct Output<'a> {
    bytes: Vec<u8>,
    /// Told of a load that ends the module.
    observer: &'a mut dyn Observer,
}

impl Observer for Output<'_> {
    fn note(&mut self, _: &str) {}

    fn started(&mut self) {}

    fn output(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
    }

    fn cold_start(&mut self, _: &ColdStart) {}

    fn over(&mut self, invocation: &Invocation) {
        self.observer.output(&self.bytes);
        self.observer.over(invocation);
    }
}
