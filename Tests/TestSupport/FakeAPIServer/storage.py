"""etcd through its JSON gateway, with one kept connection for each thread."""

import base64
import http.client
import json
import socket
import threading
import time
from urllib.parse import urlsplit


class Away(Exception):
    """etcd did not answer in time, or cannot be reached."""


class Compacted(Exception):
    """The revision asked for is gone."""


class FutureRevision(Exception):
    """The revision asked for is not there yet."""


class KeyValue:
    __slots__ = ("key", "value", "mod_revision", "create_revision", "lease")

    def __init__(self, told):
        self.key = base64.b64decode(told["key"]).decode()
        self.value = base64.b64decode(told.get("value", ""))
        self.mod_revision = int(told.get("mod_revision", 0))
        self.create_revision = int(told.get("create_revision", 0))
        self.lease = int(told.get("lease", 0))


class Page:
    __slots__ = ("values", "count", "revision")

    def __init__(self, answer):
        self.values = [KeyValue(told) for told in answer.get("kvs", [])]
        self.count = int(answer.get("count", 0))
        self.revision = int(answer["header"]["revision"])


def encoded(text):
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def end_of_prefix(prefix):
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


class Etcd:
    def __init__(self, url):
        parts = urlsplit(url)
        self.host, self.port = parts.hostname, parts.port
        self._local = threading.local()

    def set_deadline(self, seconds):
        """How long the requests of this thread may take from now on, all together."""
        self._local.deadline = time.monotonic() + seconds

    def _call(self, path, body):
        remaining = getattr(self._local, "deadline", None)
        timeout = 60.0 if remaining is None else max(0.05, remaining - time.monotonic())
        data = json.dumps(body)
        for is_last in (False, True):
            connection = getattr(self._local, "connection", None)
            is_kept = connection is not None
            if not is_kept:
                connection = http.client.HTTPConnection(self.host, self.port)
                self._local.connection = connection
            try:
                connection.timeout = timeout
                if connection.sock is None:
                    connection.connect()
                connection.sock.settimeout(timeout)
                connection.request("POST", path, data)
                answer = connection.getresponse().read()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                self._local.connection = None
                # A kept connection may have been closed by the other side before the request.
                if is_kept and not is_last and not isinstance(error, socket.timeout):
                    continue
                raise Away(str(error)) from error
            return json.loads(answer)
        raise Away("no connection")

    def _checked(self, path, body):
        answer = self._call(path, body)
        if "error" in answer:
            if "compacted" in answer["error"]:
                raise Compacted
            if "future revision" in answer["error"]:
                raise FutureRevision
            raise Away(answer["error"])
        return answer

    def range(self, key, end=None, limit=0, revision=0, count_only=False):
        body = {"key": encoded(key)}
        if end is not None:
            body["range_end"] = encoded(end)
        if limit:
            body["limit"] = limit
        if revision:
            body["revision"] = revision
        if count_only:
            body["count_only"] = True
        return Page(self._checked("/v3/kv/range", body))

    def get(self, key):
        values = self.range(key).values
        return values[0] if values else None

    def revision(self):
        return self.range("/registry/", count_only=True).revision

    def write(self, key, value, expected, lease=0):
        """Puts the value if the key's mod_revision is the expected one, 0 for a key that must not be there.

        The revision of the write, or None if something else is there.
        """
        put = {"key": encoded(key), "value": encoded(value)}
        if lease:
            put["lease"] = lease
        return self._transaction(key, expected, {"request_put": put})

    def delete(self, key, expected):
        return self._transaction(key, expected, {"request_delete_range": {"key": encoded(key)}})

    def _transaction(self, key, expected, operation):
        compare = {"key": encoded(key), "target": "MOD", "result": "EQUAL", "mod_revision": expected}
        answer = self._checked("/v3/kv/txn", {"compare": [compare], "success": [operation]})
        return int(answer["header"]["revision"]) if answer.get("succeeded") else None

    def put(self, key, value, lease=0):
        body = {"key": encoded(key), "value": encoded(value)}
        if lease:
            body["lease"] = lease
        self._checked("/v3/kv/put", body)

    def grant(self, seconds):
        return int(self._checked("/v3/lease/grant", {"TTL": seconds})["ID"])

    def delete_any(self, key):
        self._checked("/v3/kv/deleterange", {"key": encoded(key)})

    def watch(self, prefix, revision):
        """The events under a prefix from a revision on, as (is a deletion, KeyValue)."""
        connection = http.client.HTTPConnection(self.host, self.port)
        request = {"key": encoded(prefix), "range_end": encoded(end_of_prefix(prefix)), "start_revision": revision}
        try:
            connection.request("POST", "/v3/watch", json.dumps({"create_request": request}))
            response = connection.getresponse()
            while True:
                line = response.readline()
                if not line:
                    raise Away("the watch ended")
                result = json.loads(line).get("result", {})
                if result.get("canceled"):
                    raise Compacted
                for event in result.get("events", []):
                    yield event.get("type") == "DELETE", KeyValue(event["kv"])
        except (OSError, http.client.HTTPException) as error:
            raise Away(str(error)) from error
        finally:
            connection.close()
