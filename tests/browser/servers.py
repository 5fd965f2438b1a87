"""What the browser is pointed at: somebody else's site, and any application at a port of its own."""

import threading

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse


class Pages:
    """Pages of somebody else's site, at an origin of their own."""

    def __init__(self) -> None:
        self.url = ""
        self.kept: dict[str, tuple[str, dict[str, str]]] = {}

    def add(self, html: str, headers: dict[str, str] | None = None) -> str:
        """Serves `html` and returns its address."""
        name = f"p{len(self.kept)}"
        self.kept[name] = (html, headers or {})
        return f"{self.url}/{name}"

    def build(self) -> FastAPI:
        app = FastAPI(openapi_url=None)

        @app.get("/{name}")
        def page(name: str) -> Response:
            html, headers = self.kept.get(name, ("", {}))
            return HTMLResponse(html, headers=headers) if html else Response(status_code=204)

        return app


class Server:
    """uvicorn in a thread, at a free port of 127.0.0.1."""

    def __init__(self, app: FastAPI) -> None:
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", ws="none", lifespan="off")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)

    def start(self) -> str:
        self.thread.start()
        while not self.server.started:
            if not self.thread.is_alive():
                raise RuntimeError("the test server did not start")
            threading.Event().wait(0.01)
        return f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"

    def stop(self) -> None:
        self.server.should_exit = True
        self.server.force_exit = True
        self.thread.join(5)
