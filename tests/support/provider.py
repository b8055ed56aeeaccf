"""An identity provider on this machine: OpenID Connect as a log-in needs it, and as wrong as a test wants."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.support.listening import listening

CLIENT, SECRET = "hotspots", "the secret of the client"


@dataclass
class Provider:
    """What it says of who logs in.

    Attributes
    ----------
    issuer : str
    claims : dict
        Of the next ID token, over the usual ones.
    key : object
        That the next token is signed with; the published one unless a test takes another.
    algorithm : str
    """

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    key: Any = None
    algorithm: str = "RS256"
    published: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> Flask:
        """Its routes."""
        app = Flask("provider")

        @app.get("/.well-known/openid-configuration")
        def described() -> Response:
            return jsonify(
                issuer=self.issuer,
                authorization_endpoint=f"{self.issuer}/authorize",
                token_endpoint=f"{self.issuer}/token",
                jwks_uri=f"{self.issuer}/keys",
                end_session_endpoint=f"{self.issuer}/out",
                id_token_signing_alg_values_supported=["none", "HS256", "RS256"],
            )

        @app.get("/keys")
        def keys() -> Response:
            return jsonify(keys=[self.published.as_dict(private=False)])

        @app.get("/authorize")
        def authorize() -> Any:
            """A person says yes at once."""
            asked = request.args.to_dict()
            assert asked["response_type"] == "code" and asked["client_id"] == CLIENT
            assert asked["code_challenge_method"] == "S256" and asked["nonce"] and asked["state"]
            code = secrets.token_urlsafe(8)
            self.asked[code] = asked
            back = urlencode({"code": code, "state": asked["state"]})
            return redirect(f"{asked['redirect_uri']}?{back}")

        @app.post("/token")
        def token() -> Any:
            asked = self.asked.pop(request.form["code"], None)
            challenge = hashlib.sha256(request.form["code_verifier"].encode()).digest()
            challenge_text = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
            known = request.authorization
            if (
                asked is None
                or challenge_text != asked["code_challenge"]
                or request.form["redirect_uri"] != asked["redirect_uri"]
                or known is None
                or (known.username, known.password) != (CLIENT, SECRET)
            ):
                return jsonify(error="invalid_grant"), 400
            now = int(datetime.now(UTC).timestamp())
            claims = {
                "iss": self.issuer,
                "sub": "0f3a-ann",
                "aud": CLIENT,
                "iat": now,
                "exp": now + 60,
                "nonce": asked["nonce"],
                "preferred_username": "ann@force.example",
                "groups": ["staff", "analysts"],
            } | self.claims
            header = {"alg": self.algorithm, "kid": "one"}
            signed = jwt.encode(header, claims, self.key or self.published, algorithms=[self.algorithm])
            return jsonify(access_token="opaque", token_type="Bearer", id_token=signed, expires_in=60)

        return app

    def forge(self) -> None:
        """Sign the next token with a key of somebody else."""
        self.key = RSAKey.generate_key(2048, {"kid": "one"})

    def sign_with_the_clients_secret(self) -> None:
        """Sign it with what the client knows too."""
        self.key, self.algorithm = OctKey.import_key(SECRET), "HS256"


@contextmanager
def provider() -> Iterator[Provider]:
    """Serve one on a free port."""
    made = Provider()
    with listening(made.app()) as made.issuer:
        yield made
