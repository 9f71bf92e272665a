"""postgresql.conf of the embedded server, sized to the machine."""

import os
from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024
_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def machine_memory() -> int:
    """Bytes that this machine, or this container, may use."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in _CGROUP_LIMITS:
        try:
            limit = int(path.read_text())
        except (OSError, ValueError):
            continue  # no cgroup of this kind, or "max"
        memory = min(memory, limit)
    return memory


@dataclass(frozen=True, slots=True)
class ServerSizing:
    """What follows from the memory. 2 GiB of shared_buffers is the measured setting; more brought nothing."""

    memory: int

    @property
    def shared_buffers_mib(self) -> int:
        return max(64, min(self.memory // MIB // 8, 2048))

    @property
    def effective_cache_mib(self) -> int:
        return max(128, self.memory // MIB // 2)

    @property
    def maintenance_mib(self) -> int:
        return max(32, min(self.memory // MIB // 32, 512))


def render_conf(socket_dir: Path, sizing: ServerSizing) -> str:
    """The whole file, written again at each start; the operator's own lines belong in local.conf."""
    return f"""\
# Written by chappe at each start. Put your own settings in local.conf, beside this file.
listen_addresses = ''
unix_socket_directories = '{str(socket_dir).replace("'", "''")}'
unix_socket_permissions = 0700
port = 5432
max_connections = 200

# A message accepted is a message on disk: never off.
fsync = on
full_page_writes = on
synchronous_commit = on

shared_buffers = {sizing.shared_buffers_mib}MB
effective_cache_size = {sizing.effective_cache_mib}MB
maintenance_work_mem = {sizing.maintenance_mib}MB
work_mem = 16MB
max_wal_size = 4GB
min_wal_size = 256MB
checkpoint_timeout = 15min
# Measured: compression halves the rate of the ledger and does not shrink its WAL.
wal_compression = off
random_page_cost = 1.1
# The statements are short and many; compiling them costs more than it saves.
jit = off
autovacuum_naptime = 15s

timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
logging_collector = on
log_directory = '../log'
log_filename = 'postgresql-%a.log'
log_file_mode = 0600
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
log_min_duration_statement = 2s
# A statement's values may hold a person's number: never in the log.
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
include_if_exists = 'local.conf'
"""


HBA = """\
# Written by chappe. The socket's folder is closed (0700) to everyone but the server's own user.
local all all trust
"""
