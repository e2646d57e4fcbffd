"""base64, binascii, quopri, hashlib, hmac, zlib and uuid."""

import zlib

from draw import table

PRELUDE = """
import base64, binascii, hashlib, hmac, quopri, uuid, zlib
"""

CALLS = table("""
base64.b64encode bytes altchars?
base64.b64decode encoded altchars? validate=boolean?
base64.standard_b64decode base64.urlsafe_b64decode base64.decodebytes | encoded
base64.standard_b64encode base64.urlsafe_b64encode base64.encodebytes base64.b32encode base64.b16encode base64.b32hexencode | bytes
base64.b32decode encoded casefold=boolean? map01=mapped?
base64.b32hexdecode base64.b16decode | encoded casefold=boolean?
base64.a85encode bytes foldspaces=boolean? wrapcol=index? pad=boolean? adobe=boolean?
base64.a85decode encoded foldspaces=boolean? adobe=boolean?
base64.b85encode bytes pad=boolean?
base64.b85decode base64.z85decode | encoded
base64.z85encode bytes
binascii.a2b_base64 encoded strict_mode=boolean?
binascii.b2a_base64 bytes newline=boolean?
binascii.hexlify bytes separator? count?
binascii.unhexlify encoded
binascii.crc32 zlib.crc32 zlib.adler32 | bytes unsigned?
binascii.crc_hqx bytes unsigned
binascii.b2a_uu bytes backtick=boolean?
binascii.a2b_uu encoded
binascii.b2a_qp bytes quotetabs=boolean? istext=boolean? header=boolean?
binascii.a2b_qp encoded header=boolean?
quopri.encodestring quopri.decodestring | encoded
uuid.uuid3 uuid.uuid5 | namespace name
uuid.UUID uuid
hmac.digest bytes bytes algorithm
zlib.decompress packed wbits=wbits? bufsize=count?
""")

ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512", "blake2b", "blake2s", "shake_128", "shake_256", "sha512_256", "sha512_224", "ripemd160", "sm3", "SHA256", "none", "md5-sha1")
ALPHABET = "ABCDabcd0123+/-_=zy~!\n "


def encoded(draw):
    number = draw.random()
    if number < 0.35:
        value = "".join(draw.of(ALPHABET) for _ in range(draw.some(20)))
        return ascii(value) if draw.chance(0.5) else repr(value.encode())
    if number < 0.8:
        return f"{draw.of(('base64.b64encode', 'base64.b32encode', 'base64.b16encode', 'base64.a85encode', 'base64.b85encode', 'binascii.b2a_uu', 'quopri.encodestring', 'binascii.hexlify'))}({draw.raw_bytes()[:45]!r})"
    return draw.text() if draw.chance(0.2) else draw.bytes()


def name_of_uuid(draw):
    digits = "".join(draw.of("0123456789abcdefABCDEF") for _ in range(32))
    text = draw.of((digits, f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}", "{" + digits + "}", "urn:uuid:" + digits, digits[:31], digits + "0", "-".join(digits)))
    return draw.of((ascii(text), ascii(text), f"int={draw.integer()}", f"bytes={draw.raw_bytes()!r}", f"{ascii(text)}, version={draw.of((1, 4, 5, 8, 9))}", f"fields=({draw.below(2**33)}, {draw.below(2**17)}, 3, 4, 5, 6)", f"bytes_le={draw.randbytes(16)!r}"))


def packed(draw):
    """What CPython's zlib makes of bytes: krait's has the same meaning, and may have other bytes."""
    return repr(zlib.compress(draw.raw_bytes(), draw.of((0, 1, 6, 9, -1)))) + draw.of(("", "", "[:-1]", "[2:]", " + b'x'", "[:5]"))


KINDS = {
    "encoded": encoded,
    "altchars": ("b'-_'", "'-_'", "b'+'", "None", "b'ab'", "b'abc'", "'\u4e2d_'"),
    "mapped": ("b'L'", "b'I'", "'I'", "None", "b'II'"),
    "separator": ("':'", "b'-'", "'ab'", "''"),
    "unsigned": lambda draw: draw.of(("0", "1", "255", "65535", "4294967295", "4294967296", "-1")),
    "namespace": ("uuid.NAMESPACE_DNS", "uuid.NAMESPACE_URL", "uuid.NAMESPACE_OID", "uuid.NAMESPACE_X500", "uuid.UUID(int=5)", "None"),
    "name": lambda draw: draw.text() if draw.chance(0.7) else draw.bytes(),
    "uuid": name_of_uuid,
    "algorithm": lambda draw: repr(draw.of(ALGORITHMS[:12])) if draw.chance(0.8) else repr(draw.of(ALGORITHMS)),
    "packed": lambda draw: packed(draw) if draw.chance(0.8) else draw.bytes(),
    "wbits": ("15", "-15", "31", "47", "0", "8", "99"),
}
UUID_PARTS = ("hex", "int", "urn", "version", "variant", "fields", "bytes_le", "time", "node", "clock_seq", "bytes", "time_low", "__str__()", "__int__()", "time_hi_version")


def program(draw):
    number = draw.random()
    if number < 0.12:
        algorithm = draw.of(ALGORITHMS)
        size = draw.of(("5", "0", "64", "-1")) if "shake" in algorithm else ""
        if draw.chance(0.3) and algorithm.startswith("blake"):
            options = ", ".join({each.split("=")[0]: each for each in draw.sample(("digest_size=16", "key=b'k'", "salt=b's'", "person=b'p'", "digest_size=65", "key=b'k' * 65", "fanout=2", "depth=3", "leaf_size=5", "node_offset=7", "last_node=True", "inner_size=8", "digest_size=0"), draw.some(3, 1))}.values())
            return f"hashlib.{algorithm}({draw.bytes()}, {options}).hexdigest()"
        return f"hashlib.new({algorithm!r}, {draw.bytes()}).{draw.of(('hexdigest', 'hexdigest', 'digest'))}({size})"
    if number < 0.15:
        return f"(lambda h: (h.update({draw.bytes()}), h.copy().hexdigest(), h.name, h.digest_size, h.block_size))(hashlib.{draw.of(ALGORITHMS[:10])}({draw.bytes()}))"
    if number < 0.19:
        return f"hmac.new({draw.bytes()}, {draw.bytes()}, {draw.value('algorithm')}).hexdigest()"
    if number < 0.21:
        return f"hashlib.pbkdf2_hmac({draw.value('algorithm')}, {draw.bytes()}, {draw.bytes()}, {draw.of((1, 2, 5, 0))}{draw.of(('', ', 20', ', dklen=5', ', dklen=0'))}).hex()"
    if number < 0.22:
        return f"hashlib.scrypt({draw.bytes()}, salt={draw.bytes()}, n={draw.of((2, 4, 3))}, r=1, p=1).hex()"
    if number < 0.27:
        return f"uuid.UUID({name_of_uuid(draw)}).{draw.of(UUID_PARTS)}"
    if number < 0.32:
        bits = draw.of((15, -15, 31))
        return f"(lambda d: (d.decompress({draw.value('packed')}, {draw.of((0, 1, 5))}), d.unused_data, d.unconsumed_tail, d.eof))(zlib.decompressobj({bits}))"
    if number < 0.34:
        return f"uuid.UUID({name_of_uuid(draw)}) {draw.of(('<', '==', '>=', '<='))} {draw.of(('uuid.UUID(int=5)', '5', 'uuid.NAMESPACE_DNS'))}"
    return draw.call(*draw.of(CALLS))
