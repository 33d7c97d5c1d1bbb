"""A fake kube-apiserver for tests; README.md says what it does."""

import argparse
import gzip
import os
import signal
import socket
import socketserver
import ssl
import sys
import threading
import time
import uuid
from email.utils import formatdate

# The folder of the sources stays as it is.
sys.dont_write_bytecode = True

import resources
import statuses
import users
from cache import WatchCache
from configuration import ConfigurationError, Reloader
from discovery import API_SERVICE, Discovery
from faults import Faults
from health import Health, version_of
from http_types import TEXT, Answer, Request
from identity import Identity, moment
from metrics import Metrics
from objects import Objects
from storage import Away, Etcd
from store import Store

REASONS = {
    200: "OK", 201: "Created", 304: "Not Modified", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
    404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable", 409: "Conflict", 410: "Gone",
    415: "Unsupported Media Type", 422: "Unprocessable Entity", 429: "Too Many Requests",
    500: "Internal Server Error", 503: "Service Unavailable", 504: "Gateway Timeout",
}  # fmt: skip
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"
WITHOUT_TLS = b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
# Go's server does not know the length of what is larger than its buffer before it sends it.
CHUNKED_FROM = 2048
COMPRESSED_FROM = 128 << 10


class CutConnection(Exception):
    """The connection ends without an answer."""


class Server:
    """All parts of one server, and the way of a request through them."""

    def __init__(self, options, port):
        self.options = options
        advertised = options.advertise or f"{options.host}:{port}"
        self.version = version_of(options.kube_version)
        self.faults = Faults(options.control)
        self.metrics = Metrics(self.version, options.big_metrics, not options.no_hash_metric)
        self.etcd = Etcd(options.etcd)
        self.reloader = Reloader(
            options.config, options.reload, self.metrics, self.faults, options.kms_poll, options.kms_v1
        )
        self.cache = WatchCache(self.etcd, self.reloader, self.metrics, self.faults)
        self.store = Store(self.etcd, self.reloader, self.cache)
        self.identity = Identity(
            self.store,
            self.faults,
            options.name,
            advertised,
            options.renew,
            not options.no_identity,
            options.endpoints == "lease",
            options.endpoint_life,
        )
        if not options.no_identity:
            self.metrics.identify(self.identity.name)
        self.objects = Objects(self.store, self.faults)
        self.discovery = Discovery(self.objects, self.cache, self.faults, advertised)
        flags = self._flags(options, advertised, port)
        self.health = Health(
            self.etcd, self.cache, self.reloader, self.faults, self.version, flags, not options.no_pages
        )
        self.sends_retry = False

    @staticmethod
    def _flags(options, advertised, port):
        return {
            "advertise-address": advertised.rpartition(":")[0],
            "anonymous-auth": str(options.anonymous).lower(),
            "bind-address": options.host,
            "encryption-provider-config": os.path.abspath(options.config) if options.config else "",
            "encryption-provider-config-automatic-reload": str(bool(options.reload)).lower(),
            "endpoint-reconciler-type": options.endpoints,
            "etcd-servers": f"[{options.etcd}]",
            "external-hostname": advertised.rpartition(":")[0],
            "secure-port": str(port),
        }

    def begin(self):
        self.cache.start()
        self.identity.begin()
        threading.Thread(target=self._announce_migrations, daemon=True).start()

    def _announce_migrations(self):
        """Stores the APIService of the group for migrations while this server serves it, for the others to list."""
        service = resources.of_key(API_SERVICE)
        while True:
            time.sleep(0.2)
            if not self.faults.flag("migrator") or self.cache.has(API_SERVICE):
                continue
            metadata = {"name": API_SERVICE.rpartition("/")[2], "uid": str(uuid.uuid4()), "creationTimestamp": moment()}
            made = {"kind": service.kind, "apiVersion": service.api_version, "metadata": metadata}
            try:
                self.store.create(service, API_SERVICE, made)
            except Away:
                continue

    def answer(self, request, certificate):
        """The answer to a request, after the faults and the rights have been looked at."""
        faults = self.faults
        if self.sends_retry and request.path not in users.OPEN_PATHS:
            text = "The apiserver is shutting down, please try again later.\n"
            headers = {"Connection": "close", "Retry-After": "5", "Cache-Control": None}
            return self._plain(statuses.PlainText(429, text, headers))
        if faults.get("delay"):
            time.sleep(faults.get("delay"))
        self.etcd.set_deadline(request.seconds)
        try:
            request.user = users.by_certificate(certificate)
            if request.user is None:
                request.user = users.by_token(request.headers.get("authorization"), self.options.anonymous)
            if request.user is None or faults.flag("expired_token"):
                raise statuses.unauthorized()
            if faults.throttles():
                raise statuses.too_many_requests()
            return self._routed(request)
        except statuses.Failure as failure:
            return Answer(failure.code, failure.body(request.accept), headers=failure.headers)
        except statuses.PlainText as plain:
            return self._plain(plain)
        except Away:
            return self._plain(statuses.timed_out())

    @staticmethod
    def _plain(plain):
        headers = dict(plain.headers)
        if plain.code != 504:
            headers["X-Content-Type-Options"] = "nosniff"
        return Answer(plain.code, plain.text.encode(), TEXT, headers)

    def _routed(self, request):
        path = request.path
        if request.method == "HEAD":
            return Answer(405, b"")
        parts = path.strip("/").split("/")
        depth = {"api": 3, "apis": 4}.get(parts[0])
        if depth and len(parts) >= depth:
            if request.method == "PATCH" and self.faults.chance("cut_before_patch"):
                raise CutConnection
            answer = self.objects.handle(request)
            if request.method == "PATCH" and self.faults.chance("cut_after_patch"):
                raise CutConnection
            return answer
        if not request.user.may_get(path, self.faults):
            raise statuses.forbidden_path(request.user.name, path)
        if depth:
            return self.discovery.handle(request)
        if path == "/version":
            return self.health.version_answer()
        if parts[0] in ("readyz", "livez", "healthz"):
            return self.health.handle(request)
        if path == "/flagz":
            return self.health.flags_page(request)
        if path == "/statusz":
            return self.health.status_page(request)
        if path == "/metrics":
            return self._metrics()
        raise statuses.page_not_found()

    def _metrics(self):
        if self.faults.flag("fail_metrics"):
            raise statuses.PlainText(503, "service unavailable\n")
        text = self.metrics.text(self.faults.flag("hide_hash"), self.faults.flag("big_metrics"))
        headers = {"Process-Start-Time-Unix": str(int(self.metrics.started))}
        return Answer(200, text.encode(), METRICS_TYPE, headers)


class Connection(socketserver.BaseRequestHandler):
    """One connection: HTTP/1.1 with as little work for each request as will do."""

    def handle(self):
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            certificate = self._secure()
            file = self.request.makefile("rb", 1 << 16)
            while self._one(file, certificate):
                pass
        except (CutConnection, ConnectionError, ssl.SSLError, OSError):
            return
        finally:
            self._close()

    def _close(self):
        try:
            self.request.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
        finally:
            self.request.close()

    def _secure(self):
        """Speaks TLS if the server does; what the client's certificate says."""
        context = self.server.context
        if context is None:
            return None
        if self.request.recv(1, socket.MSG_PEEK) != b"\x16":
            self.request.sendall(WITHOUT_TLS)
            raise CutConnection
        self.request = context.wrap_socket(self.request, server_side=True)
        return self.request.getpeercert()

    @staticmethod
    def _headers(file):
        headers = {}
        while True:
            line = file.readline(1 << 16)
            if line in (b"\r\n", b"\n", b""):
                return headers
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()

    @staticmethod
    def _body(file, headers):
        if headers.get("transfer-encoding", "").lower() != "chunked":
            length = int(headers.get("content-length") or 0)
            return file.read(length) if length else b""
        parts = []
        while True:
            size = int(file.readline().split(b";")[0], 16)
            if size == 0:
                break
            parts.append(file.read(size))
            file.readline()
        while file.readline() not in (b"\r\n", b"\n", b""):
            pass
        return b"".join(parts)

    def _one(self, file, certificate):
        """Answers one request; whether the connection goes on."""
        line = file.readline(1 << 16)
        if not line:
            return False
        method, target, protocol = line.decode("latin-1").split()
        headers = self._headers(file)
        if headers.get("expect", "").lower() == "100-continue":
            self.request.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        request = Request(method, target, headers, self._body(file, headers))
        server = self.server.fake
        if server.faults.flag("freeze"):
            server.faults.log(method, target, None, None)
            while server.faults.flag("freeze"):
                time.sleep(0.1)
            return False
        try:
            answer = server.answer(request, certificate)
        except CutConnection:
            server.faults.log(method, target, request.user.name, None)
            raise
        user = request.user.name if request.user else None
        server.faults.log(method, target, user, answer.code)
        is_last = (
            headers.get("connection", "").lower() == "close"
            or protocol == "HTTP/1.0"
            or answer.headers.get("Connection") == "close"
            or server.health.is_stopping and not server.options.shutdown_delay
        )
        self._send(answer, request, protocol, is_last)
        return not is_last

    def _send(self, answer, request, protocol, is_last):
        body = answer.body
        lines = [f"HTTP/1.1 {answer.code} {REASONS[answer.code]}", f"Audit-Id: {uuid.uuid4()}"]
        if "Cache-Control" not in answer.headers:
            lines.append("Cache-Control: no-cache, private")
        if answer.content_type:
            lines.append(f"Content-Type: {answer.content_type}")
        lines += [f"{name}: {value}" for name, value in answer.headers.items() if value and name != "Connection"]
        lines.append(f"Date: {formatdate(usegmt=True)}")
        is_large = answer.code == 200 and len(body) >= CHUNKED_FROM
        if is_large and len(body) > COMPRESSED_FROM and "gzip" in request.headers.get("accept-encoding", ""):
            body = gzip.compress(body, 1)
            lines += ["Content-Encoding: gzip", "Vary: Accept-Encoding"]
        if is_last:
            lines.append("Connection: close")
        if is_large and protocol == "HTTP/1.1":
            lines.append("Transfer-Encoding: chunked")
            parts = [body[at : at + 32768] for at in range(0, len(body), 32768)]
            body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
        elif answer.code != 304:
            lines.append(f"Content-Length: {len(body)}")
        self.request.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)


class Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128
    block_on_close = False

    def __init__(self, address, folder):
        super().__init__(address, Connection)
        self.fake = None
        self.context = self._context(folder) if folder else None

    @staticmethod
    def _context(folder):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(folder, "server.pem"), os.path.join(folder, "server.key"))
        context.load_verify_locations(os.path.join(folder, "ca.pem"))
        context.verify_mode = ssl.CERT_OPTIONAL
        context.set_alpn_protocols(["http/1.1"])
        return context

    def handle_error(self, request, client_address):
        import traceback

        traceback.print_exc(file=sys.stderr)


def parsed(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", required=True, help="the host name, from which the name of the Lease follows")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--etcd", required=True, metavar="URL")
    parser.add_argument("--config", metavar="FILE")
    parser.add_argument("--reload", type=float, metavar="SECONDS", help="look at the file so often")
    parser.add_argument("--tls", metavar="DIR")
    parser.add_argument("--control", metavar="DIR", help="where faults.json is, and requests.log will be")
    parser.add_argument("--advertise", metavar="IP:PORT")
    parser.add_argument("--kube-version", default="v1.36.2")
    parser.add_argument("--no-identity", action="store_true", help="no Lease, and an empty apiserver_id_hash")
    parser.add_argument("--no-hash-metric", action="store_true", help="as a release before that metric")
    parser.add_argument("--no-pages", action="store_true", help="no /flagz and /statusz")
    parser.add_argument("--anonymous", action="store_true")
    parser.add_argument("--big-metrics", action="store_true")
    parser.add_argument("--endpoints", choices=("lease", "none"), default="lease")
    parser.add_argument("--endpoint-life", type=int, default=15, metavar="SECONDS")
    parser.add_argument("--renew", type=float, default=1.0, metavar="SECONDS")
    parser.add_argument("--kms-poll", type=float, default=60.0, metavar="SECONDS")
    parser.add_argument("--kms-v1", action="store_true", help="the feature gate KMSv1")
    parser.add_argument("--shutdown-delay", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--shutdown-retry", type=float, default=0.0, metavar="SECONDS")
    return parser.parse_args(arguments)


def stop(server, listener):
    """The end after SIGTERM: not ready any more, then no more connections, then no Lease."""
    server.health.is_stopping = True
    time.sleep(server.options.shutdown_delay)
    if server.options.shutdown_retry:
        server.sends_retry = True
        time.sleep(server.options.shutdown_retry)
    listener.socket.close()
    server.etcd.set_deadline(3)
    server.identity.end()


def main():
    options = parsed(sys.argv[1:])
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    listener = Listener((options.host, options.port), options.tls)
    port = listener.server_address[1]
    try:
        server = Server(options, port)
    except ConfigurationError as error:
        print(f'"command failed" err="error while parsing file: {error}"', file=sys.stderr)
        return 1
    try:
        server.begin()
    except Away as error:
        print(f"etcd: {error}", file=sys.stderr)
        return 1
    listener.fake = server
    threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    print(f"ready {port}", flush=True)
    stopped.wait()
    stop(server, listener)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
