"""The key that signs access tokens: ECDSA on P-256 (ES256), which all JWT libraries support."""

import base64
import hashlib
import json
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import ECAlgorithm

from kinoteka.infrastructure.keys import SIGNING_FILE, KeyUnusable, read_or_create_secret

ALGORITHM = "ES256"


class SigningKey:
    """A private key, its public half as a JWK (RFC 7517), and its id (RFC 7638)."""

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self.private = private
        self.public = private.public_key()
        jwk = ECAlgorithm.to_jwk(self.public, as_dict=True)
        thumbprint = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
        canonical = json.dumps(thumbprint, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(canonical.encode()).digest()
        self.id = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        self.jwk = {**thumbprint, "kid": self.id, "use": "sig", "alg": ALGORITHM}

    @classmethod
    def load(cls, folder: Path, setting: str = "") -> "SigningKey":
        """Load the key from the setting, or else from `signing-key.pem` in the data folder.

        Raises:
            KeyUnusable: it is not a private key on P-256.
        """
        if setting:
            return cls._read(setting.replace("\\n", "\n").encode(), "KINOTEKA_SIGNING_KEY")
        new_key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        path = folder / SIGNING_FILE
        return cls._read(read_or_create_secret(path, new_key), str(path))

    @classmethod
    def _read(cls, pem: bytes, source: str) -> "SigningKey":
        try:
            key = load_pem_private_key(pem, None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
            return cls(key)
        raise KeyUnusable(
            f"{source} is not a private key on P-256 in PEM format. Restore it from a backup. "
            "Without a backup, remove it: the next start creates a new key, and clients have to "
            "refresh their access tokens"
        )
