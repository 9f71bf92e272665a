"""A time-stamp authority: openssl behind a socket, with a certificate of its own."""

import asyncio
import subprocess
from pathlib import Path

_CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
accuracy = secs:1
ess_cert_id_chain = no
"""


class Authority:
    """`refuses`: it answers 503 as long as that is so."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.refuses = False
        self.root = folder / "root.pem"
        _openssl(folder, *_request("root", "/CN=Test root"), "-x509", "-days", "3650")
        _openssl(folder, *_request("tsa", "/CN=Test time stamps"), "-out", "tsa.csr")
        (folder / "extensions").write_text("extendedKeyUsage = critical, timeStamping\n")
        sign = "x509 -req -in tsa.csr -CA root.pem -CAkey root.key -CAcreateserial -days 3650 -out tsa.pem"
        _openssl(folder, *sign.split(), "-extfile", "extensions")
        (folder / "serial").write_text("01\n")
        (folder / "config").write_text(_CONFIG.format(folder=folder))

    async def serve(self) -> asyncio.Server:
        return await asyncio.start_server(self._answer, "127.0.0.1", 0)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        asked = await reader.readexactly(length)
        if self.refuses:
            writer.write(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        else:
            stamp = await asyncio.to_thread(self._stamp, asked)
            size = f"content-length: {len(stamp)}\r\nconnection: close\r\n\r\n".encode()
            writer.write(b"HTTP/1.1 200 OK\r\n" + size + stamp)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    def _stamp(self, asked: bytes) -> bytes:
        (self.folder / "asked").write_bytes(asked)
        _openssl(self.folder, *"ts -reply -config config -section one -queryfile asked -out stamp".split())
        return (self.folder / "stamp").read_bytes()


def _request(name: str, subject: str) -> list[str]:
    made = f"req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key -out {name}.pem"
    return [*made.split(), "-subj", subject]


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
