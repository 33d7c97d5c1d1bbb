"""Imitates how etcd 3.7 answers Range, RangeStream and Status, in memory: server.py SOCKET KEYS STREAM...

KEYS is how many keys there are (/registry/secrets/a/00000, …). STREAM says what its streams do: "whole", "unimplemented",
"compacted", "broken" (after half of the keys), or a lie: "cluster", "order", "twice", "less", "more", "count", "new" (a
record of a later revision), "outside" (a key behind the range). The form of the messages is that of etcd 3.7,
api/etcdserverpb/rpc.proto; which message has which fields: kubernetes/enhancements, keps/sig-etcd/5966-etcd-range-stream.
Needs grpc (Debian: python3-grpcio).
"""
import sys
from concurrent import futures
import grpc

socket, count, mode = sys.argv[1], int(sys.argv[2]), sys.argv[3]
REVISION = 5000
keys = [b"/registry/secrets/a/%05d" % n for n in range(count)]

def varint(x):
    out = b""
    while x > 127:
        out += bytes([x & 127 | 128]); x >>= 7
    return out + bytes([x])

def field(n, b): return bytes([n << 3 | 2]) + varint(len(b)) + b
def number(n, x): return bytes([n << 3]) + varint(x) if x else b""

def parse(message):
    fields, i = {}, 0
    def read():
        nonlocal i
        v = s = 0
        while True:
            b = message[i]; i += 1; v |= (b & 127) << s; s += 7
            if b < 128: return v
    while i < len(message):
        tag = read(); v = read()
        if tag & 7 == 2: v, i = message[i:i + v], i + v
        fields[tag >> 3] = v
    return fields

def header(cluster=7): return field(1, number(1, cluster) + number(2, 1) + number(3, REVISION + 4) + number(4, 2))

def pair(key, revision=9): return field(2, field(1, key) + number(2, 3) + number(3, revision) + number(4, 2) + field(5, b"v" + key))

def asked(request):
    r = parse(request)
    key, end = r.get(1, b""), r.get(2, b"")
    found = [k for k in keys if k >= key and (end == b"\0" or k < end)]
    return r, found

calls = []

def get_range(request, context):
    r, found = asked(request)
    calls.append("Range")
    limit = r.get(3, 0)
    more = bool(limit and len(found) > limit)
    return header() + b"".join(pair(k) for k in (found[:limit] if more else found)) + number(3, more) + number(4, len(found))

def stream(request, context):
    r, found = asked(request)
    calls.append("RangeStream")
    assert r.get(3, 0) == 0 and r.get(4) and r.get(7)
    if mode == "unimplemented": context.abort(grpc.StatusCode.UNIMPLEMENTED, "unknown method RangeStream")
    if mode == "compacted": context.abort(grpc.StatusCode.OUT_OF_RANGE, "etcdserver: mvcc: required revision has been compacted")
    total = len(found)
    if mode == "order": found[1], found[2] = found[2], found[1]
    if mode == "twice": found.insert(2, found[1])
    if mode == "less": found.pop()
    if mode == "more": found.append(found[-1] + b"x")
    if mode == "outside": found[-1] = b"0" + found[-1]
    # The chunks grow; the last message alone has the header and the count.
    size, at = 10, 0
    while at < len(found):
        if mode == "broken" and at * 2 >= len(found): context.abort(grpc.StatusCode.UNAVAILABLE, "etcdserver: server stopped")
        records = [pair(k, REVISION + 9 if mode == "new" and k == found[-1] else 9) for k in found[at:at + size]]
        at, size = at + size, size * 2
        yield field(1, b"".join(records))
    yield field(1, header(8 if mode == "cluster" else 7) + number(4, total + (mode == "count")))

def status(request, context): return header() + field(2, b"3.7.0") + number(3, 100000)

same = lambda x: x

class Etcd(grpc.GenericRpcHandler):
    def service(self, call):
        if call.method == "/etcdserverpb.KV/Range": return grpc.unary_unary_rpc_method_handler(get_range, same, same)
        if call.method == "/etcdserverpb.KV/RangeStream": return grpc.unary_stream_rpc_method_handler(stream, same, same)
        if call.method == "/etcdserverpb.Maintenance/Status": return grpc.unary_unary_rpc_method_handler(status, same, same)
        # What was called so far, for the tests.
        if call.method == "/test/Calls": return grpc.unary_unary_rpc_method_handler(lambda r, c: " ".join(calls).encode(), same, same)

server = grpc.server(futures.ThreadPoolExecutor(4))
server.add_generic_rpc_handlers((Etcd(),))
server.add_insecure_port("unix:" + socket)
server.start()
print(0, flush=True)  # the port; there is none
server.wait_for_termination()
