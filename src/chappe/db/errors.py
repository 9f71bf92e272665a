"""What can go wrong between the program and its database."""

from chappe.kit.errors import Problem


class ServerGone(Problem):
    """The server does not answer, or broke the connection. Callers may try again."""

    code = "database_unavailable"
    status = 503
    title = "The database does not answer"


class UnsafeServer(Problem):
    """The server is too old, or would lose what it has said it wrote."""

    code = "unsafe_database"
    status = 500
    title = "This database server cannot be used"


class ServerFailed(Problem):
    """The embedded server could not be prepared, started or stopped."""

    code = "database_server_failed"
    status = 500
    title = "The embedded database server failed"


class HomeInUse(Problem):
    """Another program holds the data folder."""

    code = "home_in_use"
    status = 409
    title = "The data folder is in use"


class SchemaLocked(Problem):
    """Somebody uses a table for longer than a migration may wait."""

    code = "schema_locked"
    status = 503
    title = "The schema cannot be changed now"


class SchemaMismatch(Problem):
    """The schema and the program do not belong together."""

    code = "schema_mismatch"
    status = 500
    title = "The database schema does not fit this program"


class WrongSecretKey(Problem):
    """The database was made with another secret key: what it holds sealed could not be read."""

    code = "wrong_secret_key"
    status = 500
    title = "The secret key is not the one of this database"


class MissingRight(Problem):
    """The database role lacks a right; the message gives the statement that grants it."""

    code = "missing_database_right"
    status = 500
    title = "A right is missing in the database"


class DemoRefused(Problem):
    """The demo's clock would move the schedules of real messages."""

    code = "demo_refused"
    status = 409
    title = "The demo does not run beside a real carrier"


class BackupRefused(Problem):
    """A backup could not be written or read."""

    code = "backup_refused"
    status = 409
    title = "The backup cannot be used"


class RestoreRefused(Problem):
    """A restore would overwrite something, or lacks the secret key."""

    code = "restore_refused"
    status = 409
    title = "The backup cannot be restored here"


class NumberKeyMissing(Problem):
    """Suppressions are known by hashes whose key is not here: they could not be told."""

    code = "suppression_key_missing"
    status = 409
    title = "The key of the suppression list is missing"
