"""krait: libpq's connection strings and URLs, its environment variables, and the file of passwords."""

import os
from urllib.parse import unquote_to_bytes

from .failures import OperationalError, ProgrammingError

# Each option in libpq's order, with its environment variable and its default. A `None` default means none.
OPTIONS = {
    "service": ("PGSERVICE", None), "user": ("PGUSER", None), "password": ("PGPASSWORD", None),
    "passfile": ("PGPASSFILE", None), "channel_binding": ("PGCHANNELBINDING", "prefer"),
    "connect_timeout": ("PGCONNECT_TIMEOUT", None), "dbname": ("PGDATABASE", None), "host": ("PGHOST", None),
    "hostaddr": ("PGHOSTADDR", None), "port": ("PGPORT", "5432"), "client_encoding": ("PGCLIENTENCODING", None),
    "options": ("PGOPTIONS", ""), "application_name": ("PGAPPNAME", None), "fallback_application_name": (None, None),
    "keepalives": (None, None), "keepalives_idle": (None, None), "keepalives_interval": (None, None),
    "keepalives_count": (None, None), "tcp_user_timeout": (None, None), "sslmode": ("PGSSLMODE", "prefer"),
    "sslnegotiation": ("PGSSLNEGOTIATION", "postgres"), "sslcompression": ("PGSSLCOMPRESSION", "0"),
    "sslcert": ("PGSSLCERT", None), "sslkey": ("PGSSLKEY", None), "sslcertmode": ("PGSSLCERTMODE", "allow"),
    "sslpassword": (None, None), "sslrootcert": ("PGSSLROOTCERT", None), "sslcrl": ("PGSSLCRL", None),
    "sslcrldir": ("PGSSLCRLDIR", None), "sslsni": ("PGSSLSNI", "1"), "requirepeer": ("PGREQUIREPEER", None),
    "require_auth": ("PGREQUIREAUTH", None), "ssl_min_protocol_version": ("PGSSLMINPROTOCOLVERSION", "TLSv1.2"),
    "ssl_max_protocol_version": ("PGSSLMAXPROTOCOLVERSION", None), "gssencmode": ("PGGSSENCMODE", "prefer"),
    "krbsrvname": ("PGKRBSRVNAME", "postgres"), "gsslib": ("PGGSSLIB", None), "gssdelegation": ("PGGSSDELEGATION", "0"),
    "replication": (None, None), "target_session_attrs": ("PGTARGETSESSIONATTRS", "any"),
    "load_balance_hosts": ("PGLOADBALANCEHOSTS", "disable"),
}
_SOCKETS = "/var/run/postgresql"
_CHOICES = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "channel_binding": ("disable", "prefer", "require"),
    "target_session_attrs": ("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
    "sslnegotiation": ("postgres", "direct"),
    "gssencmode": ("disable", "prefer", "require"),
    "load_balance_hosts": ("disable", "random"),
    "sslcertmode": ("disable", "allow", "require"),
}
_VERSIONS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_SPACE = " \t\n\r\v\f"


def parse(text):
    """The options that a connection string names. A `ValueError` has libpq's words."""
    if text.startswith(("postgresql://", "postgres://")):
        return _parse_url(text)
    found, at, end = {}, 0, len(text)
    while True:
        while at < end and text[at] in _SPACE:
            at += 1
        if at >= end:
            return found
        start = at
        while at < end and text[at] != "=" and text[at] not in _SPACE:
            at += 1
        name = text[start:at]
        while at < end and text[at] in _SPACE:
            at += 1
        if at >= end or text[at] != "=":
            raise ValueError(f'missing "=" after "{name}" in connection info string')
        at += 1
        while at < end and text[at] in _SPACE:
            at += 1
        value, quoted = [], at < end and text[at] == "'"
        at += quoted
        while True:
            if at >= end:
                if quoted:
                    raise ValueError("unterminated quoted string in connection info string")
                break
            letter = text[at]
            if quoted and letter == "'":
                at += 1
                break
            if not quoted and letter in _SPACE:
                break
            if letter == "\\":
                at += 1
                if at >= end:
                    continue
                letter = text[at]
            value.append(letter)
            at += 1
        if name not in OPTIONS:
            raise ValueError(f'invalid connection option "{name}"')
        found[name] = "".join(value)


def _decoded(text):
    for at, letter in enumerate(text):
        if letter == "%":
            digits = text[at + 1:at + 3]
            if len(digits) < 2 or any(each not in "0123456789abcdefABCDEF" for each in digits):
                raise ValueError(f'invalid percent-encoded token: "{text}"')
            if digits == "00":
                raise ValueError(f'forbidden value %00 in percent-encoded value: "{text}"')
    return unquote_to_bytes(text).decode(errors="surrogateescape")


def _parse_url(url):
    found = {}
    rest = url[url.index("://") + 3:]
    head = rest.split("/")[0].split("?")[0]
    if "@" in head:
        user, _, password = head.partition("@")[0].partition(":")
        rest = rest[head.index("@") + 1:]
        if user:
            found["user"] = _decoded(user)
        if password:
            found["password"] = _decoded(password)
    hosts, ports = [], []
    while True:
        host = port = ""
        if rest[:1] == "[":
            host, closed, tail = rest[1:].partition("]")
            if not closed:
                raise ValueError(
                    f'end of string reached when looking for matching "]" in IPv6 host address in URI: "{url}"'
                )
            if not host:
                raise ValueError(f'IPv6 host address may not be empty in URI: "{url}"')
            if tail and tail[0] not in ":/?,":
                raise ValueError(
                    f'unexpected character "{tail[0]}" at position {len(url) - len(tail) + 1} in URI (expected ":" or '
                    f'"/"): "{url}"'
                )
            rest = tail
        else:
            at = 0
            while at < len(rest) and rest[at] not in ":/?,":
                at += 1
            host, rest = rest[:at], rest[at:]
        if rest[:1] == ":":
            at = 1
            while at < len(rest) and rest[at] not in "/?,":
                at += 1
            port, rest = rest[1:at], rest[at:]
        hosts.append(host)
        ports.append(port)
        if rest[:1] != ",":
            break
        rest = rest[1:]
    database, query = "", None
    if rest[:1] == "/":
        database, mark, query = rest[1:].partition("?")
        query = query if mark else None
    elif rest[:1] == "?":
        query = rest[1:]
    if database:
        found["dbname"] = _decoded(database)
    if any(hosts):
        found["host"] = _decoded(",".join(hosts))
    if any(ports):
        found["port"] = _decoded(",".join(ports))
    for each in query.split("&") if query else ():
        name, equals, value = each.partition("=")
        if not equals:
            raise ValueError(f'missing key/value separator "=" in URI query parameter: "{name}"')
        if "=" in value:
            raise ValueError(f'extra key/value separator "=" in URI query parameter: "{name}"')
        name, value = _decoded(name), _decoded(value)
        if name == "ssl" and value == "true":
            name, value = "sslmode", "require"
        if name not in OPTIONS:
            raise ValueError(f'invalid URI query parameter: "{name}"')
        found[name] = value
    return {name: found[name] for name in OPTIONS if name in found}


def parse_dsn(dsn):
    """The options of a connection string, by their names."""
    try:
        found = parse(dsn)
    except ValueError as error:
        raise ProgrammingError(f"invalid dsn: {error}\n")
    return {name: found[name] for name in OPTIONS if name in found}


def _user_name():
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise OperationalError(f"could not look up local user ID {os.geteuid()}: no such user\n")


def _home(name):
    return os.path.join(os.path.expanduser("~"), ".postgresql", name)


def _service(name):
    """The options of a service's section in the file of services."""
    own = os.environ.get("PGSERVICEFILE") or os.path.expanduser("~/.pg_service.conf")
    for file in (own, os.path.join(os.environ.get("PGSYSCONFDIR", "/etc/postgresql-common"), "pg_service.conf")):
        try:
            lines = open(file, encoding="utf-8").read().splitlines()
        except OSError:
            continue
        section, found = None, {}
        for line in lines:
            line = line.strip()
            if line.startswith("["):
                section = line[1:-1]
            elif section == name and line and line[0] != "#":
                key, _, value = line.partition("=")
                found[key] = value
        if found:
            return found
    raise OperationalError(f'definition of service "{name}" not found\n')


def complete(found):
    """All options of a connection: those given, then the service's, the environment's, and the defaults."""
    options = dict(found)
    service = options.get("service") or os.environ.get("PGSERVICE")
    if service:
        options = _service(service) | options
    for name, (variable, default) in OPTIONS.items():
        if name not in options:
            value = os.environ.get(variable) if variable else None
            options[name] = default if value is None else value
    if options["sslrootcert"] == "system" and "sslmode" not in found and "PGSSLMODE" not in os.environ:
        options["sslmode"] = "verify-full"
    options["user"] = options["user"] or _user_name()
    options["dbname"] = options["dbname"] or options["user"]
    for name, choices in _CHOICES.items():
        if options[name] not in choices:
            raise OperationalError(f'invalid {name} value: "{options[name]}"\n')
    least, most = options["ssl_min_protocol_version"], options["ssl_max_protocol_version"]
    for name, value in (("min", least), ("max", most)):
        if value and value not in _VERSIONS:
            raise OperationalError(f'invalid "ssl_{name}_protocol_version" value: "{value}"\n')
    if least and most and least > most:
        raise OperationalError("invalid SSL protocol version range\n")
    return options


def number(options, name, default=0):
    """An option that is a whole number."""
    value = options.get(name)
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise OperationalError(f'invalid integer value "{value}" for connection option "{name}"\n')


def places(options):
    """The hosts to try, each as its name, address and port. A host that begins with a slash is a socket's folder."""
    addresses = options["hostaddr"].split(",") if options["hostaddr"] else []
    hosts = options["host"].split(",") if options["host"] else []
    if addresses and hosts and len(hosts) != len(addresses):
        raise OperationalError(f"could not match {len(hosts)} host names to {len(addresses)} hostaddr values\n")
    count = max(len(hosts), len(addresses), 1)
    hosts = hosts or [""] * count
    ports = options["port"].split(",") if options["port"] else ["5432"]
    if len(ports) not in (1, count):
        raise OperationalError(f"could not match {len(ports)} port numbers to {count} hosts\n")
    found = []
    for at in range(count):
        address = addresses[at] if addresses else ""
        port = number({"port": ports[at if len(ports) > 1 else 0]}, "port", 5432)
        if not 1 <= port <= 65535:
            raise OperationalError(f'invalid port number: "{port}"\n')
        found.append((hosts[at] or ("" if address else _SOCKETS), address, port))
    if options["load_balance_hosts"] == "random":
        import random

        random.shuffle(found)
    return found


def password_of(options, host, port):
    """The password from the options, or from the file of passwords; and the file that it is from."""
    if options["password"]:
        return options["password"], None
    file = options["passfile"] or os.path.expanduser("~/.pgpass")
    try:
        if not os.path.isfile(file):
            return None, None
        if os.stat(file).st_mode & 0o077:
            import sys

            print(
                f'WARNING: password file "{file}" has group or world access; permissions should be u=rw (0600) or less',
                file=sys.stderr,
            )
            return None, None
        lines = open(file, encoding="utf-8").read().splitlines()
    except OSError:
        return None, None
    wanted = ["localhost" if host in ("", _SOCKETS) else host, str(port), options["dbname"], options["user"]]
    for line in lines:
        if line.startswith("#"):
            continue
        fields, kept = [""], iter(line)
        for letter in kept:
            if letter == "\\":
                fields[-1] += next(kept, "")
            elif letter == ":" and len(fields) < 5:
                fields.append("")
            else:
                fields[-1] += letter
        if len(fields) == 5 and all(one in ("*", other) for one, other in zip(fields, wanted)):
            return fields[4], file
    return None, None


def tls_context(options):
    """The context of TLS by a connection's options. An `OSError` or a `ValueError` has libpq's words."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    for name, attribute in (("min", "minimum_version"), ("max", "maximum_version")):
        version = options[f"ssl_{name}_protocol_version"]
        if version:
            setattr(context, attribute, getattr(ssl.TLSVersion, version.replace(".", "_")))
    mode, file = options["sslmode"], options["sslrootcert"] or _home("root.crt")
    if file == "system":
        context.load_default_certs()
        context.verify_mode = ssl.CERT_REQUIRED
    elif os.path.exists(file):
        try:
            context.load_verify_locations(file)
        except ssl.SSLError:
            raise ValueError(f'could not read root certificate file "{file}": no certificate or crl found')
        except OSError as error:
            raise ValueError(f'could not read root certificate file "{file}": {error.strerror}')
        context.verify_mode = ssl.CERT_REQUIRED
    elif mode.startswith("verify"):
        raise ValueError(
            f'root certificate file "{file}" does not exist\nEither provide the file, use the system\'s trusted roots '
            "with sslrootcert=system, or change sslmode to disable server certificate verification."
        )
    if options["sslcrl"]:
        context.load_verify_locations(options["sslcrl"])
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    certificate, key = options["sslcert"] or _home("postgresql.crt"), options["sslkey"] or _home("postgresql.key")
    if options["sslcertmode"] != "disable" and os.path.exists(certificate):
        if not os.path.exists(key):
            raise ValueError(f'certificate present, but not private key file "{key}"')
        context.load_cert_chain(certificate, key, options["sslpassword"])
    elif options["sslcert"] and options["sslcertmode"] == "require":
        raise ValueError(f'could not open certificate file "{certificate}": No such file or directory')
    return context


def check_name(peer, host):
    """The names of a certificate must have the host's. A `ValueError` has libpq's words."""
    import ipaddress

    names = [value for kind, value in peer.get("subjectAltName", ()) if kind in ("DNS", "IP Address")]
    common = [value for part in peer.get("subject", ()) for name, value in part if name == "commonName"]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        address = None
    wanted = host.lower().rstrip(".")
    for name in names if names else common:
        if address is not None:
            try:
                if ipaddress.ip_address(name.strip()) == address:
                    return
            except ValueError:
                if name == host:
                    return
            continue
        name = name.lower()
        if name == wanted or name.startswith("*.") and wanted.partition(".")[2] == name[2:] and "." in wanted:
            return
    shown = names or common
    if not shown:
        raise ValueError("could not get server's host name from server certificate")
    if len(common) + len(names) > 1:
        more = len(common) + len(names) - 1
        others = f" (and {more} other name{'s' if more > 1 else ''})"
    else:
        others = ""
    raise ValueError(f'server certificate for "{shown[0]}"{others} does not match host name "{host}"')
