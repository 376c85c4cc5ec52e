"""The line protocol of docs/client-protocol.md, version 1, for the programs beside it."""

import errno
import json
import os
import socket
import sys
import threading
import time

CLOSING_SECONDS = 5

_output = threading.Lock()


def write(line):
    text = json.dumps(line, ensure_ascii=False)
    with _output:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def log(level, text):
    """A line of the client's own log."""
    write({"event": "log", "level": level, "text": text})


class Unsupported(Exception):
    pass


class Closed(BaseException):
    """Ends a request when the client is closed. No library takes it for a failure to try again."""


def take(settings, known):
    """The settings, if the client knows all of them."""
    unknown = sorted(set(settings) - set(known))
    if unknown:
        raise ValueError(f"unknown settings: {', '.join(unknown)}")
    return dict(settings)


def chain(error):
    """The error and those it was made of, the innermost last."""
    found = []
    while error is not None and error not in found:
        found.append(error)
        inner = [getattr(error, "reason", None), getattr(error, "orig", None), *error.args]
        causes = [one for one in inner if isinstance(one, BaseException)]
        outer = None if error.__suppress_context__ else error.__context__
        error = causes[0] if causes else error.__cause__ or outer
    return found


def word_of(error):
    """What the caller can tell the failure by: an errno name, TIMEOUT, or the name of the exception."""
    errors = chain(error)
    for one in errors:
        if isinstance(one, Unsupported):
            return "UNSUPPORTED"
        if isinstance(one, TimeoutError) or "Timeout" in type(one).__name__:
            return "TIMEOUT"
        if isinstance(one, OSError) and one.errno in errno.errorcode:
            return errno.errorcode[one.errno]
    return type(errors[-1]).__name__


class Session:
    def __init__(self, open_client, name_error):
        self.open_client = open_client
        self.name_error = name_error
        self.client = None
        self.lock = threading.Lock()
        # Threads by the id of the request that they make; who takes one out replies to it.
        self.under_way = {}
        # Threads whose client is closed.
        self.ended = set()
        sys.addaudithook(self.forbid)

    def forbid(self, event, args):
        """Keeps a client that is closed from trying again on a new connection."""
        if event == "socket.connect" and threading.current_thread() in self.ended:
            raise Closed("the client is closed")

    def serve(self, call):
        if call["call"] == "request" and self.client:
            # A thread for each, as servers have it: they wait for one another only in the client.
            client = self.client
            thread = threading.Thread(target=self.request, args=(client, call), daemon=True)
            self.under_way[call["id"]] = thread
            thread.start()
        elif call["call"] != "cancel":
            write({"id": call["id"], **self.outcome(lambda: self.other(call))})

    def outcome(self, answer):
        try:
            return answer()
        except (Exception, Closed) as error:
            word = self.name_error(error) or word_of(error)
            return {"error": word, "message": str(error) or repr(error)}

    def request(self, client, call):
        reply = self.outcome(lambda: {"answer": client.request(call["operation"])})
        self.reply_once(call["id"], reply)

    def reply_once(self, request, reply):
        with self.lock:
            is_first = self.under_way.pop(request, None) is not None
        if is_first:
            write({"id": request, **reply})

    def other(self, call):
        kind = call["call"]
        if kind == "open":
            if self.client:
                raise RuntimeError("the client before is still open")
            self.client = self.open_client(call["target"], call.get("settings", {}))
            return {}
        if kind not in ("request", "stats", "close"):
            raise Unsupported(kind)
        if not self.client:
            raise RuntimeError(f"{kind}: there is no open client")
        if kind == "stats":
            return {"stats": self.client.stats()}
        self.close()
        return {}

    def close(self):
        """A thread that waits for an answer is woken by the end of its connection."""
        with self.lock:
            waiting = dict(self.under_way)
            self.ended = {one for one in self.ended if one.is_alive()} | set(waiting.values())
        for request in waiting:
            self.reply_once(request, {"error": "CLOSED", "message": "the client is closed"})
        end = time.monotonic() + CLOSING_SECONDS
        while any(one.is_alive() for one in self.ended) and time.monotonic() < end:
            # A connection that was about to be made is found in the next round.
            for connection in connections():
                cut_off(connection)
            for thread in self.ended:
                thread.join(0.01)
        client, self.client = self.client, None
        client.close()


def connections():
    """Descriptors of this process that are connections over TCP."""
    for name in os.listdir("/proc/self/fd"):
        try:
            copy = socket.socket(fileno=os.dup(int(name)))
        except OSError:
            continue  # No socket, or gone by now.
        if copy.family == socket.AF_INET:
            yield copy
        copy.close()


def cut_off(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # Not connected, or not any more.


def run(hello, open_client, name_error=lambda error: None):
    """
    Serves calls until the input ends.

    :param hello: what the program says of itself
    :param open_client: called with the target and the settings; gives an object with ``request(operation)``,
        ``stats()`` and ``close()``. Requests are made by several threads at once
    :param name_error: the client's own word for an error, or None
    """
    write({"pipewrench": 1, **hello})
    session = Session(open_client, name_error)
    for line in sys.stdin:
        session.serve(json.loads(line))
    # Threads that still wait for an answer do not keep the process.
    sys.stdout.flush()
    os._exit(0)
