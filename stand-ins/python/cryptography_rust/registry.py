"""krait: which ciphers there are in which modes, as the original has them."""

import _krait_stand_ins._pycryptodome as _native
from _krait_stand_ins.cryptography_rust.values import data

# By the package's class: the native cipher's name, the sizes of keys in bits (none: any that the class
# takes), and the modes.
_AES_MODES = "CBC OFB GCM CTR CFB8 CFB ECB"
_CIPHERS = {
    "AES": ("AES", (128, 192, 256), _AES_MODES),
    "AES128": ("AES", (128,), _AES_MODES),
    "AES256": ("AES", (256,), _AES_MODES),
    "TripleDES": ("DES3", (192,), "CBC ECB CFB8 CFB OFB"),
    "Camellia": ("Camellia", (128, 192, 256), "CBC ECB OFB CFB"),
    "SM4": ("SM4", (128,), "CBC CTR CFB OFB ECB GCM"),
    "ChaCha20": ("ChaCha20", None, "NoneType"),
    "Blowfish": ("Blowfish", None, "CBC CFB OFB ECB"),
    "CAST5": ("CAST", None, "CBC ECB OFB CFB"),
    "IDEA": ("IDEA", (128,), "CBC ECB OFB CFB"),
    "ARC4": ("ARC4", None, "NoneType"),
    "RC2": ("ARC2", (128,), "CBC"),
}
_XTS_SIZES = (256, 512)
# RC2's effective length of the key in bits.
_RC2_BITS = 128

_classes = {}


def _known(cls):
    """The row of a class of the package's own; None for any other, even one of the same name."""
    if not _classes:
        from cryptography.hazmat.decrepit.ciphers import algorithms as old
        from cryptography.hazmat.primitives.ciphers import algorithms

        for name, row in _CIPHERS.items():
            # What moved to the old ones warns in its first place.
            found = getattr(old, name, None) or getattr(algorithms, name, None)
            if found is not None:
                _classes[found] = row
    return _classes.get(cls)


def is_supported(algorithm, mode):
    """Whether there is such a cipher in a mode, whose class is given."""
    row = _known(type(algorithm))
    if row is None:
        return False
    name, sizes, modes = row
    bits = algorithm.key_size
    if mode.__name__ == "XTS":
        return type(algorithm).__name__ == "AES" and bits in _XTS_SIZES
    return mode.__name__ in modes.split() and (sizes is None or bits in sizes)


def cipher_name(algorithm):
    return _known(type(algorithm))[0]


def block_cipher(algorithm, mode):
    """A native block cipher with the algorithm's key, or None where there is none in the mode."""
    if not is_supported(algorithm, mode):
        return None
    return _native.block(cipher_name(algorithm), data(algorithm.key), _RC2_BITS, b"")
