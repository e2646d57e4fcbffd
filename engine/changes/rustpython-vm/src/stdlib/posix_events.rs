//! `os`: files that count events and tell of times, and pseudo-terminals made by hand.

#[pymodule(sub, name = "posix")]
pub(crate) mod posix_events {
    use super::super::file_descriptor::{FileDescriptor, UnsignedInt, checked, uninterrupted};
    use crate::{PyResult, VirtualMachine, function::ArgIntoFloat};

    #[derive(FromArgs)]
    struct EventArgs {
        #[pyarg(any)]
        initval: UnsignedInt,
        #[pyarg(any, default = libc::EFD_CLOEXEC)]
        flags: i32,
    }

    #[derive(FromArgs)]
    struct ReadArgs {
        #[pyarg(any)]
        fd: FileDescriptor,
    }

    #[derive(FromArgs)]
    struct WriteArgs {
        #[pyarg(any)]
        fd: FileDescriptor,
        #[pyarg(any)]
        value: u64,
    }

    #[pyfunction]
    fn eventfd(args: EventArgs, vm: &VirtualMachine) -> PyResult<i64> {
        // SAFETY: numbers only.
        checked(i64::from(unsafe { libc::eventfd(args.initval.0, args.flags) }), vm)
    }

    #[pyfunction]
    fn eventfd_read(args: ReadArgs, vm: &VirtualMachine) -> PyResult<u64> {
        let mut value = 0;
        let place: *mut u64 = &mut value;
        // SAFETY: the place lives during the call.
        let done = vm.allow_threads(|| match unsafe { libc::eventfd_read(args.fd.0, place) } {
            -1 => Err(std::io::Error::last_os_error()),
            _ => Ok(()),
        });
        done.map_err(|error| crate::convert::IntoPyException::into_pyexception(error, vm))?;
        Ok(value)
    }

    #[pyfunction]
    fn eventfd_write(args: WriteArgs, vm: &VirtualMachine) -> PyResult<()> {
        // SAFETY: numbers only.
        let done = vm.allow_threads(|| match unsafe { libc::eventfd_write(args.fd.0, args.value) } {
            -1 => Err(std::io::Error::last_os_error()),
            _ => Ok(()),
        });
        done.map_err(|error| crate::convert::IntoPyException::into_pyexception(error, vm))
    }

    #[derive(FromArgs)]
    struct TimerArgs {
        #[pyarg(positional)]
        clockid: i32,
        #[pyarg(named, default = libc::TFD_CLOEXEC)]
        flags: i32,
    }

    #[derive(FromArgs)]
    struct SecondsArgs {
        #[pyarg(positional)]
        fd: FileDescriptor,
        #[pyarg(named, default)]
        flags: i32,
        #[pyarg(named, default = 0.0)]
        initial: ArgIntoFloat,
        #[pyarg(named, default = 0.0)]
        interval: ArgIntoFloat,
    }

    #[derive(FromArgs)]
    struct NanosecondsArgs {
        #[pyarg(positional)]
        fd: FileDescriptor,
        #[pyarg(named, default)]
        flags: i32,
        #[pyarg(named, default)]
        initial: i64,
        #[pyarg(named, default)]
        interval: i64,
    }

    const BILLION: i64 = 1_000_000_000;

    fn from_nanoseconds(time: i64) -> libc::timespec {
        libc::timespec {
            tv_sec: time.div_euclid(BILLION),
            tv_nsec: time.rem_euclid(BILLION),
        }
    }

    /// Seconds as whole nanoseconds, rounded down.
    fn nanoseconds(seconds: f64, vm: &VirtualMachine) -> PyResult<i64> {
        let exact = (seconds * BILLION as f64).floor();
        if seconds.is_nan() {
            return Err(vm.new_value_error("Invalid value NaN (not a number)"));
        }
        if exact.abs() >= i64::MAX as f64 {
            return Err(vm.new_overflow_error("timestamp out of range for platform time_t"));
        }
        Ok(exact as i64)
    }

    fn in_nanoseconds(time: libc::timespec) -> i64 {
        time.tv_sec.saturating_mul(BILLION).saturating_add(time.tv_nsec)
    }

    fn in_seconds(time: libc::timespec) -> f64 {
        in_nanoseconds(time) as f64 / BILLION as f64
    }

    fn set(
        fd: FileDescriptor,
        flags: i32,
        initial: i64,
        interval: i64,
        vm: &VirtualMachine,
    ) -> PyResult<libc::itimerspec> {
        let new = libc::itimerspec {
            it_interval: from_nanoseconds(interval),
            it_value: from_nanoseconds(initial),
        };
        let mut old = new;
        let place: *mut libc::itimerspec = &mut old;
        // SAFETY: both places live during the call.
        checked(
            i64::from(unsafe { libc::timerfd_settime(fd.0, flags, &new, place) }),
            vm,
        )?;
        Ok(old)
    }

    fn get(fd: FileDescriptor, vm: &VirtualMachine) -> PyResult<libc::itimerspec> {
        let zero = from_nanoseconds(0);
        let mut now = libc::itimerspec {
            it_interval: zero,
            it_value: zero,
        };
        // SAFETY: the place lives during the call.
        checked(i64::from(unsafe { libc::timerfd_gettime(fd.0, &mut now) }), vm)?;
        Ok(now)
    }

    #[pyfunction]
    fn timerfd_create(args: TimerArgs, vm: &VirtualMachine) -> PyResult<i64> {
        // SAFETY: numbers only.
        checked(i64::from(unsafe { libc::timerfd_create(args.clockid, args.flags | libc::TFD_CLOEXEC) }), vm)
    }

    #[pyfunction]
    fn timerfd_settime(args: SecondsArgs, vm: &VirtualMachine) -> PyResult<(f64, f64)> {
        let initial = nanoseconds(args.initial.into(), vm)?;
        let interval = nanoseconds(args.interval.into(), vm)?;
        let old = set(args.fd, args.flags, initial, interval, vm)?;
        Ok((in_seconds(old.it_value), in_seconds(old.it_interval)))
    }

    #[pyfunction]
    fn timerfd_settime_ns(args: NanosecondsArgs, vm: &VirtualMachine) -> PyResult<(i64, i64)> {
        let old = set(args.fd, args.flags, args.initial, args.interval, vm)?;
        Ok((in_nanoseconds(old.it_value), in_nanoseconds(old.it_interval)))
    }

    #[pyfunction]
    fn timerfd_gettime(fd: FileDescriptor, vm: &VirtualMachine) -> PyResult<(f64, f64)> {
        let now = get(fd, vm)?;
        Ok((in_seconds(now.it_value), in_seconds(now.it_interval)))
    }

    #[pyfunction]
    fn timerfd_gettime_ns(fd: FileDescriptor, vm: &VirtualMachine) -> PyResult<(i64, i64)> {
        let now = get(fd, vm)?;
        Ok((in_nanoseconds(now.it_value), in_nanoseconds(now.it_interval)))
    }

    #[pyfunction]
    fn posix_openpt(oflag: i32, vm: &VirtualMachine) -> PyResult<i64> {
        // SAFETY: numbers only.
        uninterrupted(vm, || i64::from(unsafe { libc::posix_openpt(oflag | libc::O_CLOEXEC) }))
    }

    #[pyfunction]
    fn grantpt(fd: FileDescriptor, vm: &VirtualMachine) -> PyResult<()> {
        // SAFETY: numbers only.
        checked(i64::from(unsafe { libc::grantpt(fd.0) }), vm).map(drop)
    }

    #[pyfunction]
    fn unlockpt(fd: FileDescriptor, vm: &VirtualMachine) -> PyResult<()> {
        // SAFETY: numbers only.
        checked(i64::from(unsafe { libc::unlockpt(fd.0) }), vm).map(drop)
    }

    #[pyfunction]
    fn ptsname(fd: FileDescriptor, vm: &VirtualMachine) -> PyResult<String> {
        let mut name = [0u8; 128];
        // SAFETY: the place has the room that is told.
        let error = unsafe { libc::ptsname_r(fd.0, name.as_mut_ptr().cast(), name.len()) };
        if error != 0 {
            let error = std::io::Error::from_raw_os_error(error);
            return Err(crate::convert::IntoPyException::into_pyexception(error, vm));
        }
        let name = name.split(|&byte| byte == 0).next().unwrap_or_default();
        Ok(String::from_utf8_lossy(name).into_owned())
    }
}
