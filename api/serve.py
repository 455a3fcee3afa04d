"""Runs the application with uvicorn; open streams end before the server waits for anything."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI


class Server(uvicorn.Server):
    """Ends event streams as soon as shutdown begins: else it would wait for each of them."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                access_log=False,
                log_config=None,
                server_header=False,
                ws="none",
                timeout_keep_alive=75,
                timeout_graceful_shutdown=2,
            )
        )
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.feeds.stop()
        await super().shutdown(sockets)


def serve(app: FastAPI, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    server = Server(app)
    server.config.host, server.config.port = host, port
    server.run()
