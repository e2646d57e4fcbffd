"""Functions that change trees: `strip_tags`, `indent` and the like."""

from _krait_stand_ins.lxml_etree import nodes, walking


def _root(tree_or_element):
    return tree_or_element.getroot() if hasattr(tree_or_element, "getroot") else tree_or_element


def strip_attributes(tree_or_element, *attribute_names):
    """Takes attributes of these names away, in a whole tree."""
    plain = [name for name in attribute_names]
    for each in _root(tree_or_element).iter("*"):
        for key in list(each._attributes):
            if any(_fits(key, name) for name in plain):
                del each._attributes[key]


def _fits(key, name):
    if name.startswith("{*}"):
        return key.rpartition("}")[2] == name[3:]
    if name.endswith("*"):
        return key.startswith(name[:-1]) if name != "*" else True
    return key == name


def strip_elements(tree_or_element, *tag_names, with_tail=True):
    """Takes elements of these names away, with what is in them."""
    matches = walking.matcher(tag_names)
    root = _root(tree_or_element)
    if matches is None:
        return
    if hasattr(tree_or_element, "getroot"):
        _strip_tops(root, matches)
    for each in [each for each in root.iterdescendants() if matches(each)]:
        parent = each._parent
        if parent is None:
            continue
        if not with_tail:
            _keep_tail(each)
        parent.remove(each)


def strip_tags(tree_or_element, *tag_names):
    """Takes the tags of elements of these names away, and leaves what is in them."""
    matches = walking.matcher(tag_names)
    root = _root(tree_or_element)
    if matches is None:
        return
    if hasattr(tree_or_element, "getroot"):
        _strip_tops(root, matches)
    for each in reversed([each for each in root.iterdescendants() if matches(each)]):
        parent = each._parent
        if each._kind == "element":
            at = parent._children.index(each)
            if each._text:
                _add_text(parent, at, each._text)
            children = list(each._children)
            for offset, child in enumerate(children):
                child._parent = parent
                parent._children.insert(at + offset, child)
                if each._declared:
                    nodes._settle(child, each)
            each._children.clear()
        _keep_tail(each)
        parent._children.remove(each)
        each._parent = None


def _strip_tops(root, matches):
    tops = nodes._document(root).tops
    for each in [each for each in tops if each is not root and matches(each)]:
        tops.remove(each)
        each._own_document = None


def _keep_tail(node):
    if node._tail:
        parent = node._parent
        _add_text(parent, parent._children.index(node), node._tail)
        node._tail = None


def _add_text(parent, at, text):
    if at:
        parent._children[at - 1]._tail = (parent._children[at - 1]._tail or "") + text
    else:
        parent._text = (parent._text or "") + text


def cleanup_namespaces(tree_or_element, top_nsmap=None, keep_ns_prefixes=None):
    """Takes away what is declared and not used."""
    root = _root(tree_or_element)
    kept = set(keep_ns_prefixes or ())
    if top_nsmap:
        declared = dict(root._declared or {})
        for prefix, uri in top_nsmap.items():
            declared.setdefault(prefix, uri)
        root._declared = declared
        for each in root.iterdescendants("*"):
            if each._declared:
                rest = {prefix: uri for prefix, uri in each._declared.items() if uri not in top_nsmap.values()}
                each._declared = rest or None
                uris = {uri: prefix for prefix, uri in top_nsmap.items()}
                for inner in each.iter("*"):
                    uri = inner._tag[1:].rpartition("}")[0] if inner._tag[0] == "{" else None
                    if uri in uris:
                        inner._prefix = uris[uri]
        uris = {uri: prefix for prefix, uri in top_nsmap.items()}
        for each in root.iter("*"):
            uri = each._tag[1:].rpartition("}")[0] if each._tag[0] == "{" else None
            if uri in uris and each.nsmap.get(each._prefix) != uri:
                each._prefix = uris[uri]

    def clean(node):
        """The namespaces that are used in a node and are declared above it."""
        used = set()
        if node._tag[0] == "{":
            used.add((node._prefix, node._tag[1:].rpartition("}")[0]))
        for key in node._attributes:
            if key[0] == "{":
                uri = key[1:].rpartition("}")[0]
                used |= {(prefix, known) for prefix, known in node.nsmap.items() if known == uri and prefix}
        for each in node._children:
            if each._kind == "element":
                used |= clean(each)
        if node._declared:
            rest = {prefix: uri for prefix, uri in node._declared.items() if (prefix, uri) in used or prefix in kept}
            used -= set(node._declared.items())
            node._declared = rest or None
        return used

    clean(root)


def indent(tree, space="  ", *, level=0):
    """Adds white space, so that each element begins its own line."""
    root = _root(tree)
    if level < 0:
        raise ValueError(f"Initial indentation level must be >= 0, got {level}")
    if root is not None and len(root):
        _indent(root, level, space, ["\n" + level * space])


def _indent(node, level, space, marks):
    if len(marks) <= level + 1:
        while len(marks) <= level + 1:
            marks.append(marks[-1] + space)
    outer, inner = "\n" + level * space, "\n" + (level + 1) * space
    if not node._text or not node._text.strip():
        node._text = inner
    last = None
    for each in node._children:
        if each._kind == "element" and each._children:
            _indent(each, level + 1, space, marks)
        if not each._tail or not each._tail.strip():
            each._tail = inner
        last = each
    if last is not None and (not last._tail or not last._tail.strip()):
        last._tail = outer
