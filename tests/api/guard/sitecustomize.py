"""Loaded by Python at its start, in the processes that tests watch: whoever tries to reach another machine is refused,
and written down in the file that GUARD_LOG names."""

import ipaddress
import os
import socket
from typing import Any

_connect, _connect_ex, _sendto, _look_up = (
    socket.socket.connect,
    socket.socket.connect_ex,
    socket.socket.sendto,
    socket.getaddrinfo,
)


def _refuse_others(host: object) -> None:
    try:
        own = str(host) in ("localhost", "None", "", "0.0.0.0", "::") or ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        own = False
    if not own:
        with open(os.environ["GUARD_LOG"], "a", encoding="utf-8") as log:  # noqa: PTH123 - loads before everything else
            log.write(f"{host}\n")
        raise OSError(f"a connection to {host} was tried")


def _guarded(method: Any, place: int) -> Any:
    def call(self: socket.socket, *values: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse_others(values[place][0])
        return method(self, *values)

    return call


def _guarded_look_up(host: Any, *values: Any, **named: Any) -> Any:
    _refuse_others(host.decode() if isinstance(host, bytes) else host)
    return _look_up(host, *values, **named)


socket.socket.connect = _guarded(_connect, 0)  # type: ignore[method-assign]
socket.socket.connect_ex = _guarded(_connect_ex, 0)  # type: ignore[method-assign]
socket.socket.sendto = _guarded(_sendto, -1)  # type: ignore[method-assign]
socket.getaddrinfo = _guarded_look_up
