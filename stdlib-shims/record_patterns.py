"""Records the patterns that the standard library compiles, for `cargo xtask patterns`.

Run by krait itself: the answer is the text of python/replace/_krait_patterns.py. With the
event "check" it instead compiles every recorded pattern anew, and answers with those that
came out otherwise.
"""

import importlib
import re

MODULES = """
argparse ast asyncio base64 bdb calendar cgi cmd codecs collections concurrent.futures
configparser contextlib copy csv ctypes.util dataclasses datetime decimal difflib dis
email.charset email.feedparser email.generator email.header email.headerregistry
email.message email.mime.multipart email.mime.text email.parser email.policy email.utils
fileinput fnmatch fractions ftplib functools gettext glob gzip hashlib html html.parser
http.client http.cookiejar http.cookies http.server imaplib importlib.metadata
importlib.resources inspect ipaddress json json.tool linecache locale logging
logging.config logging.handlers mailbox mimetypes multiprocessing netrc pathlib pickle
pkgutil platform plistlib poplib pprint quopri random reprlib secrets shlex shutil smtplib
socketserver sqlite3 ssl statistics string subprocess sysconfig tarfile tempfile textwrap
threading timeit tokenize tomllib traceback typing unicodedata unittest unittest.mock
urllib.parse urllib.request urllib.robotparser uuid warnings wsgiref.handlers xml.dom.minidom
xml.etree.ElementTree xml.sax xmlrpc.client zipfile zoneinfo
""".split()


def main_handler(event, context):
    import _krait_patterns

    table = dict(_krait_patterns.TABLE)
    _krait_patterns.TABLE.clear()
    recorded = record()
    if event == "check":
        return [repr(key) for key in {**table, **recorded} if table.get(key) != recorded.get(key)]
    lines = [
        "# krait: the regular expressions that the standard library compiles while it is\n"
        "# imported, compiled: (pattern, flags): (flags, code, groups, index, names).\n"
        "# Made by `cargo xtask patterns`; a case in tests/cases/shims.md holds it to what the\n"
        "# compiler gives.\n"
        "TABLE = {\n"
    ]
    lines += [f"    {key!r}: {value!r},\n" for key, value in sorted(recorded.items(), key=repr)]
    return "".join(lines) + "}\n"


def record():
    recorded = {}
    real = re._compiler._sre

    class Recorder:
        def __getattr__(self, name):
            return getattr(real, name)

        def compile(self, pattern, flags, code, groups, index, names):
            if wanted:
                data = b"".join(each.to_bytes(4, "little") for each in code)
                recorded[wanted[-1]] = flags, data, groups, dict(index), tuple(names)
            return real.compile(pattern, flags, code, groups, index, names)

    wanted = []
    compile_anew = re._compiler.compile

    def watched(pattern, flags=0):
        wanted.append((pattern, int(flags)))
        try:
            return compile_anew(pattern, flags)
        finally:
            wanted.pop()

    re._compiler._sre = Recorder()
    re._compiler.compile = watched
    try:
        for name in MODULES:
            try:
                importlib.import_module(name)
            except ImportError:
                pass
        use()
    finally:
        re._compiler._sre = real
        re._compiler.compile = compile_anew
    return recorded


def use():
    """What functions do often, and compiles patterns only when it is done."""
    import datetime, email, fnmatch, json, logging, shlex, string, textwrap, traceback, urllib.parse

    textwrap.dedent("  a\n b")
    textwrap.fill("some words to fill")
    string.Template("$a ${b}").substitute(a=1, b=2)
    datetime.datetime.strptime("2026-01-02 03:04:05", "%Y-%m-%d %H:%M:%S")
    datetime.datetime.strptime("2026-01-02T03:04:05Z", "%Y-%m-%dT%H:%M:%SZ")
    datetime.datetime.strptime("2026-01-02", "%Y-%m-%d")
    shlex.quote("a b")
    urllib.parse.quote("a b")
    urllib.parse.unquote("a%20b")
    json.dumps({"a": [1, "b"]}, indent=2)
    logging.Formatter("%(asctime)s %(message)s")
    fnmatch.fnmatch("a.py", "*.py")
    email.message_from_string("Subject: a\n\nb").as_string()
    try:
        raise ValueError
    except ValueError:
        traceback.format_exc()
