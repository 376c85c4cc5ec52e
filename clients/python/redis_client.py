"""The pool of redis-py."""

import redis
from line_protocol import Unsupported, run, take

SETTINGS = [
    *["max_connections", "socket_timeout", "socket_connect_timeout", "protocol"],
    *["health_check_interval", "retries"],
]


def in_words(reply):
    if reply is None:
        return "(nil)"
    if isinstance(reply, dict):
        reply = [part for entry in reply.items() for part in entry]
    if isinstance(reply, list):
        return f"[{', '.join(in_words(one) for one in reply)}]"
    return str(reply)


class Client:
    def __init__(self, target, settings):
        settings = take(settings, SETTINGS)
        if "retries" in settings:
            count = settings.pop("retries")
            settings["retry"] = redis.retry.Retry(redis.backoff.NoBackoff(), count)
        self.redis = redis.Redis(
            host=target["host"], port=target["port"], decode_responses=True, **settings
        )
        # The server's own words, not what the library makes of them.
        self.redis.response_callbacks.clear()

    def request(self, operation):
        if operation["kind"] != "command":
            raise Unsupported(operation["kind"])
        try:
            return in_words(self.redis.execute_command(*operation["words"]))
        except redis.ResponseError as error:
            # The library takes the first word away.
            return f"{error.status_code} {error}" if error.status_code else str(error)

    def stats(self):
        pool = self.redis.connection_pool
        return {"idle": len(pool._available_connections), "inUse": len(pool._in_use_connections)}

    def close(self):
        self.redis.close()


run(
    {
        "name": "python-redis",
        "description": f"the pool of redis-py {redis.__version__}",
        "protocols": ["redis"],
        "operations": ["command"],
        "isPool": True,
    },
    Client,
)
