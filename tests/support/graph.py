"""A local stand-in for what is used of Microsoft Graph: a token by client credentials, groups by name, members in pages.

It is as strict as Graph where it matters here: a wrong secret or a token not given out is 401, an unknown group 404.
"""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

TENANT, CLIENT, SECRET = "tenant", "client", "graph's own secret"
BOARD = "11111111-2222-3333-4444-555555555555"


class Graph:
    """members: by group id, as Graph has people; names: display names by group id."""

    def __init__(self) -> None:
        self.members: dict[str, list[dict[str, object]]] = {}
        self.names: dict[str, str] = {}
        self.page = 2
        self.tokens: set[str] = set()
        self.lasts = 3600
        self.elsewhere = ""
        self.asked: list[str] = []
        self.url = ""

    def token(self, form: dict[str, list[str]]) -> tuple[int, dict[str, object]]:
        wanted = ["client_credentials", CLIENT, SECRET, f"{self.url}/.default"]
        if [form.get(key, [""])[0] for key in ("grant_type", "client_id", "client_secret", "scope")] != wanted:
            return 401, {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."}
        token = f"token-{len(self.tokens)}"
        self.tokens.add(token)
        return 200, {"token_type": "Bearer", "access_token": token, "expires_in": self.lasts}

    def answer(self, target: str, token: str) -> tuple[int, dict[str, object]]:
        if token not in self.tokens:
            return 401, {"error": {"code": "InvalidAuthenticationToken"}}
        parts = urlsplit(target)
        query, path = parse_qs(parts.query), parts.path.strip("/").split("/")
        if path == ["v1.0", "groups"]:
            name = query["$filter"][0].removeprefix("displayName eq '").removesuffix("'").replace("''", "'")
            return 200, {"value": [{"id": id_} for id_, called in self.names.items() if called == name]}
        if path[:2] == ["v1.0", "groups"] and path[3:] == ["transitiveMembers"] and path[2] in self.members:
            return 200, self._page(parts.path, query, self.members[path[2]])
        return 404, {"error": {"code": "Request_ResourceNotFound"}}

    def _page(self, path: str, query: dict[str, list[str]], people: list[dict[str, object]]) -> dict[str, object]:
        fields = ["@odata.type", *query["$select"][0].split(",")]
        start = int(query.get("$skiptoken", ["0"])[0])
        shown = [{key: one[key] for key in fields if key in one} for one in people[start : start + self.page]]
        more, after = {}, start + self.page
        if after < len(people):
            rest = f"{path}?$select={query['$select'][0]}&$skiptoken={after}"
            more = {"@odata.nextLink": f"{self.elsewhere or self.url}{rest}"}
        return {"value": shown, **more}


@contextmanager
def graph():
    """Within: a Graph on loopback."""
    world = Graph()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            octets = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.path == f"/{TENANT}/oauth2/v2.0/token"
            self._say(*world.token(parse_qs(octets.decode())))

        def do_GET(self) -> None:
            world.asked.append(unquote(self.path))
            self._say(*world.answer(self.path, self.headers.get("Authorization", "").removeprefix("Bearer ")))

        def _say(self, status: int, said: dict[str, object]) -> None:
            octets = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    world.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
