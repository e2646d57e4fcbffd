"""krait: the functions of pycryptodome's compiled libraries, and what passes values to them.

The originals are functions of C, which the package declares and calls. Here pointers are Python's
objects: a buffer is itself, and an address where a pointer is to be written is a `VoidPointer`.
A function gives 0, or the number of an error, as the originals do.
"""

from _krait_stand_ins import pycryptodome_curves as _curves
from _krait_stand_ins.pycryptodome_ciphers import (
    _arc4, _block, _chacha20, _ctr, _expensive_blowfish, _ghash, _mode, _ocb, _salsa20, _start_ecb,
    _start_with_vector,
)
from _krait_stand_ins.pycryptodome_digests import _digest, _k12, _keccak, _poly1305
from _krait_stand_ins.pycryptodome_numbers import _cpuid, _modexp, _pkcs1_decode, _scrypt, _strxor

__all__ = [
    "SmartPointer", "VoidPointer", "backend", "c_size_t", "c_ubyte", "c_uint", "c_uint8_ptr", "c_uint8_ptr_len",
    "c_uint8_ptr_out", "c_ulong", "c_ulonglong", "create_output_buffer", "create_string_buffer", "get_c_string",
    "get_raw_buffer", "is_buffer", "is_writeable_buffer", "load_lib", "load_pycryptodome_raw_lib", "null_pointer",
]

backend = "krait"
null_pointer = None


def c_size_t(number):
    return number


c_uint = c_ulong = c_ulonglong = c_size_t


def c_ubyte(number):
    if not 0 <= number < 256:
        raise OverflowError()
    return number


def c_uint8_ptr(data):
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError("Object type %s cannot be passed to C code" % type(data))
    return data


def c_uint8_ptr_len(data):
    data = c_uint8_ptr(data)
    return data, len(data)


class c_uint8_ptr_out:
    def __init__(self, data):
        self._data = data

    def __enter__(self):
        return c_uint8_ptr(self._data)

    def __exit__(self, *error):
        pass


def create_string_buffer(init_or_size, size=None):
    if isinstance(init_or_size, bytes):
        return bytearray(init_or_size.ljust(max(len(init_or_size) + 1, size or 0), b"\0"))
    return bytearray(init_or_size)


create_output_buffer = create_string_buffer


def get_raw_buffer(buffer):
    return bytes(buffer)


def get_c_string(buffer):
    return bytes(buffer).partition(b"\0")[0]


def is_buffer(x):
    """Whether x has bytes."""
    return isinstance(x, (bytes, bytearray, memoryview))


def is_writeable_buffer(x):
    return isinstance(x, bytearray) or (isinstance(x, memoryview) and not x.readonly)


class VoidPointer:
    """A pointer, and the place where it is."""

    value = None

    def get(self):
        return self.value

    def address_of(self):
        return self


class SmartPointer:
    """What a pointer points to, until it is not used any more."""

    def __init__(self, raw_pointer, destructor):
        self._raw_pointer = raw_pointer

    def get(self):
        return self._raw_pointer

    def release(self):
        pointer, self._raw_pointer = self._raw_pointer, None
        return pointer


def load_lib(name, cdecl):
    raise OSError("Cannot load library '%s'" % name)


class _Library:
    def __init__(self, functions):
        self.__dict__.update(functions)


def load_pycryptodome_raw_lib(name, cdecl):
    make = _LIBRARIES.get(name.rpartition(".")[2])
    if make is None:
        raise OSError("Cannot load native module '%s': krait has none" % name)
    return _Library(make())


_LIBRARIES = {
    "_raw_aes": _block("AES"), "_raw_des": _block("DES"), "_raw_des3": _block("DES3"), "_raw_arc2": _block("ARC2"),
    "_raw_cast": _block("CAST"), "_raw_blowfish": _block("Blowfish"), "_raw_eksblowfish": _expensive_blowfish,
    "_raw_ecb": _mode("ECB", _start_ecb), "_raw_cbc": _mode("CBC", _start_with_vector("CBC")),
    "_raw_cfb": _mode("CFB", _start_with_vector("CFB")), "_raw_ofb": _mode("OFB", _start_with_vector("OFB")),
    "_raw_ctr": _ctr, "_raw_ocb": _ocb, "_ghash_portable": _ghash,
    "_ARC4": _arc4, "_Salsa20": _salsa20, "_chacha20": _chacha20,
    "_MD2": _digest("md2"), "_MD4": _digest("md4"), "_MD5": _digest("MD5"), "_RIPEMD160": _digest("ripemd160"),
    "_SHA1": _digest("SHA1"), "_SHA224": _digest("SHA224"), "_SHA256": _digest("SHA256"), "_SHA384": _digest("SHA384"),
    "_SHA512": _digest("SHA512"), "_BLAKE2b": _digest("blake2b"), "_BLAKE2s": _digest("blake2s"),
    "_keccak": _keccak, "_k12": _k12, "_poly1305": _poly1305,
    "_strxor": _strxor, "_cpuid_c": _cpuid, "_scrypt": _scrypt, "_modexp": _modexp, "_pkcs1_decode": _pkcs1_decode,
    "_ec_ws": lambda: _curves.weierstrass("ec_ws"), "_ec_nat": _curves.all_of_natural,
    "_ed25519": lambda: _curves.edwards("ed25519"), "_ed448": lambda: _curves.edwards("ed448"),
    "_curve25519": lambda: _curves.montgomery("curve25519"), "_curve448": lambda: _curves.montgomery("curve448"),
}
