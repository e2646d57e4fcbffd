"""Url and MultiHostUrl, and their validators."""

from urllib.parse import parse_qsl

from .build import Node, builder, either, is_strict, length_option, option
from .errors import LineError, ValError, fail
from .exceptions import SchemaError, public_error
from .markers import MODULE, one_of
from .state import LAX
from .url_parse import SPECIAL, UrlError, parse_host, parse_url, to_unicode

_EMPTY = 'input is empty'


def _wrong(text, input):
    return fail('url_parsing', input, error=text)


class Url:
    __module__ = MODULE
    __slots__ = ('_url', '_empty_path')

    def __new__(cls, url, *, preserve_empty_path=False):
        parsed, empty = _made(_read_url, url, 'url', preserve_empty_path)
        return _new(cls, parsed, empty)

    scheme = property(lambda self: self._url.scheme)
    username = property(lambda self: self._url.username or None)
    password = property(lambda self: self._url.password)
    host = property(lambda self: self._url.host or None)
    port = property(lambda self: self._url.known_port())
    query = property(lambda self: self._url.query)
    fragment = property(lambda self: self._url.fragment)

    @property
    def path(self):
        path = self._url.path
        return None if not path or (self._empty_path and path == '/') else path

    def unicode_host(self):
        return _unicode_host(self._url) or self._url.host or None

    def query_params(self):
        return _query_params(self._url)

    def unicode_string(self):
        return _unicode_text(str(self), self._url)

    def __str__(self):
        return self._url.text(self._empty_path and self._url.path == '/')

    def __repr__(self):
        return f"Url('{self}')"

    def __setattr__(self, name, value):
        raise AttributeError(f"attribute '{name}' of 'Url' objects is not writable")

    def __eq__(self, other):
        return str(self) == str(other) if isinstance(other, Url) else NotImplemented

    def __lt__(self, other):
        return str(self) < str(other) if isinstance(other, Url) else NotImplemented

    def __le__(self, other):
        return str(self) <= str(other) if isinstance(other, Url) else NotImplemented

    def __gt__(self, other):
        return str(self) > str(other) if isinstance(other, Url) else NotImplemented

    def __ge__(self, other):
        return str(self) >= str(other) if isinstance(other, Url) else NotImplemented

    def __hash__(self):
        return hash(('Url', str(self)))

    def __bool__(self):
        return True

    def __deepcopy__(self, _memo, /):
        return _new(type(self), self._url, self._empty_path)

    def __getnewargs__(self):
        return (str(self),)

    def __reduce_ex__(self, protocol):
        return _rebuild, (type(self), str(self))

    @classmethod
    def build(
        cls, *, scheme, host, username=None, password=None, port=None, path=None, query=None, fragment=None
    ):
        return cls(f'{scheme}://{_host_part(username, password, host, port)}{_tail(path, query, fragment)}')


class MultiHostUrl:
    __module__ = MODULE
    __slots__ = ('_url', '_empty_path', '_more')

    def __new__(cls, url, *, preserve_empty_path=False):
        parsed, empty, more = _made(_read_multi_host, url, 'multi-host-url', preserve_empty_path)
        return _new(cls, parsed, empty, more)

    scheme = property(lambda self: self._url.scheme)
    query = property(lambda self: self._url.query)
    fragment = property(lambda self: self._url.fragment)
    path = Url.path

    def hosts(self):
        if self._more:
            return [_host_dict(url) for url in (*self._more, self._url)]
        return [_host_dict(self._url)] if self._url.host else []

    def query_params(self):
        return _query_params(self._url)

    def _text(self, change):
        text = change(self._url.text(self._empty_path and self._url.path == '/'), self._url)
        if not self._more:
            return text
        start = len(self._url.scheme) + 3
        hosts = ''
        for url in self._more:
            one = change(url.text(), url)
            one = one[len(url.scheme) + 3 :]
            hosts += (one[:-1] if self._url.special else one) + ','
        return text[:start] + hosts + text[start:]

    def unicode_string(self):
        return self._text(_unicode_text)

    def __str__(self):
        return self._text(lambda text, url: text)

    def __repr__(self):
        return f"MultiHostUrl('{self}')"

    def __setattr__(self, name, value):
        raise AttributeError(f"attribute '{name}' of 'MultiHostUrl' objects is not writable")

    def __eq__(self, other):
        return self.unicode_string() == other.unicode_string() if isinstance(other, MultiHostUrl) else NotImplemented

    def __lt__(self, other):
        return self.unicode_string() < other.unicode_string() if isinstance(other, MultiHostUrl) else NotImplemented

    def __le__(self, other):
        return self.unicode_string() <= other.unicode_string() if isinstance(other, MultiHostUrl) else NotImplemented

    def __gt__(self, other):
        return self.unicode_string() > other.unicode_string() if isinstance(other, MultiHostUrl) else NotImplemented

    def __ge__(self, other):
        return self.unicode_string() >= other.unicode_string() if isinstance(other, MultiHostUrl) else NotImplemented

    def __hash__(self):
        return hash(('MultiHostUrl', str(self)))

    def __bool__(self):
        return True

    def __deepcopy__(self, _memo):
        return _new(type(self), self._url, self._empty_path, self._more)

    def __getnewargs__(self):
        return (str(self),)

    def __reduce_ex__(self, protocol):
        return _rebuild, (type(self), str(self))

    @classmethod
    def build(
        cls, *, scheme, hosts=None, path=None, query=None, fragment=None, host=None, username=None, password=None,
        port=None,
    ):
        if hosts is not None and not (host is username is password is port is None):
            raise ValueError('expected one of `hosts` or singular values to be set.')
        if hosts is not None:
            parts = []
            for one in hosts:
                part = [one.get(name) for name in ('username', 'password', 'host', 'port')]
                if part[1] is None and part[2] is None and part[3] is None:
                    raise ValueError("expected one of 'host', 'username', 'password' or 'port' to be set")
                parts.append(_host_part(*part))
            middle = ','.join(parts)
        elif host is not None:
            middle = _host_part(username, password, host, port)
        else:
            raise ValueError('expected either `host` or `hosts` to be set')
        return cls(f'{scheme}://{middle}{_tail(path, query, fragment)}')


def _rebuild(cls, text):
    return cls(text)


def _new(cls, parsed, empty_path, more=None):
    self = object.__new__(cls)
    object.__setattr__(self, '_url', parsed)
    object.__setattr__(self, '_empty_path', empty_path)
    if issubclass(cls, MultiHostUrl):
        object.__setattr__(self, '_more', more)
    return self


def _made(read, value, name, preserve):
    try:
        return read(value, False, preserve, None, 'py')
    except ValError as error:
        problem = error
    raise public_error(problem, name, 'python', False, False)


def _host_part(username, password, host, port):
    out = ''
    if username is not None or password is not None:
        out = username or ''
        if password is not None:
            out += ':' + password
        out += '@'
    out += host or ''
    return out if port is None else f'{out}:{port}'


def _tail(path, query, fragment):
    out = '' if path is None else '/' + path
    if query is not None:
        out += '?' + query
    if fragment is not None:
        out += '#' + fragment
    return out


def _query_params(url):
    return parse_qsl(url.query or '', keep_blank_values=True, max_num_fields=None)


def _host_dict(url):
    return {
        'username': url.username or None, 'password': url.password, 'host': url.host or None,
        'port': url.known_port(),
    }


def _unicode_host(url):
    if url.special and url.host_kind == 'domain' and any(part.startswith('xn--') for part in url.host.split('.')):
        return to_unicode(url.host)
    return None


def _unicode_text(text, url):
    host = _unicode_host(url)
    if host is None:
        return text
    start = len(url.scheme) + 3
    return text[:start] + host + text[start + len(url.host) :]


# ---- reading


def _parse(text, strict, input):
    if not text:
        raise _wrong(_EMPTY, input)
    found = []
    try:
        url = parse_url(text, found.append)
    except UrlError as error:
        problem = str(error)
    else:
        if strict and found:
            raise fail('url_syntax_violation', input, error=found[-1])
        return url
    raise _wrong(problem, input)


def _keeps_empty_path(url, text, preserve):
    if not preserve or url.path != '/' or not url.special:
        return False
    for char in text.split(':', 1)[1].lstrip('/'):
        if char == '/':
            return False
        if char in '?#':
            return True
    return True


def _check_length(text, most, input):
    if most is not None and len(text.encode('utf-8', 'surrogatepass')) > most:
        raise fail('url_too_long', input, max_length=most)


def _text_of(value, strict, mode):
    if isinstance(value, str):
        return str.__str__(value)
    if mode == 'py' and not strict and isinstance(value, (bytes, bytearray)):
        try:
            return value.decode()
        except UnicodeDecodeError:
            pass
    raise ValError([LineError('url_type', value)])


def _read_url(value, strict, preserve, most, mode):
    if mode == 'py' and isinstance(value, Url):
        _check_length(str(value), most, value)
        return value._url, value._empty_path
    text = str(value) if mode == 'py' and isinstance(value, MultiHostUrl) else _text_of(value, strict, mode)
    _check_length(text, most, value)
    url = _parse(text, strict, value)
    return url, _keeps_empty_path(url, text, preserve)


def _read_multi_host(value, strict, preserve, most, mode):
    if mode == 'py' and isinstance(value, MultiHostUrl):
        _check_length(str(value), most, value)
        return value._url, value._empty_path, value._more
    if mode == 'py' and isinstance(value, Url):
        _check_length(str(value), most, value)
        return value._url, value._empty_path, None
    text = _text_of(value, strict, mode)
    _check_length(text, most, value)
    if not text:
        raise _wrong(_EMPTY, value)
    start = 0
    while start < len(text) and text[start] <= ' ':
        start += 1
    end = start
    while end < len(text) and text[end].isascii() and (text[end].isalnum() or text[end] in '+-.'):
        end += 1
    if end == start or end >= len(text) or text[end] != ':':
        raise _wrong('relative URL without a base', value)
    scheme = text[start:end].lower()
    index = end + 1
    while index < len(text) and text[index] in '/\\':
        index += 1
    prefix = text[:index]
    hosts = []
    begin = index
    while index < len(text):
        char = text[index]
        if char in '/?#' or (char == '\\' and scheme in SPECIAL):
            break
        if char == ',':
            if begin == index:
                raise _wrong('empty host', value)
            hosts.append(text[begin:index])
            begin = index + 1
        index += 1
    rest = prefix + text[begin:]
    url = _parse(rest, strict, value)
    empty = _keeps_empty_path(url, rest, preserve)
    if not hosts:
        return url, empty, None
    if not url.host:
        raise _wrong('empty host', value)
    extra_scheme = url.scheme if url.special else 'x'
    more = [_parse(f'{extra_scheme}://{host}', strict, value) for host in hosts]
    if not all(one.host for one in more):
        raise _wrong('empty host', value)
    return url, empty, more


# ---- validators


def _url_builder(kind, cls, read):
    def build(schema, config, definitions):
        own = is_strict(schema, config)
        most = length_option(schema, 'max_length')
        host_required = option(schema, 'host_required', bool, False)
        default_host = option(schema, 'default_host', str)
        default_port = option(schema, 'default_port', int)
        default_path = option(schema, 'default_path', str)
        preserve = either(schema, config, 'preserve_empty_path', 'url_preserve_empty_path', bool, False)
        if kind == 'multi-host-url' and default_host and ',' in default_host:
            raise SchemaError('default_host cannot contain a comma, see pydantic-core#326')
        schemes = option(schema, 'allowed_schemes', list)
        name = kind
        shown = None
        if schemes is not None:
            if not schemes:
                raise SchemaError('`allowed_schemes` should have length > 0')
            reprs = [repr(scheme) for scheme in schemes]
            shown = one_of(reprs)
            name = f'{kind}[{",".join(reprs)}]'

        def finish(url, value):
            changed = url
            if not url.host:
                if default_host is not None:
                    changed = url.copy()
                    try:
                        changed.host, changed.host_kind = parse_host(default_host, url.special)
                    except UrlError as error:
                        raise _wrong(str(error), value)
                elif host_required:
                    raise _wrong('empty host', value)
            if default_port is not None and changed.port is None:
                changed = changed.copy()
                if not changed.host or changed.scheme == 'file':
                    raise _wrong('empty host', value)
                changed.set_port(default_port)
            if default_path is not None and changed.path in ('', '/'):
                changed = changed.copy()
                changed.set_path(default_path)
            return changed

        def make(mode):
            def validate(value, state):
                strict = state.strict
                parts = read(value, own if strict is None else strict, preserve, most, mode)
                if schemes is not None and parts[0].scheme not in schemes:
                    raise fail('url_scheme', value, expected_schemes=shown)
                url = finish(parts[0], value)
                state.floor(LAX)
                if url is parts[0] and mode == 'py' and isinstance(value, cls):
                    return value
                return _new(cls, url, *parts[1:])

            return validate

        return Node(kind, name, make)

    builder(kind)(build)


_url_builder('url', Url, _read_url)
_url_builder('multi-host-url', MultiHostUrl, _read_multi_host)
