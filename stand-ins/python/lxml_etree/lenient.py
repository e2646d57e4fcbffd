"""Reads XML that is not well-formed, and says what is wrong in libxml2's words."""

import re

from _krait_stand_ins.lxml_etree import errors

_NAME = re.compile(r"[^\W\d][\w.\-\u00b7:]*|:[\w.\-:]*")
_SPACE = re.compile(r"[ \t\r\n]*")
_TEXT = re.compile(r"[^<&\]\x00-\x08\x0b\x0c\x0e-\x1f]+")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_DECLARED = re.compile(r"""<!ENTITY\s+([\w.\-]+)\s+(?:"([^"]*)"|'([^']*)')\s*>""")
_IDENTIFIERS = re.compile(r"""\s*(?:PUBLIC\s+("[^"]*"|'[^']*')\s*("[^"]*"|'[^']*')?|SYSTEM\s+("[^"]*"|'[^']*'))?\s*""")


class Lenient:
    """One reading of a text. Without `recovers` it ends with the first error."""

    def __init__(self, text, sink, recovers, filename=None, log=None, resolves=True):
        self.text, self.sink, self._recovers = text, sink, recovers
        self._filename, self._resolves = filename, resolves
        self.log = log if log is not None else []
        self._at = 0
        self._open = []
        self._entities = dict(_ENTITIES)

    def place(self, at):
        return self.text.count("\n", 0, at) + 1, at - self.text.rfind("\n", 0, at)

    def wrong(self, message, code, at=None, level=errors.ErrorLevels.FATAL, domain=errors.ErrorDomains.PARSER):
        line, column = self.place(self._at if at is None else at)
        self.log.append(errors.LogEntry(message, code, line, column, self._filename, level, domain))
        if not self._recovers:
            shown = f"{message}, line {line}, column {column}"
            raise errors.XMLSyntaxError(shown, code, line, column, self._filename or "<string>", self.log)

    def read(self):
        from _krait_stand_ins.lxml_etree.expat_reading import Namespaces

        self._namespaces = Namespaces()
        text = self.text
        if text.startswith("<?xml") and text[5:6] in (" ", "\t", "\r", "\n"):
            end = text.find("?>")
            self._at = end + 2 if end >= 0 else len(text)
        if not text:
            return self.wrong("Document is empty", 4)
        seen_root = False
        while self._at < len(text):
            if not self._open:
                self._at = _SPACE.match(text, self._at).end()
                if self._at >= len(text):
                    break
                if text[self._at] != "<":
                    if not seen_root:
                        self.wrong("Start tag expected, '<' not found", 4)
                        found = text.find("<", self._at)
                        self._at = found if found >= 0 else len(text)
                        continue
                    self.wrong("Extra content at the end of the document", 5)
                    return None
                if seen_root and text[self._at + 1 : self._at + 2] not in ("!", "?"):
                    self.wrong("Extra content at the end of the document", 5)
                    return None
            if text[self._at] == "<":
                seen_root |= self._markup()
            else:
                self._content()
        if self._open:
            name, line = self._open[-1]
            self.wrong(f"Premature end of data in tag {name} line {line}", 77)
            while self._open:
                self._end()
        elif not seen_root:
            self.wrong("Start tag expected, '<' not found" if text.strip() else "Document is empty", 4)
        return None

    def _markup(self):
        text, at = self.text, self._at
        if text.startswith("<!--", at):
            return self._comment()
        if text.startswith("<![CDATA[", at) and self._open:
            end = text.find("]]>", at)
            if end < 0:
                self._at = len(text)
                self.wrong("CData section not finished", 63)
                end = len(text)
            self.sink.section(text[at + 9 : end])
            self._at = min(end + 3, len(text))
            return False
        if text.startswith("<!DOCTYPE", at):
            self._doctype()
            return False
        if text.startswith("<?", at):
            return self._instruction()
        if text.startswith("</", at):
            self._end_tag()
            return False
        return self._start_tag()

    def _comment(self):
        text, at = self.text, self._at
        end = text.find("-->", at + 4)
        double = text.find("--", at + 4)
        if end < 0:
            self._at = len(text)
            self.wrong(f"Comment not terminated \n<!--{text[at + 4:][:50]}", 45)
            return False
        if double < end:
            self.wrong(f"Double hyphen within comment: <!--{text[at + 4 : double - 1]}"[:100], 80, double)
        self.sink.comment(text[at + 4 : end], self.place(at)[0])
        self._at = end + 3
        return False

    def _instruction(self):
        text, at = self.text, self._at
        end = text.find("?>", at)
        name = _NAME.match(text, at + 2)
        if name and name.group().lower() == "xml":
            self._at = at + 5
            self.wrong("XML declaration allowed only at the start of the document", 64)
        if end < 0 or not name:
            self._at = at + 2 if not name else len(text)
            self.wrong("xmlParsePI : no target name" if not name else f"PI {name.group()} never end ...", 46 if not name else 47)
            self._at = len(text) if end < 0 else end + 2
            return False
        if name.group().lower() != "xml":
            self.sink.pi(name.group(), text[name.end() : end].lstrip(), self.place(at)[0])
        self._at = end + 2
        return False

    def _doctype(self):
        text, at = self.text, self._at
        name = _NAME.match(text, _SPACE.match(text, at + 9).end())
        if not name:
            self.wrong("xmlParseDocTypeDecl : no DOCTYPE name !", 68)
            self._at = text.find(">", at) + 1 or len(text)
            return
        words = _IDENTIFIERS.match(text, name.end())
        public, system = words.group(1), words.group(2) or words.group(3)
        self._at = words.end()
        inner = None
        if text.startswith("[", self._at):
            end = text.find("]", self._at)
            inner = text[self._at + 1 : end]
            for each in _DECLARED.finditer(inner):
                self._entities.setdefault(each.group(1), each.group(2) or each.group(3) or "")
            self._at = _SPACE.match(text, end + 1).end() if end >= 0 else len(text)
        if text.startswith(">", self._at):
            self._at += 1
        else:
            self.wrong("DOCTYPE improperly terminated", 61)
            self._at = text.find(">", self._at) + 1 or len(text)
        self.sink.doctype(name.group(), public and public[1:-1], system and system[1:-1], inner)

    def _start_tag(self):
        text, begun = self.text, self._at
        line = self.place(begun)[0]
        name = _NAME.match(text, begun + 1)
        if not name:
            self._at = begun + 1
            self.wrong("StartTag: invalid element name", 68)
            if self._open:
                self.sink.data("")
            return False
        name, self._at = name.group(), name.end()
        pairs, seen = [], set()
        while True:
            spaced = _SPACE.match(text, self._at).end()
            had_space, self._at = spaced > self._at, spaced
            if self._at >= len(text) or text[self._at] == ">" or text.startswith("/>", self._at):
                break
            attribute = _NAME.match(text, self._at)
            if not attribute:
                break
            if not had_space:
                self.wrong("attributes construct error", 65)
            self._at = _SPACE.match(text, attribute.end()).end()
            if not text.startswith("=", self._at):
                self.wrong(f"Specification mandates value for attribute {attribute.group()}", 41)
                continue
            self._at = _SPACE.match(text, self._at + 1).end()
            quote = text[self._at : self._at + 1]
            if quote not in ("'", '"') or not quote:
                self.wrong("AttValue: \" or ' expected", 39)
                self._at = re.compile(r"[^\s>/]*").match(text, self._at).end()
                continue
            end = text.find(quote, self._at + 1)
            less = text.find("<", self._at, end if end >= 0 else len(text))
            if less >= 0:
                self.wrong("Unescaped '<' not allowed in attributes values", 38, less)
            if end < 0:
                self._at = len(text)
                self.wrong("AttValue: ' expected", 40)
                break
            value = self._value(text[self._at + 1 : end], self._at + 1)
            self._at = end + 1
            if attribute.group() in seen:
                self.wrong(f"Attribute {attribute.group()} redefined", 42)
                continue
            seen.add(attribute.group())
            pairs += [attribute.group(), value]
        tag, attributes, prefix, declared, unknown = self._namespaces.start(name, pairs)
        for prefix_, attribute, local in unknown:
            what = f"for {attribute} on {name.rpartition(':')[2]}" if attribute else f"on {local}"
            level, domain = errors.ErrorLevels.ERROR, errors.ErrorDomains.NAMESPACE
            self.wrong(f"Namespace prefix {prefix_} {what} is not defined", 201, None, level, domain)
        self._open.append((name, line))
        self._tags = getattr(self, "_tags", [])
        self._tags.append(tag)
        if text.startswith("/>", self._at):
            self._at += 2
            self.sink.start(tag, attributes, prefix, declared, line)
            self._end()
        elif text.startswith(">", self._at):
            self._at += 1
            self.sink.start(tag, attributes, prefix, declared, line)
        else:
            self.wrong(f"Couldn't find end of Start Tag {name} line {line}", 73)
            self.sink.start(tag, attributes, prefix, declared, line)
            found = text.find(">", self._at)
            self._at = found + 1 if found >= 0 else len(text)
        return True

    def _end(self):
        self._open.pop()
        self._namespaces.end()
        self.sink.end(self._tags.pop())

    def _end_tag(self):
        text = self.text
        name = _NAME.match(text, self._at + 2)
        found = name.group() if name else ""
        at = _SPACE.match(text, name.end() if name else self._at + 2).end()
        if not text.startswith(">", at):
            self._at = at
            self.wrong("expected '>'", 73)
            at = text.find(">", at) if text.find(">", at) >= 0 else len(text) - 1
        self._at = at + 1
        if not self._open:
            return
        name, line = self._open[-1]
        if name != found:
            self.wrong(f"Opening and ending tag mismatch: {name} line {line} and {found}", 76)
        self._end()

    def _content(self):
        text = self.text
        plain = _TEXT.match(text, self._at)
        if plain:
            self.sink.data(plain.group().replace("\r\n", "\n").replace("\r", "\n"))
            self._at = plain.end()
            return
        each = text[self._at]
        if each == "&":
            value, name = self._reference(text, self._at, 0)
            if value is not None:
                self.sink.data(value)
            elif name and self._recovers:
                pass
        elif each == "]":
            if text.startswith("]]>", self._at):
                self.wrong("Sequence ']]>' not allowed in content", 62)
            self.sink.data("]")
            self._at += 1
        else:
            self.wrong(f"PCDATA invalid Char value {ord(each)}", 9)
            self._at += 1

    def _reference(self, text, at, offset):
        """The text of a reference, and its name."""
        end = text.find(";", at, at + 100)
        if text.startswith("&#", at):
            digits = text[at + 2 : end] if end >= 0 else ""
            self._at = offset + (end + 1 if end >= 0 else at + 2)
            try:
                number = int(digits[1:], 16) if digits[:1] == "x" else int(digits)
            except ValueError:
                self.wrong(f"xmlParseCharRef: invalid {'hexadecimal' if digits[:1] == 'x' else 'decimal'} value", 6)
                return None, None
            if number in (9, 10, 13) or 32 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000:
                return chr(number), None
            self.wrong(f"xmlParseCharRef: invalid xmlChar value {number}", 9)
            return None, None
        name = _NAME.match(text, at + 1)
        if not name:
            self._at = offset + at + 1
            self.wrong("xmlParseEntityRef: no name", 68)
            return None, None
        if not text.startswith(";", name.end()):
            self._at = offset + name.end()
            self.wrong("EntityRef: expecting ';'", 23)
            return None, name.group()
        self._at = offset + name.end() + 1
        if name.group() in self._entities:
            return self._entities[name.group()], name.group()
        self.wrong(f"Entity '{name.group()}' not defined", 26)
        return None, name.group()

    def _value(self, text, begun):
        if "&" in text:
            pieces, at = [], 0
            while (found := text.find("&", at)) >= 0:
                pieces.append(text[at:found])
                value, _ = self._reference(text, found, begun)
                pieces.append(value or "")
                at = max(self._at - begun, found + 1)
            text = "".join([*pieces, text[at:]])
        return text.replace("\r\n", " ").replace("\n", " ").replace("\t", " ").replace("\r", " ")
