"""Who the org says one is: tokens, the user behind a token, and what the token is good for."""

from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.salesforce.sandbox.asked import answer
from connectors.salesforce.sandbox.errors import SalesforceError
from connectors.salesforce.sandbox.org import Org
from connectors.salesforce.sandbox.people import INTEGRATION_USER
from connectors.salesforce.sandbox.tokens import TokenError, Tokens


class Identity:
    """The addresses under /services/oauth2 and /id.

    `instance_url` is what a token's answer names as the org's address; None is localhost with the
    port that was asked, whatever host the caller meant.
    """

    def __init__(self, org: Org, tokens: Tokens, instance_url: str | None = None) -> None:
        self._org = org
        self._tokens = tokens
        self.instance_url = instance_url

    def answer(self, request: Request, path: str) -> Response:
        """Answer one call."""
        try:
            match path.removeprefix("/services/oauth2/"), request.method:
                case "token", "POST":
                    return self._token(request)
                case "revoke", "POST" | "GET":
                    self._tokens.revoke(request.values.get("token", ""))
                    return Response(b"", 200)
                case "userinfo", "GET" | "POST":
                    return answer(self._user(request))
        except TokenError as exc:
            return answer(exc.body(), 400)
        except SalesforceError:
            return Response("Bad_OAuth_Token", 403, mimetype="text/html")
        if path == f"/id/{self._org.id}/{self._org.user_id}":
            return self._identity(request)
        return Response("Not Found", 404, mimetype="text/html")

    def base(self, request: Request) -> str:
        """The org's address for this caller."""
        if self.instance_url:
            return self.instance_url.rstrip("/")
        return f"{request.scheme}://localhost:{request.environ['SERVER_PORT']}"

    def address(self, request: Request) -> str:
        """The address that says who the integration user is."""
        return f"{self.base(request)}/id/{self._org.id}/{self._org.user_id}"

    def _token(self, request: Request) -> Response:
        authorization = request.headers.get("Authorization", "")
        token = self._tokens.issue(request.form.to_dict(), authorization)
        issued = str(int(self._org.clock().timestamp() * 1000))
        return answer(
            {
                "access_token": token,
                "signature": "c2FuZGJveCBzaWduYXR1cmU=",
                "scope": "api id",
                "instance_url": self.base(request),
                "id": self.address(request),
                "token_type": "Bearer",
                "issued_at": issued,
                "api_instance_url": "https://api.salesforce.com",
            }
        )

    def _identity(self, request: Request) -> Response:
        try:
            told = self._user(request)
        except SalesforceError:
            return Response("Bad_OAuth_Token", 403, mimetype="text/html")
        rest = f"{self.base(request)}/services/data/v{{version}}/"
        urls = {"rest": rest, "sobjects": f"{rest}sobjects/", "query": f"{rest}query/"}
        return answer(told | {"id": self.address(request), "asserted_user": True, "urls": urls})

    def _user(self, request: Request) -> dict[str, Any]:
        self._tokens.check(request.headers.get("Authorization", ""))
        values = self._org.tables["User"].row(INTEGRATION_USER).values
        return {
            "sub": self.address(request),
            "user_id": self._org.user_id,
            "organization_id": self._org.id,
            "username": values["Username"],
            "preferred_username": values["Username"],
            "display_name": values["Name"],
            "name": values["Name"],
            "email": values["Email"],
            "active": True,
            "user_type": "STANDARD",
            "language": "ja",
            "locale": "ja_JP",
        }
