"""krait: algorithms of signatures in X.509 (RFC 3279, 4055, 5758, 8410), for cryptography's stand-in."""

from _krait_stand_ins.cryptography_rust import der, rsa_padding
from _krait_stand_ins.cryptography_rust.arguments import unsupported
from _krait_stand_ins.cryptography_rust.oid import ObjectIdentifier
from _krait_stand_ins.cryptography_rust.serialize import algorithm

PSS, _MGF1 = "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.8"
_RSA = {
    "sha224": "1.2.840.113549.1.1.14", "sha256": "1.2.840.113549.1.1.11", "sha384": "1.2.840.113549.1.1.12",
    "sha512": "1.2.840.113549.1.1.13", "sha3-224": "2.16.840.1.101.3.4.3.13", "sha3-256": "2.16.840.1.101.3.4.3.14",
    "sha3-384": "2.16.840.1.101.3.4.3.15", "sha3-512": "2.16.840.1.101.3.4.3.16",
}
_RSA_SHA1 = ("1.2.840.113549.1.1.5", "1.3.14.3.2.29")
_EC = {
    "sha224": "1.2.840.10045.4.3.1", "sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3",
    "sha512": "1.2.840.10045.4.3.4", "sha3-224": "2.16.840.1.101.3.4.3.9", "sha3-256": "2.16.840.1.101.3.4.3.10",
    "sha3-384": "2.16.840.1.101.3.4.3.11", "sha3-512": "2.16.840.1.101.3.4.3.12",
}
_DSA = {
    "sha224": "2.16.840.1.101.3.4.3.1", "sha256": "2.16.840.1.101.3.4.3.2", "sha384": "2.16.840.1.101.3.4.3.3",
    "sha512": "2.16.840.1.101.3.4.3.4",
}
_EDWARDS = {"ed25519": "1.3.101.112", "ed448": "1.3.101.113"}
_KIND_OF = {
    PSS: "rsa", **dict.fromkeys(_RSA.values(), "rsa"), **dict.fromkeys(_EC.values(), "ec"),
    **dict.fromkeys(_DSA.values(), "dsa"), **{oid: kind for kind, oid in _EDWARDS.items()},
}
_HASHES = {oid: name.upper().replace("-", "_") for name, oid in rsa_padding.DIGESTS.items() if name not in ("md5", "sm3")}
_HASHES.update({
    "1.3.6.1.4.1.37476.3.2.1.99.7.224": "SHA3_224", "1.3.6.1.4.1.37476.3.2.1.99.7.256": "SHA3_256",
    "1.3.6.1.4.1.37476.3.2.1.99.7.384": "SHA3_384", "1.3.6.1.4.1.37476.3.2.1.99.7.512": "SHA3_512",
})


def _key_kind(key, private):
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

    which = "Private" if private else "Public"
    for kind, module, name in (
        ("rsa", rsa, "RSA"), ("dsa", dsa, "DSA"), ("ec", ec, "EllipticCurve"), ("ed25519", ed25519, "Ed25519"),
        ("ed448", ed448, "Ed448"),
    ):
        if isinstance(key, getattr(module, f"{name}{which}Key")):
            return kind
    raise TypeError(
        f"Key must be an rsa, dsa, ec, ed25519, ed448, ml-dsa-44, ml-dsa-65, or ml-dsa-87 {which.lower()} key."
    )


def public_key_kind(key):
    return _key_kind(key, False)


def _hash_name(hash_algorithm):
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

    if hash_algorithm is None:
        return None
    if not isinstance(hash_algorithm, HashAlgorithm):
        raise TypeError("Algorithm must be a registered hash algorithm.")
    if hash_algorithm.name not in _RSA:
        raise unsupported(f'Hash algorithm "{hash_algorithm.name}" not supported for signatures')
    return hash_algorithm.name


def _without_hash():
    return TypeError("Algorithm must be a registered hash algorithm, not None.")


def _digest_identifier(name):
    if name is None:
        raise _without_hash()
    return algorithm(rsa_padding.DIGESTS[name], der.null())


def _salt_length(private_key, hash_algorithm, padding):
    from cryptography.hazmat.primitives.asymmetric import padding as paddings

    salt = padding._salt_length
    if isinstance(salt, paddings._MaxLength):
        return paddings.calculate_max_pss_salt_length(private_key, hash_algorithm)
    if isinstance(salt, paddings._DigestLength):
        return hash_algorithm.digest_size
    if isinstance(salt, int):
        return salt
    raise TypeError("salt_length must be an int, MaxLength, or DigestLength.")


def signature_algorithm(private_key, hash_algorithm, rsa_padding_of=None):
    """The identifier of what a key signs with."""
    from cryptography.hazmat.primitives.asymmetric import padding as paddings

    kind, name = _key_kind(private_key, True), _hash_name(hash_algorithm)
    if isinstance(rsa_padding_of, paddings.PSS):
        digest = _digest_identifier(name)
        length = _salt_length(private_key, hash_algorithm, rsa_padding_of)
        mask = algorithm(_MGF1, _digest_identifier(_hash_name(rsa_padding_of._mgf._algorithm)))
        salt = b"" if length == 20 else der.explicit(2, der.integer(length))
        return algorithm(PSS, der.sequence(der.explicit(0, digest), der.explicit(1, mask), salt))
    if kind in _EDWARDS:
        if name is not None:
            raise ValueError("Algorithm must be None when signing via ed25519 or ed448")
        return algorithm(_EDWARDS[kind])
    if name is None:
        raise _without_hash()
    if kind == "ec":
        return algorithm(_EC[name])
    if kind == "rsa":
        return algorithm(_RSA[name], der.null())
    if name not in _DSA:
        raise unsupported("SHA3 hashes are not supported with DSA keys")
    return algorithm(_DSA[name])


def sign(private_key, hash_algorithm, rsa_padding_of, ecdsa_deterministic, data):
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric import padding as paddings

    kind = _key_kind(private_key, True)
    if kind in _EDWARDS:
        return private_key.sign(data)
    if kind == "ec":
        deterministic = bool(ecdsa_deterministic)
        return private_key.sign(data, ec.ECDSA(hash_algorithm, deterministic_signing=deterministic))
    if kind == "rsa":
        padding = paddings.PKCS1v15() if rsa_padding_of is None else rsa_padding_of
        return private_key.sign(data, padding, hash_algorithm)
    return private_key.sign(data, hash_algorithm)


class Algorithm:
    """An AlgorithmIdentifier that was read."""

    __slots__ = ("oid", "parameters", "full")

    def __init__(self, element):
        self.full = element.full
        fields = element.reader()
        self.oid = fields.oid()
        self.parameters = fields.element() if fields.peek() is not None else None
        fields.finish()
        if self.oid in _WITHOUT_PARAMETERS and self.parameters is not None:
            raise der.extra_data()
        if self.oid == PSS and self.parameters is not None:
            self._pss()

    def __eq__(self, other):
        # Some leave out what is nothing in one of two places.
        return self.full == other.full

    @property
    def object_identifier(self):
        return ObjectIdentifier(self.oid)

    def hash_algorithm(self):
        from cryptography.hazmat._oid import _SIG_OIDS_TO_HASH

        if self.oid == PSS:
            return _hash(self._checked_pss()[0])
        try:
            return _SIG_OIDS_TO_HASH[self.object_identifier]
        except KeyError:
            raise unsupported(f"Signature algorithm OID: {self.oid} not recognized")

    def parameters_of_package(self):
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.asymmetric import padding as paddings

        if self.oid == PSS:
            _, mask_oid, mask_hash, salt_length = self._checked_pss()
            if mask_oid != _MGF1:
                raise ValueError(f"Unsupported mask generation OID: {mask_oid}")
            return paddings.PSS(paddings.MGF1(_hash(mask_hash)), salt_length)
        if self.oid in _RSA_SHA1 or self.oid in _RSA.values():
            return paddings.PKCS1v15()
        if self.oid in _EC.values():
            return ec.ECDSA(self.hash_algorithm())
        return None

    def _checked_pss(self):
        if self.parameters is None:
            raise ValueError("Invalid RSA PSS parameters")
        return self._pss()

    def _pss(self):
        """RSASSA-PSS-params (RFC 4055, section 3.1)."""
        if self.parameters.tag != der.SEQUENCE:
            raise der.unexpected(self.parameters.tag)
        fields = self.parameters.reader()
        digest = fields.explicit(0)
        digest = der.whole(digest, lambda each: each.sequence().oid()) if digest else "1.3.14.3.2.26"
        mask = fields.explicit(1)
        mask_oid, mask_hash = _MGF1, "1.3.14.3.2.26"
        if mask:
            inner = mask.sequence()
            mask_oid, mask_hash = inner.oid(), inner.sequence().oid()
        salt = fields.explicit(2)
        salt = salt.small(16) if salt else 20
        trailer = fields.explicit(3)
        if trailer:
            trailer.small()
        fields.finish()
        return digest, mask_oid, mask_hash, salt

    def verify(self, public_key, signature, data):
        """Raises an InvalidSignature where the signature is not that key's."""
        kind = public_key_kind(public_key)
        if self.oid not in _KIND_OF:
            raise ValueError("Unsupported signature algorithm")
        if kind != _KIND_OF[self.oid]:
            raise ValueError("Signature algorithm does not match issuer key type")
        if kind in _EDWARDS:
            public_key.verify(signature, data)
        elif kind == "ec":
            public_key.verify(signature, data, self.parameters_of_package())
        elif kind == "rsa":
            public_key.verify(signature, data, self.parameters_of_package(), self.hash_algorithm())
        else:
            public_key.verify(signature, data, self.hash_algorithm())


_WITHOUT_PARAMETERS = {*_EC.values(), *_DSA.values(), *_EDWARDS.values()}


def _hash(oid):
    from cryptography.hazmat.primitives import hashes

    if oid not in _HASHES:
        raise unsupported(f"Signature algorithm OID: {oid} not recognized")
    return getattr(hashes, _HASHES[oid])()


def read_algorithm(reader):
    return Algorithm(reader.read(der.SEQUENCE))
