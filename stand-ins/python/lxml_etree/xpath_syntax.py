"""XPath 1.0: from a text to functions that `xpath_run.py` has the parts for."""

import re

from _krait_stand_ins.lxml_etree import xpath_functions, xpath_run

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>\d+(?:\.\d*)?|\.\d+)
    |(?P<literal>"[^"]*"|'[^']*')
    |(?P<variable>\$\s*[^\W\d][\w.\-]*(?::[^\W\d][\w.\-]*)?)
    |(?P<symbol>::|//|\.\.|!=|<=|>=|[()\[\].@,/|+\-=<>*])
    |(?P<name>[^\W\d][\w.\-]*(?::(?!:)(?:[^\W\d][\w.\-]*|\*))?)
    )""",
    re.X,
)
_AXES = frozenset(
    "ancestor ancestor-or-self attribute child descendant descendant-or-self following following-sibling namespace parent "
    "preceding preceding-sibling self".split()
)
_TYPES = frozenset(("comment", "text", "processing-instruction", "node"))
_LEVELS = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))


class Wrong(Exception):
    """It is no expression; says why as libxml2 does."""


def tokens(text):
    found, at = [], 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if not match:
            raise Wrong("Invalid expression" if text[at:].strip()[:1] not in "'\"" else "Unfinished literal")
        at = match.end()
        kind = match.lastgroup
        value = match.group(kind)
        if found and found[-1] not in (("symbol", "@"), ("symbol", "::"), ("symbol", "("), ("symbol", "["), ("symbol", ",")) \
                and found[-1][0] != "operator":
            # What stands behind an operand is an operator.
            if kind == "name" and value in ("and", "or", "mod", "div") or value == "*":
                kind = "operator"
        if kind == "symbol" and value in ("/", "//", "|", "+", "-", "=", "!=", "<", "<=", ">", ">="):
            kind = "operator"
        found.append((kind, value))
    return [*found, ("end", "")]


class Parser:
    """Reads one expression. `prefixes` are those of the namespaces that it may name."""

    def __init__(self, text, prefixes):
        self._tokens, self._at, self._prefixes = tokens(text), 0, prefixes
        if len(self._tokens) == 1:
            raise Wrong("Invalid expression")

    def read(self):
        made = self._level(0)
        if self._peek()[0] != "end":
            raise Wrong("Invalid expression")
        return made

    def _peek(self, ahead=0):
        return self._tokens[min(self._at + ahead, len(self._tokens) - 1)]

    def _next(self):
        token = self._peek()
        self._at += 1
        return token

    def _is(self, value, kinds=("symbol", "operator")):
        kind, found = self._peek()
        return found == value and kind in kinds

    def _take(self, value):
        if self._is(value):
            self._at += 1
            return True
        return False

    def _want(self, value):
        if not self._take(value):
            raise Wrong("Invalid expression")

    def _level(self, level):
        if level == len(_LEVELS):
            return self._negated()
        left = self._level(level + 1)
        while self._peek()[0] == "operator" and self._peek()[1] in _LEVELS[level]:
            operator = self._next()[1]
            left = xpath_run.operation(operator, left, self._level(level + 1))
        return left

    def _negated(self):
        if self._take("-"):
            return xpath_run.negated(self._negated())
        left = self._path()
        while self._take("|"):
            left = xpath_run.union(left, self._path())
        return left

    def _path(self):
        kind, value = self._peek()
        primary = None
        if kind in ("number", "literal", "variable") or value == "(" and kind == "symbol":
            primary = self._primary()
        elif kind == "name" and self._peek(1) == ("symbol", "(") and value not in _TYPES:
            primary = self._primary()
        if primary is not None:
            while self._is("["):
                primary = xpath_run.filtered(primary, self._predicate())
            if not (self._is("/") or self._is("//")):
                return primary
            return xpath_run.path(primary, self._further_steps())
        if self._take("/"):
            if self._begins_step():
                return xpath_run.path(xpath_run.root, self._steps([]))
            return xpath_run.root
        if self._is("//"):
            return xpath_run.path(xpath_run.root, self._further_steps())
        return xpath_run.path(xpath_run.here, self._steps([]))

    def _begins_step(self):
        kind, value = self._peek()
        return kind == "name" or value in ("*", "@", ".", "..")

    def _further_steps(self):
        steps = []
        if self._take("//"):
            steps.append(xpath_run.Step("descendant-or-self", ("node",), []))
        else:
            self._want("/")
        return self._steps(steps)

    def _steps(self, steps):
        steps.append(self._step())
        while True:
            if self._take("//"):
                steps.append(xpath_run.Step("descendant-or-self", ("node",), []))
            elif not self._take("/"):
                return steps
            steps.append(self._step())

    def _step(self):
        if self._take("."):
            return xpath_run.Step("self", ("node",), [])
        if self._take(".."):
            return xpath_run.Step("parent", ("node",), [])
        axis = "child"
        if self._take("@"):
            axis = "attribute"
        elif self._peek()[0] == "name" and self._peek(1) == ("symbol", "::"):
            axis = self._next()[1]
            self._at += 1
            if axis not in _AXES:
                raise Wrong("Invalid expression")
        test = self._test()
        predicates = []
        while self._is("["):
            predicates.append(self._predicate())
        return xpath_run.Step(axis, test, predicates)

    def _test(self):
        kind, value = self._next()
        if value == "*" and kind in ("symbol", "operator"):
            return ("any",)
        if kind != "name":
            raise Wrong("Invalid expression")
        if self._is("(") and value in _TYPES:
            self._at += 1
            target = None
            if value == "processing-instruction" and self._peek()[0] == "literal":
                target = self._next()[1][1:-1]
            self._want(")")
            return ("PI", target) if value == "processing-instruction" else (value,)
        prefix, found, local = value.partition(":")
        if not found:
            return ("name", value)
        uri = self._uri(prefix)
        return ("namespace", uri) if local == "*" else ("name", f"{{{uri}}}{local}")

    def _uri(self, prefix):
        if prefix == "xml":
            return "http://www.w3.org/XML/1998/namespace"
        if not self._prefixes or prefix not in self._prefixes:
            raise Wrong("Undefined namespace prefix")
        return self._prefixes[prefix]

    def _predicate(self):
        self._want("[")
        made = self._level(0)
        if not self._take("]"):
            raise Wrong("Invalid predicate")
        return made

    def _primary(self):
        kind, value = self._next()
        if kind == "number":
            return xpath_run.constant(float(value))
        if kind == "literal":
            return xpath_run.constant(value[1:-1])
        if kind == "variable":
            return xpath_run.variable(value[1:].strip())
        if value == "(":
            made = self._level(0)
            self._want(")")
            return made
        self._want("(")
        arguments = []
        if not self._take(")"):
            arguments.append(self._level(0))
            while self._take(","):
                arguments.append(self._level(0))
            self._want(")")
        prefix, found, local = value.partition(":")
        uri = None
        if found:
            uri = self._prefixes.get(prefix) if self._prefixes else None
            if uri is None:
                raise Wrong("Undefined namespace prefix")
        return xpath_functions.call(uri, local if found else value, arguments)
