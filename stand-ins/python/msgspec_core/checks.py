"""What a `Meta` asks of numbers, lengths and zones, and texts that are UUIDs."""

import math
import uuid

from _krait_stand_ins.msgspec_core.errors import Wrong


def uuid_of_text(text):
    try:
        if len(text) not in (32, 36) or len(text) == 36 and any(text[at] != "-" for at in (8, 13, 18, 23)):
            raise ValueError
        return uuid.UUID(text)
    except ValueError:
        raise Wrong("Invalid UUID") from None


def uuid_of_bytes(data):
    if len(data) != 16:
        raise Wrong("Invalid UUID bytes")
    return uuid.UUID(bytes=bytes(data))


def number_check(metas, name):
    """A check of a number by its `Meta`s."""
    tests = []
    for meta in metas:
        for word, sign, test in (
            ("ge", ">=", lambda value, limit: value >= limit), ("gt", ">", lambda value, limit: value > limit),
            ("le", "<=", lambda value, limit: value <= limit), ("lt", "<", lambda value, limit: value < limit),
        ):
            limit = getattr(meta, word)
            if limit is not None:
                tests.append((lambda value, limit=limit, test=test: test(value, limit), _limit_words(name, word, limit)))
        if meta.multiple_of is not None:
            by = meta.multiple_of
            tests.append((lambda value, by=by: value == 0 or (value % by if type(value) is type(by) is int else math.fmod(value, by)) == 0, f"Expected `{name}` that's a multiple of {by}"))
    return _all_of(tests)


def _limit_words(name, word, limit):
    # Of whole numbers, the limit itself is said.
    if name == "int" and word == "gt":
        return f"Expected `int` >= {math.floor(limit) + 1}"
    if name == "int" and word == "lt":
        return f"Expected `int` <= {math.ceil(limit) - 1}"
    sign = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}[word]
    return f"Expected `{name}` {sign} {limit}" if name == "int" else f"Expected `{name}` {sign} {float(limit)}"


def length_check(metas, name):
    tests = []
    for meta in metas:
        if meta.min_length is not None:
            tests.append((lambda value, limit=meta.min_length: len(value) >= limit, f"Expected `{name}` of length >= {meta.min_length}"))
        if meta.max_length is not None:
            tests.append((lambda value, limit=meta.max_length: len(value) <= limit, f"Expected `{name}` of length <= {meta.max_length}"))
        if meta.regex is not None and name == "str":
            tests.append((meta.regex.search, f"Expected `str` matching regex {meta.pattern!r}"))
    return _all_of(tests)


def zone_check(metas, name):
    wanted = next((meta.tz for meta in metas if meta.tz is not None), None)
    if wanted is None:
        return _same

    def check(value):
        if (value.tzinfo is not None) != wanted:
            raise Wrong(f"Expected `{name}` with {'a' if wanted else 'no'} timezone component")
        return value

    return check


def _all_of(tests):
    if not tests:
        return _same

    def check(value):
        for test, words in tests:
            if not test(value):
                raise Wrong(words)
        return value

    return check


def _same(value):
    return value
