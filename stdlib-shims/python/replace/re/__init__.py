# krait: the front of `re`, in place of the library's own, for the sake of start-up.
#
# The library's imports `enum` to make RegexFlag, and a compiler written in Python, which
# then compiles every pattern of every module anew in each process. Here the flags and the
# compiler are made when first asked for, and the patterns that the standard library
# itself compiles while it is imported come compiled, from `_krait_patterns`.
"""Support for regular expressions (RE)."""

import _sre

import _krait_patterns

__all__ = [
    "match", "fullmatch", "search", "sub", "subn", "split",
    "findall", "finditer", "compile", "purge", "escape",
    "error", "Pattern", "Match", "A", "I", "L", "M", "S", "X", "U",
    "ASCII", "IGNORECASE", "LOCALE", "MULTILINE", "DOTALL", "VERBOSE",
    "UNICODE", "NOFLAG", "RegexFlag", "PatternError",
]

_DEBUG = 128
_MOST_CACHED = 512

_cache = {}
_templates = {}


def match(pattern, string, flags=0):
    """Match the pattern at the start of the string; None if it does not."""
    return _compile(pattern, flags).match(string)


def fullmatch(pattern, string, flags=0):
    """Match the pattern with all of the string; None if it does not."""
    return _compile(pattern, flags).fullmatch(string)


def search(pattern, string, flags=0):
    """Find the first place where the pattern matches; None if there is none."""
    return _compile(pattern, flags).search(string)


def sub(pattern, repl, string, *args, count=False, flags=False):
    """Replace the matches by repl, a string with backslash escapes or a callable that
    is given each Match."""
    if args:
        count, flags = _by_place("sub", 3, "count", args, count, flags)
    return _compile(pattern, flags or 0).sub(repl, string, count)


def subn(pattern, repl, string, *args, count=False, flags=False):
    """As sub(), but give (new_string, number_of_replacements)."""
    if args:
        count, flags = _by_place("subn", 3, "count", args, count, flags)
    return _compile(pattern, flags or 0).subn(repl, string, count)


def split(pattern, string, *args, maxsplit=False, flags=False):
    """Split the string where the pattern matches; captured groups are kept."""
    if args:
        maxsplit, flags = _by_place("split", 2, "maxsplit", args, maxsplit, flags)
    return _compile(pattern, flags or 0).split(string, maxsplit)


sub.__text_signature__ = subn.__text_signature__ = "(pattern, repl, string, count=0, flags=0)"
split.__text_signature__ = "(pattern, string, maxsplit=0, flags=0)"


def _by_place(function, before, name, args, most, flags):
    # The limit and the flags, which are given by name today. What is not given is False.
    if most is not False:
        raise TypeError(f"{function}() got multiple values for argument {name!r}")
    if len(args) > 1 and flags is not False:
        raise TypeError(f"{function}() got multiple values for argument 'flags'")
    if len(args) > 2:
        raise TypeError(
            f"{function}() takes from {before} to {before + 2} positional arguments "
            f"but {before + len(args)} were given"
        )
    from _warnings import warn

    warn(f"{name!r} is passed as positional argument", DeprecationWarning, stacklevel=3)
    return args[0], args[1] if len(args) == 2 else flags


def findall(pattern, string, flags=0):
    """A list of all matches: of their text, or of their groups if there are any."""
    return _compile(pattern, flags).findall(string)


def finditer(pattern, string, flags=0):
    """An iterator over all matches, as Match objects."""
    return _compile(pattern, flags).finditer(string)


def compile(pattern, flags=0):
    """Compile a regular expression to a Pattern object."""
    return _compile(pattern, flags)


def purge():
    """Forget every cached pattern."""
    _cache.clear()
    _templates.clear()


_ESCAPES = {ord(each): "\\" + each for each in "()[]{}?*+-|^$\\.&~# \t\n\r\v\f"}


def escape(pattern):
    """Escape what is special in a pattern, so that it matches itself."""
    if isinstance(pattern, str):
        return pattern.translate(_ESCAPES)
    return str(pattern, "latin1").translate(_ESCAPES).encode("latin1")


def _compile(pattern, flags):
    # An IntFlag's number: the table and the compiler's callers know no enumerations.
    if type(flags) is not int:
        flags & _DEBUG  # What has no bits says so.
        flags = int.__index__(flags)
    key = type(pattern), pattern, flags
    try:
        return _cache[key]
    except KeyError:
        pass
    if isinstance(pattern, Pattern):
        if flags:
            raise ValueError("cannot process flags argument with a compiled pattern")
        return pattern
    if not isinstance(pattern, (str, bytes)):
        raise TypeError("first argument must be string or compiled pattern")
    compiled = _precompiled(pattern, flags)
    if compiled is None:
        from . import _compiler

        compiled = _compiler.compile(pattern, flags)
        if flags & _DEBUG:
            return compiled
    if len(_cache) >= _MOST_CACHED:
        # The oldest goes first. Another thread may have taken it already.
        _cache.pop(next(iter(_cache)), None)
    _cache[key] = compiled
    return compiled


def _precompiled(pattern, flags):
    known = _krait_patterns.TABLE.get((pattern, flags))
    if known is None:
        return None
    flags, code, groups, index, names = known
    return _sre.compile(pattern, flags, memoryview(code).cast("I").tolist(), groups, index, names)


def _compile_template(pattern, repl):
    # Called by the engine for a replacement with backslash escapes.
    key = pattern, repl
    template = _templates.get(key)
    if template is None:
        from . import _parser

        template = _sre.template(pattern, _parser.parse_template(repl, pattern))
        if len(_templates) >= _MOST_CACHED:
            _templates.pop(next(iter(_templates)), None)
        _templates[key] = template
    return template


# The pattern that matches nothing: one instruction, success.
Pattern = type(_sre.compile("", 32, [1], 0, {}, (None,)))
Match = type(_sre.compile("", 32, [1], 0, {}, (None,)).match(""))


class Scanner:
    """Splits a string into tokens, by a list of (phrase, action)."""

    def __init__(self, lexicon, flags=0):
        self.lexicon = lexicon
        self._phrases = [(_compile(phrase, flags), action) for phrase, action in lexicon]
        self._flags = flags

    @property
    def scanner(self):
        """One pattern of all phrases, a group each."""
        return _compile("|".join(f"({phrase})" for phrase, action in self.lexicon), self._flags)

    def scan(self, string):
        """The tokens' values, and the rest that no phrase matches."""
        tokens, position = [], 0
        while True:
            for phrase, action in self._phrases:
                found = phrase.match(string, position)
                if found is not None:
                    break
            if found is None or found.end() == position:
                return tokens, string[position:]
            if callable(action):
                self.match = found
                action = action(self, found.group())
            if action is not None:
                tokens.append(action)
            position = found.end()


_FLAG_NAMES = frozenset(
    "NOFLAG A ASCII I IGNORECASE L LOCALE U UNICODE M MULTILINE S DOTALL X VERBOSE "
    "DEBUG RegexFlag".split()
)


def __getattr__(name):
    if name in _FLAG_NAMES:
        # Making the enumeration puts its members into this module.
        from ._flags import RegexFlag

        globals()["RegexFlag"] = RegexFlag
        return globals()[name]
    if name in ("error", "PatternError"):
        from ._constants import PatternError

        globals()["error"] = globals()["PatternError"] = PatternError
        return PatternError
    if name in ("_compiler", "_parser", "_constants", "_casefix"):
        import importlib

        return importlib.import_module("re." + name)
    raise AttributeError(f"module 're' has no attribute {name!r}")


def __dir__():
    # What is made when it is first asked for is there, too.
    return sorted({*globals(), *_FLAG_NAMES, "error", "PatternError"})
