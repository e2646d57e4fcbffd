"""urllib.parse, html, mimetypes and http.cookies."""

from draw import table

PRELUDE = """
import html, html.parser, http.cookies, mimetypes, urllib.parse
from urllib.parse import *
class Tags(html.parser.HTMLParser):
    def __init__(self, **options):
        super().__init__(**options)
        self.seen = []
    def handle_starttag(self, tag, attributes): self.seen.append(("start", tag, attributes))
    def handle_startendtag(self, tag, attributes): self.seen.append(("both", tag, attributes))
    def handle_endtag(self, tag): self.seen.append(("end", tag))
    def handle_data(self, data): self.seen.append(("data", data))
    def handle_comment(self, data): self.seen.append(("comment", data))
    def handle_entityref(self, name): self.seen.append(("entity", name))
    def handle_charref(self, name): self.seen.append(("char", name))
    def handle_decl(self, data): self.seen.append(("declaration", data))
    def handle_pi(self, data): self.seen.append(("instruction", data))
def tags(*pieces, **options):
    parser = Tags(**options)
    for piece in pieces: parser.feed(piece)
    parser.close()
    return parser.seen, parser.getpos()
def cookies(text):
    jar = http.cookies.SimpleCookie(text)
    return [(name, each.value, sorted(each.items())) for name, each in jar.items()], jar.output()
"""

CALLS = table("""
quote quote_plus | text safe=safe? encoding=encoding? errors=errors?
quote quote_plus | text safe?
quote bytes safe=safe?
quote_from_bytes bytes safe?
unquote unquote_plus | escaped encoding=encoding? errors=errors?
unquote unquote_plus unquote_to_bytes | escaped
urlencode mapping doseq=boolean? safe=safe? quote_via=quoter?
parse_qs parse_qsl | query keep_blank_values=boolean? strict_parsing=boolean? separator=separator? max_num_fields=count? encoding=encoding? errors=errors?
parse_qs parse_qsl | query
urlparse urlsplit | url scheme=scheme? allow_fragments=boolean?
urldefrag url
urljoin url url
urljoin url url allow_fragments=boolean?
html.escape text quote=boolean?
html.unescape entities
mimetypes.guess_type file strict=boolean?
mimetypes.guess_extension mimetypes.guess_all_extensions | mime
cookies cookie
urllib.parse.unwrap url
""")

SCHEMES = ("http", "https", "ftp", "file", "mailto", "", "HTTP", "svn+ssh", "1x", "a b", "javascript", "data", "urn", "ws", "x-y.z", "ht\ntp", "news", "tel")
HOSTS = ("example.com", "EXAMPLE.com", "user@host", "user:pass@host:80", "[::1]", "[::1]:8080", "[::1", "h:99999", "h:", "h:x", "", "\u4e2d.com", "h:-1", "a@b@c", "127.0.0.1:0", "[v1.x]", "host\\x", "h:\u0661", "[fe80::1%25eth0]", "\uff0ehost",
         "h:080", "[1.2.3.4]", "a[b]", "%41.com", "u:@h", ":p@h")
PATHS = ("", "/", "/a/b", "/a/../b", "/a/./b", "a", "../x", "./", "..", "/a;p=1", "/;x", "//x", "/a%20b", "/\u4e2d", "/a b", "/a\tb", "a:b", "/a//b", "/..", "../../..", "g;x=1/../y", "/%", ".", "/a/b/")
QUERIES = ("", "?", "?a=1", "?a=1&b=2", "?a", "?=x", "?a=1;b=2", "?q=%e4%b8%ad", "?x?y", "?a=\u4e2d")
FRAGMENTS = ("", "#", "#f", "#a#b", "#\u4e2d", "#a?b")
ESCAPES = ("%41", "%e4%b8%ad", "%E4", "%", "%4", "%zz", "+", "a", " ", "%2B", "%25", "%00", "\u4e2d", "%ff", "%C3%A9", "%c3", "\ud800", "%u4e2d", "/", "&", "=", "~", "\xe9", "%20")
ENTITIES = ("&amp;", "&lt", "&gt;", "&quot;", "&#39;", "&#x41;", "&#65", "&#0;", "&#x110000;", "&#xd800;", "&#128;", "&nosuch;", "&notin;", "&notit;", "&amp", "&", "&;", "&#", "&#x", "&#x;", "&nbsp;", "&ampx", "a", "&eacute", "&Eacute;", "&CounterClockwiseContourIntegral;",
            "&#1;", "&#xfffe;", "&lt;b&gt", "&#99999999999;", "&AMP", "&fjlig;", "\u4e2d", "&#13;", "&#x81;", " ")
HTML = ("<a>", "<a href=x>", "<a href='x y' B=\"&amp;\" c>", "</a>", "</ a>", "<br/>", "<br />", "<!-- c -->", "<!--c", "<!-->", "<!DOCTYPE html>", "<![CDATA[x]]>", "<?php x?>", "text", "&amp;", "&#65;", "&x", "<", ">", "<3", "<script>a<b</script>", "<style>x</style>", "<a", "</",
        "<A B=C>", "<a/b>", "<a b='c>", "<textarea><b></textarea>", "<title>&lt;</title>", "\u4e2d", "\n", "<a =x>", "<a b=>", "<!x>", "--!>", "<!--a--!>", "<script", "</script >", "<svg><a/></svg>", "<a\nb>", "&lt", "<img src=a/>", "<a b=c/d>", "<p b = 'x'>")
COOKIES = ("a=1", "b=\"x y\"", "c=\"\\101\\\"\"", "path=/", "a=1; path=/; secure", "expires=Wed, 01 Jan 2025 00:00:00 GMT", "x", "=y", "a=b=c", "$Version=1", "HttpOnly", "a=", "[a]=1", "a:b=2", "\u4e2d=1", "a=\u4e2d", "max-age=5", "samesite=Lax", "a=\"", "d=e,f=g", "a=1 b=2")


def url(draw):
    number = draw.random()
    if number < 0.25:
        shown = draw.of(PATHS) + draw.of(QUERIES) + draw.of(FRAGMENTS)
    elif number < 0.9:
        shown = draw.of(SCHEMES) + draw.of((":", "://", "://", "://", "//", ":///")) + draw.of(HOSTS) + draw.of(PATHS) + draw.of(QUERIES) + draw.of(FRAGMENTS)
    else:
        shown = draw.of(("//", " ", "\x00", "http:\\\\h", "")) + draw.of(HOSTS) + draw.of(PATHS)
    return repr(shown.encode("utf-8")) if draw.chance(0.06) else ascii(shown)


def some_of(pieces, most=5):
    return lambda draw: ascii("".join(draw.of(pieces) for _ in range(draw.some(most))))


KINDS = {
    "url": url,
    "safe": ("'/'", "''", "'~'", "'%'", "'\u4e2d'", "b'/'", "'!*'", "' '", "'+'"),
    "escaped": lambda draw: repr("".join(draw.of(ESCAPES) for _ in range(draw.some(6))).encode("utf-8", "replace")) if draw.chance(0.15) else some_of(ESCAPES, 6)(draw),
    "query": some_of(("a=1", "&", "&", "b=2", "a", "=", ";", "%20", "+", "c=%e4%b8%ad", "a=%ff", "\u4e2d=\xe9", "&&", " ", "b=", "%3D"), 7),
    "mapping": lambda draw: draw.of((
        "{{'k': {0}}}", "[('a', {0}), ('b', {1})]", "{{'a': [{0}, {1}]}}", "[({0}, {1})]", "{{'k': ({0},), 'x': {{'d': 1}}}}", "{0}", "{{'\u4e2d': '\u6587', 'a b': {0}}}", "[{0}]",
    )).format(draw.any() if draw.chance(0.5) else draw.text(), draw.any()),
    "quoter": ("quote", "quote_plus", "lambda *a: 'q'"),
    "separator": ("';'", "'&'", "''", "','", "b'&'"),
    "scheme": ("'http'", "'ftp'", "''", "b'x'"),
    "entities": some_of(ENTITIES, 4),
    "file": ("'a.txt'", "'a.tar.gz'", "'http://x/a.html?q'", "'a.JSON'", "'.bashrc'", "'a.b.c'", "'data:text/plain,x'", "'a.webp'", "'a'", "'x.js'", "'x.mjs'", "'a.zip.Z'", "'a.rtf'", "'a.md'", "'a.wasm'", "'a.csv'", "'a.yaml'", "'file:///a.xml'"),
    "mime": ("'text/html'", "'image/jpeg'", "'none/x'", "'application/json'", "'TEXT/PLAIN'", "''", "'image/webp'"),
    "cookie": lambda draw: ascii("; ".join(draw.of(COOKIES) for _ in range(draw.some(4, 1)))),
}
PARTS = ("scheme", "netloc", "path", "query", "fragment", "username", "password", "hostname", "port", "geturl()", "_replace(scheme='x').geturl()")


def program(draw):
    number = draw.random()
    if number < 0.18:
        return f"{draw.of(('urlparse', 'urlsplit'))}({url(draw)}).{draw.of(PARTS)}"
    if number < 0.22:
        parts = ", ".join(ascii(draw.of(pieces).lstrip("?#")) for pieces in (SCHEMES, HOSTS, PATHS, QUERIES, FRAGMENTS))
        return f"urlunsplit(({parts}))"
    if number < 0.3:
        pieces = [ascii("".join(draw.of(HTML) for _ in range(draw.some(4, 1)))) for _ in range(draw.of((1, 1, 2)))]
        return f"tags({', '.join(pieces)}{draw.of(('', '', ', convert_charrefs=False'))})"
    return draw.call(*draw.of(CALLS))
