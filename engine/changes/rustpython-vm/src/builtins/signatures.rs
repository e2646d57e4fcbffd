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
        ("posix", "_exit") => Some("($module, /, status)"),
        ("posix", "cpu_count") | ("_locale", "getencoding") => Some("($module, /)"),
        ("posix", "timerfd_create") => Some("($module, clockid, /, *, flags=0)"),
        ("posix", "_path_splitroot_ex") => Some("($module, /, p)"),
        ("_thread", "interrupt_main") => Some("($module, signum=signal.SIGINT, /)"),
        ("decimal" | "_decimal", "localcontext") => Some("($module, /, ctx=None, **kwargs)"),
        ("time", "tzset") => Some("($self, /)"),
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

/// As [`of_cpython`], of a class.
pub(super) fn of_class(module: &str, name: &str) -> Option<Option<&'static str>> {
    Some(match (module, name) {
        ("_json", "Encoder")
        | ("_lzma", "LZMACompressor")
        | ("_multiprocessing", "SemLock")
        | ("_random", "Random")
        | ("_socket", "socket")
        | ("_ssl", "MemoryBIO")
        | ("_struct", "Struct")
        | ("_tokenize", "TokenizerIter")
        | ("functools", "_lru_cache_wrapper")
        | ("mmap", "mmap")
        | ("select", "epoll")
        | ("zoneinfo", "ZoneInfo") => None,
        ("_lsprof", "Profiler") => {
            Some("(timer=None, timeunit=0.0, subcalls=True, builtins=True)")
        }
        ("builtins", "code") => Some(
            "(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize,\n     flags, codestring, \
             constants, names, varnames, filename, name,\n     qualname, firstlineno, linetable, \
             exceptiontable, freevars=(),\n     cellvars=(), /)",
        ),
        ("builtins", "method") => Some("(function, instance, /)"),
        ("builtins", "module") => Some("(name, doc=None)"),
        ("builtins", "reversed") => Some("(sequence, /)"),
        ("builtins", "traceback") => Some("(tb_next, tb_frame, tb_lasti, tb_lineno)"),
        ("decimal", "Context") => Some(
            "(prec=None, rounding=None, Emin=None, Emax=None, capitals=None, clamp=None, flags=None, \
             traps=None)",
        ),
        ("decimal", "Decimal") => Some("(value=\"0\", context=None)"),
        ("posix", "sched_param") => Some("(sched_priority)"),
        _ => return None,
    })
}

/// As [`of_cpython`], of a class's method.
pub(super) fn of_method(
    module: &str,
    class: &str,
    name: &str,
) -> Option<Option<&'static str>> {
    Some(match (module, class, name) {
        ("_asyncio", _, "add_done_callback") => {
            Some("($self, fn, /, *, context=<unrepresentable>)")
        }
        ("_contextvars", "Context", "run") => None,
        ("_csv", "Dialect", "__reduce__" | "__reduce_ex__") => None,
        ("_io", "BufferedRWPair", "peek" | "read" | "read1" | "readinto" | "readinto1" | "write") => {
            None
        }
        ("_io", "BytesIO", "readlines" | "truncate") => Some("($self, size=None, /)"),
        ("_io", "StringIO", "truncate") => Some("($self, pos=None, /)"),
        ("_io", "_IOBase", "__exit__") | ("_io", "_RawIOBase", "readinto" | "write") => None,
        ("_socket", "socket", "sendto") => None,
        ("_struct", "Struct", "pack" | "pack_into") => None,
        ("_thread", "_ThreadHandle", "join") => None,
        (
            "builtins",
            "async_generator" | "coroutine" | "generator" | "mappingproxy",
            "__class_getitem__",
        )
        | ("string.templatelib", "Template", "__class_getitem__") => Some("($type, object, /)"),
        ("builtins", "async_generator", "asend")
        | ("builtins", "coroutine" | "generator", "send")
        | (
            "builtins",
            "list_reverseiterator" | "longrange_iterator" | "reversed",
            "__setstate__",
        ) => Some("($self, object, /)"),
        ("builtins", "str" | "bytes" | "bytearray", "count" | "find" | "index" | "rfind" | "rindex") => {
            Some("($self, sub[, start[, end]], /)")
        }
        ("builtins", "str" | "bytes" | "bytearray", "startswith") => {
            Some("($self, prefix[, start[, end]], /)")
        }
        ("builtins", "str" | "bytes" | "bytearray", "endswith") => {
            Some("($self, suffix[, start[, end]], /)")
        }
        ("builtins", "dict", "update")
        | ("builtins", "coroutine" | "generator", "throw")
        | ("builtins", "async_generator", "athrow") => None,
        ("builtins", "code", "__replace__" | "replace") => Some("($self, /, **changes)"),
        ("builtins", "code", "_varname_from_oparg") => Some("($self, /, oparg)"),
        ("builtins", "mappingproxy", "get") => Some("($self, key, default=None, /)"),
        ("builtins", "object", "__init_subclass__") => Some("($type, /)"),
        ("builtins", "type", "__prepare__") => Some("($cls, name, bases, /, **kwds)"),
        ("collections", "OrderedDict", "update") => None,
        ("collections", "deque", "index") => Some("($self, value, [start, [stop]])"),
        ("datetime", "date" | "time", "__format__" | "strftime" | "strptime") => None,
        ("datetime", "date", "fromisocalendar" | "fromordinal") => None,
        ("datetime", "datetime", "__reduce_ex__" | "strptime" | "utcfromtimestamp") => None,
        ("datetime", "time", "__reduce_ex__") => None,
        ("decimal", "Context", "_apply") | ("decimal", "Decimal", "__deepcopy__") => {
            Some("($self, object, /)")
        }
        ("decimal", "Decimal", "__format__") => None,
        ("functools", "_lru_cache_wrapper", "__copy__" | "__deepcopy__") => None,
        ("posix", "sched_param", "__reduce__") => Some("($self, /)"),
        ("pyexpat", "xmlparser", "Parse") => Some("($self, data, isfinal=False, /)"),
        ("pyexpat", "xmlparser", "UseForeignDTD") => Some("($self, flag=True, /)"),
        ("select", "epoll", "__exit__") => {
            Some("($self, exc_type=None, exc_value=None, exc_tb=None, /)")
        }
        ("select", "epoll", "poll") => Some("($self, /, timeout=None, maxevents=-1)"),
        ("sqlite3", "Blob", "__exit__") => Some("($self, type, val, tb, /)"),
        ("sqlite3", "Blob", "read") => Some("($self, length=-1, /)"),
        ("sqlite3", "Blob", "seek") => Some("($self, offset, origin=0, /)"),
        ("sqlite3", "Connection", "__exit__") => Some("($self, type, value, traceback, /)"),
        ("sqlite3", "Connection", "backup") => Some(
            "($self, /, target, *, pages=-1, progress=None, name='main',\n       sleep=0.25)",
        ),
        ("sqlite3", "Connection", "create_collation") => Some("($self, name, callback, /)"),
        ("sqlite3", "Connection", "create_window_function") => {
            Some("($self, name, num_params, aggregate_class, /)")
        }
        ("sqlite3", "Connection" | "Cursor", "execute") => Some("($self, sql, parameters=(), /)"),
        ("sqlite3", "Connection", "executemany") => Some("($self, sql, parameters, /)"),
        ("sqlite3", "Cursor", "executemany") => Some("($self, sql, seq_of_parameters, /)"),
        ("sqlite3", "Connection" | "Cursor", "executescript") => {
            Some("($self, sql_script, /)")
        }
        ("sqlite3", "Connection", "setconfig") => Some("($self, op, enable=True, /)"),
        ("sqlite3", "Cursor", "fetchmany") => Some("($self, /, size=1)"),
        ("sqlite3", "Cursor", "setoutputsize") => Some("($self, size, column=None, /)"),
        ("typing", "Generic", "__class_getitem__" | "__init_subclass__") => None,
        ("zoneinfo", "ZoneInfo", "__init_subclass__") => None,
        _ => return None,
    })
}
