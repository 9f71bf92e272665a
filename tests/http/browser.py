"""A browser without scripts on the live server: an HTTP client that keeps cookies and reads forms."""

import re

import httpx


class Browser:
    """Sends what a browser would. Cookies marked Secure are kept by hand: the client drops them on HTTP."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.cookies: dict[str, str] = {}

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return self._keep(await self.http.get(path, headers=self._headers(headers)))

    async def post(self, path: str, form: dict[str, str], *, token: str | None = None) -> httpx.Response:
        """Sends a form with the token of the login page, or the given one."""
        if token is None:
            token = self.token(await self.get("/login"))
        data = form | ({"_csrf_token": token} if token else {})
        return self._keep(await self.http.post(path, data=data, headers=self._headers({})))

    async def log_in(self, password: str = "correct horse battery") -> httpx.Response:
        return await self.post("/login", {"email": "owner@localhost", "password": password})

    def token(self, page: httpx.Response) -> str:
        found = re.search(r'name="_csrf_token" value="(\w+)"', page.text)
        return found[1] if found else self.cookies.get("__Host-chappe-csrf", "")

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"accept": "text/html", "cookie": cookie} | more

    def _keep(self, response: httpx.Response) -> httpx.Response:
        for line in response.headers.get_list("set-cookie"):
            name, _, value = line.split(";")[0].partition("=")
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value.strip('"')
        return response
