import base64
import hashlib
import json
import stat

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kinoteka.core.tokens.signing import SigningKey
from kinoteka.infrastructure.keys import KeyUnusable


def test_key_is_created_once_and_reused(tmp_path):
    key = SigningKey.load(tmp_path)
    assert SigningKey.load(tmp_path).id == key.id
    assert stat.S_IMODE((tmp_path / "signing-key.pem").stat().st_mode) == 0o600


def test_jwk_of_the_public_key_verifies_signatures(tmp_path):
    key = SigningKey.load(tmp_path)
    assert set(key.jwk) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    read = jwt.PyJWK(key.jwk)
    token = jwt.encode({"a": 1}, key.private, "ES256")
    assert jwt.decode(token, read.key, ["ES256"]) == {"a": 1}


def test_id_is_the_thumbprint_of_rfc_7638(tmp_path):
    key = SigningKey.load(tmp_path)
    needed = {name: key.jwk[name] for name in ("crv", "kty", "x", "y")}
    text = json.dumps(needed, separators=(",", ":"), sort_keys=True)
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
    assert key.id == key.jwk["kid"] == digest.rstrip(b"=").decode()


def test_key_of_another_type_is_rejected(tmp_path):
    other = ed25519.Ed25519PrivateKey.generate()
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "signing-key.pem").write_bytes(pem)
    with pytest.raises(KeyUnusable, match="P-256"):
        SigningKey.load(tmp_path)


def test_key_on_another_curve_is_rejected(tmp_path):
    other = ec.generate_private_key(ec.SECP384R1())
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "signing-key.pem").write_bytes(pem)
    with pytest.raises(KeyUnusable, match="P-256"):
        SigningKey.load(tmp_path)


@pytest.mark.parametrize("pem", ["", "none", "-----BEGIN PRIVATE KEY-----\n"])
def test_malformed_key_is_rejected_without_revealing_it(tmp_path, pem):
    with pytest.raises(KeyUnusable, match="KINOTEKA_SIGNING_KEY is not a private key") as error:
        SigningKey.load(tmp_path, pem or " ")
    assert not pem or pem not in str(error.value)
