"""The pool manager of urllib3."""

import urllib3
from line_protocol import Unsupported, run, take

SETTINGS = ["num_pools", "maxsize", "block", "retries", "timeout"]


class Client:
    def __init__(self, target, settings):
        self.base = f"http://{target['host']}:{target['port']}"
        self.pools = urllib3.PoolManager(**take(settings, SETTINGS))

    def request(self, operation):
        if operation["kind"] != "fetch":
            raise Unsupported(operation["kind"])
        limit = {}
        if "withinMs" in operation:
            limit["timeout"] = operation["withinMs"] / 1000
        response = self.pools.request(
            operation["method"],
            self.base + operation["target"],
            body=operation.get("body"),
            **limit,
        )
        return f"{response.status} {response.data.decode()}"

    def stats(self):
        pools = [self.pools.pools[key] for key in self.pools.pools.keys()]
        return {
            "connectionsOpened": sum(pool.num_connections for pool in pools),
            "requests": sum(pool.num_requests for pool in pools),
        }

    def close(self):
        # clear() closes what the garbage collector finds, and a pool in which a request was tried again
        # it finds late: the failure refers to it.
        for key in self.pools.pools.keys():
            self.pools.pools[key].close()
        self.pools.clear()


run(
    {
        "name": "python-urllib3",
        "description": f"the pool manager of urllib3 {urllib3.__version__}",
        "protocols": ["http"],
        "operations": ["fetch"],
        "isPool": True,
    },
    Client,
)
