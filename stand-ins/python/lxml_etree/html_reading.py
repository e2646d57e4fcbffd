"""HTML as libxml2 reads it: what is left out is put in, and what is open is closed by what cannot be in it."""

import html
import re

from _krait_stand_ins.lxml_etree import errors
from _krait_stand_ins.lxml_etree.structure import NO_VALUE

_VOID = frozenset("area base basefont br col frame hr img input isindex link meta param".split())
_RAW = frozenset("iframe noframes script style xmp noembed plaintext".split())
_ESCAPED = frozenset(("textarea", "title"))
_IN_HEAD = frozenset("script style meta link title base".split())
_FRAMES = frozenset("noframes frame frameset".split())
_PRIORITIES = {
    "div": 150, "td": 160, "th": 160, "tr": 170, "thead": 180, "tbody": 180, "tfoot": 180, "table": 190, "head": 200,
    "body": 200, "html": 220,
}
_BOOLEAN = frozenset(
    "checked compact declare defer disabled ismap multiple nohref noresize noshade nowrap readonly selected".split()
)
_HEADINGS = "fieldset form li p table"
# What is open, and what closes it.
_CLOSED_BY = {
    old: frozenset(new.split())
    for olds, new in (
        ("a", "a fieldset table td th"),
        ("address dd_", "dd dl dt form li ul"),
        ("b i font", "center td th"),
        ("b i", "center p td th"),
        ("big s small strike tt", "p"),
        ("caption", "col colgroup tbody tfoot thead tr"),
        ("colgroup", "colgroup tbody tfoot thead tr"),
        ("dd", "dt"),
        ("dir dt menu", "dd dl dt form ul"),
        ("dt", "dd dl dt form"),
        ("dl", "form li"),
        ("form", "form"),
        ("h1 h2 h3 h4 h5 h6", _HEADINGS),
        (
            "head",
            "a abbr acronym address b bdo big blockquote body br center cite code dd dfn dir div dl dt em fieldset font form "
            "frameset h1 h2 h3 h4 h5 h6 hr i iframe img kbd li listing map menu ol p pre q s samp small span strike strong "
            "sub sup table tt u ul var xmp",
        ),
        ("legend", "fieldset"),
        ("li", "li"),
        ("ol", "form"),
        ("option", "optgroup option"),
        (
            "p",
            "address blockquote caption center col colgroup dd dir div dl dt fieldset form frameset h1 h2 h3 h4 h5 h6 hr li "
            "listing menu ol p pre table tbody td tfoot th title tr ul xmp",
        ),
        ("pre listing xmp", "dd dl dt fieldset form li table ul"),
        ("script", "noscript"),
        ("span", "td th"),
        ("style title link", "body frameset"),
        ("thead tbody", "tbody tfoot"),
        ("tfoot", "tbody"),
        ("td th", "tbody td tfoot th tr"),
        ("tr", "tbody tfoot tr"),
        ("u", "p td th"),
        ("ul", "address form menu pre"),
    )
    for old in olds.split()
}

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>\0]*)")
_ATTRIBUTE = re.compile(r"""[\s/]*([^\s/>][^\s/>=]*)(?:\s*=\s*("[^"]*"|'[^']*'|(?!["'])[^\s>]+|(?=>)|["'][^>]*))?""")
_TAG_END = re.compile(r"[\s/]*>")
_DOCTYPE = re.compile(r"<!doctype\s*([^\s>]*)\s*(?:(public)|(system))?\s*([^>]*)>?", re.I)
_QUOTED = re.compile(r'"([^"]*)"|\'([^\']*)\'')
_BLANK = re.compile(r"[ \t\r\n\f]*\Z")
_REFERENCE = re.compile(r"&(#[xX]?[0-9a-fA-F]+;?|[a-zA-Z][a-zA-Z0-9]*;?)")
_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([a-zA-Z0-9_\-:.]+)""", re.I)


def text_of_bytes(data, encoding):
    """Bytes of HTML as a text, and their encoding's name."""
    if encoding:
        return data.decode(encoding, "replace"), encoding
    for mark, name in ((b"\xef\xbb\xbf", "UTF-8"), (b"\xff\xfe", "UTF-16LE"), (b"\xfe\xff", "UTF-16BE")):
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace"), name
    found = _CHARSET.search(data[:4096])
    if found:
        name = found.group(1).decode("ascii")
        try:
            if name.lower().startswith("utf-16"):
                name = "utf-8"
            known = {"iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}
            return data.decode(known.get(name.lower(), name), "replace"), name
        except LookupError:
            pass
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), None


class HTMLReader:
    """Reads HTML that comes in pieces; a piece that ends within a tag waits for the next one."""

    def __init__(self, sink, options, log=None):
        self.sink, self._options, self.log = sink, options, log if log is not None else []
        self._open = []
        self._rest = ""
        self._line = 1
        self._has_head = self._has_body = self._is_over = self._has_root = False
        self.is_forbidding = not options.recover
        self._implies = True
        self._texts = []

    def feed(self, text, is_last=False):
        text = self._rest + text
        if not is_last and text[-1:] == "\r":
            text, self._held = text[:-1], "\r"
        else:
            self._held = ""
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
        at = 0
        while at < len(text):
            end = self._one(text, at, is_last)
            if end is None:
                break
            self._line += text.count("\n", at, end)
            at = end
        self._rest = text[at:] + self._held
        if is_last:
            if self._rest:
                self._data(self._rest)
            self._rest = ""
            while self._open:
                self._pop()

    def _one(self, text, at, is_last):
        """Reads one piece of a text from a place; gives the place behind it, or None where more is needed."""
        raw = self._open[-1] if self._open else None
        if raw in _RAW or raw in _ESCAPED:
            return self._raw(raw, text, at, is_last)
        if text[at] != "<":
            end = text.find("<", at)
            if end < 0:
                if not is_last and "&" in text[-40:]:
                    end = max(text.rfind("&"), at)
                    if end == at:
                        return None
                else:
                    end = len(text)
            self._data(unescape(text[at:end]))
            return end
        tag = _TAG.match(text, at)
        if tag:
            return self._tag(tag, text, is_last)
        if text.startswith("<!--", at):
            return self._comment(text, at, is_last)
        if len(text) - at < 10 and not is_last:
            return None
        if text[at + 1 : at + 2] in ("!", "?") or text.startswith("</", at) and text[at + 2 : at + 3]:
            end = text.find(">", at)
            if end < 0 and not is_last:
                return None
            end = len(text) if end < 0 else end
            if text[at : at + 9].lower() == "<!doctype":
                self._doctype(text[at : end + 1])
            elif text[at + 1] == "?":
                self._put_comment(text[at + 1 : end])
            elif end > at + 2:
                self._put_comment(text[at + 2 : end])
            return min(end + 1, len(text))
        self._data("<")
        return at + 1

    def _raw(self, name, text, at, is_last):
        end = re.compile(f"</{re.escape(name)}(?=[\\s/>])", re.I).search(text, at)
        if not end and not is_last:
            return None
        stop = end.start() if end else len(text)
        content = text[at:stop]
        if content:
            self.sink.data(unescape(content) if name in _ESCAPED else content)
        if not end:
            return stop
        close = text.find(">", stop)
        if close < 0:
            if not is_last:
                return None
            close = len(text)
        self._pop()
        return min(close + 1, len(text))

    def _comment(self, text, at, is_last):
        found = re.compile(r"--!?>").search(text, at + 4)
        short = re.compile(r"-?>").match(text, at + 4)
        if short:
            self._put_comment("")
            return short.end()
        if not found and not is_last:
            return None
        if not found:
            self._put_comment(text[at + 4 :])
            return len(text)
        self._put_comment(text[at + 4 : found.start()])
        return found.end()

    def _put_comment(self, text):
        self.sink.comment(text, self._line)

    def _doctype(self, text):
        found = _DOCTYPE.match(text)
        identifiers = [one or other for one, other in _QUOTED.findall(found.group(4) or "")]
        public = system = None
        if found.group(2):
            public = identifiers[0] if identifiers else None
            system = identifiers[1] if len(identifiers) > 1 else None
        elif found.group(3):
            system = identifiers[0] if identifiers else None
        if not self._open and not self._has_root:
            self.sink.doctype(found.group(1) or None, public, system, None)

    def _tag(self, tag, text, is_last):
        pairs, at = [], tag.end()
        while not (end := _TAG_END.match(text, at)):
            found = _ATTRIBUTE.match(text, at)
            if not found or found.end() >= len(text):
                # The tag does not end.
                return len(text) if is_last else None
            name, value = found.group(1).lower(), found.group(2)
            at = found.end()
            if value is not None and value[:1] in ("'", '"') and (len(value) < 2 or value[-1] != value[0]):
                # Its quotes do not end.
                if not is_last:
                    return None
                return len(text)
            pairs.append((name, value))
        name = tag.group(2).lower()
        if tag.group(1):
            self._end_tag(name)
        else:
            attributes = {}
            for key, value in pairs:
                if key in attributes:
                    continue
                if value is None:
                    attributes[key] = key if key in _BOOLEAN else NO_VALUE
                else:
                    attributes[key] = unescape(value[1:-1] if value[:1] in ("'", '"') else value, True)
            self._start_tag(name, attributes, end.group().endswith("/>") or text[end.end() - 2 : end.end()] == "/>")
        return end.end()

    def _start_tag(self, name, attributes, is_closed):
        if self._is_over and not self._open:
            return
        closers = _CLOSED_BY
        while self._open and name in closers.get(self._open[-1], ()):
            self._pop()
        self._imply(name)
        if name == "html" and self._open or name == "head" and len(self._open) != 1:
            self._wrong(f"htmlParseStartElement: misplaced <{name}> tag")
            return
        if name == "body" and (self._has_body or "body" in self._open):
            self._wrong("htmlParseStartElement: misplaced <body> tag")
            return
        self._push(name, attributes)
        if is_closed or name in _VOID:
            self._pop()

    def _imply(self, name):
        if not self._implies or name == "html":
            return
        if not self._open:
            self._push("html", {})
        if name in ("body", "head"):
            return
        if len(self._open) <= 1 and name in _IN_HEAD:
            if not self._has_head:
                self._push("head", {})
        elif name not in _FRAMES and not self._has_body and "head" not in self._open:
            self._push("body", {})

    def _end_tag(self, name):
        if name not in self._open:
            self._wrong(f"Unexpected end tag : {name}")
            return
        priority = _PRIORITIES.get(name, 100)
        for each in reversed(self._open):
            if each == name:
                break
            if _PRIORITIES.get(each, 100) > priority:
                self._wrong(f"Unexpected end tag : {name}")
                return
        while self._pop() != name:
            pass

    def _data(self, text):
        if not text:
            return
        if not self._open:
            if self._has_root or _BLANK.match(text):
                return
        if not _BLANK.match(text):
            if self._open and self._open[-1] == "head":
                self._pop()
            self._imply("p")
        if not self._has_root:
            text = text.lstrip(" \t\r\n\f")
        self.sink.data(text)

    def _push(self, name, attributes):
        self._has_root = True
        if name in ("head", "body"):
            self._has_head = True
            self._has_body |= name == "body"
        elif name == "frameset":
            self._has_head = True
        self._open.append(name)
        self.sink.start(name, attributes, None, None, self._line)

    def _pop(self):
        name = self._open.pop()
        if not self._open:
            self._is_over = True
        self.sink.end(name)
        return name

    def _wrong(self, message):
        entry = errors.LogEntry(message, 76, self._line, 1, None, errors.ErrorLevels.ERROR, errors.ErrorDomains.HTML)
        self.log.append(entry)
        if self.is_forbidding:
            raise errors.XMLSyntaxError(f"{message}, line {self._line}, column 1", 76, self._line, 1, None, self.log)


def unescape(text, in_attribute=False):
    """References as HTML 5 has them."""
    if "&" not in text:
        return text
    if not in_attribute:
        return html.unescape(text)
    pieces, at = [], 0
    for found in _REFERENCE.finditer(text):
        name = found.group(1)
        following = text[found.end() : found.end() + 1]
        pieces.append(text[at : found.start()])
        if name[-1] != ";" and name[0] != "#" and (following == "=" or following.isalnum()):
            pieces.append(found.group())
        elif name[-1] != ";" and name[0] != "#" and name not in html.entities.html5:
            pieces.append(found.group())
        else:
            pieces.append(html.unescape(found.group()))
        at = found.end()
    return "".join([*pieces, text[at:]])


import html.entities  # noqa: E402
