"""krait: signed certificate timestamps (RFC 6962, section 3), for cryptography's stand-in."""

from _krait_stand_ins.cryptography_rust.arguments import cannot_create

_HASHES = {1: "MD5", 2: "SHA1", 3: "SHA224", 4: "SHA256", 5: "SHA384", 6: "SHA512"}
_SIGNATURES = {1: "RSA", 2: "DSA", 3: "ECDSA"}


class _Reader:
    def __init__(self, data):
        self.data = data

    def exact(self, count):
        if count > len(self.data):
            raise ValueError("Invalid SCT length")
        found, self.data = self.data[:count], self.data[count:]
        return found

    def number(self, count):
        return int.from_bytes(self.exact(count))

    def prefixed(self):
        return self.exact(self.number(2))


class Sct:
    __module__ = "cryptography.hazmat.bindings._rust.x509"
    __slots__ = ("_data", "_milliseconds", "_names", "_precertificate", "log_id", "extension_bytes", "signature")

    def __new__(cls):
        raise cannot_create(cls)

    @property
    def version(self):
        from cryptography.x509.certificate_transparency import Version

        return Version.v1

    @property
    def timestamp(self):
        import datetime

        seconds, rest = divmod(self._milliseconds, 1000)
        moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
        return moment.replace(microsecond=rest * 1000, tzinfo=None)

    @property
    def entry_type(self):
        from cryptography.x509.certificate_transparency import LogEntryType

        return LogEntryType.PRE_CERTIFICATE if self._precertificate else LogEntryType.X509_CERTIFICATE

    @property
    def signature_hash_algorithm(self):
        from cryptography.hazmat.primitives import hashes

        return getattr(hashes, self._names[0])()

    @property
    def signature_algorithm(self):
        from cryptography.x509.certificate_transparency import SignatureAlgorithm

        return getattr(SignatureAlgorithm, self._names[1])

    def __eq__(self, other):
        if not isinstance(other, Sct):
            return NotImplemented
        return self._data == other._data

    def __hash__(self):
        return hash(self._data)


def read_all(content, of_precertificate):
    outer = _Reader(content)
    reader = _Reader(outer.prefixed())
    if outer.data:
        raise ValueError("Invalid SCT length")
    found = []
    while reader.data:
        data = reader.prefixed()
        fields = _Reader(data)
        if fields.number(1):
            raise ValueError("Invalid SCT version")
        sct = object.__new__(Sct)
        sct._data, sct._precertificate = data, of_precertificate
        sct.log_id = fields.exact(32)
        sct._milliseconds = fields.number(8)
        sct.extension_bytes = fields.prefixed()
        names = []
        for known, kind in ((_HASHES, "hash"), (_SIGNATURES, "signature")):
            number = fields.number(1)
            if number not in known:
                raise ValueError(f"Invalid/unsupported {kind} algorithm for SCT: {number}")
            names.append(known[number])
        sct._names = names
        sct.signature = fields.prefixed()
        if fields.data:
            raise ValueError("Invalid SCT length")
        found.append(sct)
    return found


def write_all(timestamps):
    parts = []
    for each in timestamps:
        parts += (len(each._data).to_bytes(2), each._data)
    data = b"".join(parts)
    return len(data).to_bytes(2) + data
