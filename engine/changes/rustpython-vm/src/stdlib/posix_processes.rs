//! `os`: processors that a process may use, children that are waited for, namespaces, and `confstr`.

#[pymodule(sub, name = "posix")]
pub(crate) mod posix_processes {
    use super::super::file_descriptor::{FileDescriptor, checked, uninterrupted};
    use crate::{
        AsObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
        builtins::{PyDictRef, PyInt, PySet, PyStr},
        convert::ToPyObject,
        types::PyStructSequence,
    };

    #[pyattr]
    const CLONE_NEWTIME: i32 = 0x80;
    #[pyattr]
    const NGROUPS_MAX: i32 = 65536;
    #[pyattr]
    const RTLD_DEEPBIND: i32 = libc::RTLD_DEEPBIND;
    #[pyattr]
    const ST_APPEND: i32 = 256;
    #[pyattr]
    const ST_MANDLOCK: i32 = 64;
    #[pyattr]
    const ST_NOATIME: i32 = 1024;
    #[pyattr]
    const ST_NODEV: i32 = 4;
    #[pyattr]
    const ST_NODIRATIME: i32 = 2048;
    #[pyattr]
    const ST_NOEXEC: i32 = 8;
    #[pyattr]
    const ST_RELATIME: i32 = 4096;
    #[pyattr]
    const ST_SYNCHRONOUS: i32 = 16;
    #[pyattr]
    const ST_WRITE: i32 = 128;

    const BITS: usize = 64;
    /// Sets of more processors than the kernel's are of no use.
    const MOST_PROCESSORS: usize = 1 << 20;

    #[pyfunction]
    fn sched_getaffinity(pid: i32, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        let mut words = 1024 / BITS;
        loop {
            let mut mask = vec![0u64; words];
            // SAFETY: the place has the room that is told.
            let result = unsafe {
                libc::sched_getaffinity(pid, words * 8, mask.as_mut_ptr().cast())
            };
            if result == -1
                && std::io::Error::last_os_error().raw_os_error() == Some(libc::EINVAL)
                && words * BITS < MOST_PROCESSORS
            {
                words *= 2;
                continue;
            }
            checked(i64::from(result), vm)?;
            let set = PySet::default().into_ref(&vm.ctx);
            for processor in 0..words * BITS {
                if mask[processor / BITS] >> (processor % BITS) & 1 == 1 {
                    set.add(vm.ctx.new_int(processor).into(), vm)?;
                }
            }
            return Ok(set.into());
        }
    }

    #[pyfunction]
    fn sched_setaffinity(pid: i32, mask: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let mut words = vec![0u64; 1024 / BITS];
        for each in mask.get_iter(vm)?.iter::<PyObjectRef>(vm)? {
            let each = each?;
            let Some(number) = each.downcast_ref::<PyInt>() else {
                return Err(vm.new_type_error(format!(
                    "expected an iterator of ints, but iterator yielded {}",
                    each.class().as_object().repr(vm)?
                )));
            };
            let processor = match number.try_to_primitive::<i32>(vm) {
                Ok(number) if number < 0 => {
                    return Err(vm.new_value_error("negative CPU number"));
                }
                Ok(number) => number as usize,
                Err(_) => return Err(vm.new_overflow_error("CPU number too large")),
            };
            if processor >= MOST_PROCESSORS {
                // The kernel knows of none of these.
                continue;
            }
            if processor / BITS >= words.len() {
                words.resize(processor / BITS + 1, 0);
            }
            words[processor / BITS] |= 1 << (processor % BITS);
        }
        // SAFETY: the set is as long as told.
        let result = unsafe {
            libc::sched_setaffinity(pid, words.len() * 8, words.as_ptr().cast())
        };
        checked(i64::from(result), vm).map(drop)
    }

    #[pyfunction]
    fn sched_rr_get_interval(pid: i32, vm: &VirtualMachine) -> PyResult<f64> {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the place lives during the call.
        checked(i64::from(unsafe { libc::sched_rr_get_interval(pid, &mut time) }), vm)?;
        Ok(time.tv_sec as f64 + 1e-9 * time.tv_nsec as f64)
    }

    #[derive(FromArgs)]
    struct SetnsArgs {
        #[pyarg(any)]
        fd: FileDescriptor,
        #[pyarg(any, default)]
        nstype: i32,
    }

    #[derive(FromArgs)]
    struct UnshareArgs {
        #[pyarg(any)]
        flags: i32,
    }

    #[pyfunction]
    fn setns(args: SetnsArgs, vm: &VirtualMachine) -> PyResult<()> {
        // SAFETY: numbers only.
        uninterrupted(vm, || i64::from(unsafe { libc::setns(args.fd.0, args.nstype) })).map(drop)
    }

    #[pyfunction]
    fn unshare(args: UnshareArgs, vm: &VirtualMachine) -> PyResult<()> {
        // SAFETY: numbers only.
        uninterrupted(vm, || i64::from(unsafe { libc::unshare(args.flags) })).map(drop)
    }

    #[pystruct_sequence_data]
    struct WaitidResultData {
        si_pid: i32,
        si_uid: u32,
        si_signo: i32,
        si_status: i32,
        si_code: i32,
    }

    #[pyattr]
    #[pystruct_sequence(name = "waitid_result", module = "posix", data = "WaitidResultData")]
    struct PyWaitidResult;

    #[pyclass(with(PyStructSequence))]
    impl PyWaitidResult {}

    #[pyfunction]
    fn waitid(
        idtype: i32,
        id: i32,
        options: i32,
        vm: &VirtualMachine,
    ) -> PyResult<Option<PyObjectRef>> {
        // SAFETY: zeroes are a value of this structure of numbers.
        let mut told: libc::siginfo_t = unsafe { core::mem::zeroed() };
        let place: *mut libc::siginfo_t = &mut told;
        // SAFETY: the place lives during the call.
        uninterrupted(vm, || {
            i64::from(unsafe { libc::waitid(idtype as libc::idtype_t, id as u32, place, options) })
        })?;
        // SAFETY: `waitid` fills in these fields, or leaves zeroes.
        let (pid, uid, status) = unsafe { (told.si_pid(), told.si_uid(), told.si_status()) };
        if pid == 0 {
            return Ok(None);
        }
        let result = WaitidResultData {
            si_pid: pid,
            si_uid: uid,
            si_signo: told.si_signo,
            si_status: status,
            si_code: told.si_code,
        };
        Ok(Some(PyWaitidResult::from_data(result, vm).into()))
    }

    #[pyfunction]
    fn ctermid() -> &'static str {
        "/dev/tty"
    }

    /// Names of `confstr`, with glibc's numbers.
    const CONFIGURATION: &[(&str, i32)] = &[
        ("CS_GNU_LIBC_VERSION", 2),
        ("CS_GNU_LIBPTHREAD_VERSION", 3),
        ("CS_LFS64_CFLAGS", 1004),
        ("CS_LFS64_LDFLAGS", 1005),
        ("CS_LFS64_LIBS", 1006),
        ("CS_LFS64_LINTFLAGS", 1007),
        ("CS_LFS_CFLAGS", 1000),
        ("CS_LFS_LDFLAGS", 1001),
        ("CS_LFS_LIBS", 1002),
        ("CS_LFS_LINTFLAGS", 1003),
        ("CS_PATH", 0),
        ("CS_XBS5_ILP32_OFF32_CFLAGS", 1100),
        ("CS_XBS5_ILP32_OFF32_LDFLAGS", 1101),
        ("CS_XBS5_ILP32_OFF32_LIBS", 1102),
        ("CS_XBS5_ILP32_OFF32_LINTFLAGS", 1103),
        ("CS_XBS5_ILP32_OFFBIG_CFLAGS", 1104),
        ("CS_XBS5_ILP32_OFFBIG_LDFLAGS", 1105),
        ("CS_XBS5_ILP32_OFFBIG_LIBS", 1106),
        ("CS_XBS5_ILP32_OFFBIG_LINTFLAGS", 1107),
        ("CS_XBS5_LP64_OFF64_CFLAGS", 1108),
        ("CS_XBS5_LP64_OFF64_LDFLAGS", 1109),
        ("CS_XBS5_LP64_OFF64_LIBS", 1110),
        ("CS_XBS5_LP64_OFF64_LINTFLAGS", 1111),
        ("CS_XBS5_LPBIG_OFFBIG_CFLAGS", 1112),
        ("CS_XBS5_LPBIG_OFFBIG_LDFLAGS", 1113),
        ("CS_XBS5_LPBIG_OFFBIG_LIBS", 1114),
        ("CS_XBS5_LPBIG_OFFBIG_LINTFLAGS", 1115),
    ];

    #[pyattr]
    fn confstr_names(vm: &VirtualMachine) -> PyDictRef {
        let names = vm.ctx.new_dict();
        for (name, number) in CONFIGURATION {
            let number = vm.ctx.new_int(*number).into();
            let done = names.set_item(*name, number, vm);
            debug_assert!(done.is_ok());
        }
        names
    }

    #[pyfunction]
    fn confstr(name: PyObjectRef, vm: &VirtualMachine) -> PyResult<Option<String>> {
        let number = if let Some(number) = name.downcast_ref::<PyInt>() {
            number.try_to_primitive::<i32>(vm)?
        } else if let Some(text) = name.downcast_ref::<PyStr>() {
            let known = CONFIGURATION
                .iter()
                .find(|(each, _)| text.as_bytes() == each.as_bytes());
            known
                .ok_or_else(|| vm.new_value_error("unrecognized configuration name"))?
                .1
        } else {
            return Err(vm.new_type_error("configuration names must be strings or integers"));
        };
        let mut value = vec![0u8; 255];
        loop {
            // SAFETY: the calls get zeroed `errno` and a place with the room that is told.
            let length = unsafe {
                *libc::__errno_location() = 0;
                libc::confstr(number, value.as_mut_ptr().cast(), value.len())
            };
            if length == 0 {
                let error = std::io::Error::last_os_error();
                if error.raw_os_error() == Some(0) {
                    return Ok(None);
                }
                return Err(crate::convert::IntoPyException::into_pyexception(error, vm));
            }
            if length <= value.len() {
                value.truncate(length - 1);
                return Ok(Some(String::from_utf8_lossy(&value).into_owned()));
            }
            value.resize(length, 0);
        }
    }
}
