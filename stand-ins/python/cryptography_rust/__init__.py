"""krait: the parts of cryptography's compiled half, by a table; each is imported when it is asked for.

A part is a file here. It has `__all__`, and everything in that becomes the contents of the original's
submodule. A submodule without a line is there, too, so that the package's modules can be imported; what
it has refuses to be used.
"""

import types

from _krait_stand_ins import installed_version

_ROOT = "cryptography.hazmat.bindings._rust"

# The versions of the package whose Python half is known to fit, by their first numbers.
OLDEST, NEWEST = 44, 50
TRIED = "50.0.2"

# One line for each submodule, and the file that has it; None where krait has nothing for it.
SUBMODULES = {
    "_openssl": "library",
    "asn1": "asn1",
    "cobblestone": None,
    "declarative_asn1": None,
    "exceptions": "reasons",
    "ocsp": "ocsp",
    "openssl": "openssl",
    "openssl.aead": "aead",
    "openssl.ciphers": "ciphers",
    "openssl.cmac": "cmac",
    "openssl.dh": "dh",
    "openssl.dsa": "dsa",
    "openssl.ec": "ec",
    "openssl.ed25519": "ed25519",
    "openssl.ed448": "ed448",
    "openssl.hashes": "hashes",
    "openssl.hmac": "hmac",
    "openssl.hpke": None,
    "openssl.kdf": "kdf",
    "openssl.keys": "keys",
    "openssl.keywrap": "keywrap",
    "openssl.mldsa": None,
    "openssl.mlkem": None,
    "openssl.poly1305": "poly1305",
    "openssl.rsa": "rsa",
    "openssl.x25519": "x25519",
    "openssl.x448": "x448",
    "pkcs12": "pkcs12",
    "pkcs7": "pkcs7",
    "test_support": "test_support",
    "x509": "x509",
}

# Names of the module itself, and the file that has them.
NAMES = {
    "ANSIX923PaddingContext": "block_padding",
    "ANSIX923UnpaddingContext": "block_padding",
    "Encoding": "formats",
    "ObjectIdentifier": "oid",
    "PKCS7PaddingContext": "block_padding",
    "PKCS7UnpaddingContext": "block_padding",
    "ParameterFormat": "formats",
    "PrivateFormat": "formats",
    "PublicFormat": "formats",
    "check_ansix923_padding": "block_padding",
}

version = TRIED
_made = {}


def check_version(file):
    """Whether the installed package fits, whose extension is the file.

    Raises an ImportError that says which version does.
    """
    global version
    version = installed_version("cryptography", file) or TRIED
    first = version.partition(".")[0]
    if not (first.isdigit() and OLDEST <= int(first) <= NEWEST):
        fits = f"{OLDEST}" if OLDEST == NEWEST else f"{OLDEST} to {NEWEST}"
        raise ImportError(
            f"krait has its own compiled part of cryptography {fits}, not of {version}; "
            f"krait install cryptography=={TRIED}"
        )


def part(file):
    """A file of this package, imported."""
    from importlib import import_module

    return import_module(f"{__name__}.{file}")


def names_of_root():
    return [*NAMES, *(name for name in SUBMODULES if "." not in name)]


def of_root(name):
    """What `_rust` has under a name."""
    if name in NAMES:
        return getattr(part(NAMES[name]), name)
    if name in SUBMODULES and "." not in name:
        return submodule(name)
    raise AttributeError(f"module '{_ROOT}' has no attribute '{name}'")


def submodule(name):
    """The submodule by its name below `_rust`, such as `openssl.hashes`."""
    if name in _made:
        return _made[name]
    full = f"{_ROOT}.{name}"
    module = _made[name] = types.ModuleType(name if name == "_openssl" else full.removeprefix(f"{_ROOT}."))
    file = SUBMODULES[name]
    if file is None:
        module.__getattr__ = _absent(name, module)
        return module
    source = part(file)
    for each in source.__all__:
        value = getattr(source, each)
        if isinstance(value, type) and value.__module__ == source.__name__:
            value.__module__ = full
        setattr(module, each, value)
    if name == "openssl":
        module.__getattr__ = _within(name, module)
    return module


def _within(name, module):
    def within(attribute):
        if f"{name}.{attribute}" not in SUBMODULES:
            raise AttributeError(f"module '{module.__name__}' has no attribute '{attribute}'")
        value = submodule(f"{name}.{attribute}")
        setattr(module, attribute, value)
        return value

    return within


class _Absent(type):
    """The class of what krait has nothing for: such a class refuses instances, and has any member."""

    def __getattr__(cls, name):
        if name.startswith("_"):
            raise AttributeError(f"type object '{cls.__name__}' has no attribute '{name}'")
        return _Absent(name, (), {"__module__": f"{cls.__module__}.{cls.__name__}"})

    def __call__(cls, *arguments, **named):
        from cryptography.exceptions import UnsupportedAlgorithm

        name = f"{cls.__module__}.{cls.__name__}".removeprefix(f"{_ROOT}.")
        raise UnsupportedAlgorithm(f"krait's part of cryptography has no {name}")


def _absent(name, module):
    def absent(attribute):
        if attribute.startswith("__"):
            raise AttributeError(f"module '{module.__name__}' has no attribute '{attribute}'")
        value = _Absent(attribute, (), {"__module__": f"{_ROOT}.{name}"})
        setattr(module, attribute, value)
        return value

    return absent
