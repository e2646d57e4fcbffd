"""krait: what extensions a certificate in a chain must have (RFC 5280; CABF's baseline requirements), for
cryptography's stand-in.
"""

from _krait_stand_ins.cryptography_rust import der, extension_reading
from _krait_stand_ins.cryptography_rust.arguments import cannot_create, instance
from _krait_stand_ins.cryptography_rust.enumerations import enumeration
from _krait_stand_ins.cryptography_rust.oid import ObjectIdentifier

MODULE = "cryptography.x509.verification"
Criticality = enumeration("Criticality", MODULE, "CRITICAL AGNOSTIC NON_CRITICAL")
AIA, AKI, SKI, KEY_USAGE = "1.3.6.1.5.5.7.1.1", "2.5.29.35", "2.5.29.14", "2.5.29.15"
SAN, BASIC_CONSTRAINTS, NAME_CONSTRAINTS, EXTENDED_KEY_USAGE = "2.5.29.17", "2.5.29.19", "2.5.29.30", "2.5.29.37"
_ORDER = (AIA, AKI, SKI, KEY_USAGE, SAN, BASIC_CONSTRAINTS, NAME_CONSTRAINTS, EXTENDED_KEY_USAGE)
_ANY_USAGE = "2.5.29.37.0"


class Refused(Exception):
    """Why a certificate is not taken; `kind` is "fatal", "exhausted" or another text's."""

    def __init__(self, text, kind="other", inner=None):
        super().__init__(text)
        self.kind, self.inner, self.certificate = kind, inner, None

    def about(self, certificate):
        self.certificate = certificate
        return self


def _of_extension(oid, reason):
    return Refused(f"invalid extension: {oid}: {reason}")


def value(oid, content):
    """The package's object of an extension."""
    try:
        return extension_reading.OF_CERTIFICATE[oid](content)
    except der.ParseError as error:
        raise Refused(f"ASN.1 parsing error: {error.shown}")


class _Rule:
    """Whether an extension must, may or must not be there, and what is asked of it."""

    def __init__(self, oid, presence, criticality=Criticality.AGNOSTIC, check=None, by_package=False):
        self.oid, self.presence, self.criticality, self.check = oid, presence, criticality, check
        self.by_package = by_package

    def permits(self, policy, certificate, found):
        if found is None:
            if self.presence == "must":
                raise _of_extension(self.oid, "Certificate is missing required extension")
        else:
            if self.presence == "must not":
                raise _of_extension(self.oid, "Certificate contains prohibited extension")
            critical = found[1]
            if self.criticality is (Criticality.NON_CRITICAL if critical else Criticality.CRITICAL):
                raise _of_extension(self.oid, "Certificate extension has incorrect criticality")
        if self.check is None:
            return
        if self.by_package:
            self._ask(policy, certificate, found)
        elif found is not None:
            self.check(policy, certificate, found)

    def _ask(self, policy, certificate, found):
        extension = None
        if found is not None:
            from cryptography import x509

            try:
                if self.oid in extension_reading.OF_REQUEST:
                    extension = extension_reading.OF_REQUEST[self.oid](found[2])
                else:
                    extension = x509.UnrecognizedExtension(ObjectIdentifier(self.oid), found[2])
            except Exception as error:
                text = str(error) if isinstance(error, der.ParseError) else f"{type(error).__name__}: {error}"
                raise Refused(f"{text} (while converting Extension to Python object)")
        try:
            result = self.check(policy, certificate, extension)
        except Exception as error:
            raise Refused(
                f"Python extension validator failed: {type(error).__name__}: {error}"
            )
        if result is not None:
            raise Refused("Python validator must return None.")


def _any_access(policy, certificate, found):
    value(AIA, found[2])


def _key_of_ca(policy, certificate, found):
    if value(AKI, found[2]).key_identifier is None:
        raise Refused("authorityKeyIdentifier must contain keyIdentifier")


def _usage_of_ca(policy, certificate, found):
    if not value(KEY_USAGE, found[2]).key_cert_sign:
        raise Refused("keyUsage.keyCertSign must be asserted in a CA certificate")


def _names_of_ca(policy, certificate, found):
    def subtrees(reader):
        fields = reader.sequence()
        return [fields.optional(tag) for tag in (0xA0, 0xA1)]

    if not any(each is not None and each.content for each in der.single(found[2], subtrees)):
        raise Refused("nameConstraints must have non-empty permittedSubtrees or excludedSubtrees")


def _purposes_of_ca(policy, certificate, found):
    purposes = {each.dotted_string for each in value(EXTENDED_KEY_USAGE, found[2])}
    if not purposes & {policy._purpose, _ANY_USAGE}:
        raise Refused("Neither EKU nor anyEKU could be found")


def _usage_of_leaf(policy, certificate, found):
    if value(KEY_USAGE, found[2]).key_cert_sign:
        raise Refused("EE keyUsage must not assert keyCertSign")


def _names_of_leaf(policy, certificate, found):
    empty, critical = not certificate._subject.content, found[1]
    if empty and not critical:
        raise Refused("EE subjectAltName MUST be critical when subject is empty")
    if critical and not empty:
        raise Refused("EE subjectAltName MUST NOT be critical when subject is nonempty")


def _constraints_of_leaf(policy, certificate, found):
    if value(BASIC_CONSTRAINTS, found[2]).ca:
        raise Refused("basicConstraints.cA must not be asserted in an EE certificate")


def _purposes_of_leaf(policy, certificate, found):
    if policy._purpose not in {each.dotted_string for each in value(EXTENDED_KEY_USAGE, found[2])}:
        raise Refused("required EKU not found")


class ExtensionPolicy:
    __module__ = MODULE

    def __new__(cls, *arguments, **named):
        raise cannot_create(cls)

    @classmethod
    def _of(cls, rules, configured=()):
        policy = object.__new__(cls)
        policy._rules, policy._configured = rules, frozenset(configured)
        return policy

    @staticmethod
    def permit_all():
        return ExtensionPolicy._of({oid: _Rule(oid, "may") for oid in _ORDER})

    @staticmethod
    def webpki_defaults_ca():
        critical, agnostic, not_critical = Criticality.CRITICAL, Criticality.AGNOSTIC, Criticality.NON_CRITICAL
        return ExtensionPolicy._of(_rules(
            (AIA, "may", not_critical, _any_access), (AKI, "may", not_critical, _key_of_ca),
            (SKI, "may", not_critical, None), (KEY_USAGE, "must", agnostic, _usage_of_ca),
            (SAN, "may", agnostic, None), (BASIC_CONSTRAINTS, "must", critical, None),
            (NAME_CONSTRAINTS, "may", agnostic, _names_of_ca),
            (EXTENDED_KEY_USAGE, "may", not_critical, _purposes_of_ca),
        ))

    @staticmethod
    def webpki_defaults_ee():
        agnostic, not_critical = Criticality.AGNOSTIC, Criticality.NON_CRITICAL
        return ExtensionPolicy._of(_rules(
            (AIA, "may", not_critical, _any_access), (AKI, "must", not_critical, None),
            (SKI, "may", agnostic, None), (KEY_USAGE, "may", agnostic, _usage_of_leaf),
            (SAN, "must", agnostic, _names_of_leaf), (BASIC_CONSTRAINTS, "may", agnostic, _constraints_of_leaf),
            (NAME_CONSTRAINTS, "must not", agnostic, None),
            (EXTENDED_KEY_USAGE, "may", not_critical, _purposes_of_leaf),
        ))

    def _with(self, extension_type, presence, criticality=Criticality.AGNOSTIC, validator=None):
        from cryptography.x509 import ExtensionType

        instance("extension_type", extension_type, type)
        if not issubclass(extension_type, ExtensionType):
            raise TypeError("extension_type must be a subclass of ExtensionType")
        instance("criticality", criticality, Criticality)
        oid = extension_type.oid.dotted_string
        if oid in self._configured:
            raise ValueError(f"ExtensionPolicy already configured for extension with OID {oid}")
        rule = _Rule(oid, presence, criticality, validator, by_package=True)
        return ExtensionPolicy._of({**self._rules, oid: rule}, self._configured | {oid})

    def require_not_present(self, extension_type):
        return self._with(extension_type, "must not")

    def may_be_present(self, extension_type, criticality, validator_cb):
        return self._with(extension_type, "may", criticality, validator_cb)

    def require_present(self, extension_type, criticality, validator_cb):
        return self._with(extension_type, "must", criticality, validator_cb)

    def _requires(self, oid):
        return self._rules[oid].presence == "must"

    def _permits(self, policy, certificate):
        seen = set()
        for found in certificate._raw_extensions:
            rule = self._rules.get(found[0])
            if rule is not None:
                seen.add(found[0])
                rule.permits(policy, certificate, found)
            elif found[1]:
                raise _of_extension(found[0], "certificate contains unaccounted-for critical extensions")
        for oid, rule in self._rules.items():
            if oid not in seen:
                rule.permits(policy, certificate, None)


def _rules(*rows):
    return {row[0]: _Rule(*row) for row in rows}
