//! `signal`: what waits for signals, and sends them to threads.

use crate::{
    PyObjectRef, PyResult, VirtualMachine, builtins::PyInt, convert::IntoPyException,
    signal::SignalNum,
};
use core::time::Duration;
use rustpython_host_env::signal as host_signal;

/// The set of signals of an iterable of their numbers.
pub(crate) fn set_of(numbers: PyObjectRef, vm: &VirtualMachine) -> PyResult<libc::sigset_t> {
    let mut set = host_signal::sigemptyset().map_err(|error| error.into_pyexception(vm))?;
    for number in numbers.get_iter(vm)?.iter::<PyObjectRef>(vm)? {
        let number = number?.try_index(vm)?;
        let number = number.try_to_primitive::<i64>(vm).unwrap_or(-1);
        let last = SignalNum::VALID_RANGE.end - 1;
        let known = i32::try_from(number)
            .ok()
            .filter(|each| SignalNum::VALID_RANGE.contains(each))
            .ok_or_else(|| {
                vm.new_value_error(format!("signal number {number} out of range [1; {last}]"))
            })?;
        if host_signal::sigaddset(&mut set, known).is_err() {
            crate::stdlib::_warnings::warn(
                vm.ctx.exceptions.runtime_warning,
                format!("invalid signal number {number}, please use valid_signals()"),
                1,
                vm,
            )?;
        }
    }
    Ok(set)
}

/// A thread's number, as `threading.get_ident` tells it.
pub(crate) fn thread_number(function: &str, thread: PyObjectRef, vm: &VirtualMachine) -> PyResult<u64> {
    let Some(number) = thread.downcast_ref::<PyInt>() else {
        return Err(vm.new_type_error(format!(
            "{function}() argument 1 must be int, not {}",
            thread.class().slot_name()
        )));
    };
    number.try_to_primitive::<u64>(vm)
}

fn seconds(timeout: PyObjectRef, vm: &VirtualMachine) -> PyResult<Duration> {
    let negative = || vm.new_value_error("timeout must be non-negative");
    let kind = thread_kind(&timeout);
    let seconds = if let Ok(whole) = timeout.clone().downcast::<PyInt>() {
        let whole = whole.try_to_primitive::<i64>(vm).map_err(|_| {
            vm.new_overflow_error("timestamp too large to convert to C PyTime_t")
        })?;
        return u64::try_from(whole).map(Duration::from_secs).map_err(|_| negative());
    } else {
        timeout.try_float(vm).map_err(|_| {
            vm.new_type_error(format!(
                "'{kind}' object cannot be interpreted as an integer or float"
            ))
        })?
    };
    let seconds = seconds.to_f64();
    if seconds.is_nan() {
        return Err(vm.new_value_error("Invalid value NaN (not a number)"));
    }
    if seconds < 0.0 {
        return Err(negative());
    }
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| vm.new_overflow_error("timestamp too large to convert to C PyTime_t"))
}

fn thread_kind(value: &PyObjectRef) -> String {
    value.class().name().to_string()
}

#[pymodule(sub, name = "_signal")]
pub(crate) mod signal_waits {
    use super::{seconds, set_of, thread_number};
    use crate::{
        PyObjectRef, PyResult, VirtualMachine, convert::IntoPyException, signal,
        stdlib::_signal::_signal::sigset_to_pyset, types::PyStructSequence,
    };
    use std::{io, time::Instant};

    #[pyattr]
    const SIGCLD: i32 = libc::SIGCHLD;
    #[pyattr]
    const SIGIOT: i32 = libc::SIGABRT;
    #[pyattr]
    const SIGPOLL: i32 = libc::SIGIO;

    #[pyattr(name = "SIGRTMIN")]
    fn first_real_time(vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.new_int(libc::SIGRTMIN()).into()
    }

    #[pyattr(name = "SIGRTMAX")]
    fn last_real_time(vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.new_int(libc::SIGRTMAX()).into()
    }

    #[pystruct_sequence_data]
    struct SiginfoData {
        si_signo: i32,
        si_code: i32,
        si_errno: i32,
        si_pid: i32,
        si_uid: u32,
        si_status: i32,
        si_band: i64,
    }

    #[pyattr]
    #[pystruct_sequence(name = "struct_siginfo", module = "signal", data = "SiginfoData")]
    struct PySiginfo;

    #[pyclass(with(PyStructSequence))]
    impl PySiginfo {}

    fn told(info: &libc::siginfo_t, vm: &VirtualMachine) -> PyObjectRef {
        // SAFETY: the fields overlap, and each is a number, whatever signal it was.
        let (si_pid, si_uid, si_status) = unsafe { (info.si_pid(), info.si_uid(), info.si_status()) };
        let data = SiginfoData {
            si_signo: info.si_signo,
            si_code: info.si_code,
            si_errno: info.si_errno,
            si_pid,
            si_uid,
            si_status,
            // It lies where the process and its user lie.
            si_band: (i64::from(si_uid) << 32) | i64::from(si_pid as u32),
        };
        PySiginfo::from_data(data, vm).into()
    }

    #[pyfunction]
    fn pthread_kill(thread_id: PyObjectRef, signalnum: i32, vm: &VirtualMachine) -> PyResult<()> {
        let thread = thread_number("pthread_kill", thread_id, vm)?;
        vm.audit("signal.pthread_kill", || (thread, signalnum))?;
        // SAFETY: as in C, the number must be of a thread that has not ended: the caller's word.
        let error = unsafe { libc::pthread_kill(thread as libc::pthread_t, signalnum) };
        if error != 0 {
            return Err(io::Error::from_raw_os_error(error).into_pyexception(vm));
        }
        signal::check_signals(vm)
    }

    #[pyfunction]
    fn sigpending(vm: &VirtualMachine) -> PyResult {
        // SAFETY: zeroes are an empty set.
        let mut set: libc::sigset_t = unsafe { core::mem::zeroed() };
        // SAFETY: the place lives during the call.
        if unsafe { libc::sigpending(&mut set) } != 0 {
            return Err(io::Error::last_os_error().into_pyexception(vm));
        }
        sigset_to_pyset(set, vm)
    }

    #[pyfunction]
    fn sigwait(sigset: PyObjectRef, vm: &VirtualMachine) -> PyResult<i32> {
        let set = set_of(sigset, vm)?;
        loop {
            let mut number = 0;
            let place: *mut i32 = &mut number;
            // SAFETY: both places live during the call.
            match vm.allow_threads(|| unsafe { libc::sigwait(&set, place) }) {
                0 => return Ok(number),
                libc::EINTR => signal::check_signals(vm)?,
                error => return Err(io::Error::from_raw_os_error(error).into_pyexception(vm)),
            }
        }
    }

    /// Waits until the deadline; None if it passes.
    fn wait(
        set: &libc::sigset_t,
        deadline: Option<Instant>,
        vm: &VirtualMachine,
    ) -> PyResult<Option<PyObjectRef>> {
        // SAFETY: zeroes are a value of this structure of numbers.
        let mut info: libc::siginfo_t = unsafe { core::mem::zeroed() };
        let place: *mut libc::siginfo_t = &mut info;
        loop {
            let left = deadline.map(|deadline| {
                let left = deadline.saturating_duration_since(Instant::now());
                libc::timespec {
                    tv_sec: left.as_secs().try_into().unwrap_or(libc::time_t::MAX),
                    tv_nsec: left.subsec_nanos().into(),
                }
            });
            let left = left.as_ref().map_or(core::ptr::null(), |each| each as *const _);
            let result = vm.allow_threads(|| {
                // SAFETY: all places live during the call.
                match unsafe { libc::sigtimedwait(set, place, left) } {
                    -1 => Err(io::Error::last_os_error()),
                    _ => Ok(()),
                }
            });
            match result.map_err(|error| (error.raw_os_error(), error)) {
                Ok(()) => return Ok(Some(told(&info, vm))),
                Err((Some(libc::EINTR), _)) => signal::check_signals(vm)?,
                Err((Some(libc::EAGAIN), _)) if deadline.is_some() => return Ok(None),
                Err((_, error)) => return Err(error.into_pyexception(vm)),
            }
        }
    }

    #[pyfunction]
    fn sigwaitinfo(sigset: PyObjectRef, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        wait(&set_of(sigset, vm)?, None, vm)
    }

    #[pyfunction]
    fn sigtimedwait(
        sigset: PyObjectRef,
        timeout: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<Option<PyObjectRef>> {
        let set = set_of(sigset, vm)?;
        // Later than the clock goes is never.
        let deadline = Instant::now().checked_add(seconds(timeout, vm)?);
        wait(&set, deadline, vm)
    }
}
