"""krait: names of hosts and mailboxes as constraints (RFC 5280, section 4.2.1.10), for cryptography's stand-in."""

import ipaddress
import string

_LABEL = frozenset(string.ascii_letters + string.digits + "-")
_ATOM = frozenset(string.ascii_letters + string.digits + "!#$%&'*+-/=?^_`{|}~")


def is_host(name):
    """Whether text is the name of a host: labels of letters, digits and hyphens."""
    return 0 < len(name) <= 253 and all(
        0 < len(label) <= 63 and label[0] != "-" != label[-1] and _LABEL.issuperset(label) for label in name.split(".")
    )


def is_pattern(name):
    return is_host(name.removeprefix("*."))


def pattern_matches(pattern, name):
    """Whether a certificate's name, which may begin with a wildcard, is this host's."""
    if not is_pattern(pattern):
        return False
    if pattern.startswith("*."):
        _, dot, name = name.partition(".")
        return bool(dot) and is_host(name) and pattern[2:].lower() == name.lower()
    return pattern.lower() == name.lower()


def _contains(constraint, name):
    constraint, name = constraint.lower(), name.lower()
    return name == constraint or name.endswith(f".{constraint}")


def _mailbox(text):
    """The local part and the domain of a mailbox, None where it is none."""
    local, at, domain = text.partition("@")
    if not at or not is_host(domain):
        return None
    if not all(part and _ATOM.issuperset(part) for part in local.split(".")):
        return None
    return local, domain.lower()


class Malformed(Exception):
    """A constraint or a name that cannot be compared."""


def applies(constraint, name, excludes):
    """Whether a constraint is fulfilled by a name of its kind; None where the kinds differ."""
    from cryptography import x509

    if type(constraint) is not type(name):
        return None
    one, other = constraint.value, name.value
    if isinstance(name, x509.DNSName):
        if not is_pattern(other):
            raise Malformed(f"unsatisfiable DNS name constraint: malformed SAN {other}")
        if not is_host(one):
            raise Malformed(f"malformed DNS name constraint: {one}")
        if _contains(one, other.removeprefix("*.")):
            return True
        return excludes and other.startswith("*.") and pattern_matches(other, one)
    if isinstance(name, x509.IPAddress):
        if isinstance(other, ipaddress._BaseNetwork):
            raise Malformed(f"unsatisfiable IP name constraint: malformed SAN {list(name._packed())}")
        if not isinstance(one, ipaddress._BaseNetwork):
            raise Malformed(f"malformed IP name constraints: {list(constraint._packed())}")
        return other.version == one.version and other in one
    if isinstance(name, x509.RFC822Name):
        mailbox = _mailbox(other)
        if mailbox is None:
            raise Malformed(f'unsatisfiable RFC822 name constraint: malformed SAN "{other}"')
        return _mailbox_matches(one, mailbox)
    raise Malformed("unsupported name constraint")


def _mailbox_matches(constraint, mailbox):
    local, domain = mailbox
    if constraint.startswith(".") and is_host(constraint[1:]):
        return domain.endswith(constraint.lower())
    exact = _mailbox(constraint)
    if exact:
        return exact == (local, domain)
    if is_host(constraint):
        return constraint.lower() == domain
    raise Malformed(f'malformed RFC822 name constraints: "{constraint}"')
