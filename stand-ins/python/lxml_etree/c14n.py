"""Canonical XML, 1.0 and exclusive; 2.0 is the standard library's."""

import re

from _krait_stand_ins.lxml_etree import nodes
from _krait_stand_ins.lxml_etree.errors import C14NError
from _krait_stand_ins.lxml_etree.names import XML

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"})
_ATTRIBUTE = str.maketrans({"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"})


def canonical(element_or_tree, exclusive=False, with_comments=True, prefixes=None, is_second=False, strip_text=False):
    """The bytes of a tree or an element."""
    is_tree = hasattr(element_or_tree, "getroot")
    root = element_or_tree.getroot() if is_tree else element_or_tree
    if is_second:
        import xml.etree.ElementTree

        from _krait_stand_ins.lxml_etree import writing

        text = writing.tostring(element_or_tree, encoding="unicode", with_tail=False)
        made = xml.etree.ElementTree.canonicalize(text, with_comments=with_comments, strip_text=strip_text)
        return made.encode("utf-8")
    kept = {each.decode() if isinstance(each, bytes) else each for each in prefixes or ()}
    writer = _Writer(exclusive, with_comments, kept)
    tops = nodes._document(root).tops if is_tree and root._parent is None else [root]
    at = tops.index(root)
    for each in tops[:at]:
        if writer.single(each):
            writer.out.append("\n")
    scope, node = {}, root._parent
    while node is not None:
        for prefix, uri in (node._declared or {}).items():
            scope.setdefault(prefix, uri)
        node = node._parent
    writer.element(root, scope, {})
    for each in tops[at + 1 :]:
        if writer.comments or each._kind != "comment":
            writer.out.append("\n")
        writer.single(each)
    return "".join(writer.out).encode("utf-8")


class _Writer:
    def __init__(self, exclusive, comments, kept):
        self.exclusive, self.comments, self.kept, self.out = exclusive, comments, kept, []

    def single(self, node):
        if node._kind == "comment":
            if self.comments:
                self.out.append(f"<!--{node._text or ''}-->")
            return self.comments
        self.out.append(f"<?{node.target} {node._text}?>" if node._text else f"<?{node.target}?>")
        return True

    def element(self, node, scope, rendered):
        if node._declared:
            scope = scope | node._declared
            if any(uri and not _SCHEME.match(uri) for uri in node._declared.values()):
                # Namespaces without a scheme are relative, which canonical XML forbids.
                raise C14NError("C14N failed")
        tag = node._tag
        uri, _, local = tag[1:].rpartition("}") if tag[0] == "{" else ("", "", tag)
        name = f"{node._prefix}:{local}" if node._prefix else local
        attributes, used = [], {node._prefix}
        for key, value in node._attributes.items():
            if key[0] == "{":
                uri, _, after = key[1:].rpartition("}")
                prefix = "xml" if uri == XML else next((p for p in scope if p and scope[p] == uri), "")
                used.add(prefix)
                attributes.append((uri, after, f"{prefix}:{after}", value))
            else:
                attributes.append(("", key, key, value))
        written, shown = [], dict(rendered)
        for prefix, uri in scope.items():
            if prefix == "xml" or self.exclusive and prefix not in used and (prefix or "#default") not in self.kept:
                continue
            if rendered.get(prefix, "") != uri:
                written.append((prefix or "", uri))
                shown[prefix] = uri
        if not scope.get(None) and rendered.get(None) and (not self.exclusive or None in used):
            written.append(("", ""))
            shown[None] = ""
        out = self.out
        out.append(f"<{name}")
        for prefix, uri in sorted(set(written)):
            out.append(f' xmlns:{prefix}="{uri.translate(_ATTRIBUTE)}"' if prefix else f' xmlns="{uri.translate(_ATTRIBUTE)}"')
        for _, _, key, value in sorted(attributes):
            out.append(f' {key}="{value.translate(_ATTRIBUTE)}"')
        out.append(">")
        if node._text:
            out.append(node._text.translate(_TEXT))
        for each in node._children:
            if each._kind == "element":
                self.element(each, scope, shown)
            elif each._kind != "entity":
                self.single(each)
            if each._tail:
                out.append(each._tail.translate(_TEXT))
        out.append(f"</{name}>")
