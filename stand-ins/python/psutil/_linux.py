"""krait: what psutil's compiled modules do on Linux, by /proc, the kernel's sockets and `os`."""

import errno
import fcntl
import os
import re
import resource
import socket
import struct

try:
    import _krait_stand_ins._psutil as _native
except ImportError:
    _native = None

DUPLEX_HALF, DUPLEX_FULL, DUPLEX_UNKNOWN = 0, 1, 255
RLIM_INFINITY = -1
RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_STACK, RLIMIT_CORE, RLIMIT_RSS, RLIMIT_NPROC, RLIMIT_NOFILE = range(8)
RLIMIT_MEMLOCK, RLIMIT_AS, RLIMIT_LOCKS, RLIMIT_SIGPENDING, RLIMIT_MSGQUEUE, RLIMIT_NICE, RLIMIT_RTPRIO = range(8, 15)
RLIMIT_RTTIME = 15

_INTEGER = range(-1 << 31, 1 << 31)
# A row of a network interface, and its questions (netdevice(7)).
_ROW = 40
_GET_FLAGS, _GET_MTU = 0x8913, 0x8921
_FLAGS = (
    "up", "broadcast", "debug", "loopback", "pointopoint", "notrailers", "running", "noarp", "promisc", "allmulti",
    "master", "slave", "multicast", "portsel", "automedia", "dynamic",
)
# rtnetlink(7)
_NETLINK, _LINKS, _ADDRESSES, _REQUEST, _DUMP, _DONE, _ERROR = 16, 18, 22, 1, 0x300, 3, 2
_ADDRESS, _BROADCAST_OF_LINK, _LOCAL, _NAME, _BROADCAST = 1, 2, 2, 3, 4
_IS_BROADCAST, _IS_POINT_TO_POINT = 2, 16


# What the modules have: versions before 7.2 have two.
SHARED = [
    *(name for name in list(globals()) if name.startswith("RLIM")),
    "ZombieProcessError", "getpagesize", "net_if_addrs", "net_if_flags", "net_if_is_running", "net_if_mtu", "users",
]
OF_LINUX = [
    "DUPLEX_FULL", "DUPLEX_HALF", "DUPLEX_UNKNOWN", "check_pid_range", "disk_partitions", "linux_sysinfo",
    "net_if_duplex_speed", "proc_cpu_affinity_get", "proc_cpu_affinity_set", "proc_ioprio_get", "proc_ioprio_set",
    "set_debug",
]
OF_POSIX = ["getpriority", "setpriority"]


class ZombieProcessError(Exception):
    pass


ZombieProcessError.__module__ = "_psutil_posix"


def version_of(file):
    """psutil's version as its compiled module has it: the digits alone."""
    with open(os.path.join(os.path.dirname(file), "__init__.py"), encoding="utf-8") as source:
        found = re.search(r'^__version__ = "([0-9.]+)"', source.read(), re.MULTILINE)
    return int(found[1].replace(".", "")) if found else 0


def _counted(given, count):
    if len(given) != count:
        plural = "" if count == 1 else "s"
        raise TypeError(f"function takes exactly {count} argument{plural} ({len(given)} given)")


def _integer(value):
    try:
        value = type(value).__index__(value)
    except AttributeError:
        raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")
    if value not in _INTEGER:
        bound = "less than minimum" if value < 0 else "greater than maximum"
        raise OverflowError(f"signed integer is {bound}")
    return value


def _process(value):
    """A process's number as the kernel is asked: krait's Python has a thread of its own, which 0 is."""
    value = _integer(value)
    return 0 if value == os.getpid() else value


def check_pid_range(*args):
    _counted(args, 1)
    if _integer(args[0]) < 0:
        raise ValueError("pid must be a positive integer")


def set_debug(value, /):
    pass


def getpagesize():
    return resource.getpagesize()


def getpriority(pid, /):
    return os.getpriority(os.PRIO_PROCESS, _process(pid))


def setpriority(pid, value, /):
    os.setpriority(os.PRIO_PROCESS, _process(pid), _integer(value))


def proc_cpu_affinity_get(pid, /):
    return sorted(os.sched_getaffinity(_process(pid)))


def proc_cpu_affinity_set(pid, cpus, /):
    if not hasattr(type(cpus), "__getitem__") or isinstance(cpus, dict):
        raise TypeError(f"sequence argument expected, got {type(cpus)!r}")
    found = set()
    for cpu in cpus:
        cpu = _integer(cpu)
        if cpu == -1:
            raise ValueError("invalid CPU value")
        # What the set has no place for is in no set.
        if 0 <= cpu < 1024:
            found.add(cpu)
    if not found:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    os.sched_setaffinity(_process(pid), found)


def _answer(number):
    if number < 0:
        raise OSError(-number, os.strerror(-number))
    return number


if hasattr(_native, "ioprio_get"):

    def proc_ioprio_get(pid, /):
        priority = _answer(_native.ioprio_get(_process(pid)))
        return priority >> 13, priority & 0x1FFF

    def proc_ioprio_set(pid, ioclass, iodata, /):
        _answer(_native.ioprio_set(_process(pid), _integer(ioclass) << 13 | _integer(iodata)))


def linux_sysinfo():
    found = {}
    with open("/proc/meminfo", "rb") as lines:
        for line in lines:
            name, _, rest = line.partition(b":")
            found[name] = int(rest.split()[0]) * 1024
    names = (b"MemTotal", b"MemFree", b"Buffers", b"Shmem", b"SwapTotal", b"SwapFree")
    return *(found.get(name, 0) for name in names), 1


def disk_partitions(path, /):
    def plain(part):
        part = re.sub(rb"\\(0[0-7]{2}|1[0-7]{2})", lambda found: bytes((int(found[1], 8),)), part)
        return os.fsdecode(part)

    mounts = []
    with open(path, "rb") as lines:
        for line in lines:
            parts = line.split()
            if len(parts) >= 4 and not parts[0].startswith(b"#"):
                device, point, kind, options = map(plain, parts[:4])
                mounts.append((device, point, kind, options))
    return mounts


def users():
    """The sessions that utmp(5) has."""
    rows = struct.Struct("=h2xi32s4s32s256shhiii16s20x")
    try:
        with open("/var/run/utmp", "rb") as file:
            data = file.read()
    except OSError:
        return []
    found = []
    for start in range(0, len(data) - rows.size + 1, rows.size):
        kind, pid, line, _, user, host, _, _, _, seconds, *_ = rows.unpack_from(data, start)
        if kind != 7:
            continue
        user, line, host = (os.fsdecode(each.partition(b"\0")[0]) for each in (user, line, host))
        if host in ("", ":0", ":0.0"):
            host = "localhost"
        found.append((user, line, host, float(seconds), pid))
    return found


def _asked(name, question, called):
    """The row of a network interface, with the answer to a question."""
    row = struct.pack(f"{_ROW}s", os.fsencode(name)[:15])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        try:
            return fcntl.ioctl(asker, question, row)
        except OSError as error:
            words = os.strerror(error.errno)
            raise OSError(error.errno, f"{words} (originated from {called})" if called else words)


def net_if_mtu(name, /):
    return struct.unpack_from("i", _asked(name, _GET_MTU, ""), 16)[0]


def _flags(name, called):
    return struct.unpack_from("H", _asked(name, _GET_FLAGS, called), 16)[0]


def net_if_flags(name, /):
    flags = _flags(name, "ioctl(SIOCGIFFLAGS)")
    return [each for bit, each in enumerate(_FLAGS) if flags >> bit & 1]


def net_if_is_running(name, /):
    return bool(_flags(name, "") & 64)


def net_if_duplex_speed(name, /):
    # The kernel's own question has a pointer, which only C can give; /sys has the same.
    _flags(name, "ioctl(SIOCETHTOOL)")
    try:
        with open(f"/sys/class/net/{name}/duplex") as file:
            duplex = {"half": DUPLEX_HALF, "full": DUPLEX_FULL}.get(file.read().strip(), DUPLEX_UNKNOWN)
        with open(f"/sys/class/net/{name}/speed") as file:
            speed = int(file.read())
    except (OSError, ValueError):
        return [DUPLEX_UNKNOWN, 0]
    return [duplex, max(speed, 0)]


def _dumped(kind):
    """What the kernel's routing has of a kind: the header and the attributes of each."""
    with socket.socket(_NETLINK, socket.SOCK_RAW, 0) as asker:
        asker.send(struct.pack("IHHII4x16x", 36, kind, _REQUEST | _DUMP, 1, 0))
        while True:
            data = asker.recv(1 << 16)
            if not data:
                return
            while len(data) >= 16:
                size, answer = struct.unpack_from("IH", data)
                if answer == _DONE:
                    return
                if answer == _ERROR:
                    _answer(struct.unpack_from("i", data, 16)[0])
                yield data[16:size]
                data = data[size + 3 & ~3:]


def _attributes(data):
    found = {}
    while len(data) >= 4:
        size, kind = struct.unpack_from("HH", data)
        if size < 4:
            break
        found[kind & 0x3FFF] = data[4:size]
        data = data[size + 3 & ~3:]
    return found


def _spelled(address):
    return ":".join(f"{byte:02x}" for byte in address)


def net_if_addrs():
    found, names, flags = [], {}, {}
    for link in _dumped(_LINKS):
        index, flags_of = struct.unpack_from("iI", link, 4)
        attributes = _attributes(link[16:])
        name = names[index] = os.fsdecode(attributes[_NAME].rstrip(b"\0"))
        flags[index] = flags_of
        address, far = attributes.get(_ADDRESS), attributes.get(_BROADCAST_OF_LINK)
        if address is not None:
            found.append((name, 17, _spelled(address), None, *_beyond(flags_of, far and _spelled(far))))
    for entry in _dumped(_ADDRESSES):
        family, prefix, _, scope, index = struct.unpack_from("BBBBi", entry)
        if family not in (socket.AF_INET, socket.AF_INET6):
            continue
        attributes = _attributes(entry[8:])
        address = attributes.get(_LOCAL, attributes.get(_ADDRESS))
        bits = 8 * len(address)
        mask = ((1 << prefix) - 1 << bits - prefix).to_bytes(len(address))
        text = socket.inet_ntop(family, address)
        if family == socket.AF_INET6 and (address[0] == 0xFE and address[1] & 0xC0 == 0x80):
            text += f"%{names[index]}"
        far = attributes.get(_BROADCAST)
        if flags[index] & _IS_POINT_TO_POINT:
            far = attributes.get(_ADDRESS)
        far = socket.inet_ntop(family, far) if far else None
        found.append((
            names[index], int(family), text, socket.inet_ntop(family, mask), *_beyond(flags[index], far),
        ))
    return found


def _beyond(flags, far):
    """The address of all others, and that of the other end."""
    if flags & _IS_BROADCAST:
        return far, None
    return None, far if flags & _IS_POINT_TO_POINT else None
