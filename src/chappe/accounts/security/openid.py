"""OpenID Connect with one provider: discovery, the way there with PKCE, the way back, what it vouches for.

OpenID Connect Core 1.0, the authorization code flow (section 3.1) with PKCE (RFC 7636). authlib makes and
checks the parts; the transport is our own client, with its limits.
"""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chappe.accounts.errors import ProviderFailed, ProviderInternal
from chappe.config.settings import Secret, is_loopback
from chappe.kit.outbound import AddressRefused

# Signatures that anybody can check and only the provider can make: never "none", never a shared secret.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
PATIENCE = 10.0
_MOST = 200_000
# Clocks of two machines.
_LEEWAY = 60


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """As an owner registered it. `secret` is None for a public client."""

    issuer: str
    client_id: str
    secret: Secret | None


class Endpoints(msgspec.Struct, frozen=True):
    """What the provider says of itself (OpenID Connect Discovery 1.0 section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class Vouched(msgspec.Struct, frozen=True):
    """Whom the provider vouches for. `verified`: that the address is theirs."""

    subject: str
    email: str
    verified: bool


async def discover(http: httpx.AsyncClient, issuer: str) -> Endpoints:
    """ProviderFailed: what answers there is not that issuer."""
    if not is_safe(issuer):
        raise ProviderFailed("Write the issuer's address with https://.", field="issuer")
    raw = await _get(http, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    try:
        found = msgspec.convert(raw, Endpoints)
    except msgspec.ValidationError:
        raise ProviderFailed("What answers at the issuer's address is no provider.", field="issuer") from None
    # Section 4.3: it must be the issuer that was asked, or another could speak for it.
    if found.issuer != issuer or not all(map(is_safe, (found.token_endpoint, found.jwks_uri))):
        raise ProviderFailed(f"The provider calls itself {found.issuer[:200]}: write that.", field="issuer")
    return found


def way_there(
    provider: Provider, endpoints: Endpoints, redirect_uri: str, *, state: str, nonce: str, verifier: str,
    email: str,
) -> str:  # fmt: skip
    """The address that the person is sent to."""
    address: str = prepare_grant_uri(
        endpoints.authorization_endpoint,
        provider.client_id,
        "code",
        redirect_uri=redirect_uri,
        scope="openid email",
        state=state,
        nonce=nonce,
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
        login_hint=email,
    )
    return address


async def way_back(
    http: httpx.AsyncClient,
    provider: Provider,
    endpoints: Endpoints,
    redirect_uri: str,
    *,
    code: str,
    nonce: str,
    verifier: str,
    now: datetime,
) -> Vouched:
    """Whom the code stands for. ProviderFailed when the provider, or what it signed, cannot be believed."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": provider.client_id,
        "code_verifier": verifier,
    }
    answer = await _answered(http.post(endpoints.token_endpoint, data=form, headers=_authorization(provider)))
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise ProviderFailed("The provider sent no identity.")
    keys = await _get(http, endpoints.jwks_uri)
    return _believed(token, keys, provider, endpoints, nonce, now)


def _believed(
    token: str, keys: Mapping[str, Any], provider: Provider, endpoints: Endpoints, nonce: str, now: datetime
) -> Vouched:
    """Section 3.1.3.7: signed by the provider, for us, in this very login, and not out of date."""
    try:
        read = jwt.decode(token, KeySet.import_key_set(dict(keys)), algorithms=list(_ALGORITHMS))  # type: ignore[arg-type]  # it checks the set itself
        claims = CodeIDToken(
            read.claims,
            read.header,
            {
                "iss": {"essential": True, "value": endpoints.issuer},
                "aud": {"essential": True, "value": provider.client_id},
                "nonce": {"essential": True, "value": nonce},
            },
            {"nonce": nonce, "client_id": provider.client_id},
        )
        claims.validate(now=int(now.timestamp()), leeway=_LEEWAY)
    except (JoseError, ValueError, KeyError) as error:
        raise ProviderFailed(
            f"What the provider signed cannot be believed ({type(error).__name__})."
        ) from error
    email = claims.get("email")
    return Vouched(
        str(claims["sub"]),
        email.lower() if isinstance(email, str) else "",
        claims.get("email_verified") is True,
    )


def is_safe(address: str) -> bool:
    """HTTPS, or this machine."""
    parts = urlsplit(address)
    local = parts.scheme == "http" and is_loopback(parts.hostname or "")
    return bool(parts.hostname) and (parts.scheme == "https" or local)


def _authorization(provider: Provider) -> dict[str, str]:
    """RFC 6749 section 2.3.1; a public client has its verifier alone."""
    if provider.secret is None:
        return {}
    pair = f"{provider.client_id}:{provider.secret.reveal()}".encode()
    return {"authorization": f"Basic {base64.b64encode(pair).decode()}"}


async def _get(http: httpx.AsyncClient, address: str) -> dict[str, Any]:
    return await _answered(http.get(address))


async def _answered(asking: Any) -> dict[str, Any]:
    try:
        answer: httpx.Response = await asking
    except AddressRefused as error:
        raise ProviderInternal(
            "This address leads into an internal network. Whoever operates this server can open it: setting "
            "internal_networks.",
            field="issuer",
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProviderFailed(
            f"The provider does not answer ({type(error).__name__}).", field="issuer"
        ) from error
    if answer.status_code != 200 or len(answer.content) > _MOST:
        raise ProviderFailed(f"The provider answered with status {answer.status_code}.", field="issuer")
    try:
        return msgspec.json.decode(answer.content, type=dict[str, Any])
    except msgspec.DecodeError:
        raise ProviderFailed("The provider's answer is no JSON.", field="issuer") from None
