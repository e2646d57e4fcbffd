//! Signatures of built-in functions that `inspect` shows otherwise for CPython.
//!
//! Packages ask for them: a function without one is not taken for a function of any arguments.

/// CPython's signature of a function of that module, where it is not the one that its parameters
/// tell. The inner None means that CPython has none.
pub(super) fn of_cpython(module: &str, name: &str) -> Option<Option<&'static str>> {
    Some(match (module, name) {
        ("_elementtree", "SubElement") => None,
        (
            "_socket",
            "CMSG_LEN" | "CMSG_SPACE" | "getaddrinfo" | "gethostbyaddr" | "gethostbyname"
            | "gethostbyname_ex" | "getnameinfo" | "getprotobyname" | "inet_ntop" | "inet_pton"
            | "sethostname",
        ) => None,
        ("_sqlite3", "connect") => None,
        ("_struct", "pack" | "pack_into") => None,
        (
            "builtins",
            "__build_class__" | "dir" | "getattr" | "iter" | "max" | "min" | "next" | "vars",
        ) => None,
        // Nobody can read this one, as in CPython.
        ("builtins", "anext") => Some("($module, aiterator, default=<unrepresentable>, /)"),
        ("sys", "getsizeof") => None,
        ("syslog", "openlog" | "syslog") => None,
        (
            "time",
            "clock_getres"
            | "clock_settime"
            | "clock_settime_ns"
            | "get_clock_info"
            | "pthread_getcpuclockid",
        ) => None,
        ("zlib", "compressobj") => None,
        ("_csv", "get_dialect") => Some("($module, name)"),
        ("_csv", "reader") => Some("($module, iterable, /, dialect='excel', **fmtparams)"),
        ("_csv", "register_dialect") => Some("($module, name, /, dialect='excel', **fmtparams)"),
        ("_csv", "unregister_dialect") => Some("($module, name)"),
        ("_csv", "writer") => Some("($module, fileobj, /, dialect='excel', **fmtparams)"),
        ("_imp", "exec_dynamic") => Some("($module, mod, /)"),
        ("_signal", "pidfd_send_signal") => {
            Some("($module, pidfd, signalnum, siginfo=None, flags=0, /)")
        }
        ("_sqlite3", "complete_statement") => Some("($module, statement)"),
        ("_sqlite3", "enable_callback_tracebacks") => Some("($module, enable, /)"),
        ("_sqlite3", "register_adapter") => Some("($module, type, adapter, /)"),
        ("_warnings", "warn") => Some(
            "($module, message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=())",
        ),
        ("posix", "_exit") => Some("($module, status)"),
        ("time", "tzset") | ("_locale", "getencoding") => Some("($module)"),
        ("posix", "copy_file_range") => {
            Some("($module, src, dst, count, offset_src=None, offset_dst=None)")
        }
        ("posix", "getrandom") => Some("($module, size, flags=0)"),
        ("posix", "listxattr") => Some("($module, path=None, *, follow_symlinks=True)"),
        ("posix", "major") => Some("($module, device, /)"),
        ("posix", "minor") => Some("($module, device, /)"),
        ("posix", "pidfd_open") => Some("($module, pid, flags=0)"),
        ("posix", "preadv") => Some("($module, fd, buffers, offset, flags=0, /)"),
        ("posix", "pwritev") => Some("($module, fd, buffers, offset, flags=0, /)"),
        ("posix", "sched_setparam") => Some("($module, pid, param, /)"),
        ("posix", "sched_setscheduler") => Some("($module, pid, policy, param, /)"),
        ("posix", "splice") => {
            Some("($module, src, dst, count, offset_src=None, offset_dst=None, flags=0)")
        }
        ("resource", "prlimit") => Some("($module, pid, resource, limits=None, /)"),
        _ => return None,
    })
}
