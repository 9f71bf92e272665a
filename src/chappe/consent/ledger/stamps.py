"""Time stamps of RFC 3161: what an authority says of the moment at which it saw some octets."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256, sha512

from cryptography.x509 import Certificate
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

_SHA256 = "2.16.840.1.101.3.4.2.1"
_SHA512 = "2.16.840.1.101.3.4.2.3"
_DIGESTS = {_SHA256: sha256, _SHA512: sha512}


class BadStamp(Exception):
    """It is none, or of something else, or of nobody who is trusted."""


def request(message: bytes) -> bytes:
    """What the authority is sent: a digest alone; it learns nothing."""
    builder = TimestampRequestBuilder(data=message, hash_algorithm=HashAlgorithm.SHA256)
    return bytes(builder.build().as_bytes())


def read(answer: bytes, message: bytes, roots: Sequence[Certificate] = ()) -> datetime:
    """The moment of the stamp. BadStamp when it was refused, is on other octets or, with `roots`, not signed
    by an authority under one of them. Without, whose stamp it is is not looked at.
    """
    try:
        stamp = decode_timestamp_response(answer)
        if PKIStatus(stamp.status) is not PKIStatus.GRANTED:
            raise BadStamp("the authority refused")
        imprint = stamp.tst_info.message_imprint
        digest = _DIGESTS.get(imprint.hash_algorithm.dotted_string)
        if digest is None or imprint.message != digest(message).digest():
            raise BadStamp("it is on something else")
        if roots and not any(_signed_under(root, stamp, message) for root in roots):
            raise BadStamp("no trusted authority signed it")
        return stamp.tst_info.gen_time
    except ValueError as error:
        raise BadStamp(str(error)) from None


def _signed_under(root: Certificate, stamp: TimeStampResponse, message: bytes) -> bool:
    verifier = VerifierBuilder(roots=[root]).build()
    try:
        return verifier.verify_message(stamp, message)
    except VerificationError:
        return False
