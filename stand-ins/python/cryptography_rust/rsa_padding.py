"""krait: how RSA's messages are padded (RFC 8017, sections 7 and 9), for cryptography's stand-in."""

import hashlib
import hmac
from os import urandom

from _krait_stand_ins.cryptography_rust import der
from _krait_stand_ins.cryptography_rust.arguments import digest, digest_and_algorithm, unsupported

# The object identifiers of digests, by the names that the package has for them.
DIGESTS = {
    "md5": "1.2.840.113549.2.5", "sha1": "1.3.14.3.2.26", "sha224": "2.16.840.1.101.3.4.2.4",
    "sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2", "sha512": "2.16.840.1.101.3.4.2.3",
    "sha512-224": "2.16.840.1.101.3.4.2.5", "sha512-256": "2.16.840.1.101.3.4.2.6",
    "sha3-224": "2.16.840.1.101.3.4.2.7", "sha3-256": "2.16.840.1.101.3.4.2.8",
    "sha3-384": "2.16.840.1.101.3.4.2.9", "sha3-512": "2.16.840.1.101.3.4.2.10", "sm3": "1.2.156.10197.1.401",
}
_OF_OAEP = ("sha1", "sha224", "sha256", "sha384", "sha512")


def digested(data, algorithm):
    """The digest of data and its algorithm; the data themselves and None where nothing is to say how it was made."""
    if _is_no_digest_info(algorithm):
        return data, None
    return digest_and_algorithm(data, algorithm)


def _is_no_digest_info(algorithm):
    from cryptography.hazmat.primitives.asymmetric import utils

    return isinstance(algorithm, getattr(utils, "NoDigestInfo", ()))


def _check_padding(padding):
    from cryptography.hazmat.primitives._asymmetric import AsymmetricPadding

    if not isinstance(padding, AsymmetricPadding):
        raise TypeError("Padding must be an instance of AsymmetricPadding.")


def _check_mgf(padding):
    from cryptography.hazmat.primitives.asymmetric.padding import MGF1

    if not isinstance(padding._mgf, MGF1):
        raise unsupported("Only MGF1 is supported.", "UNSUPPORTED_MGF")


def _not_supported(padding):
    return unsupported(f"{padding.name} is not supported by this backend.", "UNSUPPORTED_PADDING")


def mask(seed, size, algorithm):
    """MGF1 (B.2.1)."""
    blocks = [digest(algorithm, seed + count.to_bytes(4)) for count in range(-(-size // algorithm.digest_size))]
    return b"".join(blocks)[:size]


def _xor(one, other):
    return (int.from_bytes(one) ^ int.from_bytes(other)).to_bytes(len(one))


def encryption_scheme(padding):
    from cryptography.hazmat.primitives.asymmetric.padding import OAEP, PKCS1v15

    _check_padding(padding)
    if isinstance(padding, PKCS1v15):
        return _Encryption
    if not isinstance(padding, OAEP):
        raise _not_supported(padding)
    _check_mgf(padding)
    if padding._mgf._algorithm.name not in _OF_OAEP or padding._algorithm.name not in _OF_OAEP:
        # Of what is no digest at all, that is said first.
        digest(padding._mgf._algorithm, b""), digest(padding._algorithm, b"")
        raise unsupported("This combination of padding and hash algorithm is not supported", "UNSUPPORTED_PADDING")
    return _Oaep(padding._mgf._algorithm, padding._algorithm, padding._label or b"")


class _Encryption:
    """PKCS #1, version 1.5 (7.2)."""

    @staticmethod
    def padded(message, size):
        count = size - len(message) - 3
        if count < 8:
            return None
        filling = b""
        while len(filling) < count:
            filling += urandom(count).replace(b"\0", b"")
        return b"\0\2" + filling[:count] + b"\0" + message

    @staticmethod
    def unpadded(padded, ciphertext, secret):
        """The message; where there is none, bytes that only this ciphertext gives, as OpenSSL does from 3.2 on."""
        end = padded.find(b"\0", 2)
        if padded[:2] == b"\0\2" and end >= 10:
            return padded[end + 1:]
        return _implicit(ciphertext, secret, len(padded))


def _implicit(ciphertext, secret, size):
    """draft-irtf-cfrg-rsa-guidance, section 7.2: what a damaged message decrypts to."""
    key = hmac.digest(hashlib.sha256(secret.to_bytes(size)).digest(), ciphertext, "sha256")

    def stream(label, bits):
        count, made = 0, b""
        while len(made) * 8 < bits:
            made += hmac.digest(key, count.to_bytes(2) + label + bits.to_bytes(2), "sha256")
            count += 1
        return made[:bits // 8]

    message, lengths = stream(b"message", size * 8), stream(b"length", 256 * 8)
    most = size - 11
    bits = (1 << most.bit_length()) - 1
    length = 0
    for each in range(0, 256, 2):
        candidate = int.from_bytes(lengths[each:each + 2]) & bits
        if candidate <= most:
            length = candidate
    return message[size - length:]


class _Oaep:
    """OAEP (7.1)."""

    def __init__(self, mask_algorithm, algorithm, label):
        self.mask_algorithm, self.algorithm = mask_algorithm, algorithm
        self.label = digest(algorithm, label)

    def padded(self, message, size):
        length = self.algorithm.digest_size
        count = size - len(message) - 2 * length - 2
        if count < 0:
            return None
        block = self.label + bytes(count) + b"\1" + message
        seed = urandom(length)
        block = _xor(block, mask(seed, len(block), self.mask_algorithm))
        return b"\0" + _xor(seed, mask(block, length, self.mask_algorithm)) + block

    def unpadded(self, padded, ciphertext, secret):
        length = self.algorithm.digest_size
        if len(padded) < 2 * length + 2:
            return None
        seed, block = padded[1:1 + length], padded[1 + length:]
        seed = _xor(seed, mask(block, length, self.mask_algorithm))
        block = _xor(block, mask(seed, len(block), self.mask_algorithm))
        end = block.find(b"\1", length)
        good = hmac.compare_digest(block[:length], self.label) & (padded[0] == 0) & (end >= 0)
        if not good or any(block[length:end]):
            return None
        return block[end + 1:]


def signature_scheme(padding, algorithm, size, signs):
    from cryptography.hazmat.primitives.asymmetric.padding import PSS, PKCS1v15
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

    _check_padding(padding)
    if isinstance(padding, PKCS1v15):
        pss = False
    elif isinstance(padding, PSS):
        pss = True
        _check_mgf(padding)
        if not isinstance(algorithm, HashAlgorithm):
            raise TypeError("Expected instance of hashes.HashAlgorithm.")
        if algorithm.digest_size + 2 > size:
            raise ValueError("Digest too large for key size. Use a larger key or different digest.")
    else:
        raise _not_supported(padding)
    if algorithm is not None and algorithm.name not in DIGESTS:
        raise unsupported(f"{algorithm.name} is not supported by this backend for RSA signing.", "UNSUPPORTED_HASH")
    if not pss:
        return _Signature(algorithm)
    return _Pss(algorithm, padding._mgf._algorithm, _salt_length(padding, algorithm, signs))


def _salt_length(padding, algorithm, signs):
    """How long the salt is: a number, "most" when signing, or "any" when verifying."""
    from cryptography.hazmat.primitives.asymmetric.padding import PSS, _Auto, _DigestLength, _MaxLength

    salt = padding._salt_length
    if isinstance(salt, _DigestLength):
        return algorithm.digest_size
    if isinstance(salt, _Auto) and signs:
        raise ValueError("PSS salt length can only be set to Auto when verifying")
    if isinstance(salt, _Auto):
        return "any"
    return "most" if isinstance(salt, _MaxLength) else salt


class _Signature:
    """PKCS #1, version 1.5 (9.2)."""

    def __init__(self, algorithm):
        self.algorithm = algorithm

    def message(self, data):
        if self.algorithm is None:
            return data
        identifier = der.sequence(der.oid(DIGESTS[self.algorithm.name]), der.null())
        return der.sequence(identifier, der.octets(data))

    def padded(self, data, bits):
        message = self.message(data)
        count = (bits + 7) // 8 - len(message) - 3
        return b"\0\1" + b"\xff" * count + b"\0" + message if count >= 8 else None

    def verifies(self, padded, data, bits):
        return padded is not None and padded == self.padded(data, bits)


class _Pss:
    """PSS (9.1)."""

    def __init__(self, algorithm, mask_algorithm, salt_length):
        self.algorithm, self.mask_algorithm, self.salt_length = algorithm, mask_algorithm, salt_length

    def padded(self, data, bits):
        size, length = (bits + 6) // 8, self.algorithm.digest_size
        most = size - length - 2
        count = most if self.salt_length == "most" else self.salt_length
        if count > most:
            return None
        salt = urandom(count)
        check = digest(self.algorithm, bytes(8) + data + salt)
        block = bytes(most - count) + b"\1" + salt
        block = bytearray(_xor(block, mask(check, len(block), self.mask_algorithm)))
        block[0] &= 0xFF >> 8 * size - bits + 1
        return bytes((bits + 7) // 8 - size) + block + check + b"\xbc"

    def verifies(self, padded, data, bits):
        size, length = (bits + 6) // 8, self.algorithm.digest_size
        if padded is None or size < length + 2 or padded[-1] != 0xBC or any(padded[:-size]):
            return False
        padded = padded[-size:]
        block, check = padded[:-length - 1], padded[-length - 1:-1]
        spare = 8 * size - bits + 1
        if block[0] >> 8 - spare:
            return False
        block = bytearray(_xor(block, mask(check, len(block), self.mask_algorithm)))
        block[0] &= 0xFF >> spare
        start = block.find(b"\1")
        if start < 0 or any(block[:start]):
            return False
        salt = bytes(block[start + 1:])
        wanted = size - length - 2 if self.salt_length == "most" else self.salt_length
        if wanted != "any" and wanted != len(salt):
            return False
        return hmac.compare_digest(digest(self.algorithm, bytes(8) + data + salt), check)


def recovered(key, signature, padding, algorithm):
    """What was signed, None where it was not."""
    from cryptography.hazmat.primitives.asymmetric.padding import PSS
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

    if _is_no_digest_info(algorithm):
        algorithm = None
    if isinstance(algorithm, Prehashed):
        raise TypeError(
            "Prehashed is only supported in the sign and verify methods. It cannot be used with "
            "recover_data_from_signature."
        )
    scheme = signature_scheme(padding, algorithm, key._size, False)
    if isinstance(padding, PSS):
        raise unsupported(f"{padding.name} is not supported for the RSA signature operation", "UNSUPPORTED_PADDING")
    padded = key._opened(signature)
    if padded is None or padded[:2] != b"\0\1":
        return None
    end = padded.find(b"\0", 2)
    if end < 10 or padded[2:end] != b"\xff" * (end - 2):
        return None
    message = padded[end + 1:]
    if algorithm is None:
        return message
    data = message[-algorithm.digest_size:]
    return data if message == scheme.message(data) else None
