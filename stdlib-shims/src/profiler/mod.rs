//! `_lsprof`, what `cProfile` measures with, on `sys.monitoring` as in CPython.

#![forbid(unsafe_code)]

mod account;

use rustpython_vm::{Context, builtins::PyModuleDef};

/// The module `_lsprof`.
pub(crate) fn module_def(context: &Context) -> &'static PyModuleDef {
    _lsprof::module_def(context)
}

#[rustpython_vm::pymodule]
mod _lsprof {
    use super::account::{Account, Figures, Place};
    use rustpython_common::lock::PyMutex;
    use rustpython_vm::{
        AsObject, FromArgs, Py, PyObject, PyObjectRef, PyPayload, PyResult, Traverse,
        VirtualMachine,
        builtins::PyType,
        function::FuncArgs,
        pyclass, pystruct_sequence, pystruct_sequence_data,
        types::{Constructor, Initializer, PyStructSequence},
    };
    use std::{
        collections::HashMap,
        sync::LazyLock,
        time::{Duration, Instant},
    };

    /// The tool that `sys.monitoring` keeps for profilers.
    const TOOL: i32 = 2;

    /// Which events of `sys.monitoring` call which method.
    const EVENTS: [(&str, &str); 9] = [
        ("PY_START", "_pystart_callback"),
        ("PY_RESUME", "_pystart_callback"),
        ("PY_THROW", "_pythrow_callback"),
        ("PY_RETURN", "_pyreturn_callback"),
        ("PY_YIELD", "_pyreturn_callback"),
        ("PY_UNWIND", "_pyreturn_callback"),
        ("CALL", "_ccall_callback"),
        ("C_RETURN", "_creturn_callback"),
        ("C_RAISE", "_creturn_callback"),
    ];

    /// Where the clock begins.
    static EPOCH: LazyLock<Instant> = LazyLock::new(Instant::now);

    const NANOSECONDS: f64 = 1e-9;

    #[pystruct_sequence_data]
    struct EntryData {
        code: PyObjectRef,
        callcount: usize,
        reccallcount: usize,
        totaltime: f64,
        inlinetime: f64,
        calls: PyObjectRef,
    }

    /// What was measured of a function.
    #[pyattr]
    #[pystruct_sequence(name = "profiler_entry", module = "_lsprof", data = "EntryData")]
    struct ProfilerEntry;

    #[pyclass(with(PyStructSequence))]
    impl ProfilerEntry {}

    #[pystruct_sequence_data]
    struct SubentryData {
        code: PyObjectRef,
        callcount: usize,
        reccallcount: usize,
        totaltime: f64,
        inlinetime: f64,
    }

    /// What was measured of a function's calls by another one.
    #[pyattr]
    #[pystruct_sequence(name = "profiler_subentry", module = "_lsprof", data = "SubentryData")]
    struct ProfilerSubentry;

    #[pyclass(with(PyStructSequence))]
    impl ProfilerSubentry {}

    /// Measures how long functions take.
    #[pyattr]
    #[pyclass(name = "Profiler", module = "_lsprof", traverse)]
    #[derive(Debug, Default, PyPayload)]
    struct Profiler {
        timer: PyMutex<Option<PyObjectRef>>,
        /// What `sys.monitoring` gives where a call has no arguments.
        missing: PyMutex<Option<PyObjectRef>>,
        /// The functions of the account, by their place: code, or text for what is native.
        functions: PyMutex<Vec<PyObjectRef>>,
        /// What keeps the addresses in `places` from being used anew.
        kept: PyMutex<Vec<PyObjectRef>>,
        #[pytraverse(skip)]
        state: PyMutex<State>,
    }

    #[derive(Debug, Default)]
    struct State {
        account: Account,
        places: HashMap<Function, Place>,
        /// How many seconds a step of the own timer takes. 0: the timer gives seconds.
        unit: f64,
        by_caller: bool,
        with_native: bool,
        is_enabled: bool,
    }

    /// What tells functions apart.
    #[derive(Debug, PartialEq, Eq, Hash)]
    enum Function {
        /// By its address, while it is kept.
        Kept(usize),
        /// A method that was bound to an instance: there is another object for each call.
        Bound(String),
    }

    #[derive(FromArgs)]
    struct Choices {
        #[pyarg(any, default = true)]
        subcalls: bool,
        #[pyarg(any, default = true)]
        builtins: bool,
    }

    #[derive(FromArgs)]
    struct Options {
        #[pyarg(any, default)]
        timer: Option<PyObjectRef>,
        #[pyarg(any, default = 0.0)]
        timeunit: f64,
        #[pyarg(any, default = true)]
        subcalls: bool,
        #[pyarg(any, default = true)]
        builtins: bool,
    }

    impl Constructor for Profiler {
        type Args = FuncArgs;

        fn py_new(
            _class: &Py<PyType>,
            _arguments: FuncArgs,
            _vm: &VirtualMachine,
        ) -> PyResult<Self> {
            Ok(Self::default())
        }
    }

    impl Initializer for Profiler {
        type Args = Options;

        fn init(zelf: &Py<Self>, options: Options, vm: &VirtualMachine) -> PyResult<()> {
            *zelf.timer.lock() = options.timer.filter(|timer| !vm.is_none(timer));
            let mut state = zelf.state.lock();
            state.unit = options.timeunit;
            state.by_caller = options.subcalls;
            state.with_native = options.builtins;
            Ok(())
        }
    }

    #[pyclass(with(Constructor, Initializer), flags(BASETYPE))]
    impl Profiler {
        /// Begins to measure.
        ///
        /// # Errors
        ///
        /// Another profiler measures already.
        #[pymethod]
        fn enable(zelf: &Py<Self>, choices: Choices, vm: &VirtualMachine) -> PyResult<()> {
            {
                let mut state = zelf.state.lock();
                state.by_caller = choices.subcalls;
                state.with_native = choices.builtins;
            }
            let monitoring = monitoring(vm)?;
            vm.call_method(&monitoring, "use_tool_id", (TOOL, "cProfile"))?;
            *zelf.missing.lock() = Some(monitoring.get_attr("MISSING", vm)?);
            let numbers = monitoring.get_attr("events", vm)?;
            let mut all = 0;
            for (event, method) in EVENTS {
                let number: i32 = numbers.get_attr(event, vm)?.try_into_value(vm)?;
                let callback = zelf.as_object().get_attr(method, vm)?;
                vm.call_method(&monitoring, "register_callback", (TOOL, number, callback))?;
                all |= number;
            }
            zelf.state.lock().is_enabled = true;
            vm.call_method(&monitoring, "set_events", (TOOL, all))?;
            Ok(())
        }

        /// Stops measuring. What runs counts as ended.
        #[pymethod]
        fn disable(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
            if !std::mem::take(&mut zelf.state.lock().is_enabled) {
                return Ok(());
            }
            let monitoring = monitoring(vm)?;
            let numbers = monitoring.get_attr("events", vm)?;
            for (event, _) in EVENTS {
                let number = numbers.get_attr(event, vm)?;
                let none = vm.ctx.none();
                vm.call_method(&monitoring, "register_callback", (TOOL, number, none))?;
            }
            vm.call_method(&monitoring, "set_events", (TOOL, 0))?;
            vm.call_method(&monitoring, "free_tool_id", (TOOL,))?;
            while zelf.state.lock().account.is_running() {
                zelf.end(vm);
            }
            Ok(())
        }

        /// Forgets what was measured.
        #[pymethod]
        fn clear(zelf: &Py<Self>) {
            let old = {
                let mut state = zelf.state.lock();
                state.account = Account::default();
                state.places.clear();
                (
                    std::mem::take(&mut *zelf.functions.lock()),
                    std::mem::take(&mut *zelf.kept.lock()),
                )
            };
            drop(old);
        }

        /// A `profiler_entry` for each function of which a call ended. Times are in seconds.
        #[pymethod]
        fn getstats(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
            let functions = zelf.functions.lock().clone();
            let has_own_timer = zelf.timer.lock().is_some();
            // Copied, since making objects may run code that is measured.
            let (unit, ended) = {
                let state = zelf.state.lock();
                let ended = state.account.ended();
                let ended = ended.map(|(place, figures, callees)| {
                    let callees = callees.iter().filter(|(_, figures)| figures.calls > 0);
                    (place, *figures, callees.map(|(callee, by)| (*callee, *by)).collect())
                });
                (state.unit, ended.collect::<Vec<(Place, Figures, Vec<(Place, Figures)>)>>())
            };
            let unit = if has_own_timer && unit > 0.0 { unit } else { NANOSECONDS };
            let mut entries = Vec::new();
            for (place, figures, callees) in ended {
                let subentries = callees.into_iter().map(|(callee, figures)| {
                    let data = SubentryData {
                        code: functions[callee].clone(),
                        callcount: figures.calls,
                        reccallcount: figures.recursive_calls,
                        totaltime: unit * figures.total as f64,
                        inlinetime: unit * figures.own as f64,
                    };
                    ProfilerSubentry::from_data(data, vm).into()
                });
                let subentries: Vec<PyObjectRef> = subentries.collect();
                let has_called = !subentries.is_empty();
                let data = EntryData {
                    code: functions[place].clone(),
                    callcount: figures.calls,
                    reccallcount: figures.recursive_calls,
                    totaltime: unit * figures.total as f64,
                    inlinetime: unit * figures.own as f64,
                    calls: if has_called {
                        vm.ctx.new_list(subentries).into()
                    } else {
                        vm.ctx.none()
                    },
                };
                entries.push(ProfilerEntry::from_data(data, vm).into());
            }
            vm.ctx.new_list(entries).into()
        }

        #[pymethod]
        fn _pystart_callback(
            zelf: &Py<Self>,
            code: PyObjectRef,
            _offset: PyObjectRef,
            vm: &VirtualMachine,
        ) {
            zelf.begin_python(code, vm);
        }

        #[pymethod]
        fn _pythrow_callback(
            zelf: &Py<Self>,
            code: PyObjectRef,
            _offset: PyObjectRef,
            _exception: PyObjectRef,
            vm: &VirtualMachine,
        ) {
            zelf.begin_python(code, vm);
        }

        #[pymethod]
        fn _pyreturn_callback(
            zelf: &Py<Self>,
            _code: PyObjectRef,
            _offset: PyObjectRef,
            _value: PyObjectRef,
            vm: &VirtualMachine,
        ) {
            zelf.end(vm);
        }

        #[pymethod]
        fn _ccall_callback(
            zelf: &Py<Self>,
            _code: PyObjectRef,
            _offset: PyObjectRef,
            callable: PyObjectRef,
            first: PyObjectRef,
            vm: &VirtualMachine,
        ) -> PyResult<()> {
            if !zelf.state.lock().with_native || !zelf.is_native(&callable, &first, vm) {
                return Ok(());
            }
            let function = Function::Kept(callable.get_id());
            let place = zelf.state.lock().places.get(&function).copied();
            let place = match place {
                Some(place) => place,
                None => zelf.add_native(callable, vm)?,
            };
            zelf.begin(place, vm);
            Ok(())
        }

        #[pymethod]
        fn _creturn_callback(
            zelf: &Py<Self>,
            _code: PyObjectRef,
            _offset: PyObjectRef,
            callable: PyObjectRef,
            first: PyObjectRef,
            vm: &VirtualMachine,
        ) {
            if zelf.state.lock().with_native && zelf.is_native(&callable, &first, vm) {
                zelf.end(vm);
            }
        }
    }

    impl Profiler {
        /// Whether a call is one of a native function, or of an instance's native method. Calls of
        /// classes are none.
        fn is_native(&self, callable: &PyObject, first: &PyObject, vm: &VirtualMachine) -> bool {
            let class = callable.class();
            if class.is(vm.ctx.types.method_descriptor_type) {
                let missing = self.missing.lock();
                return missing.as_ref().is_some_and(|missing| !first.is(missing));
            }
            class.is(vm.ctx.types.builtin_function_or_method_type)
        }

        fn begin_python(&self, code: PyObjectRef, vm: &VirtualMachine) {
            let function = Function::Kept(code.get_id());
            let known = self.state.lock().places.get(&function).copied();
            let place = known.unwrap_or_else(|| {
                self.kept.lock().push(code.clone());
                self.add(function, code)
            });
            self.begin(place, vm);
        }

        /// The place of a native function, by what CPython calls it.
        fn add_native(&self, callable: PyObjectRef, vm: &VirtualMachine) -> PyResult<Place> {
            let (name, is_bound) = name_of_native(&callable, vm)?;
            let text = vm.ctx.new_str(name.as_str()).into();
            if is_bound {
                let function = Function::Bound(name);
                let known = self.state.lock().places.get(&function).copied();
                return Ok(known.unwrap_or_else(|| self.add(function, text)));
            }
            let function = Function::Kept(callable.get_id());
            self.kept.lock().push(callable);
            Ok(self.add(function, text))
        }

        fn add(&self, function: Function, shown: PyObjectRef) -> Place {
            let mut state = self.state.lock();
            self.functions.lock().push(shown);
            let place = state.account.add();
            state.places.insert(function, place);
            place
        }

        fn begin(&self, place: Place, vm: &VirtualMachine) {
            let now = self.now(vm);
            let state = &mut *self.state.lock();
            state.account.begin(place, state.by_caller, now);
        }

        fn end(&self, vm: &VirtualMachine) {
            let now = self.now(vm);
            let state = &mut *self.state.lock();
            state.account.end(state.by_caller, now);
        }

        /// Nanoseconds, or what the own timer counts in. A timer that fails gives 0, as in CPython.
        fn now(&self, vm: &VirtualMachine) -> i64 {
            let Some(timer) = self.timer.lock().clone() else {
                return nanoseconds(EPOCH.elapsed());
            };
            let unit = self.state.lock().unit;
            let time = timer.call((), vm).and_then(|time| {
                if unit > 0.0 {
                    return time.try_into_value::<i64>(vm);
                }
                let seconds: f64 = time.try_float(vm)?.to_f64();
                Ok((seconds / NANOSECONDS) as i64)
            });
            time.unwrap_or_else(|error| {
                let told = "Exception ignored while calling _lsprof timer".to_owned();
                vm.run_unraisable(error, Some(told), timer);
                0
            })
        }
    }

    fn nanoseconds(time: Duration) -> i64 {
        i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
    }

    fn monitoring(vm: &VirtualMachine) -> PyResult {
        vm.import("sys", 0)?.get_attr("monitoring", vm)
    }

    /// What a native function is called, and whether it is bound to an instance.
    fn name_of_native(callable: &PyObject, vm: &VirtualMachine) -> PyResult<(String, bool)> {
        if callable.class().is(vm.ctx.types.method_descriptor_type) {
            return Ok((callable.repr(vm)?.to_string(), false));
        }
        let name = callable.get_attr("__name__", vm)?.str(vm)?;
        let instance = callable.get_attr("__self__", vm)?;
        let is_of_module = instance.class().is(vm.ctx.types.module_type);
        let interned = vm.ctx.intern_str(name.to_string());
        if let Some(method) = instance.class().get_attr(interned) {
            return Ok((method.repr(vm)?.to_string(), !is_of_module));
        }
        let module = callable.get_attr("__module__", vm)?;
        let name = if vm.is_none(&module) {
            format!("<built-in method {name}>")
        } else {
            format!("<built-in method {}.{name}>", module.str(vm)?)
        };
        Ok((name, !is_of_module))
    }
}
