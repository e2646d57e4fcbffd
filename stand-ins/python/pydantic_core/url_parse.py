"""URLs after the WHATWG's URL standard: parsing and writing."""

import ipaddress
import re
import unicodedata

SPECIAL = {'http': 80, 'https': 443, 'ws': 80, 'wss': 443, 'ftp': 21, 'file': None}
_SCHEME = re.compile(r'[a-zA-Z][a-zA-Z0-9+\-.]*:')
_CONTROL = frozenset(map(chr, range(0x20))) | {'\x7f'}
_FRAGMENT = frozenset(' "<>`')
_QUERY = frozenset(' "#<>')
_SPECIAL_QUERY = _QUERY | {"'"}
_PATH = frozenset(' "#<>?^`{}')
_USERINFO = _PATH | frozenset('/:;=@[\\]^|')
_OPAQUE = frozenset()
_FORBIDDEN_HOST = frozenset('\0\t\n\r #/:<>?@[\\]^|')
_FORBIDDEN_DOMAIN = _FORBIDDEN_HOST | _CONTROL | {'%'}
_DRIVE = re.compile(r'[a-zA-Z][:|]')


class UrlError(Exception):
    pass


def encode(text, unsafe):
    out = []
    for char in text:
        if char in unsafe or char in _CONTROL or char > '~':
            out.append(''.join(f'%{byte:02X}' for byte in char.encode('utf-8', 'surrogatepass')))
        else:
            out.append(char)
    return ''.join(out)


class ParsedUrl:
    __slots__ = ('scheme', 'username', 'password', 'host', 'host_kind', 'port', 'path', 'query', 'fragment', 'opaque')

    def __init__(self):
        self.scheme = self.username = self.path = ''
        self.password = self.host = self.host_kind = self.port = self.query = self.fragment = None
        self.opaque = False

    def copy(self):
        other = ParsedUrl()
        for name in self.__slots__:
            setattr(other, name, getattr(self, name))
        return other

    @property
    def special(self):
        return self.scheme in SPECIAL

    def known_port(self):
        return SPECIAL.get(self.scheme) if self.port is None else self.port

    def authority(self):
        out = ''
        if self.username or self.password:
            out = self.username
            if self.password is not None:
                out += ':' + self.password
            out += '@'
        out += self.host or ''
        return out if self.port is None else f'{out}:{self.port}'

    def text(self, empty_path=False):
        out = self.scheme + ':'
        if self.host is not None:
            out += '//' + self.authority()
        elif self.scheme == 'file':
            out += '//'
        elif not self.opaque and self.path.startswith('//'):
            out += '/.'
        if not empty_path:
            out += self.path
        if self.query is not None:
            out += '?' + self.query
        if self.fragment is not None:
            out += '#' + self.fragment
        return out

    def set_port(self, port):
        self.port = None if port == SPECIAL.get(self.scheme) else port

    def set_path(self, path):
        if self.special:
            path = path.replace('\\', '/')
        self.path = _path(path if path.startswith('/') else '/' + path, self, lambda text: None)


def parse_url(text, note=lambda what: None):
    """The parsed URL; `note(text)` is told each violation of the strict syntax."""
    stripped = text.strip(''.join(map(chr, range(0x21))))
    if stripped != text:
        note('leading or trailing control or space character are ignored in URLs')
    clean = stripped.replace('\t', '').replace('\n', '').replace('\r', '')
    if clean != stripped:
        note('tabs or newlines are ignored in URLs')
    match = _SCHEME.match(clean)
    if match is None:
        raise UrlError('relative URL without a base')
    url = ParsedUrl()
    url.scheme = match[0][:-1].lower()
    rest = clean[match.end() :]
    rest, mark, fragment = rest.partition('#')
    if mark:
        _check_text(fragment, note)
        url.fragment = encode(fragment, _FRAGMENT)
    if url.scheme == 'file':
        return _parse_file(rest, url, note)
    if url.special:
        slashes = len(rest) - len(rest.lstrip('/\\'))
        if rest[:slashes] != '//':
            note('backslash' if '\\' in rest[:slashes] else 'expected //')
        return _parse_authority(rest[slashes:], url, note)
    if rest.startswith('//'):
        return _parse_authority(rest[2:], url, note)
    rest = _take_query(rest, url, note)
    if rest.startswith('/'):
        url.path = _path(rest, url, note)
    else:
        url.opaque = True
        _check_text(rest, note)
        url.path = encode(rest, _OPAQUE)
    return url


def _check_text(text, note):
    for index, char in enumerate(text):
        if char == '%':
            if not re.match(r'[0-9a-fA-F]{2}', text[index + 1 :]):
                note('expected 2 hex digits after %')
        elif char == '\0':
            note('NULL characters are ignored in URL fragment identifiers')
        elif not (char.isascii() and (char.isalnum() or char in "!$&'()*+,-./:;=?@_~") or char >= '\xa0'):
            note('non-URL code point')


def _take_query(rest, url, note):
    rest, mark, query = rest.partition('?')
    if mark:
        _check_text(query, note)
        url.query = encode(query, _SPECIAL_QUERY if url.special else _QUERY)
    return rest


def _parse_authority(rest, url, note):
    ends = '/?\\' if url.special else '/?'
    end = next((index for index, char in enumerate(rest) if char in ends), len(rest))
    authority, rest = rest[:end], rest[end:]
    info, at, hostport = authority.rpartition('@')
    if at:
        if '@' in info:
            note('unencoded @ sign in username or password')
        username, colon, password = info.partition(':')
        url.username = encode(username, _USERINFO)
        if colon and password:
            url.password = encode(password, _USERINFO)
        if not hostport or hostport.startswith(':'):
            raise UrlError('empty host')
    host, port = hostport, None
    bracket = hostport.rfind(']')
    colon = hostport.find(':', bracket + 1 if hostport.startswith('[') else 0)
    if colon >= 0:
        host, port = hostport[:colon], hostport[colon + 1 :]
    if not host:
        if url.special:
            raise UrlError('empty host')
        if port is not None:
            raise UrlError('empty host')
    url.host, url.host_kind = parse_host(host, url.special)
    if port:
        if not (port.isascii() and port.isdigit()) or int(port) > 65535:
            raise UrlError('invalid port number')
        url.set_port(int(port))
    rest = _take_query(rest, url, note)
    if url.special:
        url.path = _path(rest or '/', url, note)
    elif rest:
        url.path = _path(rest, url, note)
    return url


def _parse_file(rest, url, note):
    if '\\' in rest.partition('?')[0]:
        note('backslash')
    rest = _take_query(rest, url, note)
    path = rest.replace('\\', '/')
    url.host = None
    if path.startswith('//'):
        host, slash, tail = path[2:].partition('/')
        if _DRIVE.fullmatch(host):
            path = '/' + path[2:]
        else:
            if host:
                url.host, url.host_kind = parse_host(host, True)
                if url.host == 'localhost':
                    url.host = url.host_kind = None
            path = slash + tail
    else:
        note('expected // after file:')
    url.path = _path(path if path.startswith('/') else '/' + path, url, note)
    return url


def _path(path, url, note):
    if url.special and '\\' in path:
        note('backslash')
        path = path.replace('\\', '/')
    _check_text(path, note)
    out = []
    segments = path[1:].split('/')
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        low = segment.lower().replace('%2e', '.')
        if low == '..':
            if out and not (url.scheme == 'file' and len(out) == 1 and _DRIVE.fullmatch(out[0])):
                out.pop()
            if last:
                out.append('')
        elif low == '.':
            if last:
                out.append('')
        else:
            if url.scheme == 'file' and not out and _DRIVE.fullmatch(segment):
                segment = segment[0] + ':'
            out.append(encode(segment, _PATH))
    return '/' + '/'.join(out)


def parse_host(host, special):
    """(text of the host, its kind: 'domain', 'ipv4', 'ipv6', 'opaque' or None)."""
    if host.startswith('['):
        if not host.endswith(']'):
            raise UrlError('invalid IPv6 address')
        if '%' in host:
            raise UrlError('invalid IPv6 address')
        try:
            address = ipaddress.IPv6Address(host[1:-1])
        except ValueError:
            raise UrlError('invalid IPv6 address')
        return f'[{_ipv6_text(address)}]', 'ipv6'
    if not special:
        if not host:
            return '', 'opaque'
        if any(char in _FORBIDDEN_HOST for char in host):
            raise UrlError('invalid domain character')
        return encode(host, _OPAQUE), 'opaque'
    raw = _unquote(host)
    try:
        domain = raw.decode()
    except UnicodeDecodeError:
        raise UrlError('invalid international domain name')
    ascii_domain = _to_ascii(domain)
    if not ascii_domain:
        raise UrlError('empty host')
    if any(char in _FORBIDDEN_DOMAIN for char in ascii_domain):
        raise UrlError('invalid international domain name')
    last = ascii_domain.rstrip('.').rpartition('.')[2] if ascii_domain.endswith('.') else ascii_domain.rpartition('.')[2]
    if last.isdigit() or re.fullmatch(r'0[xX][0-9a-fA-F]*', last):
        return _ipv4(ascii_domain), 'ipv4'
    return ascii_domain, 'domain'


def _unquote(text):
    raw = text.encode('utf-8', 'surrogatepass')
    return re.sub(rb'%([0-9a-fA-F]{2})', lambda match: bytes([int(match[1], 16)]), raw)


def _to_ascii(domain):
    if domain.isascii():
        domain = domain.lower()
        for label in domain.split('.'):
            if label.startswith('xn--'):
                try:
                    if not label[4:] or label[4:].encode().decode('punycode').isascii():
                        raise UrlError('invalid international domain name')
                except (UnicodeError, ValueError):
                    raise UrlError('invalid international domain name')
        return domain
    domain = domain.replace('\xad', '').replace('\u200b', '').replace('\u2060', '').replace('\ufeff', '')
    domain = unicodedata.normalize('NFKC', domain).lower()
    domain = unicodedata.normalize('NFC', domain.replace('\u3002', '.').replace('\uff0e', '.').replace('\uff61', '.'))
    out = []
    for label in domain.split('.'):
        if label.isascii():
            out.append(label)
            continue
        if unicodedata.category(label[0]).startswith('M') or any(
            unicodedata.category(char) in ('Cn', 'Cs', 'Co', 'Cc') for char in label
        ):
            raise UrlError('invalid international domain name')
        out.append('xn--' + label.encode('punycode').decode())
    return '.'.join(out)


def to_unicode(domain):
    """A domain with its `xn--` labels decoded; None where one is wrong."""
    out = []
    for label in domain.split('.'):
        if label.startswith('xn--'):
            try:
                label = label[4:].encode().decode('punycode')
            except (UnicodeError, ValueError):
                return None
        out.append(label)
    return '.'.join(out)


def _ipv4(text):
    parts = text.split('.')
    if parts[-1] == '' and len(parts) > 1:
        parts.pop()
    if len(parts) > 4:
        raise UrlError('invalid IPv4 address')
    numbers = []
    for part in parts:
        try:
            if part[:2].lower() == '0x':
                numbers.append(int(part[2:] or '0', 16))
            elif len(part) > 1 and part.startswith('0'):
                numbers.append(int(part, 8))
            else:
                numbers.append(int(part))
        except ValueError:
            raise UrlError('invalid IPv4 address')
    if any(number > 255 for number in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
        raise UrlError('invalid IPv4 address')
    total = numbers[-1]
    for index, number in enumerate(numbers[:-1]):
        total += number * 256 ** (3 - index)
    return '.'.join(str(total >> shift & 255) for shift in (24, 16, 8, 0))


def _ipv6_text(address):
    pieces = [f'{int(piece, 16):x}' for piece in address.exploded.split(':')]
    best, length = None, 1
    index = 0
    while index < 8:
        end = index
        while end < 8 and pieces[end] == '0':
            end += 1
        if end - index > length:
            best, length = index, end - index
        index = max(end, index + 1)
    if best is None:
        return ':'.join(pieces)
    return ':'.join(pieces[:best]) + '::' + ':'.join(pieces[best + length :])
