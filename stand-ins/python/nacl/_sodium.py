"""krait: PyNaCl's compiled module: libsodium's functions for signatures by Ed25519, exchanges by X25519, digests and
random bytes. The others raise PyNaCl's `UnavailableError`, as they do where libsodium was built without them.
"""

import hashlib
import hmac
import os

from _krait_stand_ins.cryptography_rust import edwards, montgomery

# What functions give that take nothing, by the names that they begin with.
_SIZES = {
    "crypto_aead_aegis128l": "abytes=32 keybytes=16 messagebytes_max=2305843009213693951 npubbytes=16 nsecbytes=0",
    "crypto_aead_aegis256": "abytes=32 keybytes=32 messagebytes_max=2305843009213693951 npubbytes=32 nsecbytes=0",
    "crypto_aead_aes256gcm": (
        "abytes=16 is_available=0 keybytes=32 messagebytes_max=68719476704 npubbytes=12 nsecbytes=0"
    ),
    "crypto_aead_chacha20poly1305_ietf": (
        "abytes=16 keybytes=32 messagebytes_max=274877906880 npubbytes=12 nsecbytes=0"
    ),
    "crypto_aead_chacha20poly1305": (
        "abytes=16 keybytes=32 messagebytes_max=18446744073709551599 npubbytes=8 nsecbytes=0"
    ),
    "crypto_aead_xchacha20poly1305_ietf": (
        "abytes=16 keybytes=32 messagebytes_max=18446744073709551599 npubbytes=24 nsecbytes=0"
    ),
    "crypto_box": (
        "beforenmbytes=32 boxzerobytes=16 macbytes=16 noncebytes=24 publickeybytes=32 sealbytes=48 "
        "secretkeybytes=32 seedbytes=32 zerobytes=32"
    ),
    "crypto_core_ed25519": "bytes=32 nonreducedscalarbytes=64 scalarbytes=32",
    "crypto_generichash_blake2b": (
        "bytes=32 bytes_max=64 bytes_min=16 keybytes=32 keybytes_max=64 keybytes_min=16 personalbytes=16 "
        "saltbytes=16"
    ),
    "crypto_generichash": "statebytes=384",
    "crypto_hash": "sha256_bytes=32 sha512_bytes=64",
    "crypto_kx": "publickeybytes=32 secretkeybytes=32 seedbytes=32 sessionkeybytes=32",
    "crypto_pwhash_argon2id": (
        "memlimit_interactive=67108864 memlimit_max=4398046510080 memlimit_min=8192 "
        "memlimit_moderate=268435456 memlimit_sensitive=1073741824 opslimit_interactive=2 "
        "opslimit_max=4294967295 opslimit_min=1 opslimit_moderate=3 opslimit_sensitive=4"
    ),
    "crypto_pwhash_argon2i": (
        "memlimit_interactive=33554432 memlimit_max=4398046510080 memlimit_min=8192 "
        "memlimit_moderate=134217728 memlimit_sensitive=536870912 opslimit_interactive=4 "
        "opslimit_max=4294967295 opslimit_min=3 opslimit_moderate=6 opslimit_sensitive=8"
    ),
    "crypto_pwhash_scryptsalsa208sha256": (
        "bytes_max=137438953440 bytes_min=16 memlimit_interactive=16777216 memlimit_max=68719476736 "
        "memlimit_min=16777216 memlimit_sensitive=1073741824 opslimit_interactive=524288 "
        "opslimit_max=4294967295 opslimit_min=32768 opslimit_sensitive=33554432 "
        "passwd_max=18446744073709551615 passwd_min=0 saltbytes=32 strbytes=102"
    ),
    "crypto_pwhash": (
        "alg_argon2i13=1 alg_argon2id13=2 alg_default=2 bytes_max=4294967295 bytes_min=16 "
        "passwd_max=4294967295 passwd_min=0 saltbytes=16 strbytes=128"
    ),
    "crypto_scalarmult_ed25519": "bytes=32 scalarbytes=32",
    "crypto_scalarmult": "bytes=32 scalarbytes=32",
    "crypto_secretbox": (
        "boxzerobytes=16 keybytes=32 macbytes=16 messagebytes_max=18446744073709551599 noncebytes=24 "
        "zerobytes=32"
    ),
    "crypto_secretstream_xchacha20poly1305": (
        "abytes=17 headerbytes=24 keybytes=32 messagebytes_max=274877906816 statebytes=52 tag_final=3 "
        "tag_message=0 tag_push=1 tag_rekey=2"
    ),
    "crypto_shorthash_siphash24": "bytes=8 keybytes=16",
    "crypto_shorthash_siphashx24": "bytes=16 keybytes=16",
    "crypto_sign": "bytes=64 ed25519ph_statebytes=208 publickeybytes=32 secretkeybytes=64",
    "randombytes": "seedbytes=32",
}

# What hashes of passwords begin with.
_PREFIXES = {"argon2i": b"$argon2i$", "argon2id": b"$argon2id$", "scryptsalsa208sha256": b"$7$"}


class _Pointer:
    """Memory that a function writes to: bytes, or one number."""

    def __init__(self, kind, size):
        self.content = bytearray(size) if "char" in kind else [0] * size

    def __len__(self):
        return len(self.content)

    def __getitem__(self, place):
        return self.content[place]

    def __setitem__(self, place, value):
        self.content[place] = value


class _Ffi:
    """What PyNaCl asks of cffi."""

    NULL = None

    def __init__(self):
        self._once = set()

    def new(self, kind, size=1):
        # A pointer to one value has its first value in place of a size.
        return _Pointer(kind, size if "[" in kind else 1)

    def buffer(self, pointer, size):
        return bytes(pointer.content[:size])

    def cast(self, kind, value):
        return value

    def string(self, text, size=-1):
        return text[:size] if size >= 0 else text

    def memmove(self, target, source, count):
        target.content[:count] = source[:count]

    def init_once(self, function, name):
        if name not in self._once:
            function()
            self._once.add(name)


def _bytes(value):
    return bytes(value.content if isinstance(value, _Pointer) else value)


class _Lib:
    """The library's functions; 0 is a success."""

    PYNACL_HAS_CRYPTO_CORE_ED25519 = PYNACL_HAS_CRYPTO_SCALARMULT_ED25519 = 0
    PYNACL_HAS_CRYPTO_SHORTHASH_SIPHASHX24 = PYNACL_HAS_CRYPTO_PWHASH_SCRYPTSALSA208SHA256 = 0

    def __init__(self):
        for prefix, row in _SIZES.items():
            for word in row.split():
                name, _, value = word.partition("=")
                setattr(self, f"{prefix}_{name}", lambda value=int(value): value)
        for prefix, text in _PREFIXES.items():
            setattr(self, f"crypto_pwhash_{prefix}_strprefix", lambda text=text: text)
        self._scheme = edwards.ed25519()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)

        def unavailable(*arguments):
            from nacl.exceptions import UnavailableError

            raise UnavailableError(f"krait has nothing in place of libsodium's {name}")

        return unavailable

    def sodium_init(self):
        return 0

    def sodium_memcmp(self, one, other, size):
        return 0 if hmac.compare_digest(_bytes(one)[:size], _bytes(other)[:size]) else -1

    def randombytes(self, target, size):
        target[:size] = os.urandom(size)

    def crypto_hash_sha256(self, target, message, size):
        target[:32] = hashlib.sha256(message[:size]).digest()
        return 0

    def crypto_hash_sha512(self, target, message, size):
        target[:64] = hashlib.sha512(message[:size]).digest()
        return 0

    def crypto_generichash_blake2b_salt_personal(self, target, size, message, length, key, key_size, salt, person):
        state = hashlib.blake2b(
            message[:length], digest_size=size, key=_bytes(key)[:key_size], salt=_bytes(salt), person=_bytes(person)
        )
        target[:size] = state.digest()
        return 0

    def crypto_sign_keypair(self, public, secret):
        return self.crypto_sign_seed_keypair(public, secret, os.urandom(32))

    def crypto_sign_seed_keypair(self, public, secret, seed):
        seed = _bytes(seed)
        public[:32] = self._scheme.public(seed)
        secret[:64] = seed + bytes(public.content[:32])
        return 0

    def crypto_sign(self, target, length, message, size, secret):
        message, secret = _bytes(message)[:size], _bytes(secret)
        signed = self._scheme.sign(secret[:32], secret[32:64], message) + message
        target[:len(signed)] = signed
        length[0] = len(signed)
        return 0

    def crypto_sign_open(self, target, length, signed, size, public):
        signed = _bytes(signed)[:size]
        if not self._scheme.verifies(_bytes(public), signed[:64], signed[64:]):
            return -1
        target[:size - 64] = signed[64:]
        length[0] = size - 64
        return 0

    def crypto_sign_ed25519_pk_to_curve25519(self, target, public):
        """x of the point on the other curve: (1 + y) / (1 - y) (RFC 7748, section 4.1)."""
        p = self._scheme.curve.p
        point = self._scheme.curve.decoded(_bytes(public))
        if point is None or (1 - point[1]) % p == 0:
            return -1
        target[:32] = ((1 + point[1]) * pow(1 - point[1], -1, p) % p).to_bytes(32, "little")
        return 0

    def crypto_sign_ed25519_sk_to_curve25519(self, target, secret):
        scalar, _ = self._scheme.expanded(_bytes(secret)[:32])
        target[:32] = scalar.to_bytes(32, "little")
        return 0

    def crypto_scalarmult_base(self, target, secret):
        return self.crypto_scalarmult(target, secret, b"\x09" + bytes(31))

    def crypto_scalarmult(self, target, secret, point):
        product = montgomery.multiple_x25519(_bytes(secret), _bytes(point))
        target[:32] = product
        return 0 if any(product) else -1

    def crypto_box_keypair(self, public, secret):
        secret[:32] = os.urandom(32)
        return self.crypto_scalarmult_base(public, secret)

    def crypto_box_seed_keypair(self, public, secret, seed):
        secret[:32] = hashlib.sha512(_bytes(seed)).digest()[:32]
        return self.crypto_scalarmult_base(public, secret)


ffi, lib = _Ffi(), _Lib()
