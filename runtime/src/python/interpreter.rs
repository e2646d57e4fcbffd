//! Building the interpreter, loading a function into it, calling it.

#[cfg(target_family = "wasm")]
use super::wasi_time;
use super::{
    CodePaths, InvalidEvent, event, failure,
    lambda::Lambda,
    module::{self, EntryFile},
    ret_msg, time_zone, wall_time,
};
#[cfg(unix)]
use super::{leave, processors};
use crate::contract::{Dialect, Failure, Handler, limits};
use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, Settings, VirtualMachine, builtins::PyBaseExceptionRef,
};

/// The path of the platform's own runtime: a guess.
const BOOTSTRAP: &str = "/var/runtime/python3/bootstrap.py";

/// An interpreter with the standard library. It holds no thread and no descriptor but
/// the three standard ones.
pub struct Interpreter {
    pub(super) engine: rustpython_vm::Interpreter,
}

/// A loaded function: what [`Interpreter::load`] found at the handler's name.
#[derive(Clone)]
pub struct Entry {
    function: PyObjectRef,
    code: CodePaths,
    /// Where it is a handler of Lambda's.
    lambda: Option<Lambda>,
}

/// A handler's two arguments, ready to be passed.
pub struct Event {
    event: PyObjectRef,
    context: PyObjectRef,
}

/// How a call into user code ended.
#[derive(Debug)]
pub enum Ended<T> {
    Well(T),
    Failed(Failure),
    /// By `sys.exit` or another exception that the runtime does not catch: the process must end.
    /// What Python prints in such a case was printed.
    Exit,
}

impl Interpreter {
    /// Builds an interpreter. It knows nothing of the process's environment until
    /// [`Self::wake`] tells it.
    pub fn build() -> Self {
        Self::build_seeded(None)
    }

    /// As [`Self::build`]; texts are hashed with `hash_seed`, or with what is random.
    pub fn build_seeded(hash_seed: Option<u32>) -> Self {
        let mut settings = Settings::default();
        settings.hash_seed = hash_seed;
        // The embedded interpreter ignores PYTHON* variables. Their documented values
        // (docs/contract.md §7) are for the handler to read.
        settings.ignore_environment = true;
        settings.import_site = false;
        // What the platform's own runtime would find there; argparse looks at it.
        settings.argv = vec![BOOTSTRAP.to_owned()];
        settings.user_site_directory = false;
        settings.write_bytecode = false;
        settings.install_signal_handlers = false;
        // Each write goes straight to the log. So nothing is lost when the process is killed, and
        // the streams keep their order.
        settings.buffered_stdio = false;
        settings.stdio_encoding = Some("utf-8".to_owned());
        settings.stdio_errors = Some("strict".to_owned());
        // Stack traces show no carets (docs/contract.md §2.1), so columns need no keeping.
        settings.code_debug_ranges = false;
        let builder = rustpython_vm::Interpreter::builder(settings);
        let engine = krait_stdlib_shims::add_standard_library(builder).build();
        // There is no Python to run; the engine found this program.
        engine.enter(|vm| {
            // The platform's program, not krait's command line.
            let called = ["/var/lang/python3/bin/python3", BOOTSTRAP];
            let called = called.map(|each| vm.ctx.new_str(each).into()).to_vec();
            let set = vm.sys_module.set_attr("orig_argv", vm.ctx.new_list(called), vm);
            debug_assert!(set.is_ok(), "a module takes any attribute");
            for name in ["executable", "_base_executable"] {
                let unknown = vm.ctx.empty_str.to_owned();
                let set = vm.sys_module.set_attr(name, unknown, vm);
                debug_assert!(set.is_ok(), "a module takes any attribute");
            }
            if let Err(error) = change_library(vm).and_then(|()| add_to_interpreter(vm)) {
                vm.print_exception(&error);
            }
        });
        Self { engine }
    }

    /// Tells the interpreter of a path that runs Python: `sys.executable`.
    #[cfg(unix)]
    pub fn name_executable(&self, path: &std::path::Path) {
        self.engine.enter(|vm| {
            for name in ["executable", "_base_executable"] {
                let set = vm.sys_module.set_attr(name, vm.fsdecode(path), vm);
                debug_assert!(set.is_ok(), "a module takes any attribute");
            }
        });
    }

    /// Imports the handler's module, with `code` as `sys.path`, and looks its function up.
    pub fn load(&self, code: CodePaths, handler: &Handler, dialect: Dialect) -> Ended<Entry> {
        self.load_by(code, handler, dialect, module::import)
    }

    /// As [`Self::load`]; `import` imports the entry file under its name. Lambda's handlers have
    /// an import of their own.
    pub(super) fn load_by(
        &self,
        code: CodePaths,
        handler: &Handler,
        dialect: Dialect,
        import: impl FnOnce(&EntryFile, &str, &VirtualMachine) -> PyResult,
    ) -> Ended<Entry> {
        self.engine.enter(|vm| {
            if let Err(error) = module::set_search_path(&code, vm) {
                return ended(Err(error), |error| load_failure(error, &code, vm), vm);
            }
            if dialect == Dialect::Lambda {
                return load_for_lambda(code, handler, vm);
            }
            let Some(entry) = module::find_entry(&code, handler) else {
                let file = format!("{}.py", handler.entry_path());
                return Ended::Failed(Failure::EntryMissing { file });
            };
            let loaded = import(&entry, &handler.module, vm)
                .and_then(|module| function_of(&module, handler, vm));
            match ended(loaded, |error| load_failure(error, &code, vm), vm) {
                Ended::Well(Ok(function)) => Ended::Well(Entry { function, code, lambda: None }),
                Ended::Well(Err(message)) => Ended::Failed(Failure::Load { message }),
                Ended::Failed(failure) => Ended::Failed(failure),
                Ended::Exit => Ended::Exit,
            }
        })
    }

    /// Turns an invocation's texts into Python objects. `context` is the text of a JSON
    /// object that krait wrote.
    ///
    /// # Errors
    /// When `event` is not JSON.
    pub fn read(&self, event: &[u8], context: &[u8]) -> Result<Event, InvalidEvent> {
        self.engine.enter(|vm| {
            Ok(Event { event: event::read(event, vm)?, context: event::read(context, vm)? })
        })
    }

    /// Writes an event back as JSON text, as if a handler had returned it; none where it
    /// could not be.
    pub fn write(&self, arguments: &Event) -> Option<String> {
        self.engine.enter(|vm| ret_msg::write(&arguments.event, vm).ok())
    }

    /// Calls the handler and gives RetMsg.
    pub fn invoke(&self, entry: &Entry, arguments: Event) -> Ended<String> {
        self.engine.enter(|vm| {
            if let Some(lambda) = &entry.lambda {
                let Event { event, context } = arguments;
                let result = lambda.invoke(&entry.function, event, context, vm);
                let raised = |error| lambda.raised(error, false, vm);
                return within_limit(match ended(result, raised, vm) {
                    Ended::Well(Ok(text)) => Ended::Well(text),
                    Ended::Well(Err(failure)) | Ended::Failed(failure) => Ended::Failed(failure),
                    Ended::Exit => Ended::Exit,
                });
            }
            let result = entry
                .function
                .call((arguments.event, arguments.context), vm)
                .and_then(|value| ret_msg::write(&value, vm));
            let user_code = |error| Failure::UserCode {
                stack_trace: failure::stack_trace(error, &entry.code, vm),
            };
            within_limit(ended(result, user_code, vm))
        })
    }
}

fn within_limit(ended: Ended<String>) -> Ended<String> {
    match ended {
        Ended::Well(text) if text.len() > limits::RESPONSE_BYTES => {
            Ended::Failed(Failure::ResponseTooLarge)
        }
        other => other,
    }
}

fn load_for_lambda(code: CodePaths, handler: &Handler, vm: &VirtualMachine) -> Ended<Entry> {
    let lambda = match Lambda::import(vm) {
        Ok(lambda) => lambda,
        Err(error) => return ended(Err(error), |error| load_failure(error, &code, vm), vm),
    };
    let loaded = lambda.load(handler, vm);
    match ended(loaded, |error| lambda.raised(error, true, vm), vm) {
        Ended::Well(function) => Ended::Well(Entry { function, code, lambda: Some(lambda) }),
        Ended::Failed(failure) => Ended::Failed(failure),
        Ended::Exit => Ended::Exit,
    }
}

/// Changes native modules of the engine.
fn change_library(vm: &VirtualMachine) -> PyResult<()> {
    wall_time::replace(vm)?;
    time_zone::replace(vm)?;
    #[cfg(unix)]
    leave::replace(vm)?;
    #[cfg(unix)]
    processors::replace(vm)?;
    // Files are UTF-8, as the platform's `LANG` has it (docs/contract.md §7), whatever locales the
    // machine has.
    #[cfg(unix)]
    {
        let locale = vm.import("_locale", 0)?;
        module::put_function(&locale, "getencoding", || "UTF-8".to_owned(), vm)?;
    }
    #[cfg(target_family = "wasm")]
    {
        wasi_time::replace(vm)?;
        krait_stdlib_shims::unpack_on_import(vm)?;
    }
    Ok(())
}

/// Makes what a Python program has and an embedded interpreter lacks: the module `__main__`, which
/// is the platform's own runtime, and the builtins that `site` adds.
fn add_to_interpreter(vm: &VirtualMachine) -> PyResult<()> {
    let main = vm.new_module("__main__", vm.ctx.new_dict(), None);
    main.set_attr("__file__", vm.ctx.new_str(BOOTSTRAP), vm)?;
    main.set_attr("__builtins__", vm.builtins.clone(), vm)?;
    vm.sys_module.get_attr("modules", vm)?.set_item("__main__", main.into(), vm)?;
    let site = vm.import("_sitebuiltins", 0)?;
    vm.call_method(&site, "_install_for_krait", ())?;
    Ok(())
}

/// The function, or the message of a 443 if there is none to call.
fn function_of(
    module: &PyObjectRef,
    handler: &Handler,
    vm: &VirtualMachine,
) -> PyResult<Result<PyObjectRef, String>> {
    let name = vm.ctx.new_str(handler.function.as_str());
    // All of the traceback's frames would be the runtime's.
    let traceback = |error: String| Ok(Err(format!("Traceback (most recent call last):\n{error}")));
    let Some(function) = vm.get_attribute_opt(module, &name)? else {
        let Handler { module, function, .. } = handler;
        return traceback(format!(
            "AttributeError: module '{module}' has no attribute '{function}'"
        ));
    };
    if !function.is_callable() {
        let kind = function.class().name();
        return traceback(format!("TypeError: '{kind}' object is not callable"));
    }
    Ok(Ok(function))
}

fn load_failure(error: PyBaseExceptionRef, code: &CodePaths, vm: &VirtualMachine) -> Failure {
    Failure::Load { message: failure::stack_trace(error, code, vm) }
}

/// The platform catches `Exception` and nothing wider (docs/contract.md §2.1).
fn ended<T>(
    result: PyResult<T>,
    failure: impl FnOnce(PyBaseExceptionRef) -> Failure,
    vm: &VirtualMachine,
) -> Ended<T> {
    match result {
        Ok(value) => Ended::Well(value),
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.exception_type) => {
            Ended::Failed(failure(error))
        }
        Err(error) => {
            vm.handle_exit_exception(error);
            Ended::Exit
        }
    }
}
