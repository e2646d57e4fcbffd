"""Random documents for `compare.py`: well-formed ones, most of them with a fault or two."""

import random

NAMES = ["a", "b", "c", "p:a", "q:b", "xml:c", "a-b.c1", "_", "\u00e9", "\u4e2d", "xmlns", "p:", ":a", "p:q:a", "1", "xml", ""]
ENTITIES = ["lt", "gt", "amp", "quot", "apos", "e", "f", "g", "h", "n", "x", "p:e", "a"]
TEXTS = ["", "x", "text", " ", "\n", "\r\n", "\r", "\t", "]]", "]]>", "]", "<", ">", "&", "'", '"', "%", "%e;", "--", "-", "?>", "\u00e9",
         "\u4e2d", "\U0001f600", "\ufffe", "\x01", "\x7f", "\x85", "\u2028", "\0"]  # fmt: skip
REFERENCES = ["&#65;", "&#x41;", "&#xD;", "&#10;", "&#0;", "&#xFFFE;", "&#x110000;", "&#xD800;", "&#;", "&#x;", "&#xg;", "&#65", "&;", "& e;",
              "&#99999999999;", "&#32;", "&#60;", "&#38;"]  # fmt: skip
NAMESPACES = ["", "u", "v", "http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/", "u v", "u|v"]
KINDS = ["CDATA", "ID", "IDREF", "IDREFS", "ENTITY", "ENTITIES", "NMTOKEN", "NMTOKENS", "NOTATION (a|b)", "(a|b)", "(1|2)", "NOTATION", "OTHER", "(a)"]
ENCODINGS = ["utf-8", "UTF-8", "utf-16", "iso-8859-1", "us-ascii", "UTF-16LE"]
SIGNS = list("<>&;'\"=/!?[]()|,*+%#- \t\r\n:aexX1")


class Documents:
    """What to compare, one after the other: a mode, a separator of namespaces, and a document's pieces."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def next(self):
        draw = self.random
        mode = draw.choices(["all", "default", "expand"], [6, 1, 1])[0]
        separator = draw.choice([None, None, " ", "|"])
        document = self.encoded(self.document())
        for _ in range(draw.choice([0, 0, 0, 1, 1, 2])):
            document = self.broken(document)
        pieces = [document]
        if draw.random() < 0.25:
            cuts = sorted(draw.randrange(len(document) + 1) for _ in range(draw.randrange(1, 4)))
            pieces = [document[start:end] for start, end in zip([0, *cuts], [*cuts, len(document)])]
        return mode, separator, pieces

    def maybe(self, chance, text, otherwise=""):
        """What `text` returns, by a chance."""
        return text() if self.random.random() < chance else otherwise

    def several(self, most, text):
        return "".join(text() for _ in range(self.random.randrange(most + 1)))

    def encoded(self, document):
        draw = self.random.random()
        if draw < 0.85:
            return document.encode("utf-8", "surrogatepass")
        if draw < 0.90:
            return b"\xef\xbb\xbf" + document.encode()
        if draw < 0.95:
            return document.encode("latin-1", "replace")
        return document.encode(self.random.choice(["utf-16", "utf-16-le", "utf-16-be"]))

    def broken(self, document):
        """The document with a small change."""
        draw = self.random
        if not document:
            return document
        at = draw.randrange(len(document))
        kind = draw.randrange(5)
        if kind == 0:
            return document[:at]
        if kind == 1:
            return document[:at] + document[at + draw.randrange(1, 4) :]
        if kind == 2:
            return document[:at] + draw.choice(SIGNS).encode() + document[at:]
        if kind == 3:
            return document[:at] + bytes([draw.choice([0x80, 0xBF, 0xC0, 0xE4, 0xF0, 0xFF, 0x00, 0x0B])]) + document[at + 1 :]
        other = draw.randrange(len(document))
        return document[:at] + document[other : other + draw.randrange(1, 12)] + document[at:]

    def document(self):
        return (
            self.maybe(0.4, self.declaration)
            + self.several(1, self.miscellaneous)
            + self.maybe(0.5, self.doctype)
            + self.several(1, self.miscellaneous)
            + self.element(0)
            + self.several(2, self.miscellaneous)
        )

    def declaration(self):
        quote = self.random.choice("'\"")
        parts = [f" version={quote}{self.random.choice(['1.0', '1.0', '1.1', '2', ''])}{quote}"]
        if self.random.random() < 0.4:
            parts.append(f" encoding={quote}{self.random.choice(ENCODINGS)}{quote}")
        if self.random.random() < 0.4:
            parts.append(f" standalone={quote}{self.random.choice(['yes', 'no', 'yes', 'no', 'maybe'])}{quote}")
        if self.random.random() < 0.05:
            self.random.shuffle(parts)
        return f"<?xml{''.join(parts)}{self.space(0.3)}?>"

    def space(self, chance=0.5):
        return self.random.choice([" ", "\n", "\t", "\r\n", "  "]) if self.random.random() < chance else ""

    def name(self):
        return self.random.choice(NAMES[: self.random.choice([3, 3, 6, 10, len(NAMES)])])

    def miscellaneous(self):
        kind = self.random.randrange(3)
        if kind == 0:
            return f"<!--{self.text()}-->"
        if kind == 1:
            target = self.random.choice(["pi", "pi", "a:b", "xml", "XML", "x", ""])
            return f"<?{target}{self.space(0.8)}{self.text()}?>"
        return self.space(1)

    def text(self):
        fit = TEXTS[:9] if self.random.random() < 0.8 else TEXTS
        return self.several(3, lambda: self.random.choice(fit))

    def literal(self, inside):
        quote = self.random.choice("'\"")
        return f"{quote}{inside}{quote}"

    def reference(self):
        if self.random.random() < 0.8:
            return f"&{self.random.choice(ENTITIES)};"
        return self.random.choice(REFERENCES[: self.random.choice([4, len(REFERENCES)])])

    def value(self):
        return self.several(3, lambda: self.reference() if self.random.random() < 0.3 else self.text())

    def external(self):
        if self.random.random() < 0.6:
            return f"SYSTEM{self.space(0.95)}{self.literal(self.random.choice(['s', 'a b', '', 'u#f']))}"
        public = self.literal(self.random.choice(["p", " a  b\n", "", "{", "-//W3C//DTD"]))
        return f"PUBLIC {public}{self.maybe(0.8, lambda: ' ' + self.literal('s'))}"

    def doctype(self):
        outside = self.maybe(0.3, lambda: " " + self.external())
        inside = self.maybe(0.8, lambda: f"[{self.several(6, self.markup)}]{self.space()}")
        return f"<!DOCTYPE{self.space(0.98)}{self.name()}{outside}{self.space()}{inside}>"

    def markup(self):
        draw = self.random
        kind = draw.randrange(8)
        if kind == 0:
            return self.miscellaneous()
        if kind == 1:
            return draw.choice(["%e;", "%f;", "%", " ", "<![INCLUDE[", "]]>", "<!OTHER a>"]) if draw.random() < 0.4 else "\n"
        if kind in (2, 3, 4):
            sign = draw.choice(["", "", "", "", "% "])
            name = draw.choice(ENTITIES[5:] if draw.random() < 0.9 else ENTITIES)
            if draw.random() < 0.7:
                inside = draw.choice([self.value, lambda: self.content(2), lambda: self.element(2)])()
                return f"<!ENTITY {sign}{name} {self.literal(inside)}{self.space(0.2)}>"
            return f"<!ENTITY {sign}{name} {self.external()}{self.maybe(0.3, lambda: ' NDATA n')}>"
        if kind == 5:
            return f"<!ATTLIST {self.name()}{self.several(3, self.declared)}{self.space(0.2)}>"
        if kind == 6:
            return f"<!ELEMENT {self.name()} {self.model()}{self.space(0.2)}>"
        return f"<!NOTATION {draw.choice(['n', 'm', 'p:n'])} {self.external()}>"

    def declared(self):
        kind = self.random.choice(KINDS)
        default = self.random.choice(["#IMPLIED", "#REQUIRED", "#FIXED ", "", "#OTHER"][: self.random.choice([4, 4, 4, 5])])
        if default in ("#FIXED ", ""):
            default += self.literal(self.value() if self.random.random() < 0.8 else "  1  2 ")
        return f" {self.random.choice([*NAMES[:6], 'xmlns', 'xmlns:p'])} {kind} {default}"

    def model(self):
        draw = self.random.random()
        if draw < 0.3:
            return self.random.choice(["EMPTY", "ANY", "OTHER", "EMPTY*"])
        if draw < 0.5:
            names = self.several(3, lambda: f"|{self.space(0.2)}{self.name()}")
            return f"({self.space(0.2)}#PCDATA{names}){self.random.choice(['', '*', '*', '+'])}"
        return self.group(0)

    def group(self, depth):
        sign = self.random.choice("|,")

        def part():
            found = self.group(depth + 1) if depth < 3 and self.random.random() < 0.3 else self.name()
            return found + self.random.choice(["", "", "?", "*", "+"])

        parts = [part() for _ in range(self.random.randrange(1, 4))]
        joined = (self.space(0.2) + sign + self.space(0.2)).join(parts)
        if self.random.random() < 0.05:
            joined += self.random.choice("|,")
        return f"({joined})"

    def element(self, depth):
        name = self.name()
        attributes = self.several(3, self.attribute)
        if self.random.random() < 0.3:
            return f"<{name}{attributes}{self.space(0.2)}/>"
        end = name if self.random.random() < 0.97 else self.name()
        return f"<{name}{attributes}{self.space(0.2)}>{self.content(depth + 1)}</{end}{self.space(0.2)}>"

    def attribute(self):
        draw = self.random
        if draw.random() < 0.35:
            name = draw.choice(["xmlns", "xmlns:p", "xmlns:q", "xmlns:p", "xmlns:xml", "xmlns:xmlns", "xmlns:"][: draw.choice([4, 4, 4, 7])])
            return f" {name}={self.literal(draw.choice(NAMESPACES[1:3] if draw.random() < 0.8 else NAMESPACES))}"
        return f"{self.space(0.97) or ''}{self.name()}{self.space(0.1)}={self.space(0.1)}{self.literal(self.value())}"

    def content(self, depth):
        def part():
            draw = self.random.random()
            if draw < 0.35:
                return self.text()
            if draw < 0.55:
                return self.reference()
            if draw < 0.62:
                return f"<![CDATA[{self.text()}]]>"
            if draw < 0.72 or depth > 4:
                return self.miscellaneous()
            return self.element(depth)

        return self.several(4, part)
