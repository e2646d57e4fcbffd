"""krait: pip, which is fetched when it is first wanted, from the index that its user has set, and is
run only if it is the one that krait knows."""

import os
import sys

VERSION = "26.3"
FILE = f"pip-{VERSION}-py3-none-any.whl"
SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
INDEX = "https://pypi.org/simple"


class NoPip(Exception):
    """pip cannot be had; says why, and what to do."""


def folder(cache):
    """The folder that pip is unpacked in, below the folder of caches; fetched where it is not there."""
    place = os.path.join(cache, f"pip-{VERSION}-{SHA256[:16]}")
    if os.path.isfile(os.path.join(place, "pip", "__main__.py")):
        return place
    import io
    import shutil
    import tempfile
    import zipfile

    wheel = _wheel(cache)
    os.makedirs(cache, mode=0o700, exist_ok=True)
    unfinished = tempfile.mkdtemp(prefix="pip-", dir=cache)
    # Kept as it is, too: `ensurepip` installs it.
    with open(os.path.join(unfinished, FILE), "wb") as file:
        file.write(wheel)
    os.replace(os.path.join(unfinished, FILE), os.path.join(cache, FILE))
    try:
        with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
            archive.extractall(unfinished)
        try:
            os.rename(unfinished, place)
        except OSError:
            # Somebody else was quicker.
            if not os.path.isdir(place):
                raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return place


def settings():
    """What the user has told pip of where packages are: the environment, then pip's files."""
    import configparser

    files = ["/etc/pip.conf"]
    for base in os.environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":"):
        files.insert(0, os.path.join(base, "pip", "pip.conf"))
    home = os.path.expanduser("~")
    config = os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    files += [os.path.join(home, ".pip", "pip.conf"), os.path.join(config, "pip", "pip.conf")]
    if "PIP_CONFIG_FILE" in os.environ:
        files.append(os.environ["PIP_CONFIG_FILE"])
    parser = configparser.RawConfigParser()
    told = {}
    for file in files:
        try:
            parser.read(file, encoding="utf-8")
        except (OSError, configparser.Error, UnicodeDecodeError):
            continue
    for section in ("global", "install"):
        if parser.has_section(section):
            told.update((key.replace("_", "-"), value) for key, value in parser.items(section))
    for key, value in os.environ.items():
        if key.startswith("PIP_") and value:
            told[key[4:].lower().replace("_", "-")] = value
    return told


def _wheel(cache):
    """The bytes of pip's wheel, from a folder of the user's or from the index."""
    told = settings()
    places = [cache, *told.get("find-links", "").split()]
    for place in places:
        file = os.path.join(place.removeprefix("file://"), FILE)
        try:
            with open(file, "rb") as opened:
                return _checked(opened.read(), file)
        except OSError:
            continue
    if told.get("no-index", "").lower() in ("1", "true", "yes", "on"):
        raise NoPip(f"pip itself is needed first, and no index is to be asked: put {FILE} into {cache}")
    index = told.get("index-url") or INDEX
    opener = _opener(told)
    page = f"{index.rstrip('/')}/pip/"
    try:
        with opener.open(page, timeout=float(told.get("timeout") or told.get("default-timeout") or 30)) as answer:
            link = _link(answer.read().decode("utf-8", "replace"), answer.geturl())
        if link is None:
            raise NoPip(f"{page} has no {FILE}: put it into {cache}")
        with opener.open(link, timeout=60) as answer:
            return _checked(answer.read(), link)
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise NoPip(f"pip itself is needed first, and {page} cannot be read: {reason}") from None


def _checked(wheel, place):
    import hashlib

    if hashlib.sha256(wheel).hexdigest() != SHA256:
        raise NoPip(f"{place} is not the pip that krait knows: its SHA-256 is another")
    return wheel


def _link(page, base):
    """The address of pip's wheel in a page of links."""
    import html.parser
    import urllib.parse

    found = []

    class Links(html.parser.HTMLParser):
        def handle_starttag(self, tag, attributes):
            if tag == "a":
                found.append(dict(attributes).get("href") or "")

    Links().feed(page)
    for link in found:
        address = urllib.parse.urldefrag(urllib.parse.urljoin(base, link)).url
        if urllib.parse.unquote(address).rpartition("/")[2] == FILE:
            return address
    return None


def _opener(told):
    import ssl
    import urllib.parse
    import urllib.request

    handlers = []
    if told.get("proxy"):
        handlers.append(urllib.request.ProxyHandler({"http": told["proxy"], "https": told["proxy"]}))
    authority = told.get("cert") or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    context = ssl.create_default_context(cafile=authority or None)
    index = urllib.parse.urlsplit(told.get("index-url") or INDEX)
    if index.hostname in told.get("trusted-host", "").split():
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    handlers.append(urllib.request.HTTPSHandler(context=context))
    if index.username:
        passwords = urllib.request.HTTPPasswordMgrWithPriorAuth()
        unquote = urllib.parse.unquote
        host = f"{index.scheme}://{index.hostname}" + (f":{index.port}" if index.port else "")
        passwords.add_password(None, host, unquote(index.username), unquote(index.password or ""), is_authenticated=True)
        handlers.append(urllib.request.HTTPBasicAuthHandler(passwords))
    return urllib.request.build_opener(*handlers)


def run(place, arguments):
    """Runs pip in this process; gives its exit code."""
    sys.path.insert(0, place)
    from pip._internal.cli.main import main

    return main(arguments)
