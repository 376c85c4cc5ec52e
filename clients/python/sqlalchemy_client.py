"""The pool of SQLAlchemy over PyMySQL. With --pre-ping it tests a connection before it lends it."""

import sys

import pymysql
import sqlalchemy
from line_protocol import Unsupported, chain, run, take
from pymysql.constants import CR

POOL_SETTINGS = ["pool_size", "max_overflow", "pool_timeout", "pool_recycle", "pool_use_lifo"]
DRIVER_SETTINGS = ["connect_timeout", "read_timeout", "write_timeout"]
PRE_PING = "--pre-ping" in sys.argv

# Server errors that are about the connection: shut down, killed, idle too long.
ABOUT_CONNECTIONS = [1053, 1927, 4031]
CLIENT_ERRORS = {
    code: name for name, code in vars(CR).items() if name.startswith("CR_") and code >= 2000
}


def driver_error(error):
    """Code and text of what PyMySQL raised."""
    for one in chain(error):
        if isinstance(one, pymysql.MySQLError) and len(one.args) == 2:
            return one.args
    return None, None


def name_error(error):
    code, _ = driver_error(error)
    has_cause = any(isinstance(one, OSError) and one.errno for one in chain(error))
    return None if has_cause else CLIENT_ERRORS.get(code)


class Client:
    def __init__(self, target, settings):
        known = ["user", "database", *POOL_SETTINGS, *DRIVER_SETTINGS]
        settings = take(settings, known)
        url = sqlalchemy.URL.create(
            "mysql+pymysql",
            username=settings.pop("user", "root"),
            host=target["host"],
            port=target["port"],
            database=settings.pop("database", None),
        )
        driver = {name: settings.pop(name) for name in DRIVER_SETTINGS if name in settings}
        self.engine = sqlalchemy.create_engine(
            url, pool_pre_ping=PRE_PING, connect_args=driver, **settings
        )

    def request(self, operation):
        if operation["kind"] != "statement":
            raise Unsupported(operation["kind"])
        try:
            with self.engine.begin() as connection:
                return in_words(connection.exec_driver_sql(operation["sql"]))
        except sqlalchemy.exc.DBAPIError as error:
            code, text = driver_error(error)
            if code is None or code in CLIENT_ERRORS or code in ABOUT_CONNECTIONS:
                raise
            return f"ERROR {code}: {text}"

    def stats(self):
        pool = self.engine.pool
        return {
            "checkedIn": pool.checkedin(),
            "checkedOut": pool.checkedout(),
            "overflow": pool.overflow(),
        }

    def close(self):
        self.engine.dispose()


def in_words(result):
    if not result.returns_rows:
        return f"OK {result.rowcount}"
    rows = [", ".join("NULL" if value is None else str(value) for value in row) for row in result]
    return "; ".join(rows) if rows else "no rows"


run(
    {
        "name": "python-sqlalchemy-pre-ping" if PRE_PING else "python-sqlalchemy",
        "description": f"the pool of SQLAlchemy {sqlalchemy.__version__} over PyMySQL"
        + (", with pre-ping" if PRE_PING else ""),
        "protocols": ["mysql"],
        "operations": ["statement"],
        "isPool": True,
    },
    Client,
    name_error,
)
