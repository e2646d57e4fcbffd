"""krait: patterns with `\\G`, and with a name for several groups, which `re` has not.

A pattern here has the methods of one of `re` that `_main.py` calls, and gives matches like those of `re`.
"""

import re

# What `\G` is translated to: a comment, which nothing else becomes. A pattern is compiled for each place where a
# search begins.
ANCHOR = "(?#G)"


class Special:
    """A translated pattern: with `\\G` in it, or with groups that share a number."""

    def __init__(self, text, flags, numbers, names):
        self._anchor = ANCHOR.encode() if isinstance(text, bytes) else ANCHOR
        self._text, self._flags, self._compiled = text, flags, {}
        self._anchored = self._anchor in text
        first = self._at(0)
        # The groups of `re` behind each number, from 1 on.
        self._numbers = numbers or [(number,) for number in range(1, first.groups + 1)]
        self.groups, self.groupindex = len(self._numbers), names if numbers else first.groupindex

    def _at(self, place):
        """The pattern for a search that begins at a place."""
        place *= self._anchored
        found = self._compiled.get(place)
        if found is None:
            here = f"(?s:(?<=\\A.{{{place}}}))" if place else "\\A"
            if isinstance(self._text, bytes):
                here = here.encode()
            if len(self._compiled) > 100:
                self._compiled.clear()
            found = self._compiled[place] = re.compile(self._text.replace(self._anchor, here), self._flags)
        return found

    def _given(self, found):
        return None if found is None else _Match(self, found)

    def match(self, string, pos=0, *endpos):
        return self._given(self._at(min(pos, len(string))).match(string, pos, *endpos))

    def fullmatch(self, string, pos=0, *endpos):
        return self._given(self._at(min(pos, len(string))).fullmatch(string, pos, *endpos))

    def search(self, string, pos=0, *endpos):
        return self._given(self._at(min(pos, len(string))).search(string, pos, *endpos))

    def finditer(self, string, *places):
        if not self._anchored:
            yield from map(self._given, self._at(0).finditer(string, *places))
            return
        at = places[0] if places else 0
        while True:
            # Behind an empty match, the second is what comes next: it has to advance.
            matches = self._at(min(at, len(string))).finditer(string, at, *places[1:])
            found = next(matches, None)
            if found is None:
                return
            yield self._given(found)
            if found.end() == found.start():
                found = next(matches, None)
                if found is None:
                    return
                yield self._given(found)
            at = found.end()

    def findall(self, string, *places):
        empty, found = string[:0], []
        for each in self.finditer(string, *places):
            groups = each.groups(empty)
            found.append(each[0] if not groups else groups[0] if len(groups) == 1 else groups)
        return found

    def split(self, string, most):
        parts, at = [], 0
        for done, each in enumerate(self.finditer(string)):
            if most and done >= most:
                break
            parts += (string[at:each.start()], *each.groups())
            at = each.end()
        return [*parts, string[at:]]

    def subn(self, template, string, count):
        parts, at, done = [], 0, 0
        for each in self.finditer(string):
            if count and done >= count:
                break
            parts += (string[at:each.start()], each.expand(template))
            at, done = each.end(), done + 1
        return string[:0].join([*parts, string[at:]]), done

    def scanner(self, *arguments):
        raise NotImplementedError(
            "krait's stand-in for regex has no scanners for patterns with \\G or with a name for several groups"
        )


class _Match:
    """A match: each group is the last one of those with its number that matched."""

    def __init__(self, pattern, own):
        self.re, self._own = pattern, own
        self.pos, self.endpos, self.string = own.pos, own.endpos, own.string
        regs = own.regs
        self.regs = (regs[0], *(max(regs[each] for each in numbers) for numbers in pattern._numbers))

    def _number(self, group):
        number = self.re.groupindex.get(group) if isinstance(group, str) else group
        if number is None or not 0 <= number.__index__() < len(self.regs):
            raise IndexError("no such group")
        return number

    @property
    def lastindex(self):
        last = self._own.lastindex
        return next((at for at, numbers in enumerate(self.re._numbers, 1) if last in numbers), None)

    @property
    def lastgroup(self):
        last = self.lastindex
        return next((name for name, number in self.re.groupindex.items() if number == last), None)

    def span(self, group=0):
        return self.regs[self._number(group)]

    def start(self, group=0):
        return self.span(group)[0]

    def end(self, group=0):
        return self.span(group)[1]

    def __getitem__(self, group, default=None):
        low, high = self.span(group)
        return default if low < 0 else self.string[low:high]

    def group(self, *groups):
        if len(groups) < 2:
            return self[groups[0] if groups else 0]
        return tuple(map(self.__getitem__, groups))

    def groups(self, default=None):
        return tuple(self.__getitem__(number, default) for number in range(1, len(self.regs)))

    def groupdict(self, default=None):
        return {name: self.__getitem__(number, default) for name, number in self.re.groupindex.items()}

    def expand(self, template):
        pieces = re._parser.parse_template(template, self.re)
        empty = self.string[:0]
        return empty.join(self.__getitem__(each, empty) if isinstance(each, int) else each for each in pieces)
