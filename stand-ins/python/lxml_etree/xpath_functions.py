"""XPath's functions, those of EXSLT for regular expressions, and people's own."""

import math
import re

from _krait_stand_ins.lxml_etree import nodes
from _krait_stand_ins.lxml_etree.names import XML
from _krait_stand_ins.lxml_etree.xpath_run import (
    Failed, Text, number_of, parent_of, text_of, text_of_node, truth,
)

_REGULAR = "http://exslt.org/regular-expressions"


def call(uri, name, arguments):
    """A call of a function, which is looked for when it is evaluated."""
    own = _FUNCTIONS.get(name) if uri is None else None

    if own is not None:
        function, least, most = own

        def run_call(place):
            if not least <= len(arguments) <= most:
                raise Failed("Invalid number of arguments")
            return function(place, *[each(place) for each in arguments])

        run_call.may_be_number = name in _NUMBERS
        run_call.asks_position = name in ("position", "last") or any(getattr(each, "asks_position", False) for each in arguments)
        if run_call.asks_position:
            run_call.may_be_number = True
        return run_call

    def run_other(place):
        run = place.run
        values = [each(place) for each in arguments]
        found = run.functions.get((uri, name))
        if found is not None:
            return run.caller.call(found, place, values)
        if uri == _REGULAR and name in _EXSLT:
            return _EXSLT[name](place, *values)
        raise Failed("Unregistered function")

    return run_other


def _position(place):
    return float(place.position)


def _last(place):
    return float(place.size)


def _count(place, found):
    return float(len(_nodes(found)))


def _nodes(value):
    if type(value) is not list:
        raise Failed("Invalid type")
    return value


def _id(place, value):
    texts = [text_of_node(each) for each in value] if type(value) is list else [text_of(value)]
    wanted = {each for text in texts for each in text.split()}
    found = []
    for top in place.run.root.tops:
        for each in [top, *top.iterdescendants()]:
            if each._kind == "element":
                given = each._attributes.get(f"{{{XML}}}id")
                if given is None and nodes._document(each).is_html:
                    given = each._attributes.get("id")
                if given in wanted:
                    found.append(each)
    return found


def _first(place, given):
    if not given:
        return place.node
    found = _nodes(given[0])
    return found[0] if found else None


def _full_name(node):
    """The namespace, the local name and the prefix of a node."""
    if node is None:
        return "", "", ""
    kind = node._kind
    if kind == "PI":
        return "", node.target, ""
    if kind == "namespace":
        return "", node.prefix or "", ""
    if kind not in ("element", "attribute"):
        return "", "", ""
    name = node._tag if kind == "element" else node.name
    uri, _, local = name[1:].rpartition("}") if name[0] == "{" else ("", "", name)
    prefix = ""
    if kind == "element":
        prefix = node._prefix or ""
    elif uri:
        prefix = "xml" if uri == XML else next((p for p, u in node.owner.nsmap.items() if u == uri and p), "")
    return uri, local, prefix


def _local_name(place, *given):
    return _full_name(_first(place, given))[1]


def _namespace_uri(place, *given):
    return _full_name(_first(place, given))[0]


def _name(place, *given):
    _, local, prefix = _full_name(_first(place, given))
    return f"{prefix}:{local}" if prefix else local


def _string(place, *given):
    return text_of(given[0]) if given else text_of_node(place.node)


def _concat(place, *given):
    return "".join(map(text_of, given))


def _substring(place, text, start, *length):
    text, start = text_of(text), _rounded(number_of(start))
    end = start + _rounded(number_of(length[0])) if length else math.inf
    return "".join(each for index, each in enumerate(text, 1) if start <= index < end)


def _before(place, text, mark):
    text, mark = text_of(text), text_of(mark)
    return text.partition(mark)[0] if mark and mark in text else ""


def _after(place, text, mark):
    text, mark = text_of(text), text_of(mark)
    return text.partition(mark)[2] if mark else text


def _normalized(place, *given):
    return " ".join(_string(place, *given).strip(" \t\r\n").replace("\t", " ").replace("\r", " ").replace("\n", " ").split())


def _translated(place, text, old, new):
    table = {}
    new = text_of(new)
    for index, each in enumerate(text_of(old)):
        table.setdefault(ord(each), new[index] if index < len(new) else None)
    return text_of(text).translate(table)


def _number(place, *given):
    return number_of(given[0] if given else text_of_node(place.node))


def _sum(place, found):
    return float(sum(number_of(text_of_node(each)) for each in _nodes(found)))


def _rounded(value):
    return math.floor(value + 0.5) if math.isfinite(value) else value


def _whole(function):
    def compute(place, value):
        value = number_of(value)
        return float(function(value)) if math.isfinite(value) else value

    return compute


def _lang(place, language):
    wanted = text_of(language).lower()
    node = place.node
    while node is not None and node._kind != "root":
        if node._kind == "element":
            found = node._attributes.get(f"{{{XML}}}lang")
            if found is not None:
                return found.lower() == wanted or found.lower().startswith(f"{wanted}-")
        node = parent_of(node, place.run)
    return False


_FUNCTIONS = {
    "position": (_position, 0, 0),
    "last": (_last, 0, 0),
    "count": (_count, 1, 1),
    "id": (_id, 1, 1),
    "local-name": (_local_name, 0, 1),
    "namespace-uri": (_namespace_uri, 0, 1),
    "name": (_name, 0, 1),
    "string": (_string, 0, 1),
    "concat": (_concat, 2, math.inf),
    "starts-with": (lambda place, text, start: text_of(text).startswith(text_of(start)), 2, 2),
    "contains": (lambda place, text, part: text_of(part) in text_of(text), 2, 2),
    "substring-before": (_before, 2, 2),
    "substring-after": (_after, 2, 2),
    "substring": (_substring, 2, 3),
    "string-length": (lambda place, *given: float(len(_string(place, *given))), 0, 1),
    "normalize-space": (_normalized, 0, 1),
    "translate": (_translated, 3, 3),
    "boolean": (lambda place, value: truth(value), 1, 1),
    "not": (lambda place, value: not truth(value), 1, 1),
    "true": (lambda place: True, 0, 0),
    "false": (lambda place: False, 0, 0),
    "lang": (_lang, 1, 1),
    "number": (_number, 0, 1),
    "sum": (_sum, 1, 1),
    "floor": (_whole(math.floor), 1, 1),
    "ceiling": (_whole(math.ceil), 1, 1),
    "round": (_whole(_rounded), 1, 1),
}
_NUMBERS = frozenset("position last count string-length number sum floor ceiling round".split())


def _pattern(pattern, flags=""):
    flags = text_of(flags)
    return re.compile(text_of(pattern), re.UNICODE | (re.IGNORECASE if "i" in flags else 0)), flags


def _texts(value):
    return [text_of_node(each) for each in value] if type(value) is list else [text_of(value)]


def _test(place, text, pattern, flags=""):
    compiled, _ = _pattern(pattern, flags)
    return any(compiled.search(each) for each in _texts(text))


def _match(place, text, pattern, flags=""):
    compiled, flags = _pattern(pattern, flags)
    text = text_of(text)
    if "g" in flags:
        found = compiled.findall(text)
        found = [each[0] if isinstance(each, tuple) else each for each in found]
    else:
        match = compiled.search(text)
        found = [match.group(), *match.groups("")] if match else []
    made = []
    for each in found:
        element = nodes.Element("match")
        element._text = each
        made.append(element)
    return made


def _replace(place, text, pattern, flags, new):
    compiled, flags = _pattern(pattern, flags)
    return compiled.sub(text_of(new), text_of(text), 0 if "g" in flags else 1)


_EXSLT = {"test": _test, "match": _match, "replace": _replace}
__all__ = ["Text", "call"]
