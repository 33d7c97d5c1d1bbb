"""Writes JSON as Kubernetes stores CBOR: one object a line comes in, its bytes in hexadecimal digits go out.

Written from RFC 8949 and k8s.io/apimachinery 1.36, pkg/runtime/serializer/cbor/internal/modes/encode.go: the tag of
self-described CBOR, strings as byte strings, keys in the order of their bytes, heads and fractions as short as can be.
"""

import json
import struct
import sys


def head(major, argument):
    if argument < 24:
        return bytes([major << 5 | argument])
    for information, size in enumerate([1, 2, 4, 8]):
        if argument < 1 << 8 * size:
            return bytes([major << 5 | 24 + information]) + argument.to_bytes(size, "big")
    raise ValueError(argument)


def fraction(value):
    for initial, layout in (0xF9, ">e"), (0xFA, ">f"):
        try:
            packed = struct.pack(layout, value)
        except OverflowError:
            continue
        if struct.unpack(layout, packed)[0] == value:
            return bytes([initial]) + packed
    return b"\xfb" + struct.pack(">d", value)


def encode(value):
    if value is None:
        return b"\xf6"
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, float):
        return fraction(value)
    if isinstance(value, str):
        text = value.encode()
        return head(2, len(text)) + text
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(encode, value))
    members = sorted((encode(name), encode(member)) for name, member in value.items())
    return head(5, len(members)) + b"".join(name + member for name, member in members)


for line in sys.stdin:
    print((b"\xd9\xd9\xf7" + encode(json.loads(line))).hex())
