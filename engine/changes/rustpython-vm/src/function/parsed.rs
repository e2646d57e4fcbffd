//! How CPython reads the arguments of functions that have none with a name: what is said of a
//! wrong number of them depends on it.

/// Which of CPython's readers a function has.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Reader {
    /// The usual one, which counts them and knows the function's full name.
    Counts,
    /// `PyArg_ParseTuple`: it knows a short name, and says how many are taken.
    Tuple,
    /// The one for names, though there are none: it is used where the defining class is asked for.
    Names,
}

/// The reader of the function with this full name: its type or module, and its own.
pub(super) fn reader(full_name: &str) -> Reader {
    if TUPLE.binary_search(&full_name).is_ok() {
        Reader::Tuple
    } else if NAMES.binary_search(&full_name).is_ok() {
        Reader::Names
    } else {
        Reader::Counts
    }
}

/// Read by `PyArg_ParseTuple`, in order.
const TUPLE: [&str; 44] = [
    "Match.group",
    "RLock.__exit__",
    "RLock._acquire_restore",
    "_json.scanstring",
    "_lru_cache_wrapper.__copy__",
    "_lru_cache_wrapper.__deepcopy__",
    "_socket.CMSG_LEN",
    "_socket.CMSG_SPACE",
    "_socket.gethostbyaddr",
    "_socket.gethostbyname",
    "_socket.gethostbyname_ex",
    "_socket.getnameinfo",
    "_socket.getprotobyname",
    "_socket.getservbyname",
    "_socket.getservbyport",
    "_socket.inet_ntop",
    "_socket.inet_pton",
    "_thread.stack_size",
    "date.__format__",
    "date.fromordinal",
    "date.strptime",
    "datetime.__format__",
    "datetime.fromordinal",
    "datetime.strptime",
    "datetime.utcfromtimestamp",
    "lock.__exit__",
    "memoryview.__exit__",
    "socket.getsockopt",
    "socket.listen",
    "socket.recvmsg",
    "socket.send",
    "socket.sendall",
    "socket.sendmsg",
    "socket.setsockopt",
    "time.__format__",
    "time.clock_getres",
    "time.clock_settime",
    "time.clock_settime_ns",
    "time.ctime",
    "time.get_clock_info",
    "time.gmtime",
    "time.localtime",
    "time.strftime",
    "time.strptime",
];

/// Read as if they had names, in order.
const NAMES: [&str; 38] = [
    "BufferedRandom.read",
    "BufferedRandom.read1",
    "BufferedRandom.truncate",
    "BufferedRandom.write",
    "BufferedReader.read",
    "BufferedReader.read1",
    "BufferedReader.truncate",
    "BufferedReader.write",
    "BufferedWriter.read",
    "BufferedWriter.read1",
    "BufferedWriter.truncate",
    "BufferedWriter.write",
    "BytesIO.detach",
    "BytesIO.fileno",
    "BytesIO.getbuffer",
    "Compress.__copy__",
    "Compress.__deepcopy__",
    "Compress.compress",
    "Compress.copy",
    "Compress.flush",
    "Connection.create_collation",
    "Connection.create_window_function",
    "Decompress.__copy__",
    "Decompress.__deepcopy__",
    "Decompress.copy",
    "Decompress.flush",
    "FileIO.read",
    "FileIO.readinto",
    "FileIO.truncate",
    "FileIO.write",
    "StringIO.detach",
    "StringIO.fileno",
    "_BufferedIOBase.detach",
    "_TextIOBase.detach",
    "_csv.field_size_limit",
    "array.extend",
    "array.fromfile",
    "array.tofile",
];
