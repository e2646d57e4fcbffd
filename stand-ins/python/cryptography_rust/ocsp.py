"""krait: questions and answers about revoked certificates (OCSP, RFC 6960), for cryptography's stand-in."""

import datetime

from _krait_stand_ins.cryptography_rust import certificates, der, extension_reading, extension_writing, names, signing
from _krait_stand_ins.cryptography_rust.arguments import cannot_create, digest, instance, only_bytes, unsupported
from _krait_stand_ins.cryptography_rust.certificates import Certificate, aware
from _krait_stand_ins.cryptography_rust.rsa_padding import DIGESTS
from _krait_stand_ins.cryptography_rust.serialize import algorithm

__all__ = [
    "OCSPRequest", "OCSPResponse", "OCSPSingleResponse", "create_ocsp_request", "create_ocsp_response",
    "load_der_ocsp_request", "load_der_ocsp_response",
]

_BASIC = "1.3.6.1.5.5.7.48.1.1"
_HASHES = {DIGESTS[name]: name.upper() for name in ("sha1", "sha224", "sha256", "sha384", "sha512")}
_STATUSES = {
    0: "SUCCESSFUL", 1: "MALFORMED_REQUEST", 2: "INTERNAL_ERROR", 3: "TRY_LATER", 5: "SIG_REQUIRED", 6: "UNAUTHORIZED",
}


class _CertificateId:
    """Which certificate is meant (section 4.1.1)."""

    def __init__(self, fields):
        self.algorithm = fields.sequence().oid()
        self.name_hash, self.key_hash, self.serial = fields.octets(), fields.octets(), fields.integer()
        fields.finish()

    def hash_algorithm(self):
        from cryptography.hazmat.primitives import hashes

        if self.algorithm not in _HASHES:
            raise unsupported(f"Signature algorithm OID: {self.algorithm} not recognized")
        return getattr(hashes, _HASHES[self.algorithm])()


def _raw(reader):
    """The extensions in an explicit tag, if there is one."""
    return der.whole(reader, lambda each: extension_reading.raw_extensions(each.sequence())) if reader else []


def _nonce(value):
    from cryptography import x509

    # RFC 2560 did not say that there is a string in the value.
    try:
        value = der.single(value, der.Reader.octets)
    except der.ParseError:
        pass
    return x509.OCSPNonce(value)


_OF_RESPONSE = {"1.3.6.1.5.5.7.48.1.2": _nonce}
_OF_REQUEST = {**extension_reading.OF_OCSP_REQUEST, **_OF_RESPONSE}


def _der_only(encoding, data):
    from cryptography.hazmat.primitives._serialization import Encoding

    if instance("encoding", encoding, Encoding) != Encoding.DER:
        raise ValueError("The only allowed encoding value is Encoding.DER")
    return data


class OCSPRequest:
    def __new__(cls):
        raise cannot_create(cls)

    @classmethod
    def _of(cls, data):
        self = object.__new__(cls)
        self._data, self._cached = data, None

        def outer(reader):
            fields = reader.sequence()
            inner = der.within("OCSPRequest::tbs_request", fields.sequence)
            fields.explicit(0)
            fields.finish()
            return inner

        fields = der.single(data, outer)
        version = fields.explicit(0)
        version = version.small() if version else 0
        fields.explicit(1)
        requests, self._ids = fields.sequence(), []
        while requests.peek() is not None:
            request = requests.sequence()
            self._ids.append(_CertificateId(request.sequence()))
            request.explicit(0)
            request.finish()
        self._raw = _raw(fields.explicit(2))
        fields.finish()
        if version:
            raise ValueError(f"{version} is not a valid OCSP request version")
        if len(self._ids) != 1:
            raise NotImplementedError("OCSP request contains more than one request")
        return self

    @property
    def issuer_name_hash(self):
        return self._ids[0].name_hash

    @property
    def issuer_key_hash(self):
        return self._ids[0].key_hash

    @property
    def hash_algorithm(self):
        return self._ids[0].hash_algorithm()

    @property
    def serial_number(self):
        return self._ids[0].serial

    @property
    def extensions(self):
        if self._cached is None:
            self._cached = extension_reading.extensions(self._raw, _OF_REQUEST)
        return self._cached

    def public_bytes(self, encoding):
        return _der_only(encoding, self._data)


def load_der_ocsp_request(data):
    return OCSPRequest._of(only_bytes("data", data))


def _moment(reader):
    return der.time_of(reader.read(der.GENERALIZED_TIME))


def _naive(name):
    def get(self):
        # As in the original, the warning is first.
        warned = certificates.naive(None, name, 43)
        moment = getattr(self, f"{name}_utc")
        return warned if moment is None else moment.replace(tzinfo=None)

    return property(get)


class OCSPSingleResponse:
    def __new__(cls):
        raise cannot_create(cls)

    @classmethod
    def _of(cls, fields):
        self = object.__new__(cls)
        self._id = _CertificateId(fields.sequence())
        status = fields.element()
        self._revoked = self._reason = None
        if status.tag == 0xA1:
            inner = status.reader()
            self._revoked = _moment(inner)
            reason = inner.explicit(0)
            self._reason = reason and extension_reading.enumerated(reason)
        elif status.tag not in (0x80, 0x82):
            raise der.unexpected(status.tag)
        self._status = {0x80: "GOOD", 0xA1: "REVOKED", 0x82: "UNKNOWN"}[status.tag]
        self._this_update = _moment(fields)
        following = fields.explicit(0)
        self._next_update = following and _moment(following)
        self._raw = _raw(fields.explicit(1))
        fields.finish()
        return self

    @property
    def serial_number(self):
        return self._id.serial

    @property
    def issuer_key_hash(self):
        return self._id.key_hash

    @property
    def issuer_name_hash(self):
        return self._id.name_hash

    @property
    def hash_algorithm(self):
        return self._id.hash_algorithm()

    @property
    def certificate_status(self):
        from cryptography.x509.ocsp import OCSPCertStatus

        return getattr(OCSPCertStatus, self._status)

    @property
    def revocation_time_utc(self):
        return aware(self._revoked)

    @property
    def revocation_reason(self):
        return None if self._reason is None else extension_reading.reason_flag(self._reason)

    @property
    def this_update_utc(self):
        return aware(self._this_update)

    @property
    def next_update_utc(self):
        return aware(self._next_update)

    revocation_time, this_update, next_update = map(_naive, ("revocation_time", "this_update", "next_update"))


class OCSPResponse:
    def __new__(cls):
        raise cannot_create(cls)

    @classmethod
    def _of(cls, data):
        self = object.__new__(cls)
        self._data, self._cached, self._basic = data, {}, False
        der.single(data, self._read)
        return self

    def _read(self, reader):
        fields = reader.sequence()
        self._status = extension_reading.enumerated(fields)
        content = fields.explicit(0)
        fields.finish()
        if content:
            inner = content.sequence()
            oid = inner.oid()
            if oid != _BASIC:
                raise der.ParseError("UnknownDefinedBy", "unknown value for DEFINED BY")
            der.single(inner.octets(), self._read_basic)
        elif self._status == 0:
            raise ValueError("Successful OCSP response does not contain a BasicResponse")
        if self._status not in _STATUSES:
            raise ValueError("OCSP response has an unknown status code")

    def _read_basic(self, reader):
        self._basic = True
        fields = reader.sequence()
        self._content = fields.read(der.SEQUENCE)
        self._algorithm = signing.read_algorithm(fields)
        self._signature = fields.bits()[0]
        certs, self._certificates = fields.explicit(0), []
        fields.finish()
        if certs:
            certs = certs.sequence()
            while certs.peek() is not None:
                self._certificates.append(certs.element().full)
        inner = self._content.reader()
        version = inner.explicit(0)
        version = version.small() if version else 0
        self._responder = inner.element()
        if self._responder.tag not in (0xA1, 0xA2):
            raise der.unexpected(self._responder.tag)
        self._produced_at = _moment(inner)
        self._singles, responses = [], inner.sequence()
        while responses.peek() is not None:
            self._singles.append(OCSPSingleResponse._of(responses.sequence()))
        self._raw = _raw(inner.explicit(1))
        inner.finish()
        if version:
            raise ValueError(f"{version} is not a valid OCSP response version")

    def _successful(self):
        if not self._basic:
            raise ValueError("OCSP response status is not successful so the property has no value")
        return self

    def _single(self):
        self._successful()
        if len(self._singles) != 1:
            raise ValueError(
                f"OCSP response contains {len(self._singles)} SINGLERESP structures.  Use .response_iter to iterate "
                "through them"
            )
        return self._singles[0]

    @property
    def responses(self):
        return iter(self._successful()._singles)

    @property
    def response_status(self):
        from cryptography.x509.ocsp import OCSPResponseStatus

        return getattr(OCSPResponseStatus, _STATUSES[self._status])

    @property
    def responder_name(self):
        responder = self._successful()._responder
        return names.read_name(responder.reader().sequence()) if responder.tag == 0xA1 else None

    @property
    def responder_key_hash(self):
        responder = self._successful()._responder
        return responder.reader().octets() if responder.tag == 0xA2 else None

    @property
    def produced_at_utc(self):
        return aware(self._successful()._produced_at)

    @property
    def signature_algorithm_oid(self):
        return self._successful()._algorithm.object_identifier

    @property
    def signature_hash_algorithm(self):
        from cryptography.hazmat._oid import _SIG_OIDS_TO_HASH

        oid = self.signature_algorithm_oid
        if oid not in _SIG_OIDS_TO_HASH:
            raise unsupported(f"Signature algorithm OID: {oid.dotted_string} not recognized")
        return _SIG_OIDS_TO_HASH[oid]

    @property
    def signature(self):
        return self._successful()._signature

    @property
    def tbs_response_bytes(self):
        return self._successful()._content.full

    @property
    def certificates(self):
        return [Certificate._of(each) for each in self._successful()._certificates]

    @property
    def extensions(self):
        self._successful()
        return self._once("extensions", self._raw, _OF_RESPONSE)

    @property
    def single_extensions(self):
        return self._once("single", self._single()._raw, extension_reading.OF_OCSP_SINGLE)

    def _once(self, name, raw, read):
        if name not in self._cached:
            self._cached[name] = extension_reading.extensions(raw, read)
        return self._cached[name]

    def public_bytes(self, encoding):
        return _der_only(encoding, self._data)

    produced_at = _naive("produced_at")


def _of_single(name):
    return property(lambda self: getattr(self._single(), name))


for _name in (
    "serial_number", "issuer_key_hash", "issuer_name_hash", "hash_algorithm", "certificate_status",
    "revocation_time_utc", "revocation_reason", "this_update_utc", "next_update_utc",
):
    setattr(OCSPResponse, _name, _of_single(_name))
for _name in ("revocation_time", "this_update", "next_update"):
    setattr(OCSPResponse, _name, _naive(_name))


def load_der_ocsp_response(data):
    return OCSPResponse._of(only_bytes("data", data))


def _key_bits(certificate):
    fields = certificate._spki.reader()
    fields.sequence()
    return fields.bits()[0]


def _id(name_hash, key_hash, serial, hash_algorithm):
    return der.sequence(
        algorithm(DIGESTS[hash_algorithm.name], der.null()), der.octets(name_hash), der.octets(key_hash), serial
    )


def _id_of(certificate, issuer, hash_algorithm):
    name_hash = digest(hash_algorithm, certificate._issuer.full)
    key_hash = digest(hash_algorithm, _key_bits(issuer))
    return _id(name_hash, key_hash, der.integer(certificate._serial), hash_algorithm)


def create_ocsp_request(builder):
    if builder._request is not None:
        identifier = _id_of(*builder._request)
    else:
        name_hash, key_hash, serial, hash_algorithm = builder._request_hash
        identifier = _id(name_hash, key_hash, extension_writing.unsigned(serial), hash_algorithm)
    written = extension_writing.encode_extensions(builder._extensions)
    content = der.sequence(der.sequence(der.sequence(identifier)), der.explicit(2, written) if written else b"")
    return OCSPRequest._of(der.sequence(content))


def _written_moment(moment):
    return der.generalized_time(extension_writing.utc(moment))


def _written_status(single):
    from cryptography.x509.extensions import _CRL_ENTRY_REASON_ENUM_TO_CODE
    from cryptography.x509.ocsp import OCSPCertStatus

    if single._cert_status is OCSPCertStatus.GOOD:
        return b"\x80\0"
    if single._cert_status is OCSPCertStatus.UNKNOWN:
        return b"\x82\0"
    reason = b""
    if single._revocation_reason is not None:
        code = _CRL_ENTRY_REASON_ENUM_TO_CODE[single._revocation_reason]
        reason = der.explicit(0, der.tlv(der.ENUMERATED, der.integer_bytes(code)))
    return der.tlv(0xA1, _written_moment(single._revocation_time) + reason)


def create_ocsp_response(status, builder, private_key, hash_algorithm):
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.x509.ocsp import OCSPResponderEncoding

    written_status = der.tlv(der.ENUMERATED, der.integer_bytes(status.value))
    if status.value:
        return OCSPResponse._of(der.sequence(written_status))
    single = builder._response
    responder, encoding = builder._responder_id
    if single._resp is not None:
        identifier = _id_of(*single._resp, single._algorithm)
    else:
        name_hash, key_hash, serial = single._resp_hash
        identifier = _id(name_hash, key_hash, extension_writing.unsigned(serial), single._algorithm)
    following = b"" if single._next_update is None else der.explicit(0, _written_moment(single._next_update))
    response = der.sequence(identifier, _written_status(single), _written_moment(single._this_update), following)
    if encoding is OCSPResponderEncoding.HASH:
        who = der.explicit(2, der.octets(digest(SHA1(), _key_bits(responder))))
    else:
        who = der.explicit(1, responder._subject.full)
    written = extension_writing.encode_extensions(builder._extensions)
    now = datetime.datetime.now(datetime.timezone.utc)
    content = der.sequence(
        who, _written_moment(now), der.sequence(response), der.explicit(1, written) if written else b""
    )
    used = signing.signature_algorithm(private_key, hash_algorithm)
    signature = signing.sign(private_key, hash_algorithm, None, None, content)
    if responder.public_key() != private_key.public_key():
        raise ValueError("Certificate public key and provided private key do not match")
    certs = b""
    if builder._certs is not None:
        certs = der.explicit(0, der.sequence(*(each._data for each in builder._certs)))
    basic = der.sequence(content, used, der.bits(signature), certs)
    return OCSPResponse._of(
        der.sequence(written_status, der.explicit(0, der.sequence(der.oid(_BASIC), der.octets(basic))))
    )
