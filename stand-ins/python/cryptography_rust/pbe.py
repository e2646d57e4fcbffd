"""krait: encryption of keys by a password, for cryptography's stand-in: PBES2 and PBES1 (RFC 8018), PKCS #12's own
(RFC 7292, appendix B), and OpenSSL's headers in PEM.
"""

import hashlib
import hmac
from os import urandom

from _krait_stand_ins.cryptography_rust import der, pem
from _krait_stand_ins.cryptography_rust.serialize import algorithm

PBES2, PBKDF2, SCRYPT = "1.2.840.113549.1.5.13", "1.2.840.113549.1.5.12", "1.3.6.1.4.1.11591.4.11"
SHA_AND_3DES = "1.2.840.113549.1.12.1.3"
AES256_CBC = "2.16.840.1.101.3.4.1.42"
# Of a cipher: what it is called here, and the bytes of its key.
_CIPHERS = {
    "1.2.840.113549.3.7": ("3DES", 24), "2.16.840.1.101.3.4.1.2": ("AES", 16), "2.16.840.1.101.3.4.1.22": ("AES", 24),
    AES256_CBC: ("AES", 32), "1.2.840.113549.3.2": ("RC2", 16),
}
_PRFS = {
    "1.2.840.113549.2.7": "sha1", "1.2.840.113549.2.8": "sha224", "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.10": "sha384", "1.2.840.113549.2.11": "sha512",
}
_HMAC_SHA256 = "1.2.840.113549.2.9"
_OF_PKCS12 = {
    SHA_AND_3DES: ("3DES", 24, 8), "1.2.840.113549.1.12.1.6": ("RC2", 5, 8), "1.2.840.113549.1.12.1.1": ("RC4", 16, 0),
}
_MD5_AND_DES = "1.2.840.113549.1.5.3"
ROUNDS = 2048


def incorrect():
    return ValueError("Incorrect password, could not decrypt key")


def _unknown(oid):
    return ValueError(f"Unknown key encryption algorithm: {oid}")


def _cipher(name, key, iv):
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    if name == "AES":
        return Cipher(algorithms.AES(key), modes.CBC(iv))
    from cryptography.hazmat.decrepit.ciphers import algorithms as old

    if name == "RC4":
        return Cipher(old.ARC4(key), None)
    if name == "DES":
        # Three times with the same key is once.
        return Cipher(old.TripleDES(key), modes.CBC(iv))
    kind = {"3DES": old.TripleDES, "RC2": old.RC2}[name]
    return Cipher(kind(key), modes.CBC(iv))


def decrypt(name, key, iv, data):
    """The data less their padding; a ValueError where that is wrong."""
    if name != "RC4" and (not data or len(data) % len(iv)):
        raise incorrect()
    if name == "RC2" and len(key) == 5:
        plain = _rc2_of_40_bits(key, iv, data)
    else:
        decryptor = _cipher(name, key, iv).decryptor()
        plain = decryptor.update(data) + decryptor.finalize()
    if name == "RC4":
        return plain
    count = plain[-1]
    if not 1 <= count <= len(iv) or plain[-count:] != bytes([count]) * count:
        raise incorrect()
    return plain[:-count]


def _rc2_of_40_bits(key, iv, data):
    """CBC by hand: the package has no such short keys."""
    import _krait_stand_ins._pycryptodome as native

    plain = native.block("ARC2", key, 40, b"").decrypt(data)
    before = iv + data[:-8]
    return (int.from_bytes(plain) ^ int.from_bytes(before)).to_bytes(len(plain))


def encrypt(name, key, iv, data):
    count = len(iv) - len(data) % len(iv)
    encryptor = _cipher(name, key, iv).encryptor()
    return encryptor.update(data + bytes([count]) * count) + encryptor.finalize()


def pkcs12_key(password, salt, purpose, rounds, size, name="sha1"):
    """RFC 7292, appendix B.2, of a password or None: a key (1), an initial value (2) or a MAC's key (3) of a size."""
    block = hashlib.new(name).block_size

    def filled(data):
        count = -(-len(data) // block) * block
        return (data * (count // len(data) + 1))[:count] if data else b""

    text = b"" if password is None else password.encode("utf-16-be") + b"\0\0"
    state = filled(salt) + filled(text)
    made = b""
    while len(made) < size:
        part = hashlib.new(name, bytes([purpose]) * block + state).digest()
        for _ in range(rounds - 1):
            part = hashlib.new(name, part).digest()
        made += part
        add = int.from_bytes(filled(part)) + 1
        state = b"".join(
            ((int.from_bytes(state[at:at + block]) + add) & (1 << 8 * block) - 1).to_bytes(block)
            for at in range(0, len(state), block)
        )
    return made[:size]


def pbes2(password, salt, iv, rounds):
    """The identifier of PBES2 with PBKDF2, SHA-256 and AES-256, and the key."""
    derivation = algorithm(
        PBKDF2,
        der.sequence(der.octets(salt), der.integer(rounds), algorithm(_HMAC_SHA256, der.null())),
    )
    identifier = algorithm(PBES2, der.sequence(derivation, algorithm(AES256_CBC, der.octets(iv))))
    return identifier, hashlib.pbkdf2_hmac("sha256", password, salt, rounds, 32)


def encrypted_pkcs8(plain, password):
    salt, iv = urandom(16), urandom(16)
    identifier, key = pbes2(password, salt, iv, ROUNDS)
    return der.sequence(identifier, der.octets(encrypt("AES", key, iv, plain)))


def _openssl_key(password, salt, size):
    made = part = b""
    while len(made) < size:
        part = hashlib.md5(part + password + salt).digest()
        made += part
    return made[:size]


def encrypted_pem(tag, contents, password):
    iv = urandom(16)
    encrypted = encrypt("AES", _openssl_key(password, iv[:8], 32), iv, contents)
    headers = (("Proc-Type", "4,ENCRYPTED"), ("DEK-Info", f"AES-256-CBC,{iv.hex().upper()}"))
    return pem.encode(tag, encrypted, headers)


def _without_password():
    return TypeError("Password was not given but private key is encrypted")


def decrypted_pem(section, password):
    """The contents of a section, and whether they were encrypted by its headers."""
    kind = section.headers.get("Proc-Type")
    if kind is None:
        return section.contents, False
    if kind != "4,ENCRYPTED":
        raise ValueError("Proc-Type PEM header is not valid, key could not be decrypted.")
    told = section.headers.get("DEK-Info")
    if told is None:
        raise ValueError("Encrypted PEM doesn't have a DEK-Info header.")
    name, comma, iv = told.partition(",")
    if not comma:
        raise ValueError("Encrypted PEM's DEK-Info header is not valid.")
    if not password:
        raise _without_password()
    ciphers = {"AES-128-CBC": ("AES", 16, 16), "AES-256-CBC": ("AES", 32, 16), "DES-EDE3-CBC": ("3DES", 24, 8)}
    if name not in ciphers:
        raise ValueError("Key encrypted with unknown cipher.")
    name, size, block = ciphers[name]
    try:
        iv = bytes.fromhex(iv)
    except ValueError:
        iv = b""
    if len(iv) < 8 or len(iv) != block:
        raise ValueError("DEK-Info IV is not valid hex")
    return decrypt(name, _openssl_key(password, iv[:8], size), iv, section.contents), True


def _salt_and_rounds(reader):
    fields = reader.sequence()
    salt, rounds = fields.octets(), fields.small(64)
    fields.finish()
    return salt, rounds


def decrypted(identifier, data, password):
    """What data hold that are encrypted as an algorithm's identifier says."""
    oid = identifier.oid()
    if oid in _OF_PKCS12:
        salt, rounds = _salt_and_rounds(identifier)
        name, size, block = _OF_PKCS12[oid]
        try:
            text = None if password is None else password.decode()
        except UnicodeDecodeError:
            raise incorrect()
        key = pkcs12_key(text, salt, 1, rounds, size)
        iv = pkcs12_key(text, salt, 2, rounds, block) if block else b""
        return decrypt(name, key, iv, data)
    if oid == _MD5_AND_DES:
        salt, rounds = _salt_and_rounds(identifier)
        made = hashlib.md5(password + salt).digest()
        for _ in range(rounds - 1):
            made = hashlib.md5(made).digest()
        return decrypt("DES", made[:8] * 3, made[8:], data)
    if oid != PBES2:
        raise _unknown(oid)
    fields = identifier.sequence()
    derivation, scheme = fields.sequence(), fields.sequence()
    oid = scheme.oid()
    if oid not in _CIPHERS:
        raise _unknown(oid)
    name, size = _CIPHERS[oid]
    if name == "RC2":
        parameters = scheme.sequence()
        if parameters.peek() != der.INTEGER or parameters.small(32) != 58:
            raise ValueError("Invalid key")
        iv = parameters.octets()
    else:
        iv = scheme.octets()
    return decrypt(name, _derived(derivation, password, size), iv, data)


def _derived(derivation, password, size):
    oid = derivation.oid()
    fields = derivation.sequence()
    if oid == SCRYPT:
        salt = fields.octets()
        n, r, p = fields.small(64), fields.small(64), fields.small(64)
        return hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, maxmem=2**31 - 1, dklen=size)
    if oid != PBKDF2:
        raise _unknown(oid)
    salt, rounds = fields.octets(), fields.small(64)
    if fields.peek() == der.INTEGER:
        fields.small(64)
    prf = "sha1"
    if fields.peek() is not None:
        oid = fields.sequence().oid()
        if oid not in _PRFS:
            raise _unknown(oid)
        prf = _PRFS[oid]
    if rounds < 1:
        raise ValueError("Invalid key")
    return hashlib.pbkdf2_hmac(prf, password, salt, rounds, size)


def decrypted_pkcs8(data, password, of_pkcs12=False):
    """The PrivateKeyInfo in an EncryptedPrivateKeyInfo (RFC 5958, section 3); PKCS #12 has some without a password."""
    def parts(reader):
        fields = reader.sequence()
        identifier = der.within("EncryptedPrivateKeyInfo::encryption_algorithm", fields.sequence)
        content = der.within("EncryptedPrivateKeyInfo::encrypted_data", fields.octets)
        fields.finish()
        return identifier, content

    identifier, content = der.single(data, parts)
    if not password and not of_pkcs12:
        raise _without_password()
    return decrypted(identifier, content, password)


def mac(password, salt, rounds, name, data):
    """PKCS #12's check of its content (RFC 7292, section 5.1)."""
    key = pkcs12_key(password, salt, 3, rounds, hashlib.new(name).digest_size, name)
    return hmac.digest(key, data, name)
