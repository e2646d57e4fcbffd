"""XPath's nodes, axes and operators. An expression is a function of the place where it is evaluated."""

import math

from _krait_stand_ins.lxml_etree import nodes
from _krait_stand_ins.lxml_etree.names import XML


class Place:
    """Where an expression is evaluated."""

    __slots__ = ("node", "position", "size", "run")

    def __init__(self, node, position, size, run):
        self.node, self.position, self.size, self.run = node, position, size, run


class Run:
    """One evaluation: its root, its variables and functions, and the order of the nodes if it was asked for."""

    def __init__(self, root, variables, functions, caller):
        self.root, self.variables, self.functions, self.caller = root, variables, functions, caller
        self._order = None

    def key(self, node):
        if self._order is None:
            self._order = {}
            self._count(self.root)
        if type(node) is Root:
            return (-1,)
        owner = node.owner if type(node) in (Text, Attribute, Namespace) else node
        found = self._order.get(id(owner))
        if found is None:
            # It is in another tree.
            self._count(Root([nodes._top(owner)]))
            found = self._order[id(owner)]
        index, last = found
        kind = type(node)
        if kind is Text:
            return (last, 4, -index) if node.is_tail else (index, 3, 0)
        if kind is Attribute:
            return index, 2, list(owner._attributes).index(node.name)
        return (index, 1, node.prefix or "") if kind is Namespace else (index, 0, 0)

    def _count(self, root):
        order, index = self._order, len(self._order)
        for top in root.tops:
            open_ = [[top, index, 0]]
            index += 1
            while open_:
                node, number, at = open_[-1]
                children = node._children
                if at < len(children):
                    open_[-1][2] += 1
                    open_.append([children[at], index, 0])
                    index += 1
                else:
                    open_.pop()
                    order[id(node)] = number, index - 1

    def sorted(self, found):
        unique = {}
        for each in found:
            unique.setdefault(each if type(each) in (Text, Attribute, Namespace) else id(each), each)
        return sorted(unique.values(), key=self.key) if len(unique) > 1 else list(unique.values())


class Root:
    """The node above the root."""

    _kind = "root"
    _parent = None

    def __init__(self, tops):
        self.tops = tops


class Text:
    """The text in an element, or the one behind it."""

    __slots__ = ("owner", "is_tail")
    _kind = "text"

    def __init__(self, owner, is_tail):
        self.owner, self.is_tail = owner, is_tail

    def __eq__(self, other):
        return type(other) is Text and other.owner is self.owner and other.is_tail == self.is_tail

    def __hash__(self):
        return hash((id(self.owner), self.is_tail))

    value = property(lambda self: self.owner.tail if self.is_tail else self.owner.text)


class Attribute:
    __slots__ = ("owner", "name")
    _kind = "attribute"

    def __init__(self, owner, name):
        self.owner, self.name = owner, name

    def __eq__(self, other):
        return type(other) is Attribute and other.owner is self.owner and other.name == self.name

    def __hash__(self):
        return hash((id(self.owner), self.name))

    value = property(lambda self: str(self.owner._attributes[self.name]))


class Namespace:
    __slots__ = ("owner", "prefix", "value")
    _kind = "namespace"

    def __init__(self, owner, prefix, value):
        self.owner, self.prefix, self.value = owner, prefix, value

    def __eq__(self, other):
        return type(other) is Namespace and other.owner is self.owner and other.prefix == self.prefix

    def __hash__(self):
        return hash((id(self.owner), self.prefix))


# Axes.

def children(node):
    if type(node) is Root:
        return list(node.tops)
    if node._kind != "element":
        return []
    found = [Text(node, False)] if node._text else []
    for each in node._children:
        if each._kind != "entity":
            found.append(each)
        if each._tail:
            found.append(Text(each, True))
    return found


def descendants(node, found):
    for each in children(node):
        found.append(each)
        if each._kind == "element":
            descendants(each, found)
    return found


def parent_of(node, run):
    kind = type(node)
    if kind is Root:
        return None
    if kind is Text:
        return node.owner._parent if node.is_tail else node.owner
    if kind in (Attribute, Namespace):
        return node.owner
    if node._parent is None or any(each is node for each in run.root.tops):
        return run.root if any(each is node for each in run.root.tops) else None
    return node._parent


def ancestors(node, run):
    found = []
    while (node := parent_of(node, run)) is not None:
        found.append(node)
    return found


def siblings(node, run, step):
    if type(node) in (Attribute, Namespace, Root):
        return []
    above = parent_of(node, run)
    if above is None:
        return []
    among = children(above)
    at = next((index for index, each in enumerate(among) if each is node or type(node) is Text and each == node), None)
    if at is None:
        return []
    return among[at + 1 :] if step > 0 else among[:at][::-1]


def _following(node, run):
    found = []
    if type(node) in (Attribute, Namespace):
        descendants(node.owner, found)
        node = node.owner
    while node is not None and type(node) is not Root:
        for each in siblings(node, run, 1):
            found.append(each)
            if each._kind == "element":
                descendants(each, found)
        node = parent_of(node, run)
    return found


def _preceding(node, run):
    found = []
    if type(node) in (Attribute, Namespace):
        node = node.owner
    while node is not None and type(node) is not Root:
        for each in siblings(node, run, -1):
            within = [each]
            if each._kind == "element":
                descendants(each, within)
            found += reversed(within)
        node = parent_of(node, run)
    return found


def _namespaces(node, run):
    if node._kind != "element":
        return []
    return [Namespace(node, prefix, uri) for prefix, uri in {"xml": XML, **node.nsmap}.items()]


def _attributes(node, run):
    return [Attribute(node, name) for name in node._attributes] if node._kind == "element" else []


def _above(node, run):
    found = parent_of(node, run)
    return [] if found is None else [found]


_AXES = {
    "self": lambda node, run: [node],
    "child": lambda node, run: children(node),
    "descendant": lambda node, run: descendants(node, []),
    "descendant-or-self": lambda node, run: descendants(node, [node]),
    "parent": _above,
    "ancestor": ancestors,
    "ancestor-or-self": lambda node, run: [node, *ancestors(node, run)],
    "following-sibling": lambda node, run: siblings(node, run, 1),
    "preceding-sibling": lambda node, run: siblings(node, run, -1),
    "following": _following,
    "preceding": _preceding,
    "attribute": _attributes,
    "namespace": _namespaces,
}
_BACKWARDS = frozenset(("ancestor", "ancestor-or-self", "preceding", "preceding-sibling"))


def _matcher(axis, test):
    kind = test[0]
    if kind == "node":
        return None
    if axis == "attribute":
        if kind == "any":
            return None
        if kind == "name":
            return lambda node: node.name == test[1]
        if kind == "namespace":
            return lambda node: node.name.startswith(f"{{{test[1]}}}")
        return lambda node: False
    if axis == "namespace":
        return None if kind == "any" else lambda node: kind == "name" and (node.prefix or "") == test[1]
    if kind == "any":
        return lambda node: node._kind == "element"
    if kind == "name":
        return lambda node: node._kind == "element" and node._tag == test[1]
    if kind == "namespace":
        return lambda node: node._kind == "element" and node._tag.startswith(f"{{{test[1]}}}")
    if kind == "PI":
        return lambda node: node._kind == "PI" and test[1] in (None, node.target)
    return lambda node: node._kind == kind


class Step:
    """A step of a path."""

    def __init__(self, axis, test, predicates):
        self.axis, self.test, self.predicates = axis, test, predicates
        self._nodes, self._matches = _AXES[axis], _matcher(axis, test)
        self._is_attribute = axis == "attribute" and test[0] == "name"
        self._names_children = axis == "child" and test[0] == "name"
        self._names_descendants = axis in ("descendant", "descendant-or-self") and test[0] in ("name", "any")

    def of(self, node, run):
        """What the step gives from one node, in the order of its axis."""
        if self._is_attribute:
            name = self.test[1]
            found = [Attribute(node, name)] if node._kind == "element" and name in node._attributes else []
        elif self._names_children and node._kind == "element":
            name = self.test[1]
            found = [each for each in node._children if each._kind == "element" and each._tag == name]
        elif self._names_descendants and node._kind in ("element", "root"):
            found = self._elements_below(node)
        else:
            found = self._nodes(node, run)
            if self._matches is not None:
                found = list(filter(self._matches, found))
        for predicate in self.predicates:
            found = chosen(found, predicate, run)
        return found

    def _elements_below(self, node):
        name = self.test[1] if self.test[0] == "name" else None
        found = []
        stack = [node] if self.axis == "descendant-or-self" and node._kind == "element" else []
        if not stack:
            stack = list(reversed(node.tops if node._kind == "root" else node._children))
        while stack:
            each = stack.pop()
            if each._kind == "element":
                if name is None or each._tag == name:
                    found.append(each)
                if each._children:
                    stack += each._children[::-1]
        return found


def chosen(found, predicate, run):
    size, kept = len(found), []
    for position, node in enumerate(found, 1):
        value = predicate(Place(node, position, size, run))
        if value == position if type(value) is float else truth(value):
            kept.append(node)
    return kept


def _merged(steps):
    """`descendant-or-self::node()/child::x` as `descendant::x`, where no position is asked for."""
    made = []
    for step in steps:
        before = made[-1] if made else None
        if (
            before is not None and before.axis == "descendant-or-self" and before.test == ("node",) and not before.predicates
            and step.axis == "child" and not any(getattr(each, "may_be_number", True) for each in step.predicates)
        ):
            made[-1] = Step("descendant", step.test, step.predicates)
        else:
            made.append(step)
    return made


def path(start, steps):
    steps = _merged(steps)

    def run_path(place):
        found = start(place)
        if type(found) is not list:
            raise Failed("Invalid type")
        run = place.run
        # Whether all are at one depth, so that what is below them is in order.
        flat = len(found) <= 1
        for step in steps:
            if len(found) == 1:
                found = step.of(found[0], run)
                if step.axis in _BACKWARDS:
                    found.reverse()
            else:
                several = [each for node in found for each in step.of(node, run)]
                if len(several) > 1 and not (flat and step.axis in ("child", "attribute", "self")):
                    several = run.sorted(several)
                found = several
            flat = flat and step.axis in ("child", "attribute", "self") or len(found) <= 1
        return found

    run_path.may_be_number = False
    return run_path


def root(place):
    return [place.run.root]


def here(place):
    return [place.node]


def filtered(primary, predicate):
    def run_filter(place):
        found = primary(place)
        if type(found) is not list:
            raise Failed("Invalid type")
        return chosen(found, predicate, place.run)

    run_filter.may_be_number = False
    return run_filter


def union(left, right):
    def run_union(place):
        one, other = left(place), right(place)
        if type(one) is not list or type(other) is not list:
            raise Failed("Invalid type")
        return place.run.sorted(one + other)

    run_union.may_be_number = False
    return run_union


def constant(value):
    def run_constant(place):
        return value

    run_constant.may_be_number = type(value) is float
    return run_constant


def variable(name):
    def run_variable(place):
        try:
            return place.run.variables[name]
        except KeyError:
            raise Failed("Undefined variable") from None

    return run_variable


class Failed(Exception):
    """An evaluation cannot go on; says why as libxml2 does."""


# Values.

def text_of(value):
    if type(value) is str:
        return value
    if type(value) is list:
        return text_of_node(value[0]) if value else ""
    if type(value) is bool:
        return "true" if value else "false"
    return text_of_number(value)


def text_of_number(value):
    if value != value:
        return "NaN"
    if value in (math.inf, -math.inf):
        return "Infinity" if value > 0 else "-Infinity"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    if 1e-5 < abs(value) < 1e9:
        text = f"{value:.{max(15 - math.floor(math.log10(abs(value))) - 1, 0)}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, _, exponent = f"{value:.14e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{exponent[0]}{exponent[1:].lstrip('0').rjust(2, '0')}"


def text_of_node(node):
    kind = node._kind
    if kind == "element":
        pieces = []
        _gather(node, pieces)
        return "".join(pieces)
    if kind == "root":
        return "".join(text_of_node(each) for each in node.tops if each._kind == "element")
    return node.value if kind in ("text", "attribute", "namespace") else node.text or ""


def _gather(node, pieces):
    if node._text:
        pieces.append(node._text)
    for each in node._children:
        if each._kind == "element":
            _gather(each, pieces)
        if each._tail:
            pieces.append(each._tail)


def number_of(value):
    kind = type(value)
    if kind is float:
        return value
    if kind is bool:
        return 1.0 if value else 0.0
    text = text_of(value).strip(" \t\r\n")
    try:
        # Python reads more than XPath does.
        return float(text) if text and text.strip("0123456789.-") == "" and "+" not in text else math.nan
    except ValueError:
        return math.nan


def truth(value):
    if type(value) is float:
        return value != 0 and value == value
    return bool(value)


# Operators.

def _equal(one, other):
    if type(one) is list or type(other) is list:
        if type(one) is not list:
            one, other = other, one
        if type(other) is bool:
            return bool(one) == other
        if type(other) is list:
            texts = {text_of_node(each) for each in other}
            return any(text_of_node(each) in texts for each in one)
        if type(other) is float:
            return any(number_of(text_of_node(each)) == other for each in one)
        return any(text_of_node(each) == other for each in one)
    if type(one) is bool or type(other) is bool:
        return truth(one) == truth(other)
    if type(one) is float or type(other) is float:
        return number_of(one) == number_of(other)
    return one == other


def _unequal(one, other):
    if type(one) is list or type(other) is list:
        if type(one) is not list:
            one, other = other, one
        if type(other) is bool:
            return bool(one) != other
        if type(other) is list:
            texts = {text_of_node(each) for each in other}
            return any(texts - {text_of_node(each)} for each in one)
        if type(other) is float:
            return any(number_of(text_of_node(each)) != other for each in one)
        return any(text_of_node(each) != other for each in one)
    return not _equal(one, other)


def _compared(less):
    def compare(one, other):
        lefts = [number_of(text_of_node(each)) for each in one] if type(one) is list else [number_of(one)]
        rights = [number_of(text_of_node(each)) for each in other] if type(other) is list else [number_of(other)]
        return any(less(left, right) for left in lefts for right in rights)

    return compare


def _divided(one, other):
    if other:
        return one / other
    if one == 0 or one != one or other != other:
        return math.nan
    return math.copysign(math.inf, one) * math.copysign(1, other)


def _remainder(one, other):
    try:
        return math.fmod(one, other)
    except ValueError:
        return math.nan


_COMPARISONS = {
    "=": _equal,
    "!=": _unequal,
    "<": _compared(lambda left, right: left < right),
    "<=": _compared(lambda left, right: left <= right),
    ">": _compared(lambda left, right: left > right),
    ">=": _compared(lambda left, right: left >= right),
}
_ARITHMETIC = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "div": _divided,
    "mod": _remainder,
}


def operation(operator, left, right):
    """What a binary operator makes of two expressions."""
    if operator == "or":
        def run_operation(place):
            return truth(left(place)) or truth(right(place))
    elif operator == "and":
        def run_operation(place):
            return truth(left(place)) and truth(right(place))
    elif operator in _COMPARISONS:
        compare = _COMPARISONS[operator]

        def run_operation(place):
            return compare(left(place), right(place))
    else:
        compute = _ARITHMETIC[operator]

        def run_operation(place):
            return compute(number_of(left(place)), number_of(right(place)))

        run_operation.may_be_number = True
        return run_operation
    # What it holds may ask for a position.
    run_operation.may_be_number = getattr(left, "asks_position", False) or getattr(right, "asks_position", False)
    run_operation.asks_position = run_operation.may_be_number
    return run_operation


def negated(operand):
    def run_negation(place):
        return -number_of(operand(place))

    return run_negation
