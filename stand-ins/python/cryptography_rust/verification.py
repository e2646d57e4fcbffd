"""krait: whether a chain of certificates leads to one that is trusted (RFC 5280, section 6; CABF's baseline
requirements), for cryptography's stand-in.
"""

import datetime

from _krait_stand_ins.cryptography_rust import der, extension_reading, name_constraints, signing
from _krait_stand_ins.cryptography_rust import verification_policy as policies
from _krait_stand_ins.cryptography_rust.arguments import cannot_create, instance
from _krait_stand_ins.cryptography_rust.certificates import Certificate
from _krait_stand_ins.cryptography_rust.oid import ObjectIdentifier
from _krait_stand_ins.cryptography_rust.serialize import algorithm
from _krait_stand_ins.cryptography_rust.verification_policy import ExtensionPolicy, Refused

_CLIENT, _SERVER = "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"
_LEAST_MODULUS, _DEPTH = 2048, 8
_MOST_NAME_CHECKS, _MOST_SIGNATURE_CHECKS = 1 << 20, 1 << 7
_RSA, _EC = "1.2.840.113549.1.1.1", "1.2.840.10045.2.1"
_KEYS = {
    algorithm(_RSA, der.null()),
    *(algorithm(_EC, der.oid(curve)) for curve in ("1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35")),
}


def _pss(oid, length):
    digest = algorithm(oid, der.null())
    mask = algorithm("1.2.840.113549.1.1.8", digest)
    parameters = (der.explicit(0, digest), der.explicit(1, mask), der.explicit(2, der.integer(length)))
    return algorithm(signing.PSS, der.sequence(*parameters))


_SIGNATURES = {
    *(algorithm(f"1.2.840.113549.1.1.{number}", der.null()) for number in (11, 12, 13)),
    *(algorithm(f"1.2.840.10045.4.3.{number}") for number in (2, 3, 4)),
    *(_pss(f"2.16.840.1.101.3.4.2.{number}", length) for number, length in ((1, 32), (2, 48), (3, 64))),
}


class VerificationError(Exception):
    pass


class Store:
    def __new__(cls, certs):
        certs = list(certs)
        for each in certs:
            instance("certs", each, Certificate)
        if not certs:
            raise ValueError("can't create an empty store")
        store = object.__new__(cls)
        store._certificates = certs
        return store


class Policy:
    __module__ = policies.MODULE

    def __new__(cls):
        raise cannot_create(cls)

    @classmethod
    def _of(cls, builder, subject, purpose):
        policy = object.__new__(cls)
        policy.subject, policy._purpose = subject, purpose
        policy.max_chain_depth = _DEPTH if builder._depth is None else builder._depth
        policy.validation_time = builder._time or _plain(datetime.datetime.now(datetime.timezone.utc))
        policy.extended_key_usage = ObjectIdentifier(purpose)
        policy.minimum_rsa_modulus = _LEAST_MODULUS
        policy._ca = builder._ca or ExtensionPolicy.webpki_defaults_ca()
        policy._leaf = builder._leaf or ExtensionPolicy.webpki_defaults_ee()
        if not policy._ca._requires(policies.BASIC_CONSTRAINTS):
            raise ValueError("A CA extension policy must require the basicConstraints extension to be present.")
        if subject is not None and not policy._leaf._requires(policies.SAN):
            raise ValueError(
                "An EE extension policy used for server verification must require the subjectAltName extension to be "
                "present."
            )
        return policy


def _plain(moment):
    if moment.tzinfo is not None:
        moment = moment.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return moment.replace(microsecond=0)


class PolicyBuilder:
    __module__ = policies.MODULE

    def __init__(self):
        self._time = self._store = self._depth = self._ca = self._leaf = None

    def _with(self, what, **changes):
        for name in changes:
            if getattr(self, name) is not None:
                raise ValueError(f"The {what} may only be set once.")
        builder = PolicyBuilder()
        builder.__dict__.update(self.__dict__ | changes)
        return builder

    def time(self, time):
        return self._with("validation time", _time=_plain(instance("time", time, datetime.datetime)))

    def store(self, store):
        return self._with("trust store", _store=instance("store", store, Store))

    def max_chain_depth(self, max_chain_depth):
        instance("max_chain_depth", max_chain_depth, int)
        if not 0 <= max_chain_depth < 256:
            raise OverflowError("out of range integral type conversion attempted")
        return self._with("maximum chain depth", _depth=max_chain_depth)

    def extension_policies(self, *, ca_policy, ee_policy):
        instance("ca_policy", ca_policy, ExtensionPolicy), instance("ee_policy", ee_policy, ExtensionPolicy)
        return self._with("extension policies", _ca=ca_policy, _leaf=ee_policy)

    def build_client_verifier(self):
        if self._store is None:
            raise ValueError("A client verifier must have a trust store.")
        return _verifier(ClientVerifier, self, None, _CLIENT)

    def build_server_verifier(self, subject):
        from cryptography import x509

        if self._store is None:
            raise ValueError("A server verifier must have a trust store.")
        if isinstance(subject, x509.DNSName):
            if not name_constraints.is_host(subject.value):
                raise ValueError("invalid domain name")
        elif isinstance(subject, x509.IPAddress):
            if len(subject._packed()) not in (4, 16):
                raise ValueError("invalid IP address")
        else:
            raise TypeError("unsupported subject type")
        return _verifier(ServerVerifier, self, subject, _SERVER)


def _verifier(kind, builder, subject, purpose):
    verifier = object.__new__(kind)
    verifier.policy, verifier.store = Policy._of(builder, subject, purpose), builder._store
    return verifier


class _Verifier:
    def __new__(cls):
        raise cannot_create(cls)

    def _chain(self, leaf, intermediates):
        instance("leaf", leaf, Certificate)
        intermediates = [instance("intermediates", each, Certificate) for each in intermediates]
        try:
            return _Search(self.policy, self.store._certificates, intermediates).chain(leaf)
        except Refused as error:
            text = f"validation failed: {error}"
            if error.certificate is not None:
                text += f" (encountered processing {error.certificate!r})"
            raise VerificationError(text)


class VerifiedClient:
    def __new__(cls):
        raise cannot_create(cls)


class ClientVerifier(_Verifier):
    def verify(self, leaf, intermediates):
        client = object.__new__(VerifiedClient)
        client.chain = self._chain(leaf, intermediates)
        content = _extension(client.chain[0], policies.SAN)
        client.subjects = content and list(extension_reading.OF_CERTIFICATE[policies.SAN](content[2]))
        return client


class ServerVerifier(_Verifier):
    def verify(self, leaf, intermediates):
        return self._chain(leaf, intermediates)


def _extension(certificate, oid):
    return next((each for each in certificate._raw_extensions if each[0] == oid), None)


def _check_extensions(certificate):
    seen = set()
    for oid, _, _ in certificate._raw_extensions:
        if oid in seen:
            raise Refused(f"invalid extension: {oid}: duplicate extension")
        seen.add(oid)


class _Names:
    """The names of the certificates from a leaf up to one."""

    def __init__(self, child, certificate, passed_over):
        self.child, self.names = child, ()
        found = _extension(certificate, policies.SAN)
        if found is not None and not passed_over:
            self.names = list(policies.value(policies.SAN, found[2]))


class _Search:
    def __init__(self, policy, trusted, intermediates):
        self.policy, self.trusted, self.intermediates = policy, trusted, intermediates
        self.name_checks, self.signature_checks = _MOST_NAME_CHECKS, _MOST_SIGNATURE_CHECKS

    def chain(self, leaf):
        _check_extensions(leaf)
        try:
            self._permits_leaf(leaf)
        except Refused as error:
            raise error.about(leaf)
        return self._build(leaf, 0, _Names(None, leaf, False))

    def _permits_basic(self, certificate):
        if certificate._version != 2:
            raise Refused("certificate must be an X509v3 certificate")
        if certificate._algorithm != certificate._inner_algorithm:
            raise Refused("mismatch between signatureAlgorithm and SPKI algorithm")
        if certificate._serial.bit_length() // 8 + 1 > 21:
            raise Refused("certificate must have a serial between 1 and 20 octets")
        if certificate._serial < 0:
            raise Refused("certificate serial number cannot be negative")
        if not certificate._issuer.content:
            raise Refused("certificate must have a non-empty Issuer")
        for moment, kind in certificate._moments:
            if kind == der.GENERALIZED_TIME and 1950 <= moment.year < 2050:
                raise Refused("validity dates between 1950 and 2049 must be UtcTime")
        if not certificate._not_before <= self.policy.validation_time <= certificate._not_after:
            raise Refused("cert is not valid at validation time")

    def _permits_leaf(self, leaf):
        self._permits_basic(leaf)
        if self.policy.subject is not None:
            found = _extension(leaf, policies.SAN)
            if found is None:
                raise Refused("missing required extension: leaf server certificate has no subjectAltName")
            if not any(map(self._is_subject, policies.value(policies.SAN, found[2]))):
                raise Refused("leaf certificate has no matching subjectAltName")
        self.policy._leaf._permits(self.policy, leaf)

    def _is_subject(self, name):
        subject = self.policy.subject
        if type(name) is not type(subject):
            return False
        from cryptography import x509

        if isinstance(name, x509.DNSName):
            return name_constraints.pattern_matches(name.value, subject.value)
        return name.value == subject.value

    def _permits_ca(self, certificate, depth):
        self._permits_basic(certificate)
        found = _extension(certificate, policies.BASIC_CONSTRAINTS)
        if found is None:
            raise Refused(
                f"invalid extension: {policies.BASIC_CONSTRAINTS}: missing required extension: CA certificate has no "
                "basicConstraints"
            )
        constraints = policies.value(policies.BASIC_CONSTRAINTS, found[2])
        if constraints.path_length is not None and depth > constraints.path_length:
            raise Refused("path length constraint violated")
        if not constraints.ca:
            raise Refused("basicConstraints.cA must be asserted in a CA certificate")
        self.policy._ca._permits(self.policy, certificate)

    def _check_issuer(self, issuer, child, depth):
        try:
            self._permits_ca(issuer, depth)
        except Refused as error:
            raise error.about(issuer)
        identifier = issuer._spki.reader().read(der.SEQUENCE).full
        if identifier not in _KEYS:
            raise Refused(f"Forbidden public key algorithm: {issuer._key_oid}")
        if child._algorithm.full not in _SIGNATURES:
            raise Refused(f"Forbidden signature algorithm: {child._algorithm.oid}")
        try:
            key = issuer.public_key()
        except Exception:
            raise Refused("issuer has malformed public key")
        if issuer._key_oid == _RSA and 8 * (key.key_size // 8 + 1) < _LEAST_MODULUS:
            raise Refused("RSA key is too weak")
        if not self.signature_checks:
            raise Refused("fatal error: Exceeded maximum signature check limit", "fatal")
        self.signature_checks -= 1
        try:
            child._algorithm.verify(key, child._signature, child._content.full)
        except Exception:
            raise Refused("signature does not match")

    def _candidates(self, certificate):
        wanted = None
        found = _extension(certificate, policies.AKI)
        if found is not None:
            try:
                wanted = extension_reading.authority_key_identifier(found[2]).key_identifier
            except ValueError:
                wanted = None

        def rank(candidate):
            found = _extension(candidate, policies.SKI)
            if wanted is None or found is None:
                return 1
            try:
                has = der.single(found[2], der.Reader.octets)
            except der.ParseError:
                return 1
            return 0 if has == wanted else 2

        issuer = certificate._issuer.full
        return sorted((each for each in (*self.trusted, *self.intermediates) if each._subject.full == issuer), key=rank)

    def _build(self, certificate, depth, names):
        found = _extension(certificate, policies.NAME_CONSTRAINTS)
        if found is not None:
            self._check_names(found, names)
        if certificate in self.trusted:
            return [certificate]
        if depth > self.policy.max_chain_depth:
            raise Refused("chain construction exceeds max depth")
        last = None
        for candidate in self._candidates(certificate):
            _check_extensions(candidate)
            try:
                self._check_issuer(candidate, certificate, depth)
                if depth == 255:
                    raise Refused("current depth calculation overflowed")
                self_issued = candidate._issuer.full == candidate._subject.full
                rest = self._build(candidate, depth + 1, _Names(names, candidate, self_issued))
                return [certificate, *rest]
            except Refused as error:
                if error.kind == "fatal":
                    raise
                last = error
        if last is None:
            last = Refused("all candidates exhausted with no interior errors")
        elif last.kind == "exhausted":
            last = last.inner
        raise Refused(f"candidates exhausted: {last}", "exhausted", last)

    def _check_names(self, found, names):
        from cryptography import x509

        constraints = policies.value(policies.NAME_CONSTRAINTS, found[2])
        permitted, excluded = constraints.permitted_subtrees, constraints.excluded_subtrees
        if found[1] and any(isinstance(each, x509.DirectoryName) for each in (*(permitted or ()), *(excluded or ()))):
            raise Refused(
                "fatal error: critical nameConstraints extension contains an unsupported directoryName constraint",
                "fatal",
            )
        links = []
        while names is not None:
            links.append(names)
            names = names.child
        for link in reversed(links):
            for name in link.names:
                self._check_name(name, permitted or (), excluded or ())

    def _check_name(self, name, permitted, excluded):
        fits = [answer for each in permitted if (answer := self._applies(each, name, False)) is not None]
        if fits and not any(fits):
            raise Refused("no permitted name constraints matched SAN")
        if any(self._applies(each, name, True) for each in excluded):
            raise Refused("excluded name constraint matched SAN")

    def _applies(self, constraint, name, excludes):
        if not self.name_checks:
            raise Refused("fatal error: Exceeded maximum name constraint check limit", "fatal")
        self.name_checks -= 1
        try:
            return name_constraints.applies(constraint, name, excludes)
        except name_constraints.Malformed as error:
            raise Refused(str(error))
