"""krait: cryptography's compiled half, `_rust`, on krait's own ciphers and digests.

It has the names of one version's `.pyi` files; the parts are in the package `cryptography_rust`
beside, and are imported when they are asked for (see its table).
"""

from _krait_stand_ins import cryptography_rust as _parts

_parts.check_version(__file__)


def __getattr__(name):
    value = _parts.of_root(name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *_parts.names_of_root()})
