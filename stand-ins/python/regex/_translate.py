"""krait: patterns of regex as patterns of `re`, which has possessive quantifiers and atomic groups, too."""

import re

from _krait_stand_ins.regex import _behind, _sets, _special

I, L, M, S, U, X, A = 0x2, 0x4, 0x8, 0x10, 0x20, 0x40, 0x80
V1, D, F, R, W, B, V0, E, P = 0x100, 0x200, 0x4000, 0x400, 0x800, 0x1000, 0x2000, 0x8000, 0x10000
_FLAGS = {"a": A, "i": I, "L": L, "m": M, "s": S, "u": U, "x": X, "b": B, "e": E, "f": F, "p": P, "r": R, "w": W}
_FUZZY = re.compile(r"\{(?:[^{}]*[<=+])?[^{}]*\b[dise]\b[^{}]*\}|\{[dise](?:,[^{}]*)?\}")
_REPEAT = re.compile(r"\{(\d*)(?:(,)(\d*))?\}")
_SKIPPED = re.compile(r"(?:\s|#[^\n]*)*")
_LAZY = re.compile(r"[*+?}]\?|\\\$$")
_NAME = re.compile(r"[^\W\d]\w*")
_NEWLINES = "(?>\\r\\n|[\\n-\\r\\x85\\u2028\\u2029])"


class error(Exception):
    """Exception raised for invalid regular expressions."""

    def __init__(self, message, pattern=None, pos=None):
        newline = "\n" if isinstance(pattern, str) else b"\n"
        self.msg, self.pattern, self.pos = message, pattern, pos
        if pattern is not None and pos is not None:
            self.lineno = pattern.count(newline, 0, pos) + 1
            self.colno = pos - pattern.rfind(newline, 0, pos)
            message = f"{message} at position {pos}"
            if newline in pattern:
                message += f" (line {self.lineno}, column {self.colno})"
        else:
            self.lineno = self.colno = None
        super().__init__(message)


class Translation:
    """A pattern's translation: its text, its flags, and the groups that may match more than once."""

    def __init__(self, pattern, flags, lists, default):
        self.pattern, self.flags, self.lists = pattern, flags, lists
        self.is_bytes = isinstance(pattern, bytes)
        self.text = pattern.decode("latin-1") if self.is_bytes else pattern
        self.at, self.count, self.repeated, self.used, self.open_groups = 0, 0, set(), set(), []
        # The parts of what is read, and of the last group: None where flags change within.
        self.items = self.inner = None
        self.groups = {}
        # The numbers of names, and the groups of `re` that have each number: a name's groups share one.
        self.names, self.numbers, self.by_number = {}, [], False
        self._read_first_flags()
        if not self.flags & (V0 | V1):
            self.flags |= default
        if not self.is_bytes and not self.flags & (A | L):
            self.flags |= U
        # A match that ends at the end is found from either side.
        turned = R if self.text.endswith("$") and not _LAZY.search(self.text) else 0
        if self.flags & (R | W | P) & ~turned:
            names = [name for name, bit in (("REVERSE", R), ("WORD", W), ("POSIX", P)) if self.flags & bit]
            self._refuse(f"flag {names[0]}")
        self.verbose, self.ignores_case = bool(self.flags & X), bool(self.flags & I)
        translated = self._alternatives()
        if self.at < len(self.text):
            self._wrong("unbalanced parenthesis")
        self.translated = translated.encode("latin-1") if self.is_bytes else translated
        self.is_shared = len(self.numbers) < self.count
        if self.is_shared:
            if self.by_number:
                self._refuse("numbers of groups in a pattern with a name for several groups")
            of_group = {each: number for number, groups in enumerate(self.numbers, 1) for each in groups}
            self.repeated = {of_group[each] for each in self.repeated}
        self.is_special = self.is_shared or _special.ANCHOR in translated

    def _open(self, name=None):
        """Counts a group that begins, and whether it is the first of its name."""
        self.count += 1
        number = self.names.get(name)
        if number is None:
            self.numbers.append((self.count,))
            if name is not None:
                self.names[name] = len(self.numbers)
            return True
        self.numbers[number - 1] += (self.count,)
        return False

    def _reference(self, name):
        """What a group has matched, by its name or number."""
        if name.isdigit():
            self.by_number = True
            return f"(?:\\{name})"
        groups = self.numbers[self.names[name] - 1] if name in self.names else ()
        if len(groups) < 2:
            return f"(?P={name})"
        written = "(?!)"
        for each in groups:
            written = f"(?({each})\\{each}|{written})"
        return written

    def _refuse(self, what):
        raise error(f"krait's stand-in for regex has no {what}", self.pattern, self.at)

    def _wrong(self, message, at=None):
        raise error(message, self.pattern, self.at if at is None else at)

    def _flags_at(self, at):
        """Flags in the form of `(?abc)`, and where they end; None of anything else."""
        found = re.compile(r"\(\?((?:V[01]|[aiLmsuxbefprw])+)\)").match(self.text, at)
        if not found:
            return None
        bits = 0
        for each in re.findall("V[01]|.", found[1]):
            bits |= {"V0": V0, "V1": V1}.get(each) or _FLAGS[each]
        return bits, found.end()

    def _read_first_flags(self):
        while found := self._flags_at(self.at):
            self.flags |= found[0]
            self.at = found[1]

    def _alternatives(self):
        """What stands before a closing parenthesis or the end."""
        parts, closing = [], ""
        outer, self.items = self.items, []
        while self.at < len(self.text):
            each = self.text[self.at]
            if each == ")":
                break
            if each == "(" and (found := self._flags_at(self.at)):
                self.at = found[1]
                if found[0] & (V0 | V1):
                    self._refuse("versions inside of a pattern")
                if found[0] & (R | W | P):
                    self._refuse("flags REVERSE, WORD and POSIX")
                self.verbose = self.verbose or bool(found[0] & X)
                letters = "".join(name for name, bit in _FLAGS.items() if found[0] & bit and name in "aiLmsux")
                parts.append(f"(?{letters}:")
                closing += ")"
                self.items = None
                self.ignores_case = self.ignores_case or bool(found[0] & I)
                continue
            parts.append(self._item())
        self.inner, self.items = self.items, outer
        return "".join(parts) + closing

    def _item(self):
        """A piece of the pattern with its quantifier."""
        start = self.at
        each = self.text[start]
        before = self.count
        if self.verbose and (each.isspace() or each == "#"):
            end = start + 1
            if each == "#":
                end = self.text.find("\n", start)
                end = len(self.text) if end < 0 else end + 1
            self.at = end
            return self.text[start:end]
        if each in "^$|":
            self.at += 1
            self._note(each, "")
            return each
        if each == "(":
            piece = self._group()
        elif each == "[":
            piece = self._set()
        elif each == "\\":
            piece = self._escape()
        elif each in "*+?":
            self._wrong("nothing to repeat")
        elif each == "{" and not self.text.startswith("{}", start) and (
            _REPEAT.match(self.text, start) or _FUZZY.match(self.text, start)
        ):
            self._wrong("nothing to repeat")
        else:
            self.at += 1
            piece = "\\" + each if each in "{}]" else each
        quantifier = self._quantifier(before)
        self._note(piece, quantifier)
        return piece + quantifier

    def _note(self, piece, quantifier):
        if self.items is not None:
            self.items.append((piece, quantifier))

    def _quantifier(self, before):
        if self.verbose:
            self.at = _SKIPPED.match(self.text, self.at).end()
        if self.at >= len(self.text):
            return ""
        start = self.at
        each = self.text[start]
        if each in "*+?":
            self.at += 1
            many, written = each != "?", each
        elif each == "{":
            found = _REPEAT.match(self.text, start)
            if not found or found[0] == "{}":
                if _FUZZY.match(self.text, start):
                    self._refuse("fuzzy matching")
                return ""
            least, comma, most = found.groups()
            if comma and most and int(least or 0) > int(most):
                self._wrong("min repeat greater than max repeat", start + 1)
            self.at = found.end()
            many = (most or "2") not in "01" if comma else least not in ("0", "1")
            written = f"{{{least or 0}{comma or ''}{most or ''}}}"
        else:
            return ""
        if many:
            self.repeated.update(range(before + 1, self.count + 1))
        if self.verbose:
            self.at = _SKIPPED.match(self.text, self.at).end()
        if self.at < len(self.text) and self.text[self.at] in "?+":
            written += self.text[self.at]
            self.at += 1
        if self.at < len(self.text) and (
            self.text[self.at] in "*+?" or self.text[self.at] == "{" and _REPEAT.match(self.text, self.at)
        ):
            self._wrong("multiple repeat")
        return written

    def _group(self):
        text, start = self.text, self.at
        outer = self.verbose, self.ignores_case

        def rest(opening, length):
            self.at = start + length
            inner = self._alternatives()
            if self.at >= len(text):
                self._wrong("missing )")
            self.at += 1
            self.verbose, self.ignores_case = outer
            return f"{opening}{inner})"

        if text.startswith("(*", start):
            self._refuse("verbs of backtracking")
        if not text.startswith("(?", start):
            self._open()
            groups = self.count
            whole = rest("(", 1)
            if self.count == groups and self.inner is not None:
                self.groups[whole] = self.inner
            return whole
        for opening in ("(?:", "(?=", "(?!", "(?>", "(?<=", "(?<!"):
            if text.startswith(opening, start):
                groups, verbose = self.count, self.verbose
                whole = rest(opening, len(opening))
                if opening.startswith("(?<") and self.inner is not None:
                    return self._with_width(opening, whole, verbose, self.count - groups)
                if opening == "(?:" and self.inner is not None:
                    self.groups[whole] = self.inner
                return whole
        if text.startswith("(?#", start):
            end = text.find(")", start)
            if end < 0:
                self._wrong("missing )", len(text))
            self.at = end + 1
            return ""
        if text.startswith("(?|", start):
            self._refuse("branches that share numbers of groups")
        if found := re.compile(r"\(\?(?:P>|&|R\)|[+-]?\d+\))").match(text, start):
            self._refuse("patterns that call themselves")
        if found := re.compile(r"\(\?P=([^)]*)\)").match(text, start):
            self.at = found.end()
            return self._reference(found[1])
        if found := re.compile(r"\(\?P?<([^>)]*)>").match(text, start):
            if not _NAME.fullmatch(found[1]):
                self._wrong("bad character in group name", start + len(found[0]) - len(found[1]) + 1)
            is_first = self._open(found[1])
            return rest(f"(?P<{found[1]}>" if is_first else "(", len(found[0]))
        if found := re.compile(r"\(\?\((\w+)\)").match(text, start):
            self.by_number = self.by_number or found[1].isdigit()
            if len(self.numbers[self.names[found[1]] - 1] if found[1] in self.names else ()) > 1:
                self._refuse("conditions on a name for several groups")
            return rest(found[0], len(found[0]))
        if text.startswith("(?(", start):
            self._refuse("conditions that look around")
        if found := re.compile(r"\(\?((?:V[01]|[aiLmsuxbef])*)(?:-([imsxfe]+))?:").match(text, start):
            on, off = re.sub("V[01]|[bef]", "", found[1]), re.sub("[fe]", "", found[2] or "")
            self.verbose = outer[0] and "x" not in off or "x" in on
            self.ignores_case = outer[1] and "i" not in off or "i" in on
            return rest(f"(?{on}-{off}:" if off else f"(?{on}:", len(found[0]))
        self._wrong("unknown extension", start + 2)

    def _with_width(self, opening, whole, verbose, groups):
        inner = whole[len(opening):-1]
        try:
            low, high = re._parser.parse(inner, re.VERBOSE if verbose else 0).getwidth()
        except (re.error, OverflowError):
            low, high = 0, 1
        captures = [piece for piece, _ in self.inner if piece.startswith("(") and not piece.startswith("(?")]
        if low == high or len(captures) != groups or not all(piece in self.groups for piece in captures):
            return whole
        items = [(f"(?:{piece[1:]}" if piece in captures else piece, quantifier) for piece, quantifier in self.inner]
        for piece in captures:
            self.groups[f"(?:{piece[1:]}"] = self.groups[piece]
        made = _behind.fixed(opening, items, verbose, self.groups)
        # The groups keep their numbers, and match nothing.
        return whole if made is None else made + "(?:(?!)" * (groups > 0) + "()" * groups + ")?" * (groups > 0)

    def _property(self):
        """The ranges of a property whose escape is read: behind `p` or `P`."""
        text, at = self.text, self.at
        inverted = text[at - 1] == "P"
        if text.startswith("{", at):
            end = text.find("}", at)
            name = text[at + 1:end] if end > 0 else ""
        else:
            name, end = text[at:at + 1], at
        if name.startswith("^"):
            inverted, name = not inverted, name[1:]
        ranges = _sets.ranges_of(name) if name else None
        self.at = end + 1 if end >= at else len(text)
        if ranges is None:
            self._wrong("unknown property")
        return _sets.complement(ranges) if inverted else ranges

    def _ranges_text(self, ranges):
        if self.is_bytes:
            ranges = _sets.common(ranges, [(0, 255)])
            return "".join(f"\\x{low:02x}-\\x{high:02x}" for low, high in ranges)
        return _sets.text_of(ranges)

    def _escape(self):
        text, start = self.text, self.at
        if start + 1 >= len(text):
            self._wrong("bad escape (end of pattern)")
        each = text[start + 1]
        self.at += 2
        if each in "pP":
            return f"[{self._ranges_text(self._property())}]"
        if each == "h":
            return f"[{self._ranges_text(_sets.ranges_of('blank'))}]"
        if each == "R":
            return "(?>\\r\\n|[\\n-\\r])" if self.is_bytes else _NEWLINES
        if each == "m":
            return "(?:\\b(?=\\w))"
        if each == "M":
            return "(?:\\b(?<=\\w))"
        if each == "G":
            return _special.ANCHOR
        if each in "KX":
            self._refuse(f"\\{each}")
        if each == "L" and (found := re.compile(r"<([^>]*)>").match(text, self.at)):
            self.at = found.end()
            if found[1] not in self.lists:
                self._wrong("undefined named list", self.at)
            self.used.add(found[1])
            items = sorted(self.lists[found[1]], key=lambda item: (-len(item), item))
            items = [item.decode("latin-1") if isinstance(item, bytes) else item for item in items]
            return "(?:" + "|".join(map(re.escape, items)) + ")" if items else "(?!)"
        if each == "g" and (found := re.compile(r"<([^>]*)>").match(text, self.at)):
            self.at = found.end()
            return self._reference(found[1])
        if each == "N" and (found := re.compile(r"\{[^}]*\}").match(text, self.at)):
            self.at = found.end()
        elif each == "x" or each in "uU":
            self.at += {"x": 2, "u": 4, "U": 8}[each]
        elif each.isdigit():
            found = re.compile(r"\d{1,3}").match(text, start + 1)
            self.at = found.end()
            self.by_number = self.by_number or each != "0"
        elif each.isascii() and each.isalpha() and each not in "AbBdDsSwWZzafnrtv":
            self._wrong(f"bad escape \\{each}")
        return text[start:self.at]

    def _set(self):
        """A set of characters: as `re` has it, or as ranges where it is made of others."""
        start = self.at
        self.at += 1
        inverted = self.text.startswith("^", self.at)
        self.at += inverted
        written, ranges, plain = self._members(start)
        if plain:
            return f"[{'^' if inverted else ''}{written}]"
        ranges = ranges()
        ranges = _sets.complement(ranges) if inverted else ranges
        if not ranges:
            return "(?!)"
        text = f"[{self._ranges_text(ranges)}]"
        return f"(?-i:{text})" if self.ignores_case else text

    def _whatever_case(self, ranges):
        """Ranges with the other cases of their characters, where case does not count; of large sets as they are."""
        if not self.ignores_case or sum(high - low for low, high in ranges) > 2000:
            return ranges
        others = [
            ord(other) for low, high in ranges for number in range(low, high + 1)
            for other in (chr(number).lower(), chr(number).upper()) if len(other) == 1
        ]
        return _sets.united(ranges, [(number, number) for number in others])

    def _members(self, start):
        """What is in a set, behind its opening: as `re` writes it, as ranges when they are asked for, and whether
        the first will do."""
        text, nested = self.text, self.flags & V1
        written, members, plain, first = [], [], True, True
        result, operator = None, None

        def joined():
            own = self._whatever_case(_sets.united(*(each() for each in members)))
            if operator is None:
                return own
            return operator(result(), own)

        while True:
            if self.at >= len(text):
                self._wrong("unterminated character set", len(text))
            each = text[self.at]
            if each == "]" and not first:
                self.at += 1
                break
            first = False
            pair = text[self.at:self.at + 2]
            if nested and pair in ("--", "&&", "||", "~~") and (members or operator):
                kept = (lambda ranges: lambda: ranges)(joined())
                operator = {"--": _sets.less, "&&": _sets.common, "||": _sets.united, "~~": _sets.either}[pair]
                result, members, plain = kept, [], False
                self.at += 2
                continue
            if found := re.compile(r"\[:(\^?)([\w=: -]+?):\]").match(text, self.at):
                ranges = _sets.ranges_of(found[2])
                self.at = found.end()
                if ranges is None:
                    self._wrong("unknown property")
                ranges = _sets.complement(ranges) if found[1] else ranges
                self._add(ranges, written, members)
                continue
            if nested and each == "[":
                self.at += 1
                inverted = text.startswith("^", self.at)
                self.at += inverted
                _, inner, _ = self._members(start)
                members.append((lambda ranges, turned: lambda: _sets.complement(ranges) if turned else ranges)(
                    inner(), inverted
                ))
                plain = False
                continue
            if each == "\\" and self.at + 1 < len(text) and text[self.at + 1] in "pPhwWdDsS":
                kind = text[self.at + 1]
                self.at += 2
                if kind in "pP":
                    self._add(self._property(), written, members)
                elif kind == "h":
                    self._add(_sets.ranges_of("blank"), written, members)
                else:
                    written.append(f"\\{kind}")
                    name = {"w": "word", "d": "digit", "s": "space"}[kind.lower()]
                    members.append((lambda name, turned: lambda: self._class(name, turned))(name, kind.isupper()))
                continue
            low, piece = self._character()
            following = text[self.at:self.at + 2]
            if following[:1] == "-" and following[1:] not in ("", "]") and not (nested and following in ("--",)):
                if following[1] == "[" and nested:
                    self._refuse("sets at the end of a range")
                self.at += 1
                high, end = self._character()
                if high < low:
                    self._wrong("bad character range")
                written.append(f"{piece}-{end}")
            else:
                high = low
                written.append(piece)
            members.append((lambda pair: lambda: [pair])((low, high)))
        return "".join(written), joined, plain

    def _add(self, ranges, written, members):
        written.append(self._ranges_text(ranges))
        members.append(lambda: ranges)

    def _class(self, name, turned):
        ranges = _sets.ranges_of(name)
        if self.is_bytes or self.flags & A:
            ranges = _sets.common(ranges, [(0, 127)])
        return _sets.complement(ranges) if turned else ranges

    def _character(self):
        """A character in a set: its number, and how it is written."""
        text, start = self.text, self.at
        each = text[start]
        if each != "\\":
            self.at += 1
            return ord(each), "\\" + each if each in "[]-&~|^\\" else each
        found = re.compile(
            r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|[0-7]{1,3}|.)", re.DOTALL
        ).match(text, start)
        if not found:
            self._wrong("bad escape (end of pattern)")
        self.at = found.end()
        body = found[0][1:]
        if body[0] in "xuU" and len(body) > 1:
            number = int(body[1:], 16)
        elif body[0] == "N" and len(body) > 1:
            import unicodedata

            try:
                number = ord(unicodedata.lookup(body[2:-1]))
            except KeyError:
                self._wrong("undefined character name")
        elif body[0] in "01234567":
            number = int(body, 8)
        elif body in "abfnrtv":
            number = ord({"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}[body])
        elif body.isascii() and body.isalpha():
            self._wrong(f"bad escape \\{body}")
        else:
            number = ord(body)
        if self.is_bytes or number < 256:
            return number, f"\\x{number:02x}"
        return number, f"\\U{number:08x}"
