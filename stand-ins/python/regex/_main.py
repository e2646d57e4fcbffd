"""krait: the functions of regex, on patterns of `re`.

The package compiles a pattern for its own engine in C. Here it is translated: `_translate.py`. What `re` cannot do is
an error that says so.
"""

import copyreg
import enum
import re

import _krait_stand_ins
from _krait_stand_ins.regex import _special, _translate
from _krait_stand_ins.regex._translate import error

__all__ = [
    "cache_all", "compile", "DEFAULT_VERSION", "escape", "findall", "finditer", "fullmatch", "match", "prefixmatch",
    "purge", "search", "split", "splititer", "sub", "subf", "subfn", "subn", "template", "Scanner", "A", "ASCII", "B",
    "BESTMATCH", "D", "DEBUG", "E", "ENHANCEMATCH", "S", "DOTALL", "F", "FULLCASE", "I", "IGNORECASE", "L", "LOCALE",
    "M", "MULTILINE", "P", "POSIX", "R", "REVERSE", "T", "TEMPLATE", "U", "UNICODE", "V0", "VERSION0", "V1",
    "VERSION1", "X", "VERBOSE", "W", "WORD", "error", "Regex", "__version__", "__doc__", "RegexFlag", "Pattern",
    "Match",
]
# tiktoken's stand-in imports this without the package.
_file = globals().get("__file__")
__version__ = _file and _krait_stand_ins.installed_version("regex", _file) or "2026.0.0"


class RegexFlag(enum.IntFlag):
    A = ASCII = 0x80
    B = BESTMATCH = 0x1000
    D = DEBUG = 0x200
    E = ENHANCEMATCH = 0x8000
    F = FULLCASE = 0x4000
    I = IGNORECASE = 0x2
    L = LOCALE = 0x4
    M = MULTILINE = 0x8
    P = POSIX = 0x10000
    R = REVERSE = 0x400
    S = DOTALL = 0x10
    U = UNICODE = 0x20
    V0 = VERSION0 = 0x2000
    V1 = VERSION1 = 0x100
    W = WORD = 0x800
    X = VERBOSE = 0x40
    T = TEMPLATE = 0x1

    def __repr__(self):
        names = [f"regex.{flag._name_}" for flag in RegexFlag if flag & self]
        return " | ".join(names) if names else "0x0"

    __str__ = object.__str__


globals().update(RegexFlag.__members__)
DEFAULT_VERSION = RegexFlag.V0

_OF_RE = {
    _translate.I: re.I, _translate.L: re.L, _translate.M: re.M, _translate.S: re.S, _translate.X: re.X,
    _translate.A: re.A,
}
_NOT_SPECIAL = frozenset("()[]{}?*+|^$\\.-#&~")
_MISSING = object()
_cache = {}


def _listed(value):
    return value if isinstance(value, (list, tuple, set, frozenset)) else list(value)


class Pattern:
    """A compiled pattern."""

    __module__ = "_regex"
    __slots__ = ("pattern", "flags", "groups", "groupindex", "named_lists", "_own", "_repeated", "__weakref__")

    def __init__(self, pattern, flags, lists):
        translation = _translate.Translation(pattern, flags, lists, int(DEFAULT_VERSION))
        own_flags = 0
        for bit, flag in _OF_RE.items():
            if translation.flags & bit:
                own_flags |= flag
        try:
            if translation.is_special:
                numbers = translation.numbers if translation.is_shared else None
                self._own = _special.Special(translation.translated, own_flags, numbers, translation.names)
            else:
                self._own = re.compile(translation.translated, own_flags)
        except re.PatternError as wrong:
            message = str(wrong.msg)
            if "look-behind" in message:
                message = f"krait's stand-in for regex has no more than re: {message}"
            raise error(message, pattern, min(wrong.pos or 0, len(pattern)))
        unused = set(lists) - translation.used
        if unused:
            raise ValueError(f"unused keyword argument {sorted(unused)[0]!a}")
        self.pattern, self.flags = pattern, int(translation.flags)
        self.groups, self.groupindex = self._own.groups, dict(self._own.groupindex)
        self.named_lists = {name: frozenset(lists[name]) for name in translation.used}
        self._repeated = translation.repeated

    def __repr__(self):
        names = " | ".join(f"regex.{flag._name_}" for flag in RegexFlag if flag & self.flags and flag != RegexFlag.U)
        return f"regex.Regex({self.pattern!r}, flags={names})"

    def __eq__(self, other):
        if not isinstance(other, Pattern):
            return NotImplemented
        return (self.pattern, self.flags) == (other.pattern, other.flags)

    def __hash__(self):
        return hash((self.pattern, self.flags))

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    @staticmethod
    def _range(string, pos, endpos):
        size = len(string)
        low = 0 if pos is None else pos
        high = size if endpos is None else endpos
        return max(low + size, 0) if low < 0 else low, max(high + size, 0) if high < 0 else high

    def _one(self, method, string, pos, endpos, partial):
        if partial:
            raise NotImplementedError("krait's stand-in for regex has no partial matches")
        found = method(string, *self._range(string, pos, endpos)) if pos or endpos is not None else method(string)
        return None if found is None else Match(self, found)

    def match(self, string, pos=None, endpos=None, flags=0, partial=False, concurrent=None, timeout=None):
        return self._one(self._own.match, string, pos, endpos, partial)

    prefixmatch = match

    def fullmatch(self, string, pos=None, endpos=None, flags=0, partial=False, concurrent=None, timeout=None):
        return self._one(self._own.fullmatch, string, pos, endpos, partial)

    def search(self, string, pos=None, endpos=None, flags=0, partial=False, concurrent=None, timeout=None):
        return self._one(self._own.search, string, pos, endpos, partial)

    def _all(self, string, pos, endpos, overlapped):
        low, high = self._range(string, pos, endpos)
        if not overlapped:
            yield from self._own.finditer(string, low, high)
            return
        while low <= high and (found := self._own.search(string, low, high)):
            yield found
            low = found.start() + 1

    def finditer(
        self, string, pos=None, endpos=None, overlapped=False, concurrent=None, partial=False, timeout=None
    ):
        if partial:
            raise NotImplementedError("krait's stand-in for regex has no partial matches")
        return (Match(self, found) for found in self._all(string, pos, endpos, overlapped))

    def scanner(
        self, string, pos=None, endpos=None, overlapped=False, concurrent=None, partial=False, timeout=None
    ):
        if partial or overlapped:
            raise NotImplementedError("krait's stand-in for regex has scanners for plain matches alone")
        return _Scanner(self, self._own.scanner(string, *self._range(string, pos, endpos)))

    def findall(self, string, pos=None, endpos=None, overlapped=False, concurrent=None, timeout=None):
        if not overlapped:
            return self._own.findall(string, *self._range(string, pos, endpos))
        empty = string[:0]
        found = []
        for each in self._all(string, pos, endpos, True):
            groups = each.groups(empty)
            found.append(each[0] if not groups else groups[0] if len(groups) == 1 else groups)
        return found

    def split(self, string, maxsplit=0, concurrent=None, timeout=None):
        return self._own.split(string, max(maxsplit, 0)) if maxsplit >= 0 else [string]

    def splititer(self, string, maxsplit=0, concurrent=None, timeout=None):
        return iter(self.split(string, maxsplit))

    def _replaced(self, make, string, count, pos, endpos):
        low, high = self._range(string, pos, endpos)
        parts, at, done = [], 0, 0
        for found in self._own.finditer(string, low, high):
            if count and done >= count:
                break
            parts += (string[at:found.start()], make(found))
            at, done = found.end(), done + 1
        parts.append(string[at:])
        return string[:0].join(parts), done

    def subn(self, repl, string, count=0, pos=None, endpos=None, concurrent=None, timeout=None):
        if callable(repl):
            return self._replaced(lambda found: repl(Match(self, found)), string, count, pos, endpos)
        if pos is None and endpos is None:
            try:
                return self._own.subn(repl, string, max(count, 0))
            except re.PatternError as wrong:
                raise error(wrong.msg, repl, wrong.pos)
        return self._replaced(lambda found: found.expand(repl), string, count, pos, endpos)

    def sub(self, repl, string, count=0, pos=None, endpos=None, concurrent=None, timeout=None):
        return self.subn(repl, string, count, pos, endpos)[0]

    def subfn(self, format, string, count=0, pos=None, endpos=None, concurrent=None, timeout=None):
        return self._replaced(lambda found: Match(self, found).expandf(format), string, count, pos, endpos)

    def subf(self, format, string, count=0, pos=None, endpos=None, concurrent=None, timeout=None):
        return self.subfn(format, string, count, pos, endpos)[0]


class _Scanner:
    """Gives one match behind the other."""

    def __init__(self, pattern, own):
        self.pattern, self._own = pattern, own

    def _next(self, found):
        return None if found is None else Match(self.pattern, found)

    def match(self):
        return self._next(self._own.match())

    def search(self):
        return self._next(self._own.search())

    def __iter__(self):
        return iter(self.search, None)


class _Captured:
    """A group as a format has it: its text, whose items are what it has captured."""

    def __init__(self, captures):
        self._captures = captures

    def __getitem__(self, index):
        return self._captures[int(index)]

    def __format__(self, how):
        return format(self._captures[-1] if self._captures else "", how)


class Match:
    """A match."""

    __module__ = "_regex"
    __slots__ = ("_own", "re")
    partial = False
    fuzzy_counts = (0, 0, 0)

    def __init__(self, pattern, own):
        self.re, self._own = pattern, own

    pos = property(lambda self: self._own.pos)
    endpos = property(lambda self: self._own.endpos)
    string = property(lambda self: self._own.string)
    lastindex = property(lambda self: self._own.lastindex)
    lastgroup = property(lambda self: self._own.lastgroup)
    regs = property(lambda self: self._own.regs)
    fuzzy_changes = property(lambda self: ([], [], []))

    def __repr__(self):
        return f"<regex.Match object; span={self._own.span()}, match={self._own[0]!r}>"

    def __getitem__(self, group):
        if isinstance(group, slice):
            return (self._own[0], *self._own.groups())[group]
        return self._own[group]

    def group(self, *groups):
        return self._own.group(*groups)

    def groups(self, default=None):
        return self._own.groups(default)

    def groupdict(self, default=None):
        return self._own.groupdict(default)

    def start(self, *groups):
        if len(groups) < 2:
            return self._own.start(*groups)
        return tuple(map(self._own.start, groups))

    def end(self, *groups):
        if len(groups) < 2:
            return self._own.end(*groups)
        return tuple(map(self._own.end, groups))

    def span(self, *groups):
        if len(groups) < 2:
            return self._own.span(*groups)
        return tuple(map(self._own.span, groups))

    def expand(self, template):
        return self._own.expand(template)

    def expandf(self, format):
        groups = [_Captured(self.captures(group)) for group in range(self.re.groups + 1)]
        names = {name: groups[group] for name, group in self.re.groupindex.items()}
        return format.format(*groups, **names)

    def detach_string(self):
        pass

    def _spans(self, group):
        number = self.re.groupindex.get(group, group)
        span = self._own.span(number)
        if span[0] < 0:
            return []
        if number in self.re._repeated:
            raise NotImplementedError(
                f"krait's stand-in for regex knows only the last capture of a group that repeats: {group!r}"
            )
        return [span]

    def _several(self, groups, of):
        if len(groups) < 2:
            return of(self._spans(groups[0] if groups else 0))
        return tuple(of(self._spans(group)) for group in groups)

    def spans(self, *groups):
        return self._several(groups, list)

    def starts(self, *groups):
        return self._several(groups, lambda spans: [low for low, _ in spans])

    def ends(self, *groups):
        return self._several(groups, lambda spans: [high for _, high in spans])

    def captures(self, *groups):
        return self._several(groups, lambda spans: [self._own.string[low:high] for low, high in spans])

    def capturesdict(self):
        return {name: self.captures(name) for name in self.re.groupindex}

    def allcaptures(self):
        return tuple(self.captures(group) for group in range(self.re.groups + 1))

    def allspans(self):
        return tuple(self.spans(group) for group in range(self.re.groups + 1))

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


def compile(pattern, flags=0, ignore_unused=False, cache_pattern=None, **kwargs):
    """Compiles a pattern."""
    if isinstance(pattern, Pattern):
        if flags:
            raise ValueError("cannot process flags argument with a compiled pattern")
        return pattern
    if not isinstance(pattern, (str, bytes)):
        raise TypeError("first argument must be a string or compiled pattern")
    lists = {name: _listed(items) for name, items in kwargs.items()}
    key = None
    if not lists:
        key = type(pattern), pattern, int(flags), int(DEFAULT_VERSION)
        found = _cache.get(key)
        if found:
            return found
    if ignore_unused:
        lists = {name: items for name, items in lists.items() if f"\\L<{name}>" in pattern}
    made = Pattern(pattern, int(flags), lists)
    if key:
        if len(_cache) >= 500:
            _cache.clear()
        _cache[key] = made
    return made


Regex = compile


def _made(name, *before):
    """A function that compiles a pattern and calls the method of that name with the rest."""
    method = getattr(Pattern, name)

    def function(pattern, *arguments, flags=0, ignore_unused=False, **kwargs):
        own = {key: kwargs.pop(key) for key in _ARGUMENTS if key in kwargs}
        # What stands behind the string at this place are flags, as in `re`.
        place = len(before) + 1
        if len(arguments) > place:
            flags = arguments[place]
            own.update(zip(("pos", "endpos", "partial"), arguments[place + 1:]))
            arguments = arguments[:place]
        return method(compile(pattern, flags, ignore_unused, None, **kwargs), *arguments, **own)

    function.__name__ = function.__qualname__ = name
    return function


_ARGUMENTS = (
    "string", "pos", "endpos", "partial", "overlapped", "concurrent", "timeout", "repl", "format", "count", "maxsplit",
)
match, prefixmatch, fullmatch, search = map(_made, ("match", "prefixmatch", "fullmatch", "search"))
findall, finditer = _made("findall"), _made("finditer")
split, splititer = _made("split", "maxsplit"), _made("splititer", "maxsplit")
sub, subn = _made("sub", "repl", "count"), _made("subn", "repl", "count")
subf, subfn = _made("subf", "format", "count"), _made("subfn", "format", "count")


def template(pattern, flags=0):
    """Compiles a template pattern."""
    return compile(pattern, flags | RegexFlag.T)


def purge():
    """Forgets compiled patterns."""
    _cache.clear()


def cache_all(value=True):
    """Whether all patterns are kept: they are."""
    return True if value is None else None


def escape(pattern, special_only=True, literal_spaces=False):
    """Puts a backslash before what has a meaning in a pattern."""
    is_bytes = isinstance(pattern, bytes)
    text = pattern.decode("latin-1") if is_bytes else pattern
    parts = []
    for each in text:
        if each == " " and literal_spaces:
            escaped = False
        elif special_only:
            escaped = each in _NOT_SPECIAL or each.isspace()
        else:
            escaped = not (each.isascii() and each.isalnum() or each == "_")
        parts.append("\\000" if each == "\0" else "\\" + each if escaped else each)
    text = "".join(parts)
    return text.encode("latin-1") if is_bytes else text


class Scanner:
    """Takes a text apart by patterns, each with what is done for it."""

    def __init__(self, lexicon, flags=0):
        self.lexicon = lexicon
        self.scanner = [(compile(pattern, flags), action) for pattern, action in lexicon]

    def scan(self, string):
        result, at = [], 0
        while at < len(string):
            for pattern, action in self.scanner:
                found = pattern.match(string, at)
                if found and found.end() > at:
                    break
            else:
                break
            if callable(action):
                self.match = found
                action = action(self, found.group())
            if action is not None:
                result.append(action)
            at = found.end()
        return result, string[at:]


copyreg.pickle(Pattern, lambda pattern: (compile, (pattern.pattern, pattern.flags)))
