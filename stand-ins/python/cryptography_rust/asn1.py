"""krait: `_rust.asn1` of cryptography's stand-in."""

from _krait_stand_ins.cryptography_rust import der
from _krait_stand_ins.cryptography_rust.arguments import instance, only_bytes

__all__ = ["decode_dss_signature", "encode_dss_signature", "parse_spki_for_data"]


def _signature(reader):
    fields = reader.sequence()
    r, s = (der.within(f"DssSignature::{name}", fields.unsigned) for name in "rs")
    fields.finish()
    return r, s


def decode_dss_signature(data):
    return der.single(only_bytes("data", data), _signature)


def encode_dss_signature(r, s):
    if instance("r", r, int) < 0 or instance("s", s, int) < 0:
        raise ValueError("Negative integers are not supported")
    return der.sequence(der.integer(r), der.integer(s))


def parse_spki_for_data(data):
    def key(reader):
        fields = reader.sequence()
        der.within("SubjectPublicKeyInfo::algorithm", fields.sequence)
        found = der.within("SubjectPublicKeyInfo::subject_public_key", fields.bits)
        fields.finish()
        return found

    content, unused = der.single(only_bytes("data", data), key)
    if unused:
        raise ValueError("Invalid public key encoding")
    return content
