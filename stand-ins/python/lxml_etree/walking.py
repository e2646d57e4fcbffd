"""Iterators over nodes and texts."""

from _krait_stand_ins.lxml_etree import names


def matcher(tags):
    """A function that tells whether a node is one of those that were asked for; None if all are."""
    wanted, kinds, patterns = set(), set(), []
    for tag in _flat(tags):
        if tag is None:
            return None
        if callable(tag) and not isinstance(tag, (str, names.QName)):
            if tag.__name__ == "Element":
                patterns.append(lambda name: True)
            else:
                kinds.add({"Comment": "comment", "ProcessingInstruction": "PI", "PI": "PI", "Entity": "entity"}.get(tag.__name__))
            continue
        name = names.text_of(tag.text if isinstance(tag, names.QName) else tag)
        if name == "*":
            patterns.append(lambda name: True)
        elif name == "{*}*":
            patterns.append(lambda name: True)
        elif name.startswith("{*}"):
            patterns.append(lambda name, local=name[3:]: name.rpartition("}")[2] == local)
        elif name.endswith("}*"):
            if name == "{}*":
                patterns.append(lambda name: name[0] != "{")
            else:
                patterns.append(lambda name, start=name[:-1]: name.startswith(start))
        else:
            wanted.add(name[2:] if name.startswith("{}") else name)
    if tags is None or tags == ():
        return None

    def matches(node):
        if node._kind != "element":
            return node._kind in kinds
        tag = node._tag
        return tag in wanted or any(each(tag) for each in patterns)

    return matches


def _flat(tags):
    if tags is None:
        return
    if isinstance(tags, (str, bytes, names.QName)) or callable(tags):
        yield tags
        return
    for each in tags:
        if each is None:
            yield None
        else:
            yield from _flat(each)


class _Iterator:
    """An iterator whose nodes are those of a generator."""

    def __init__(self, nodes, tags):
        matches = matcher(tags)
        self._nodes = filter(matches, nodes) if matches else nodes

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._nodes)


class ElementChildIterator(_Iterator):
    def __init__(self, node, tag=None, *, reversed=False):
        super().__init__(_children(node, reversed), tag)


class SiblingsIterator(_Iterator):
    def __init__(self, node, tag=None, *, preceding=False):
        super().__init__(_siblings(node, preceding), tag)


class AncestorsIterator(_Iterator):
    def __init__(self, node, tag=None):
        super().__init__(_ancestors(node), tag)


class ElementDepthFirstIterator(_Iterator):
    def __init__(self, node, tag=None, *, inclusive=True):
        super().__init__(depth_first(node, inclusive), tag)


class ElementTextIterator:
    def __init__(self, element, tag=None, *, with_tail=True):
        matches = matcher(tag)
        self._texts = _texts(element, matches, with_tail, True)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._texts)


def _children(node, backwards):
    # A child may be taken away, or moved, while one is at it.
    children = node._children
    at = len(children) - 1 if backwards else 0
    while 0 <= at < len(children):
        child = children[at]
        following = at + (-1 if backwards else 1)
        after = children[following] if 0 <= following < len(children) else None
        yield child
        if at < len(children) and children[at] is child:
            at += -1 if backwards else 1
        elif after is not None and after._parent is node:
            at = children.index(after)
        elif child._parent is node:
            at = children.index(child) + (-1 if backwards else 1)
        else:
            return


def _siblings(node, preceding):
    node = node.getprevious() if preceding else node.getnext()
    while node is not None:
        following = node.getprevious() if preceding else node.getnext()
        yield node
        node = following


def _ancestors(node):
    while (node := node._parent) is not None:
        yield node


def depth_first(node, inclusive=True):
    if inclusive:
        yield node
    # Where one is: nodes, and the positions of those that were given last among their siblings.
    open_ = [[node, 0]]
    while open_:
        parent, at = open_[-1]
        children = parent._children
        if at >= len(children):
            open_.pop()
            continue
        child = children[at]
        open_[-1][1] += 1
        yield child
        # It may have been moved or taken away meanwhile.
        if at >= len(children) or children[at] is not child:
            open_[-1][1] = children.index(child) + 1 if child._parent is parent else at
        if child._children:
            open_.append([child, 0])


def _texts(node, matches, with_tail, is_top):
    if matches is None and node._kind in ("comment", "PI") and not is_top:
        pass
    elif (matches is None or matches(node)) and node.text is not None:
        if node.text != "" or node._kind != "element":
            yield node.text
    for each in list(node._children):
        yield from _texts(each, matches, with_tail, False)
        if with_tail and each._tail and (matches is None or matches(each)):
            yield each.tail


class iterwalk:
    """The events of a tree, as `iterparse` gives those of a document."""

    def __init__(self, element_or_tree, events=("end",), tag=None):
        root = element_or_tree.getroot() if hasattr(element_or_tree, "getroot") else element_or_tree
        self._tops = None
        if hasattr(element_or_tree, "getroot"):
            from _krait_stand_ins.lxml_etree import nodes

            self._tops = nodes._document(root).tops
        self._events, self._matches = set(events), matcher(tag)
        self._skipped = None
        self._current = None
        self._steps = self._walk(root)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._steps)

    def skip_subtree(self):
        self._skipped = self._current

    def _walk(self, root):
        if self._tops:
            for each in list(self._tops):
                yield from self._of(each)
        else:
            yield from self._of(root)

    def _of(self, node):
        wanted = self._matches is None or self._matches(node)
        events = self._events
        if node._kind != "element":
            name = {"comment": "comment", "PI": "pi"}.get(node._kind)
            if name in events:
                yield name, node
            return
        declared = list((node._declared or {}).items())
        self._current = node
        if "start-ns" in events:
            for prefix, uri in declared:
                yield "start-ns", (prefix or "", uri)
        if "start" in events and wanted:
            yield "start", node
        if self._skipped is not node:
            for each in list(node._children):
                yield from self._of(each)
        if "end" in events and wanted:
            yield "end", node
        if "end-ns" in events:
            for _ in declared:
                yield "end-ns", None
