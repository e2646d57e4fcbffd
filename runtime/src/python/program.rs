//! Running a program as `python3` does: what is set before it, and how it ends.
//!
//! What is done in Python is in `stdlib-shims/python/replace/_krait_program.py`.

use super::{Interpreter, leave, module, shelf, time_zone, warm};
use rustpython_vm::{
    AsObject, PyObjectRef, PyRef, PyResult, Settings, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyCode, PyDictRef, PyInt, PyStr},
    scope::Scope,
    stdlib::sys::tell_settings,
};
use std::{ffi::OsString, path::PathBuf};

/// A program, and how it is to be run.
#[derive(Debug, Default)]
pub struct Program {
    pub source: Source,
    /// What comes behind the program: `sys.argv[1:]`.
    pub arguments: Vec<OsString>,
    /// All that was typed behind the name of Python.
    pub typed: Vec<OsString>,
    /// A path that runs Python: `sys.executable`.
    pub executable: PathBuf,
    /// Below it is what is installed for krait: `sys.prefix`, outside of virtual environments.
    pub prefix: PathBuf,
    /// Which standard streams were closed when the process began. They are open on `/dev/null` meanwhile.
    pub closed: [bool; 3],
    pub switches: Switches,
}

/// Where a program comes from.
#[derive(Debug, Default)]
pub enum Source {
    /// Standard input, whose prompt it is where that is a terminal.
    #[default]
    Input,
    /// `-c`
    Command(OsString),
    /// `-m`
    Module(OsString),
    /// A file, or a folder or zip with a `__main__`.
    File(OsString),
}

/// What Python's options ask for, those of the environment included.
#[derive(Debug, Default, Clone)]
pub struct Switches {
    pub isolated: bool,
    pub ignore_environment: bool,
    pub safe_path: bool,
    pub no_user_site: bool,
    pub no_site: bool,
    pub no_bytecode: bool,
    pub unbuffered: bool,
    pub inspect: bool,
    pub interactive: bool,
    pub quiet: bool,
    pub skip_first_line: bool,
    pub dev_mode: bool,
    pub warn_default_encoding: bool,
    pub no_columns: bool,
    pub utf8_mode: Option<bool>,
    pub optimize: u8,
    pub verbose: u8,
    pub bytes_warning: u8,
    pub debug: u8,
    /// The seed that texts are hashed with; random where it is none.
    pub hash_seed: Option<u32>,
    /// The most digits of an int in text, 0 for no limit.
    pub most_digits: Option<i64>,
    /// How many processors a program is told that there are; the machine's own where it is none.
    pub processors: Option<Option<u32>>,
    /// Where the cache of modules lies, in place of folders beside them; nowhere else where it is empty.
    pub cache_folder: Option<OsString>,
    /// How many frames `tracemalloc` is to keep of each trace; it is not started where it is none or 0.
    pub frames_traced: Option<u16>,
    /// Whether each import tells how long it took.
    pub times_imports: bool,
    /// Whether a fault of the process tells where the program was: `faulthandler`.
    pub tells_faults: bool,
    /// `-X`, and the value behind `=`.
    pub x_options: Vec<(String, Option<String>)>,
    /// `-W`, and what the environment says.
    pub warnings: Vec<String>,
    /// `PYTHONPATH`.
    pub path: Vec<OsString>,
    /// `PYTHONIOENCODING`: the encoding and the way with errors, empty where it has none.
    pub encoding: (String, String),
}

/// How a program ended.
enum Ended {
    With(i32),
    /// By an interrupt that nobody caught.
    Interrupted,
}

impl Interpreter {
    /// Runs a program, and ends the process as that asks for.
    pub fn run(&'static self, program: &Program) -> ! {
        rand::rng().reseed().unwrap_or_default();
        let ended = self.engine.enter(|vm| {
            let ended = match begin(program, vm).and_then(|helper| execute(program, &helper, vm)) {
                Ok(()) => Ended::With(0),
                Err(error) if program.switches.inspect => {
                    vm.print_exception(&error);
                    Ended::With(1)
                }
                Err(error) => report(&error, vm),
            };
            if !program.switches.inspect {
                return ended;
            }
            // It follows a program, and says nothing of itself.
            let prompt = vm
                .import("_krait_program", 0)
                .and_then(|helper| vm.call_method(&helper, "prompt", (true,)));
            match prompt {
                Ok(_) => Ended::With(0),
                Err(error) => report(&error, vm),
            }
        });
        // SAFETY: the interpreter lives as long as the process, which ends here; nobody uses it
        // again.
        let engine = unsafe { std::ptr::read(&raw const self.engine) };
        let finalized = engine.finalize(None);
        match ended {
            Ended::With(0) => leave(i32::try_from(finalized).unwrap_or(1)),
            Ended::With(status) => leave(status & 0xff),
            Ended::Interrupted => die_of_interrupt(),
        }
    }
}

/// Ends the process by the signal, so that a shell knows.
fn die_of_interrupt() -> ! {
    // SAFETY: calls that take plain numbers.
    unsafe {
        libc::signal(libc::SIGINT, libc::SIG_DFL);
        libc::kill(libc::getpid(), libc::SIGINT);
    }
    leave(128 + libc::SIGINT)
}

/// Whether the process was started with interrupts ignored, as in the background.
fn ignores_interrupts() -> bool {
    // SAFETY: plain structures, by pointer; nothing is changed.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        libc::sigaction(libc::SIGINT, std::ptr::null(), &raw mut action);
        action.sa_sigaction == libc::SIG_IGN
    }
}

/// Prints what nobody caught.
fn report(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> Ended {
    if error.fast_isinstance(vm.ctx.exceptions.system_exit) {
        let code = error.as_object().get_attr("code", vm);
        let code = code.unwrap_or_else(|_| error.as_object().to_owned());
        if let Some(number) = code.downcast_ref::<PyInt>() {
            // As a C int, of which the system takes the last byte.
            let number = number.try_to_primitive::<i64>(vm);
            let status = number.map_or(-1, |number| number as i32);
            return Ended::With(status);
        }
        return Ended::With(i32::try_from(vm.handle_exit_exception(error.clone())).unwrap_or(1));
    }
    vm.print_exception(error);
    if error.fast_isinstance(vm.ctx.exceptions.keyboard_interrupt) {
        return Ended::Interrupted;
    }
    Ended::With(1)
}

/// Makes the interpreter a program's. Gives the helper, which is Python.
fn begin(program: &Program, vm: &VirtualMachine) -> PyResult {
    let switches = &program.switches;
    warm::set_environment(environment(), vm)?;
    time_zone::tzset(vm)?;
    module::search_files_before_frozen_modules(vm)?;
    shelf::note_finders(vm)?;
    // While the flags say that there is no site: to import it does nothing yet.
    if !switches.no_site {
        vm.import("site", 0)?;
    }
    let mut config = (*vm.state.config).clone();
    config.settings = settings(program);
    // SAFETY: the interpreter has one thread, and runs no code that reads it now.
    unsafe { vm.state.config.set(config) };
    tell_settings(vm)?;
    let text = |text: &OsString| -> PyObjectRef { vm.fsdecode(text.clone()).into() };
    let texts = |all: &[OsString]| vm.ctx.new_list(all.iter().map(text).collect());
    let helper = vm.import("_krait_program", 0)?;
    let told = vm.ctx.new_dict();
    let tell = |name: &str, value: PyObjectRef| told.set_item(name, value, vm);
    tell("executable", text(&program.executable.clone().into()))?;
    tell("prefix", text(&program.prefix.clone().into()))?;
    tell("arguments", texts(&program.arguments).into())?;
    tell("typed", texts(&program.typed).into())?;
    tell("path", texts(&switches.path).into())?;
    tell("encoding", vm.ctx.new_str(switches.encoding.0.as_str()).into())?;
    tell("errors", vm.ctx.new_str(switches.encoding.1.as_str()).into())?;
    let closed = (0..).zip(program.closed).filter(|(_, closed)| *closed);
    tell(
        "closed",
        vm.ctx.new_list(closed.map(|(each, _)| vm.ctx.new_int(each).into()).collect()).into(),
    )?;
    tell("unbuffered", vm.ctx.new_bool(switches.unbuffered).into())?;
    tell("site", vm.ctx.new_bool(!switches.no_site).into())?;
    tell("tells_faults", vm.ctx.new_bool(switches.tells_faults || switches.dev_mode).into())?;
    tell("times_imports", vm.ctx.new_bool(switches.times_imports).into())?;
    tell("frames_traced", vm.ctx.new_int(switches.frames_traced.unwrap_or(0)).into())?;
    let processors = switches.processors.flatten();
    tell("processors", processors.map_or(vm.ctx.none(), |number| vm.ctx.new_int(number).into()))?;
    let cache = switches.cache_folder.as_ref().filter(|folder| !folder.is_empty());
    tell("pycache_prefix", cache.map_or(vm.ctx.none(), text))?;
    if let Some(most) = switches.most_digits {
        tell("most_digits", vm.ctx.new_int(most).into())?;
    }
    let (kind, source) = match &program.source {
        Source::Input => ("input", vm.ctx.none()),
        Source::Command(command) => ("command", text(command)),
        Source::Module(module) => ("module", text(module)),
        Source::File(file) => ("file", text(file)),
    };
    tell("kind", vm.ctx.new_str(kind).into())?;
    tell("source", source)?;
    tell("skip_first_line", vm.ctx.new_bool(switches.skip_first_line).into())?;
    tell("ask", vm.ctx.new_bool(switches.interactive).into())?;
    tell("interrupts_ignored", vm.ctx.new_bool(ignores_interrupts()).into())?;
    vm.call_method(&helper, "begin", (told,))?;
    Ok(helper)
}

/// Runs what the helper finds. No frame of the helper's is below the program's.
fn execute(program: &Program, helper: &PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let found = vm.call_method(helper, "find", (program.switches.quiet,))?;
    let found = match found.downcast::<PyCode>() {
        Ok(code) => {
            let ended = run_code(code, vm);
            if !matches!(program.source, Source::Command(_)) {
                flush(vm);
            }
            return ended;
        }
        Err(found) => found,
    };
    // The name of a module to be run, and whether it is named in `sys.argv[0]` by its file.
    if let Some(module) = found.downcast_ref::<PyStr>() {
        let by_file = matches!(program.source, Source::Module(_));
        let runpy = vm.import("runpy", 0)?;
        vm.call_method(&runpy, "_run_module_as_main", (module.to_owned(), by_file))?;
        return Ok(());
    }
    // What is wrong with the program's text, without the helper's frames.
    match found.downcast::<rustpython_vm::builtins::PyBaseException>() {
        Ok(error) => Err(error),
        // A prompt, which has ended.
        Err(_) => Ok(()),
    }
}

fn run_code(code: PyRef<PyCode>, vm: &VirtualMachine) -> PyResult<()> {
    let main = vm.sys_module.get_attr("modules", vm)?.get_item("__main__", vm)?;
    let names: PyDictRef = main.get_attr("__dict__", vm)?.try_into_value(vm)?;
    let scope = Scope::new(
        Some(rustpython_vm::function::ArgMapping::from_dict_exact(names.clone())),
        names,
    );
    vm.run_code_obj(code, scope).map(drop)
}

/// Writes what a file's program printed, before anybody tells how it ended: `flush_io` of CPython's
/// `pythonrun.c`, which commands and modules do without. What cannot be written is told when the process ends.
fn flush(vm: &VirtualMachine) {
    for name in ["stderr", "stdout"] {
        if let Ok(stream) = vm.sys_module.get_attr(name, vm) {
            let _ = vm.call_method(&stream, "flush", ());
        }
    }
}

/// The engine's settings for a program.
fn settings(program: &Program) -> Settings {
    let switches = &program.switches;
    let mut settings = Settings::default();
    settings.isolated = switches.isolated;
    settings.ignore_environment = switches.ignore_environment;
    settings.safe_path = switches.safe_path;
    settings.user_site_directory = !switches.no_user_site;
    settings.import_site = !switches.no_site;
    settings.write_bytecode = !switches.no_bytecode;
    settings.buffered_stdio = !switches.unbuffered;
    settings.inspect = switches.inspect;
    settings.interactive = switches.interactive;
    settings.quiet = switches.quiet;
    settings.dev_mode = switches.dev_mode;
    settings.warn_default_encoding = switches.warn_default_encoding;
    settings.code_debug_ranges = !switches.no_columns;
    settings.utf8_mode = switches.utf8_mode.unwrap_or(false).into();
    settings.optimize = switches.optimize;
    settings.verbose = switches.verbose;
    settings.bytes_warning = switches.bytes_warning.into();
    settings.debug = switches.debug;
    // What `sys.flags` tells: a seed is random too, but for 0.
    settings.hash_seed = switches.hash_seed.filter(|seed| *seed == 0);
    settings.int_max_str_digits = switches.most_digits.unwrap_or(settings.int_max_str_digits);
    settings.xoptions.clone_from(&switches.x_options);
    settings.warnoptions.clone_from(&switches.warnings);
    settings
}

/// The process's environment, as bytes.
fn environment() -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    use std::os::unix::ffi::OsStringExt;
    std::env::vars_os().map(|(key, value)| (key.into_vec(), value.into_vec()))
}
