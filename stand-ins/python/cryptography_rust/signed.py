"""krait: what certificates, requests for them and lists of revoked ones have in common: they are signed."""

from _krait_stand_ins.cryptography_rust import der, signing
from _krait_stand_ins.cryptography_rust.arguments import cannot_create


def signed(reader, kind, first, algorithm, signature):
    """What is signed, the algorithm and the signature of a certificate or the like."""
    fields = reader.sequence()
    content = der.within(f"{kind}::{first}", fields.read, der.SEQUENCE)
    identifier = der.within(f"{kind}::{algorithm}", signing.read_algorithm, fields)
    bits = der.within(f"{kind}::{signature}", fields.bits)
    fields.finish()
    return content, identifier, bits[0]


class SignedObject:
    """Such an object: `_data` is all of it, `_content` what is signed."""

    def __new__(cls):
        raise cannot_create(cls)

    def __eq__(self, other):
        if not isinstance(other, type(self)):
            return NotImplemented
        return self._data == other._data

    def __hash__(self):
        return hash(self._data)

    @property
    def signature(self):
        return self._signature

    @property
    def signature_hash_algorithm(self):
        return self._algorithm.hash_algorithm()

    @property
    def signature_algorithm_oid(self):
        return self._algorithm.object_identifier

    @property
    def signature_algorithm_parameters(self):
        return self._algorithm.parameters_of_package()

    def _is_signed_by(self, public_key):
        from cryptography.exceptions import InvalidSignature

        try:
            self._algorithm.verify(public_key, self._signature, self._content.full)
        except (InvalidSignature, ValueError, TypeError):
            return False
        return True
