"""krait: how a client tells a PostgreSQL server its password: MD5, and SCRAM of RFC 5802 and RFC 7677."""

import base64
import hashlib
import hmac
import os


def md5(password, user, salt=None):
    """What the server keeps of a password, or with a salt what it asks for."""
    text = b"md5" + hashlib.md5(password + user).hexdigest().encode()
    if salt is None:
        return text
    return b"md5" + hashlib.md5(text[3:] + salt).hexdigest().encode()


def _prepared(password):
    """SASLprep of RFC 4013, as far as it changes a text that is allowed; another one is taken as it is."""
    if password.isascii():
        return password.encode()
    import stringprep
    import unicodedata

    mapped = "".join(
        " " if stringprep.in_table_c12(each) else each for each in password if not stringprep.in_table_b1(each)
    )
    normal = unicodedata.normalize("NFKC", mapped)
    refused = (
        stringprep.in_table_c12, stringprep.in_table_c21_c22, stringprep.in_table_c3, stringprep.in_table_c4,
        stringprep.in_table_c5, stringprep.in_table_c6, stringprep.in_table_c7, stringprep.in_table_c8,
        stringprep.in_table_c9, stringprep.in_table_a1,
    )
    if not normal or any(test(each) for each in normal for test in refused):
        return password.encode()
    return normal.encode()


def _hmac(key, *parts):
    return hmac.digest(key, b"".join(parts), "sha256")


def scram_secret(password):
    """What the server keeps of a password, with a fresh salt."""
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", _prepared(password), salt, 4096)
    stored = hashlib.sha256(_hmac(salted, b"Client Key")).digest()
    salt, stored, server = (base64.b64encode(each).decode() for each in (salt, stored, _hmac(salted, b"Server Key")))
    return f"SCRAM-SHA-256$4096:{salt}${stored}:{server}"


class Scram:
    """An exchange by SCRAM-SHA-256. `binding` is the channel's data, or None; a `ValueError` has libpq's words."""

    def __init__(self, password, binding, offered):
        self._password = _prepared(password)
        self._nonce = base64.b64encode(os.urandom(18))
        self._header = b"p=tls-server-end-point,," if binding is not None else b"y,," if offered else b"n,,"
        self._binding = base64.b64encode(self._header + (binding or b""))
        self._bare = b"n=,r=" + self._nonce

    def first(self):
        return self._header + self._bare

    def final(self, message):
        """The answer to the server's first message."""
        parts = dict(each.split(b"=", 1) for each in message.split(b",") if b"=" in each)
        nonce, salt, rounds = parts.get(b"r", b""), parts.get(b"s"), parts.get(b"i", b"")
        if not nonce.startswith(self._nonce):
            raise ValueError("invalid SCRAM response (nonce mismatch)")
        if salt is None or not rounds.isdigit() or int(rounds) < 1:
            raise ValueError("malformed SCRAM message (invalid iteration count)")
        salted = hashlib.pbkdf2_hmac("sha256", self._password, base64.b64decode(salt), int(rounds))
        bare = b"c=" + self._binding + b",r=" + nonce
        told = self._bare + b"," + message + b"," + bare
        key = _hmac(salted, b"Client Key")
        signature = _hmac(hashlib.sha256(key).digest(), told)
        proof = bytes(one ^ other for one, other in zip(key, signature))
        self._server = _hmac(_hmac(salted, b"Server Key"), told)
        return bare + b",p=" + base64.b64encode(proof)

    def verify(self, message):
        """The server's last message proves that it knows the password, too."""
        kind, _, value = message.partition(b"=")
        if kind == b"e":
            raise ValueError(f"error received from server in SCRAM exchange: {value.decode(errors='replace')}")
        if kind != b"v" or not hmac.compare_digest(base64.b64decode(value), self._server):
            raise ValueError("incorrect server signature")


def _item(data, at):
    """Where the content of a DER value begins, and where it ends."""
    length, at = data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        length, at = int.from_bytes(data[at:at + count], "big"), at + count
    return at, at + length


def end_point(certificate):
    """The data of `tls-server-end-point` (RFC 5929): the certificate's hash, by its signature's algorithm."""
    outer, _ = _item(certificate, 0)
    _, after = _item(certificate, outer)
    algorithm, _ = _item(certificate, after)
    start, end = _item(certificate, algorithm)
    name = certificate[start:end].hex()
    bits = {
        "2a864886f70d01010c": "sha384", "2a864886f70d01010d": "sha512", "2a864886f70d01010e": "sha224",
        "2a8648ce3d040301": "sha224", "2a8648ce3d040303": "sha384", "2a8648ce3d040304": "sha512",
    }
    return hashlib.new(bits.get(name, "sha256"), certificate).digest()
