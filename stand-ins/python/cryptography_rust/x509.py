"""krait: `_rust.x509` of cryptography's stand-in, from its parts."""

from _krait_stand_ins.cryptography_rust.certificates import (
    Certificate, create_x509_certificate, load_der_x509_certificate, load_pem_x509_certificate,
    load_pem_x509_certificates,
)
from _krait_stand_ins.cryptography_rust.extension_writing import encode_extension_value
from _krait_stand_ins.cryptography_rust.names import encode_name_bytes, parse_name_bytes
from _krait_stand_ins.cryptography_rust.requests import (
    CertificateSigningRequest, create_x509_csr, load_der_x509_csr, load_pem_x509_csr,
)
from _krait_stand_ins.cryptography_rust.revocation import (
    CertificateRevocationList, RevokedCertificate, create_revoked_certificate, create_x509_crl, load_der_x509_crl,
    load_pem_x509_crl,
)
from _krait_stand_ins.cryptography_rust.transparency import Sct
from _krait_stand_ins.cryptography_rust.verification import (
    ClientVerifier, Policy, PolicyBuilder, ServerVerifier, Store, VerificationError, VerifiedClient,
)
from _krait_stand_ins.cryptography_rust.verification_policy import Criticality, ExtensionPolicy

__all__ = [
    "Certificate", "CertificateRevocationList", "CertificateSigningRequest", "ClientVerifier", "Criticality",
    "ExtensionPolicy", "Policy", "PolicyBuilder", "RevokedCertificate", "Sct", "ServerVerifier", "Store",
    "VerificationError", "VerifiedClient",
    "create_revoked_certificate", "create_x509_certificate", "create_x509_crl", "create_x509_csr",
    "encode_extension_value", "encode_name_bytes", "load_der_x509_certificate", "load_der_x509_crl",
    "load_der_x509_csr", "load_pem_x509_certificate", "load_pem_x509_certificates", "load_pem_x509_crl",
    "load_pem_x509_csr", "parse_name_bytes",
]
