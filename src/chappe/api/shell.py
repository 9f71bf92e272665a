"""The ASGI layer around every address under /v1: key, limit, transaction, idempotency.

An answer is held until the work is committed; if the commit fails, the error is sent in its place.
"""

from typing import Any

from litestar import Request
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPResponseStartEvent, HTTPScope, Message, Receive, Scope, Send

from chappe.api import idempotency
from chappe.api.caller import CALLER, Authenticator, identify
from chappe.api.form_digest import FormDigest
from chappe.api.idempotency import Answer, Keyed, Standing
from chappe.api.limits import RateLimiter
from chappe.api.problems import error_response
from chappe.api.transaction import WORK, Work
from chappe.db.pool import Database
from chappe.kit.errors import Problem
from chappe.web.given import given

# In the scope's state: the `Keyed` of a request whose handler does its own bookkeeping (opt `GATHERED`).
KEYED = "keyed"
GATHERED = "gathered"
# On an answer that was given before.
REPLAYED = {"idempotent-replayed": "true"}


class NulInAddress(Problem):
    """The path or the query holds the character U+0000."""

    code = "nul_in_address"
    status = 422
    title = "The address cannot be used"


class ApiShell:
    """Middleware of the /v1 router. The application hands it `db`, `authenticator` and `limiter`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] == "OPTIONS":
            await self._app(scope, receive, send)
            return
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        _refuse_nul(scope)
        objects = given(scope)
        db: Database = objects["db"]
        authenticator: Authenticator = objects["authenticator"]
        limiter: RateLimiter = objects["limiter"]
        caller = await identify(authenticator, request.headers.get("authorization"))
        left = limiter.take(caller.key_id)
        work = Work(db, caller.workspace_id)
        scope["state"][CALLER] = caller
        scope["state"][WORK] = work
        exchange = _Exchange(scope, receive, with_limits(send, limiter.policy, left), work)
        key = _key_of(request)
        try:
            if key is None:
                await exchange.run(self._app)
                return
            content_type = request.headers.get("content-type", "")
            if content_type.startswith("multipart/"):
                form = FormDigest(scope["method"], scope["path"], content_type, receive)
                await exchange.run_form_once(self._app, caller.workspace_id, key, form)
                return
            body = await request.body()
            keyed = Keyed(key, idempotency.fingerprint(scope["method"], scope["path"], body))
            if scope["route_handler"].opt.get(GATHERED):
                scope["state"][KEYED] = keyed
                await exchange.run(self._app)
            else:
                await exchange.run_once(self._app, caller.workspace_id, keyed)
        finally:
            await work.undo()


class _Exchange:
    """One request on its way through, its answer held until the transaction has ended."""

    def __init__(self, scope: HTTPScope, receive: Receive, send: Send, work: Work) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._work = work
        self._start: HTTPResponseStartEvent | None = None
        self._body = bytearray()
        self._failed = False

    async def run(self, app: ASGIApp) -> None:
        """The handler, then the commit, then its answer, streamed if it streams."""

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._start = message
                return
            if self._start is not None:
                await self._finish(self._start["status"] < 400)
                start, self._start = self._start, None
                if not self._failed:
                    await self._send(start)
            if not self._failed:
                await self._send(message)

        await app(self._scope, self._receive, send)

    async def run_once(self, app: ASGIApp, workspace_id: int, keyed: Keyed) -> None:
        """As `run`, unless the key has its answer already; success is stored under the key."""
        conn = await self._work.connection()
        found = (await idempotency.claim(conn, workspace_id, [keyed]))[keyed.key]
        if isinstance(found, Answer):
            await self._replay(found)
            return
        if found is not Standing.FRESH:
            raise idempotency.refusal(found, keyed.key)
        await app(self._scope, self._receive, self._hold)
        await self._answer(workspace_id, keyed)

    async def run_form_once(self, app: ASGIApp, workspace_id: int, key: str, form: FormDigest) -> None:
        """As `run_once`, for a form: what it says is known only when all of it has been read."""
        conn = await self._work.connection()
        found = await idempotency.standing(conn, workspace_id, key)
        if found is Standing.FRESH:
            await app(self._scope, form.receive, self._hold)
            await self._answer(workspace_id, Keyed(key, await form.whole()))
        elif isinstance(found, Standing):
            raise idempotency.refusal(found, key)
        elif found.fingerprint == await form.whole():
            await self._replay(found.answer)
        else:
            raise idempotency.refusal(Standing.REUSED, key)

    async def _hold(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            self._body += message["body"]

    async def _answer(self, workspace_id: int, keyed: Keyed) -> None:
        assert self._start is not None
        await self._finish(self._start["status"] < 400, workspace_id, keyed)
        if not self._failed:
            await self._send(self._start)
            await self._send({"type": "http.response.body", "body": bytes(self._body), "more_body": False})

    async def _finish(self, good: bool, workspace_id: int = 0, keyed: Keyed | None = None) -> None:
        """End the transaction; what goes wrong now is answered in place of the handler's answer."""
        try:
            if not good:
                await self._work.undo()
                return
            if keyed is not None and self._start is not None:
                answer = Answer(self._start["status"], bytes(self._body))
                await idempotency.keep(await self._work.connection(), workspace_id, [(keyed, answer)])
            await self._work.commit()
        except Exception as error:
            self._failed = True
            await self._send_error(error)

    async def _send_error(self, error: Exception) -> None:
        request: Request[Any, Any, Any] = Request(self._scope)
        response = error_response(request, error)
        await response.to_asgi_response(app=None, request=request)(self._scope, self._receive, self._send)

    async def _replay(self, answer: Answer) -> None:
        headers = [(b"content-type", b"application/json")]
        headers += [(name.encode(), value.encode()) for name, value in REPLAYED.items()]
        headers.append((b"content-length", str(len(answer.body)).encode()))
        await self._send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await self._send({"type": "http.response.body", "body": answer.body, "more_body": False})


def _key_of(request: Request[Any, Any, Any]) -> str | None:
    header = request.headers.get("idempotency-key")
    return None if header is None or request.method != "POST" else idempotency.read_key(header)


def with_limits(send: Send, policy: str, left: str) -> Send:
    """`send`, telling in the head of the answer how much the key may ask (`RateLimiter`)."""

    async def stamped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            headers["ratelimit-policy"] = policy
            headers["ratelimit"] = left
        await send(message)

    return stamped


def _refuse_nul(scope: HTTPScope) -> None:
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        raise NulInAddress("The address holds the character U+0000 (%00). Remove it.")
