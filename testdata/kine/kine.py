"""Imitates how kine answers Range and Status, in memory: kine.py SOCKET JSON old|new

JSON is {etcd key: [value in base64, create revision, mod revision]}. "old" is kine before v0.16.3, which takes
every range_end for a prefix; "new" compares keys, so that the open range \\0..\\0 is empty. Needs grpc (Debian: python3-grpcio).
"""
import base64, json, sys
from concurrent import futures
import grpc

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

socket, path, age = sys.argv[1:4]
store = {k.encode(): (base64.b64decode(v), c, m) for k, (v, c, m) in json.loads(path).items()}
REVISION = 9999

def pair(k):
    value, create, mod = store[k]
    return field(1, k) + number(2, create) + number(3, mod) + number(4, 1) + field(5, value)

def get_range(request, context):
    r = parse(request)
    for n, name in ((5, "sortOrder"), (6, "sortTarget"), (7, "serializable")):
        if r.get(n): context.abort(grpc.StatusCode.UNKNOWN, name + " is unsupported")
    key, end, limit = r.get(1, b""), r.get(2, b""), r.get(3, 0)
    if not end:
        keys = [key] if key in store else []
    elif age == "old":
        prefix = end[:-1] + bytes([(end[-1] - 1) & 255])
        if not prefix.endswith(b"/"): prefix += b"/"
        keys = sorted(k for k in store if k.startswith(prefix) and k >= key)
    else:
        keys = sorted(k for k in store if key <= k < end)
    total = len(keys)
    if r.get(9): return field(1, number(3, REVISION)) + number(4, total)
    more = bool(limit and total > limit)
    if more: keys = keys[:limit]
    return field(1, number(3, REVISION)) + b"".join(field(2, pair(k)) for k in keys) + number(3, more) + number(4, total)

def status(request, context): return field(1, b"") + field(2, b"3.5.13") + number(3, 100000)

same = lambda x: x

class Kine(grpc.GenericRpcHandler):
    def service(self, call):
        if call.method == "/etcdserverpb.KV/Range": return grpc.unary_unary_rpc_method_handler(get_range, same, same)
        if call.method == "/etcdserverpb.Maintenance/Status": return grpc.unary_unary_rpc_method_handler(status, same, same)

server = grpc.server(futures.ThreadPoolExecutor(2))
server.add_generic_rpc_handlers((Kine(),))
server.add_insecure_port("unix:" + socket)
server.start()
print(0, flush=True)  # the port; there is none
server.wait_for_termination()
