"""When certificates of ours end."""

from datetime import datetime
from pathlib import Path

from cryptography import x509


def ends(certificate: Path) -> datetime:
    """When the first certificate in a PEM file is no longer valid. Raises OSError, and ValueError for what is none."""
    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
