"""How does an identity provider say who somebody is? OpenID Connect, by the authorisation code with PKCE."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import session

from geo.access.file import Provider

if TYPE_CHECKING:
    from flask import Flask

DISCOVERY = "/.well-known/openid-configuration"
ALGORITHMS = frozenset("RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA".split())
"""Signatures of ID tokens that are taken: those that only the provider can make."""
PATIENCE = 10.0
"""Seconds that the provider may take."""
WANTED = "wanted"


class NoAnswer(Exception):
    """Why the provider does not say who somebody is, for the server's own log."""


@dataclass(frozen=True)
class Who:
    """Whom the provider names.

    Attributes
    ----------
    subject : str
        For ever theirs at this provider.
    name : str
    groups : tuple of str
    wanted : str
        Query string that they wanted before they went there.
    """

    subject: str
    name: str
    groups: tuple[str, ...]
    wanted: str


class Provided:
    """An identity provider that is connected to the desk.

    Parameters
    ----------
    client : FlaskOAuth2App
    provider : Provider
    """

    def __init__(self, client: Any, provider: Provider) -> None:
        self._client, self._provider, self.label = client, provider, provider.label

    def away(self, back: str, wanted: str) -> Any:
        """Send a browser to the provider, which sends it ``back``."""
        self._described()
        session.clear()
        session[WANTED] = wanted
        return self._client.authorize_redirect(back)

    def who(self) -> Who:
        """Whom the provider names, of a browser that it sent back.

        Raises
        ------
        NoAnswer
            If it names nobody, or what came is not what was asked for.
        """
        self._described()
        wanted = str(session.pop(WANTED, ""))
        try:
            claims = self._client.authorize_access_token().get("userinfo")
        except Exception as error:  # whatever is wrong with what came, nobody is let in
            raise NoAnswer(f"{type(error).__name__}: {error}") from error
        finally:
            session.clear()
        if not claims or not claims.get("sub"):
            raise NoAnswer("it sent no ID token")
        name = str(claims.get(self._provider.name_claim) or claims["sub"])
        given = claims.get(self._provider.groups_claim) or []
        groups = [given] if isinstance(given, str) else [str(one) for one in given]
        return Who(str(claims["sub"]), "".join(filter(str.isprintable, name))[:80], tuple(groups), wanted)

    def out(self, back: str) -> Any:
        """Send a browser to the provider to log out there too; it may come ``back``.

        Raises
        ------
        NoAnswer
            If the provider has no such address, or does not answer.
        """
        self._described()
        try:
            client = self._provider.client
            return self._client.logout_redirect(post_logout_redirect_uri=back, client_id=client)
        except RuntimeError as error:
            raise NoAnswer(f"{error}") from error

    def _described(self) -> None:
        """Have the provider's own description, and hold it to signatures that cannot be forged."""
        try:
            metadata = self._client.load_server_metadata()
        except Exception as error:  # it cannot be reached, or says something else
            raise NoAnswer(f"{type(error).__name__}: {error}") from error
        if metadata.get("issuer", "").rstrip("/") != self._provider.issuer.rstrip("/"):
            raise NoAnswer(f"it calls itself {metadata.get('issuer')}, not {self._provider.issuer}")
        key = "id_token_signing_alg_values_supported"
        metadata[key] = [one for one in metadata.get(key, []) if one in ALGORITHMS] or ["RS256"]


def connect(app: Flask, provider: Provider) -> Provided:
    """Connect the desk to an identity provider; it is asked for its description at the first log-in."""
    from authlib.integrations.flask_client import OAuth

    client = OAuth(app).register(
        "provider",
        server_metadata_url=provider.issuer.rstrip("/") + DISCOVERY,
        client_id=provider.client,
        client_secret=provider.secret,
        client_kwargs={
            "scope": provider.scopes,
            "code_challenge_method": "S256",
            "default_timeout": PATIENCE,
        },
    )
    return Provided(client, provider)
