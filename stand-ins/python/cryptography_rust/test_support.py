"""krait: `_rust.test_support` of cryptography's stand-in: what the package's own tests ask."""

from _krait_stand_ins.cryptography_rust.arguments import only_bytes
from _krait_stand_ins.cryptography_rust.certificates import Certificate

__all__ = ["TestCertificate", "test_parse_certificate"]


class TestCertificate:
    """The tags of a certificate's times and of the values in its names."""

    __slots__ = ("not_before_tag", "not_after_tag", "issuer_value_tags", "subject_value_tags")


def _tags(element):
    tags, rdns = [], element.reader()
    while rdns.peek() is not None:
        fields = rdns.element().reader().sequence()
        fields.oid()
        tags.append(fields.element().tag)
    return tags


def test_parse_certificate(data):
    certificate = Certificate._of(only_bytes("data", data))
    found = TestCertificate()
    found.not_before_tag, found.not_after_tag = (tag for _, tag in certificate._moments)
    found.issuer_value_tags, found.subject_value_tags = _tags(certificate._issuer), _tags(certificate._subject)
    return found
