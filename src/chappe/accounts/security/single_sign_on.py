"""Single sign-on: an e-mail's domain leads to the provider of a workspace, which lets its people in there.

A provider speaks for one workspace only. Its owner could make it say anything; so a session that it opened
stays in that workspace, whatever others the person belongs to.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from chappe.accounts import audit
from chappe.accounts import service as accounts
from chappe.accounts.errors import DomainTaken, NoProvider, NotAMember, NotVouched, SignOnOver
from chappe.accounts.model import NewSession
from chappe.accounts.security import openid
from chappe.accounts.security import sign_on_repo as repo
from chappe.accounts.security.model import Via
from chappe.accounts.security.openid import Provider, Vouched
from chappe.accounts.security.sign_on_repo import Attempt, StoredProvider
from chappe.config.settings import Secret
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection, Database
from chappe.kit.clock import Clock
from chappe.kit.crypto import new_token, sha256
from chappe.kit.origin import Origin
from chappe.kit.outbound import Outbound

CALLBACK = "/login/sso/callback"
AWAY = timedelta(minutes=10)

any_configured = repo.any_configured


class SingleSignOn:
    """One per process. `base_url` is the address that people open, to which the provider leads back."""

    def __init__(
        self, db: Database, keys: InstanceKeys, clock: Clock, base_url: str, outbound: Outbound
    ) -> None:
        self._db = db
        self._keys = keys
        self._clock = clock
        self._outbound = outbound
        self.redirect_uri = f"{base_url}{CALLBACK}"

    async def begin(self, email: str, wanted: str, browser: str) -> tuple[str, str]:
        """The provider's name and the address to go to. `browser` is the secret in its cookie. NoProvider for
        a domain that none has; ProviderFailed.
        """
        email = email.strip().lower()
        async with self._db.engine_transaction() as conn:
            workspace_id = await repo.workspace_of_domain(conn, email.rpartition("@")[2])
            stored = None if workspace_id is None else await repo.provider(conn, workspace_id)
        if stored is None:
            raise NoProvider("Nobody set up single sign-on for this address.", field="email")
        state, nonce, verifier = new_token(), new_token(), new_token(48)
        provider = self._opened(stored)
        async with self._outbound.client(openid.PATIENCE) as http:
            endpoints = await openid.discover(http, provider.issuer)
        attempt = Attempt(workspace_id=stored.workspace_id, verifier=verifier, nonce=nonce, wanted=wanted)
        async with self._db.engine_transaction() as conn:
            expires_at = self._clock.now() + AWAY
            await repo.add_attempt(conn, sha256(state), sha256(browser), attempt, expires_at)
        address = openid.way_there(
            provider, endpoints, self.redirect_uri, state=state, nonce=nonce, verifier=verifier, email=email
        )
        return stored.name, address

    async def finish(self, state: str, code: str, browser: str, origin: Origin) -> tuple[NewSession, str]:
        """The session, and where the person wanted to go. SignOnOver, ProviderFailed, NotVouched,
        NotAMember.
        """
        now = self._clock.now()
        async with self._db.engine_transaction() as conn:
            attempt = await repo.take_attempt(conn, sha256(state), sha256(browser), now)
            stored = None if attempt is None else await repo.provider(conn, attempt.workspace_id)
        if attempt is None or stored is None:
            raise SignOnOver("Begin again: this login was used, or took too long.")
        provider = self._opened(stored)
        async with self._outbound.client(openid.PATIENCE) as http:
            endpoints = await openid.discover(http, provider.issuer)
            vouched = await openid.way_back(
                http,
                provider,
                endpoints,
                self.redirect_uri,
                code=code,
                nonce=attempt.nonce,
                verifier=attempt.verifier,
                now=now,
            )
        async with self._db.engine_transaction() as conn:
            session = await self._let_in(conn, stored, vouched, origin)
        return session, attempt.wanted

    async def _let_in(
        self, conn: Connection, stored: StoredProvider, vouched: Vouched, origin: Origin
    ) -> NewSession:
        if not vouched.email or not vouched.verified:
            raise NotVouched("The provider does not vouch for the address. Ask who runs it.")
        if vouched.email.rpartition("@")[2] not in stored.domains:
            raise NotVouched("The provider spoke of an address that is not of its domains.")
        user = await repo.member(conn, stored.workspace_id, vouched.email)
        if user is None:
            raise NotAMember("You have no account in this workspace. Ask its owner for an invitation.")
        via = Via.SINGLE_SIGN_ON
        return await accounts.open_session(conn, self._clock, stored.workspace_id, user, origin, via)

    async def configured(self, conn: Connection, workspace_id: int) -> StoredProvider | None:
        return await repo.provider(conn, workspace_id)

    async def configure(
        self,
        workspace_id: int,
        user_id: UUID,
        *,
        name: str,
        issuer: str,
        client_id: str,
        secret: str,
        domains: Sequence[str],
        origin: Origin,
    ) -> None:
        """Keep a provider that has answered. An empty secret keeps the one before. ProviderFailed,
        DomainTaken.
        """
        async with self._outbound.client(openid.PATIENCE) as http:
            await openid.discover(http, issuer)
        sealed = self._keys.seal(secret.encode(), context=_context(workspace_id)) if secret else None
        new = StoredProvider(
            workspace_id=workspace_id,
            name=name,
            issuer=issuer,
            client_id=client_id,
            client_secret=sealed,
            domains=sorted(set(domains)),
        )
        async with self._db.engine_transaction() as conn:
            got = await repo.keep_provider(conn, new)
            if taken := repo.unknown_domains(new.domains, got):
                raise DomainTaken(f"Another workspace has {', '.join(taken)}.", field="domains")
            await audit.record(
                conn,
                workspace_id=workspace_id,
                actor=audit.Person(user_id),
                action="single_sign_on.changed",
                after={"name": name, "issuer": issuer, "client_id": client_id, "domains": new.domains},
                address=origin,
            )

    async def remove(self, conn: Connection, workspace_id: int) -> bool:
        return await repo.drop_provider(conn, workspace_id)

    def _opened(self, stored: StoredProvider) -> Provider:
        sealed = stored.client_secret
        secret = None
        if sealed is not None:
            plain = self._keys.unseal(sealed, context=_context(stored.workspace_id))
            secret = Secret(plain.decode())
        return Provider(issuer=stored.issuer, client_id=stored.client_id, secret=secret)


def _context(workspace_id: int) -> str:
    return f"single_sign_on {workspace_id}"
