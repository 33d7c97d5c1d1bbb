"""A KMS plugin for tests: v1beta1 and v2 on a Unix socket, by Debian's python3-grpcio, a gRPC that is not ours.

It encrypts under the key ID "1" by turning bits over, and decrypts what the mock of the Kubernetes tests encrypted too,
which is base64.

    plugin.py SOCKET STATE [CERTIFICATES]

It also listens on the abstract socket of the same name and, with CERTIFICATES, a folder with ca.pem, server.pem and
server.key, on a port of 127.0.0.1, for clients with a certificate of that authority. "ready" and the port is printed
when it does.

STATE is a folder. Each call is written into STATE/calls as it begins, one line with the method and what came, in
hexadecimal digits. STATE/mode says how to misbehave, and is read at each call: a method (or *), and what to do:

    absent          after v1beta1 or v2 instead of a method: the server does not speak that version

    stall           no answer
    die             the process ends in the middle of the call
    code N          the status N and a message with % and letters beyond ASCII
    wrong-key       Encrypt tells another key ID than Status
    short           a key of 16 bytes
    plain           Encrypt answers the key in clear, behind a few bytes, and Decrypt takes them away again
    base64          Encrypt answers the key in base64, as the mock of Kubernetes
    hex             the same in hexadecimal digits, behind a few bytes
    large           an answer of 2 MiB
    half            the process ends after half of a stream (test.Test/Stream)
    unhealthy       Status says so
    version X       Status or Version tell X
    lenient         Decrypt of v2 looks neither at the key ID nor at the annotations, as the mock of Kubernetes

The service etcdserverpb.Maintenance is that of an etcd whose database is nothing but zero bytes, which it sends with
their right digest. Its etcdserverpb.KV/Range has 40 keys, /registry/secrets/ns/00 and so on. Their modes:

    cluster N       the ID of the cluster, otherwise 77
    total N         so many keys are said to be there
    slow            each key of a page takes 20 ms (Range)
    future          the revision does not exist yet (Range)
    alarmed         a learner with an alarm, without a leader (Status of etcd: EtcdStatus)
    huge            2^60 bytes are announced (Snapshot: EtcdSnapshot)
    slow            512 bytes come five times a second (Snapshot: EtcdSnapshot)

The service test.Test has what the service of a KMS lacks: Stream answers COUNT messages of SIZE bytes, for a request
"COUNT SIZE".
"""

import base64
import hashlib
import os
import sys
import threading
import time
from concurrent import futures

import grpc

SOCKET, STATE = sys.argv[1:3]
ANNOTATION = (b"local-kek.kms.kubernetes.io", b"encrypted-local-kek")
LOCK = threading.Lock()


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content if content else b""


def fields(message):
    """The length-delimited fields of a message, by number; there are no others here."""
    found, at = {}, 0

    def read():
        nonlocal at
        value, shift = 0, 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        number, length = read() >> 3, read()
        found[number] = message[at : at + length]
        at += length
    return found


def modes():
    try:
        with open(os.path.join(STATE, "mode")) as file:
            return [line.split() for line in file if line.strip()]
    except FileNotFoundError:
        return []


def mode(method):
    for name, *what in modes():
        if name in (method, "*"):
            return what
    return [""]


def begin(method, request, context):
    with LOCK, open(os.path.join(STATE, "calls"), "a") as file:
        file.write(f"{method} {request.hex()}\n")
    what = mode(method)
    if what[0] == "stall":
        while context.is_active():
            time.sleep(0.05)
    if what[0] == "die":
        os._exit(1)
    if what[0] == "code":
        code = next(c for c in grpc.StatusCode if c.value[0] == int(what[1]))
        context.abort(code, "100 % wrong: schlüssel")
    return what


def encrypted(plain, what):
    if what[0] == "plain":
        return b"vault:v1:" + plain
    if what[0] == "base64":
        return base64.b64encode(plain)
    if what[0] == "hex":
        return b"hex:" + plain.hex().upper().encode()
    return b"turned:" + turned(plain)


def turned(text):
    return bytes(byte ^ 0x5A for byte in text)


def decrypted(cipher, what, context):
    if what[0] == "large":
        return b"x" * (2 << 20)
    if cipher.startswith(b"vault:v1:"):
        return cipher[9:]
    if cipher.startswith(b"hex:"):
        return bytes.fromhex(cipher[4:].decode())
    if cipher.startswith(b"turned:"):
        plain = turned(cipher[7:])
    else:
        try:
            plain = base64.b64decode(cipher, validate=True)
        except ValueError:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "not mine")
    return plain[:16] if what[0] == "short" else plain


def version(request, context):
    what = begin("Version", request, context)
    told = what[1].encode() if what[0] == "version" else b"v1beta1"
    return field(1, told) + field(2, b"mock") + field(3, b"1.0")


def encrypt_v1(request, context):
    what = begin("Encrypt", request, context)
    return field(1, encrypted(fields(request)[2], what))


def decrypt_v1(request, context):
    what = begin("Decrypt", request, context)
    return field(1, decrypted(fields(request)[2], what, context))


def status(request, context):
    what = begin("Status", request, context)
    told = what[1].encode() if what[0] == "version" else b"v2"
    health = b"not well" if what[0] == "unhealthy" else b"ok"
    return field(1, told) + field(2, health) + field(3, b"1")


def encrypt_v2(request, context):
    what = begin("Encrypt", request, context)
    key_id = b"2" if what[0] == "wrong-key" else b"1"
    annotation = field(1, ANNOTATION[0]) + field(2, ANNOTATION[1])
    return field(1, encrypted(fields(request)[1], what)) + field(2, key_id) + field(3, annotation)


def decrypt_v2(request, context):
    what = begin("Decrypt", request, context)
    told = fields(request)
    is_lenient = what[0] == "lenient"
    if told[3] != b"1" and not is_lenient:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "invalid key ID")
    if not is_lenient and fields(told.get(4, b"")) != {1: ANNOTATION[0], 2: ANNOTATION[1]}:
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, "invalid annotations")
    return field(1, decrypted(told[1], what, context))


def stream(request, context):
    what = begin("Stream", request, context)
    count, size = (int(number) for number in request.split())
    for index in range(count):
        if what[0] == "half" and index == count // 2:
            time.sleep(0.2)  # What was sent has to get out.
            os._exit(1)
        yield bytes([index & 255]) * size


def number(tag, value):
    return varint(tag << 3) + varint(value) if value else b""


def etcd_header():
    what = mode("cluster")
    return field(1, number(1, int(what[0] or 77)) + number(3, 5))  # revision 5


def etcd_status(request, context):
    alarmed = mode("EtcdStatus")[0] == "alarmed"
    errors = field(8, b"NOSPACE") + field(8, b"etcdserver: no leader")
    return etcd_header() + field(2, b"3.5.0") + (errors + number(10, 1) if alarmed else b"")


def etcd_range(request, context):
    begin("Range", request, context)
    key, at, limit = b"", 0, 0
    while at < len(request):  # of fields 1 to 15
        tag, at = request[at], at + 1
        value, shift = 0, 0
        while True:
            value, shift, at = value | (request[at] & 127) << shift, shift + 7, at + 1
            if request[at - 1] < 128:
                break
        if tag & 7 == 2:
            key = request[at : at + value] if tag >> 3 == 1 else key
            at += value
        elif tag >> 3 == 3:
            limit = value
    keys = [k for k in (b"/registry/secrets/ns/%02d" % n for n in range(40)) if k >= key]
    page = keys[:limit] if limit else keys
    if mode("Range")[0] == "future":
        context.abort(grpc.StatusCode.OUT_OF_RANGE, "etcdserver: mvcc: required revision is a future revision")
    if mode("Range")[0] == "slow":
        time.sleep(0.02 * len(page))
    total = int(mode("total")[0] or 0)
    answer = etcd_header()
    for k in page:
        record = field(1, k) + number(2, 3) + number(3, 3) + number(4, 1) + field(5, b"{}")
        answer += field(2, record)
    return answer + number(3, bool(total) or len(page) < len(keys)) + number(4, max(total + len(keys) - 40, len(keys)))


def etcd_snapshot(request, context):
    database = bytes(1024)
    what = mode("EtcdSnapshot")[0]
    if what == "huge":
        yield number(2, 1 << 60) + field(3, bytes(512))
    if what == "slow":
        yield number(2, (1 << 20) - 512) + field(3, bytes(512))
        for left in range((1 << 20) - 1024, 0, -512):
            time.sleep(0.2)
            yield number(2, left) + field(3, bytes(512))
    yield field(3, database)
    yield field(3, hashlib.sha256(database).digest())


def echo(request, context):
    begin("Echo", request, context)
    return request


class Service(grpc.GenericRpcHandler):
    """A service that the mode can take away, so that its methods are as unknown to the server as any other."""

    def __init__(self, name, methods):
        self.name = name
        self.handler = grpc.method_handlers_generic_handler(name, methods)

    def service(self, details):
        gone = mode(self.name.split(".")[0])[0] == "absent"
        return None if gone else self.handler.service(details)


def handlers(service, methods):
    return Service(service, methods)


def unary(behaviour):
    return grpc.unary_unary_rpc_method_handler(behaviour)


server = grpc.server(futures.ThreadPoolExecutor(16))
server.add_generic_rpc_handlers(
    (
        handlers(
            "v1beta1.KeyManagementService",
            {"Version": unary(version), "Encrypt": unary(encrypt_v1), "Decrypt": unary(decrypt_v1)},
        ),
        handlers(
            "v2.KeyManagementService",
            {"Status": unary(status), "Encrypt": unary(encrypt_v2), "Decrypt": unary(decrypt_v2)},
        ),
        handlers(
            "etcdserverpb.Maintenance",
            {"Status": unary(etcd_status), "Snapshot": grpc.unary_stream_rpc_method_handler(etcd_snapshot)},
        ),
        handlers("etcdserverpb.KV", {"Range": unary(etcd_range)}),
        handlers("test.Test", {"Echo": unary(echo), "Stream": grpc.unary_stream_rpc_method_handler(stream)}),
    )
)
server.add_insecure_port(f"unix:{SOCKET}")
server.add_insecure_port(f"unix-abstract:{SOCKET}")
port = 0
if len(sys.argv) > 3:
    ca, certificate, key = (
        open(os.path.join(sys.argv[3], name), "rb").read() for name in ("ca.pem", "server.pem", "server.key")
    )
    credentials = grpc.ssl_server_credentials([(key, certificate)], ca, require_client_auth=True)
    port = server.add_secure_port("127.0.0.1:0", credentials)
server.start()
print("ready", port, flush=True)
server.wait_for_termination()
