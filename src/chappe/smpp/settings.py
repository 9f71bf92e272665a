"""What a link and a carrier's port are told. Times in seconds."""

import ssl

import msgspec

from chappe.smpp.constants import INTERFACE_VERSION, BindKind
from chappe.smpp.lifecycle import SessionLimits
from chappe.smpp.pdu import Bind
from chappe.smpp.status import StatusClass


class TlsSettings(msgspec.Struct, frozen=True):
    """Files in PEM. Without `ca_file` the system's authorities are trusted; a private carrier gives its own.

    `verify=False` accepts any certificate: encryption without knowing with whom.
    """

    ca_file: str | None = None
    certificate_file: str | None = None
    key_file: str | None = None
    server_name: str | None = None
    verify: bool = True

    def context(self) -> ssl.SSLContext:
        """Reads the files: call it when the link is set up. OSError and ssl.SSLError name what is wrong."""
        context = ssl.create_default_context(cafile=self.ca_file)
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.certificate_file is not None:
            context.load_cert_chain(self.certificate_file, self.key_file)
        return context


class LinkSettings(msgspec.Struct, frozen=True):
    """One bind to one carrier."""

    host: str
    port: int
    system_id: str
    password: str
    bind: BindKind = BindKind.TRANSCEIVER
    system_type: str = ""
    interface_version: int = INTERFACE_VERSION
    address_ton: int = 0
    address_npi: int = 0
    address_range: str = ""
    window: int = 10
    parts_per_second: float | None = None
    tls: TlsSettings | None = None
    connect_timeout: float = 10.0
    bind_timeout: float = 10.0
    enquire_interval: float = 30.0
    enquire_timeout: float = 15.0
    response_timeout: float = 60.0
    reconnect_first: float = 1.0
    reconnect_most: float = 60.0
    refused_pause: float = 300.0
    inbound_limit: int = 10_000
    status_overrides: dict[int, StatusClass] = {}

    def bind_pdu(self) -> Bind:
        return Bind(
            kind=self.bind,
            system_id=self.system_id.encode(),
            password=self.password.encode(),
            system_type=self.system_type.encode(),
            interface_version=self.interface_version,
            address_ton=self.address_ton,
            address_npi=self.address_npi,
            address_range=self.address_range.encode(),
        )

    def limits(self) -> SessionLimits:
        return SessionLimits(
            window=self.window,
            bind_timeout=self.bind_timeout,
            enquire_interval=self.enquire_interval,
            enquire_timeout=self.enquire_timeout,
            response_timeout=self.response_timeout,
            inbound_limit=self.inbound_limit,
        )

    def __repr__(self) -> str:
        return f"LinkSettings({self.system_id}@{self.host}:{self.port}, {self.bind.value}, password=***)"


class ServerSettings(msgspec.Struct, frozen=True):
    """A carrier's port. `window` bounds the deliveries that a client has not answered."""

    system_id: str = "chappe"
    window: int = 100
    bind_timeout: float = 10.0
    enquire_interval: float = 30.0
    enquire_timeout: float = 15.0
    response_timeout: float = 60.0
    inbound_limit: int = 10_000
    sessions_limit: int = 1_000

    def limits(self) -> SessionLimits:
        return SessionLimits(
            window=self.window,
            bind_timeout=self.bind_timeout,
            enquire_interval=self.enquire_interval,
            enquire_timeout=self.enquire_timeout,
            response_timeout=self.response_timeout,
            inbound_limit=self.inbound_limit,
        )
