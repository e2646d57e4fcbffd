"""Choosing at random: values and arguments, as the text of expressions.

A signature names the kinds of a call's arguments, in order: `index text? *number key=callable?`. `?`
may be left out, `*` comes any number of times, and `NAME=` makes it a keyword. A kind is a method of
Draw, or a pool that the topic adds.
"""

import functools
import random
import struct

import pools

# How often a call gets an argument of any kind, and one too many or too few.
WRONG_KIND = 0.015
WRONG_COUNT = 0.006


class Draw(random.Random):
    """Numbers, values and calls at random. The same seed gives the same."""

    def __init__(self, seed, kinds=None):
        super().__init__(seed)
        self.kinds = kinds or {}
        self.of = self.choice

    def chance(self, probability):
        return self.random() < probability

    def below(self, limit):
        return int(self.random() * limit)

    def some(self, most, least=0):
        """A small number; smaller ones come more often."""
        return least + int((most - least + 1) * self.random() ** 2)

    def value(self, kind):
        """An expression of the kind: from the topic's pools, or a method of this class."""
        pool = self.kinds.get(kind)
        if pool is None:
            return getattr(self, kind)()
        return pool(self) if callable(pool) else self.of(pool)

    # Numbers

    def index(self):
        number = self.random()
        if number < 0.8:
            return str(self.randint(-3, 8))
        if number < 0.9:
            return self.of(("None", "True", "False", "Index(2)", "Index(-1)", "Whole(1)"))
        return str(self.of((100, -100, 2**31, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64, -(2**70))))

    def small(self):
        return str(self.randint(-2, 12))

    def count(self):
        return str(self.of((-1, 0, 1, 2, 3, 4, 5, 7, 10, 20, 33)))

    def integer(self):
        number = self.random()
        if number < 0.6:
            return str(self.of(pools.INTEGERS))
        if number < 0.8:
            return str(self.randint(-300, 300))
        value = self.getrandbits(self.of((8, 16, 31, 32, 33, 53, 54, 62, 63, 64, 65, 100, 128, 200, 400, 1100)))
        return str(value if self.chance(0.7) else -value)

    def float(self):
        number = self.random()
        if number < 0.45:
            return self.of(pools.FLOATS)
        if number < 0.6:
            return repr(round(self.uniform(-100, 100), self.below(5)))
        if number < 0.7:
            return repr(self.uniform(-1, 1) * 10.0 ** self.randint(-20, 20))
        if number < 0.8:
            return repr(float(self.randint(-1000, 1000)))
        return self.bits()

    def bits(self):
        """A float of random bits."""
        value = struct.unpack("d", self.randbytes(8))[0]
        if value != value or value in (float("inf"), float("-inf")):
            return f"float('{value}')"
        return repr(value)

    def number(self):
        number = self.random()
        if number < 0.4:
            return self.integer()
        if number < 0.8:
            return self.float()
        if number < 0.9:
            return self.of(pools.COMPLEXES)
        return self.of(("True", "False", "Whole(3)", "Real(2.5)", "Index(2)", "AsFloat(1.5)"))

    def real(self):
        number = self.random()
        if number < 0.35:
            return self.integer()
        return self.float() if number < 0.92 else self.of(("True", "Whole(3)", "Real(2.5)", "Index(2)", "AsFloat(1.5)"))

    def complex(self):
        if self.chance(0.5):
            return self.of(pools.COMPLEXES)
        return f"complex({self.float()}, {self.float()})"

    # Texts and bytes

    def raw_text(self, most=8):
        """Not an expression, but the text itself."""
        number = self.random()
        if number < 0.5:
            return self.of(pools.TEXTS)
        if number < 0.6:
            return "".join(chr(self.getrandbits(self.of((7, 8, 16, 20)))) for _ in range(self.some(most)))
        if number < 0.75:
            return "".join(self.of("ab \n") for _ in range(self.some(most)))
        return "".join(self.of(pools.CHARACTERS) for _ in range(self.some(most)))

    def text(self):
        shown = ascii(self.raw_text())
        return f"Text({shown})" if self.chance(0.02) else shown

    def character(self):
        number = self.random()
        if number < 0.9:
            return ascii(self.of(pools.CHARACTERS))
        return ascii(chr(self.below(0x110000)))

    def letters(self):
        """A few characters, mostly ASCII, for what looks for them."""
        if self.chance(0.3):
            return self.character()
        return ascii("".join(self.of("ab ,\n\u4e2d\xe9") for _ in range(self.some(3))))

    def raw_bytes(self, most=8):
        number = self.random()
        if number < 0.5:
            return self.of(pools.BYTES)
        if number < 0.7:
            return bytes(self.of(b"ab \n\x00\xff") for _ in range(self.some(most)))
        if number < 0.8:
            return self.raw_text().encode("utf-8", "surrogatepass")
        return self.randbytes(self.some(most))

    def bytes(self):
        shown = repr(self.raw_bytes())
        number = self.random()
        if number < 0.8:
            return shown
        return f"{self.of(('bytearray', 'memoryview', 'Octets'))}({shown})"

    def octets(self):
        """One byte, or a few."""
        if self.chance(0.4):
            return repr(self.randbytes(1))
        return repr(bytes(self.of(b"ab \n\x00\xff\xe4") for _ in range(self.some(3))))

    def byte(self):
        return str(self.of((0, 1, 10, 32, 65, 97, 127, 128, 255, 256, -1)))

    def encoding(self):
        return ascii(self.of(pools.ENCODINGS))

    def errors(self):
        return ascii(self.of(pools.ERROR_HANDLERS))

    # Others

    def boolean(self):
        return self.of(("True", "False", "1", "0", "None", "[]", "'x'")) if self.chance(0.3) else self.of(("True", "False"))

    def container(self):
        return self.of(pools.CONTAINERS)

    def iterable(self):
        return self.of(pools.CONTAINERS)

    def scalar(self):
        number = self.random()
        if number < 0.3:
            return self.number()
        if number < 0.55:
            return self.text()
        if number < 0.7:
            return self.bytes()
        return self.of(pools.ODD)

    def any(self):
        return self.scalar() if self.random() < 0.7 else self.container()

    def element(self):
        """What is put into containers."""
        if self.chance(0.75):
            return self.of(("0", "1", "2", "3", "1.0", "True", "'a'", "'b'", "None", "(1, 2)", "''", "-1"))
        return self.any()

    def elements(self, most=5):
        return ", ".join([self.element() for _ in range(self.some(most))])

    def list(self):
        return f"[{self.elements()}]"

    def tuple(self):
        shown = [self.element() for _ in range(self.some(4))]
        return f"({', '.join(shown)}{',' if len(shown) == 1 else ''})"

    def dict(self):
        return "{" + ", ".join(f"{self.element()}: {self.element()}" for _ in range(self.some(4))) + "}"

    def set(self):
        shown = self.elements()
        return "{" + shown + "}" if shown else "set()"

    def callable(self):
        return self.of(("len", "str", "int", "abs", "repr", "lambda x: x", "lambda x: -x", "bool", "None", "lambda *a: a"))

    # Calls

    def arguments(self, signature):
        parts, named = [], []
        for name, kind, mark in parsed(signature):
            if mark == "*":
                parts += [self.value(kind) for _ in range(self.some(4))]
                continue
            if mark == "?" and self.random() < 0.45:
                if name:
                    continue
                break
            shown = self.any() if self.random() < WRONG_KIND else self.value(kind)
            if name:
                named.append(f"{name}={shown}")
            else:
                parts.append(shown)
        if self.random() < WRONG_COUNT:
            if parts and self.chance(0.5):
                parts.pop()
            else:
                parts.append(self.any())
        return ", ".join(parts + named)

    def call(self, function, signature):
        return f"{function}({self.arguments(signature)})"


@functools.cache
def parsed(signature):
    """(keyword or None, kind, mark) for each word of a signature."""
    words = []
    for word in signature.split():
        name, _, kind = word.rpartition("=")
        mark = ""
        if kind[0] == "*":
            kind, mark = kind[1:], "*"
        elif kind[-1] == "?":
            kind, mark = kind[:-1], "?"
        words.append((name or None, kind, mark))
    return words


def table(text):
    """Lines `NAME SIGNATURE` as pairs; `NAMES | SIGNATURE` stands for several names."""
    pairs = []
    for line in text.strip().splitlines():
        names, bar, signature = line.partition("|")
        if not bar:
            names, _, signature = line.strip().partition(" ")
        pairs += [(name, signature.strip()) for name in names.split()]
    return pairs
