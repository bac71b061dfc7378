"""A ZMTP peer over plain sockets, for what no library would send (libzmq itself crashes on some of it)."""

from __future__ import annotations

import socket
import struct

NULL_GREETING = b"\xff" + b"\0" * 8 + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + b"\0" * 32


def greeting(mechanism: bytes, minor: int = 1) -> bytes:
    """The 64 bytes of a client that wants this security mechanism."""
    return b"\xff" + b"\0" * 8 + b"\x7f\x03" + bytes([minor]) + mechanism.ljust(20, b"\0") + b"\0" * 32


def frame(body: bytes, flags: int = 0) -> bytes:
    """A frame: its flags (1 more, 4 command), its length in one or eight bytes, the body."""
    if len(body) < 256:
        return bytes([flags, len(body)]) + body
    return bytes([flags | 2]) + struct.pack(">Q", len(body)) + body


def command(body: bytes) -> bytes:
    return frame(body, 4)


def metadata(name: bytes, value: bytes) -> bytes:
    return bytes([len(name)]) + name + struct.pack(">I", len(value)) + value


def ready(kind: bytes, more: bytes = b"") -> bytes:
    """The command READY of a socket of this type."""
    return command(b"\x05READY" + metadata(b"Socket-Type", kind) + metadata(b"Identity", b"") + more)


def connect(port: int, first: bytes = b"") -> socket.socket:
    peer = socket.create_connection(("127.0.0.1", port), timeout=10)
    peer.sendall(first)
    return peer


def handshake(port: int, kind: bytes) -> socket.socket:
    """A connection whose NULL handshake is complete on our side."""
    peer = connect(port, NULL_GREETING + ready(kind))
    got = b""
    while len(got) < 64 + 2 or len(got) < 66 + got[65]:
        got += peer.recv(1024)
    return peer


def is_ended(peer: socket.socket) -> bool:
    """Whether the other side ends the connection, within the socket's ten seconds."""
    try:
        while peer.recv(65536):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


STRANGE_HANDSHAKES = {
    "no ZMTP": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "ZMTP 1": b"\x01\x00",
    "ZMTP 2": b"\xff" + b"\0" * 7 + b"\x01\x7f\x01\x05\x00\x00",
    "PLAIN": greeting(b"PLAIN") + b"\x04\x10" + b"A" * 16,
    "CURVE": greeting(b"CURVE") + b"\x04\x10" + b"A" * 16,
    "GSSAPI": greeting(b"GSSAPI") + b"\x04\x10" + b"A" * 16,
    "unknown mechanism": greeting(b"X" * 20) + b"\x04\x10" + b"A" * 16,
    "no mechanism": greeting(b"") + b"\x04\x10" + b"A" * 16,
    "empty command": NULL_GREETING + b"\x04\x00",
    "command of one byte": NULL_GREETING + b"\x04\x01\x05",
    "unknown command": NULL_GREETING + b"\x04\x06\x05READX",
    "properties of noise": NULL_GREETING + command(b"\x05READY" + b"\xff" * 50),
    "property without end": NULL_GREETING + command(b"\x05READY\x0bSocket-Type\xff\xff\xff\xff"),
    "property cut short": NULL_GREETING + command(b"\x05READY\x0bSocket"),
    "unknown socket type": NULL_GREETING + ready(b"ODD"),
    "identity of 300 bytes": NULL_GREETING
    + command(b"\x05READY" + metadata(b"Socket-Type", b"DEALER") + metadata(b"Identity", b"i" * 300)),
    "an error": NULL_GREETING + command(b"\x05ERROR\x05hello"),
    "an error cut short": NULL_GREETING + command(b"\x05ERROR"),
    "a huge frame": NULL_GREETING + b"\x02" + b"\xff" * 8,
    "a huge command": NULL_GREETING + b"\x06" + b"\xff" * 8,
    "a command of noise": NULL_GREETING + b"\x04\xff" + b"A" * 255,
    "data before READY": NULL_GREETING + b"\0\5hello",
    "an empty command after READY": NULL_GREETING + ready(b"DEALER") + ready(b"SUB") + b"\x04\x00",
}
"""Each ends its own connection, whatever socket it meets."""

HARMLESS_HANDSHAKES = {
    "a ping": NULL_GREETING + ready(b"DEALER") + command(b"\x04PING\0\0"),
    "an unknown command after READY": NULL_GREETING + ready(b"DEALER") + command(b"\x09XXXXXXXXX"),
    "unknown properties": NULL_GREETING + ready(b"DEALER", metadata(b"X-Colour", b"blue" * 100)),
}

SUBSCRIPTIONS = {
    "nothing": [b""],
    "a topic of a megabyte": [b"\1" + b"t" * 10**6],
    "a topic of 100 KB": [b"\1" + b"t" * 100_000],
    "no text": [b"\1\xff\xfe"],
    "an end without a beginning": [b"\0nothing", b"\0"],
    "noise": [b"x" * 10**6],
    "5,000 topics": [b"\1%d" % n for n in range(5000)],
    "200,000 topics": [b"\1%d" % n for n in range(200_000)],
    "100 topics of 60 KB": [b"\1" + bytes([n]) * 60_000 for n in range(100)],
}
"""Bodies of frames that a subscriber sends."""
