//! What the standard library has: krait's, and that of the platform's Pythons.

use std::collections::HashMap;

/// The modules of the platform's Pythons, from their own folders: a name, and where not all have
/// it the first and the last that do.
const CLOUD: &str = include_str!("cloud_modules.txt");

/// Modules that no file can replace, since they are inside of CPython. Only names that a user's
/// file might have.
const BUILT_IN: [&str; 11] = [
    "atexit",
    "builtins",
    "errno",
    "faulthandler",
    "gc",
    "itertools",
    "marshal",
    "posix",
    "pwd",
    "sys",
    "time",
];

/// Modules without a file, which others make.
const MADE: [(&str, &str); 6] = [
    ("collections.abc", "collections"),
    ("os.path", "os"),
    ("pyexpat.errors", "pyexpat"),
    ("pyexpat.model", "pyexpat"),
    ("xml.parsers.expat.errors", "xml.parsers.expat"),
    ("xml.parsers.expat.model", "xml.parsers.expat"),
];

/// Modules of krait's library that cannot be imported: the native halves are not there.
const WITHOUT_HALF: [&str; 2] = ["dbm.gnu", "tracemalloc"];

/// Python 2's modules, and what they are called now.
const OF_PYTHON_2: [(&str, &str); 22] = [
    ("BaseHTTPServer", "http.server"),
    ("ConfigParser", "configparser"),
    ("Cookie", "http.cookies"),
    ("HTMLParser", "html.parser"),
    ("Queue", "queue"),
    ("SimpleHTTPServer", "http.server"),
    ("SocketServer", "socketserver"),
    ("StringIO", "io.StringIO"),
    ("Tkinter", "tkinter"),
    ("__builtin__", "builtins"),
    ("cPickle", "pickle"),
    ("cStringIO", "io.StringIO"),
    ("commands", "subprocess"),
    ("cookielib", "http.cookiejar"),
    ("copy_reg", "copyreg"),
    ("htmlentitydefs", "html.entities"),
    ("httplib", "http.client"),
    ("md5", "hashlib"),
    ("thread", "threading"),
    ("urllib2", "urllib.request"),
    ("urlparse", "urllib.parse"),
    ("xmlrpclib", "xmlrpc.client"),
];

/// Modules that left the standard library: with which version, and what to use instead.
const GONE: [(&str, u8, &str); 19] = [
    ("asynchat", 12, "asyncio"),
    ("asyncore", 12, "asyncio"),
    ("binhex", 11, "binascii"),
    ("cgi", 13, "urllib.parse and email.message"),
    ("cgitb", 13, "traceback"),
    ("crypt", 13, "hashlib"),
    ("distutils", 12, "setuptools, sysconfig or shutil"),
    ("formatter", 10, "textwrap"),
    ("imghdr", 13, "filetype, from PyPI"),
    ("imp", 12, "importlib"),
    ("nntplib", 13, "socket"),
    ("parser", 10, "ast"),
    ("pipes", 13, "subprocess and shlex"),
    ("smtpd", 12, "aiosmtpd, from PyPI"),
    ("sndhdr", 13, "filetype, from PyPI"),
    ("symbol", 10, "ast"),
    ("telnetlib", 13, "socket"),
    ("uu", 13, "base64"),
    ("xml.etree.cElementTree", 9, "xml.etree.ElementTree"),
];

/// Names that left modules of the standard library: the module, the name, with which version, and
/// what to use instead.
const GONE_NAMES: [(&str, &[&str], u8, &str); 9] = [
    (
        "collections",
        &[
            "Callable",
            "Container",
            "Hashable",
            "ItemsView",
            "Iterable",
            "Iterator",
            "KeysView",
            "Mapping",
            "MappingView",
            "MutableMapping",
            "MutableSequence",
            "MutableSet",
            "Sequence",
            "Set",
            "Sized",
            "ValuesView",
        ],
        10,
        "collections.abc",
    ),
    ("asyncio", &["coroutine"], 11, "async def"),
    ("cgi", &["escape"], 8, "html.escape"),
    ("fractions", &["gcd"], 9, "math.gcd"),
    ("inspect", &["getargspec", "formatargspec"], 11, "inspect.signature"),
    ("itertools", &["izip", "imap", "ifilter", "izip_longest"], 0, "zip, map and filter"),
    ("time", &["clock"], 8, "time.perf_counter"),
    ("typing", &["io", "re"], 13, "typing"),
    (
        "urllib",
        &["quote", "quote_plus", "unquote", "unquote_plus", "urlencode", "urlopen", "urlretrieve"],
        0,
        "urllib.parse and urllib.request",
    ),
];

/// Whose Python a function is to run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Krait,
    /// The platform's CPython 3, of this minor version.
    Cloud(u8),
}

impl Target {
    /// The minor version of its Python 3.
    pub(super) fn minor(self) -> u8 {
        match self {
            Self::Krait => 14,
            Self::Cloud(minor) => minor,
        }
    }

    pub(super) fn is_krait(self) -> bool {
        self == Self::Krait
    }
}

/// How a module of the standard library comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Before all files.
    BuiltIn,
    /// Behind the function's own files.
    Library,
}

/// A target's standard library.
pub(super) struct Library {
    modules: HashMap<String, Part>,
    minor: u8,
}

impl Library {
    pub(super) fn of(target: Target) -> Self {
        let modules = match target {
            Target::Krait => crate::python::library_modules()
                .into_iter()
                .filter(|(name, _)| !WITHOUT_HALF.contains(&name.as_str()))
                .map(|(name, native)| (name, if native { Part::BuiltIn } else { Part::Library }))
                .collect(),
            Target::Cloud(minor) => CLOUD
                .lines()
                .filter_map(|line| {
                    let (name, versions) = line.split_once(' ').unwrap_or((line, "-"));
                    let (first, last) = versions.split_once('-')?;
                    let of = |text: &str| text.strip_prefix("3.")?.parse::<u8>().ok();
                    let there = of(first).is_none_or(|first| first <= minor)
                        && of(last).is_none_or(|last| minor <= last);
                    let part = if BUILT_IN.contains(&name) { Part::BuiltIn } else { Part::Library };
                    there.then(|| (name.to_owned(), part))
                })
                .collect(),
        };
        Self { modules, minor: target.minor() }
    }

    pub(super) fn get(&self, name: &str) -> Option<Part> {
        let made = MADE.iter().find(|(made, _)| *made == name);
        self.modules.get(made.map_or(name, |(_, maker)| maker)).copied()
    }

    /// What became of a module that is not there.
    pub(super) fn became(&self, name: &str) -> Option<String> {
        if let Some((_, now)) = OF_PYTHON_2.iter().find(|(old, _)| *old == name) {
            return Some(format!("{name} is Python 2's; use {now}"));
        }
        let (_, minor, now) =
            GONE.iter().find(|(old, minor, _)| *old == name && *minor <= self.minor)?;
        Some(format!("{name} left the standard library with Python 3.{minor}; use {now}"))
    }

    /// What became of a name that a module of the library has no more.
    pub(super) fn name_became(&self, module: &str, name: &str) -> Option<String> {
        let (_, _, minor, now) = GONE_NAMES.iter().find(|(of, names, minor, _)| {
            *of == module && names.contains(&name) && *minor <= self.minor
        })?;
        Some(match minor {
            0 => format!("{name} is Python 2's; use {now}"),
            _ => format!("it left {module} with Python 3.{minor}; use {now}"),
        })
    }
}
