"""The formats of stored values: from and to the bytes that etcd holds."""

import base64
import ctypes
import hashlib
import hmac
import os
import re
import threading
import time
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOO_SHORT = "the stored data was shorter than the required size"
ENCRYPTED = b"k8s:enc:"
# A label of a domain name: an RFC 1123 subdomain consists of them.
LABEL = re.compile(rb"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
# Writing with a key of a plugin ends so long after the last good answer to Status.
SEED_LIFE = 180


class TransformError(Exception):
    """Why a value cannot be read or written. The code is for the metrics."""

    def __init__(self, text, code="unknown-non-grpc"):
        super().__init__(text)
        self.text, self.code = text, code


def combined(errors):
    texts = list(dict.fromkeys(error.text for error in errors))
    code = errors[0].code if len(errors) == 1 else "unknown-non-grpc"
    return TransformError(texts[0] if len(texts) == 1 else "[" + ", ".join(texts) + "]", code)


class AESCBC:
    def __init__(self, key):
        self.key = key

    def read(self, data, _):
        if len(data) < 16:
            raise TransformError(TOO_SHORT)
        if len(data) % 16:
            raise TransformError("the stored data is not a multiple of the block size")
        decryptor = Cipher(algorithms.AES(self.key), modes.CBC(data[:16])).decryptor()
        plain = decryptor.update(data[16:]) + decryptor.finalize()
        length = plain[-1] if plain else 0
        if length == 0 or length > len(plain):
            raise TransformError("invalid PKCS7 data (empty or not padded)")
        if plain[-length:] != bytes([length]) * length:
            raise TransformError("invalid padding on input")
        return plain[:-length]

    def write(self, plain, _):
        length = 16 - len(plain) % 16
        start = os.urandom(16)
        encryptor = Cipher(algorithms.AES(self.key), modes.CBC(start)).encryptor()
        return start + encryptor.update(plain + bytes([length]) * length) + encryptor.finalize()


class AESGCMKey:
    def __init__(self, key):
        self.cipher = AESGCM(key)

    def read(self, data, context):
        if len(data) < 12:
            raise TransformError(TOO_SHORT)
        try:
            return self.cipher.decrypt(data[:12], data[12:], context)
        except (InvalidTag, ValueError):
            raise TransformError("cipher: message authentication failed") from None

    def write(self, plain, context):
        nonce = os.urandom(12)
        return nonce + self.cipher.encrypt(nonce, plain, context)


class Secretbox:
    """libsodium, on which python3-nacl rests too; it lays the tag before the ciphertext, as Kubernetes does."""

    _library = None

    def __init__(self, key):
        self.key = key
        if Secretbox._library is None:
            Secretbox._library = ctypes.CDLL("libsodium.so.23")

    def _call(self, function, data, nonce, size):
        out = ctypes.create_string_buffer(max(size, 1))
        code = function(out, data, ctypes.c_ulonglong(len(data)), nonce, self.key)
        return out.raw[:size] if code == 0 else None

    def read(self, data, _):
        if len(data) < 40:
            raise TransformError(TOO_SHORT)
        plain = self._call(self._library.crypto_secretbox_open_easy, data[24:], data[:24], len(data) - 40)
        if plain is None:
            raise TransformError("output array was not large enough for encryption")
        return plain

    def write(self, plain, _):
        nonce = os.urandom(24)
        return nonce + self._call(self._library.crypto_secretbox_easy, plain, nonce, len(plain) + 16)


class Keys:
    """A provider with keys of its own: a list of names, in which each operation counts once more."""

    CIPHERS = {"aescbc": AESCBC, "aesgcm": AESGCMKey, "secretbox": Secretbox}

    def __init__(self, provider, keys):
        self.prefix = f"k8s:enc:{provider}:v1:"
        self.keys = [(name + ":", (name + ":").encode(), self.CIPHERS[provider](key)) for name, key in keys]
        word = "Secretbox" if provider == "secretbox" else "AES"
        self.no_match = f"no matching key was found for the provided {word} transformer"

    def read(self, data, context, count):
        errors = []
        for index, (label, prefix, cipher) in enumerate(self.keys):
            if not data.startswith(prefix):
                continue
            try:
                plain = cipher.read(data[len(prefix) :], context)
            except TransformError as error:
                count("from_storage", label, error.code)
                errors.append(error)
                continue
            count("from_storage", label, "OK")
            return plain, index != 0
        if errors:
            raise combined(errors)
        count("from_storage", "unknown", "unknown-non-grpc")
        raise TransformError(self.no_match)

    def write(self, plain, context, count):
        label, prefix, cipher = self.keys[0]
        data = prefix + cipher.write(plain, context)
        count("to_storage", label, "OK")
        return data


class Identity:
    prefix = ""

    def read(self, data, _context=None, _count=None):
        if data.startswith(ENCRYPTED):
            raise TransformError("identity transformer tried to read encrypted data")
        return data, False

    def write(self, plain, _context=None, _count=None):
        return plain


class ProviderList:
    """What the configuration says about one resource: the first provider writes, all of them read."""

    def __init__(self, providers):
        self.providers = [(provider.prefix.encode(), provider) for provider in providers]

    def read(self, data, key, count):
        context, errors = key.encode(), []
        for index, (prefix, provider) in enumerate(self.providers):
            if not data.startswith(prefix):
                continue
            try:
                plain, is_stale = provider.read(data[len(prefix) :], context, count)
            except TransformError as error:
                if prefix:
                    count("from_storage", provider.prefix, error.code)
                    errors.append(error)
                continue
            count("from_storage", provider.prefix or "identity", "OK")
            return plain, is_stale or index != 0
        if errors:
            raise combined(errors)
        count("from_storage", "unknown", "unknown-non-grpc")
        raise TransformError("no matching prefix found")

    def write(self, plain, key, count):
        prefix, provider = self.providers[0]
        try:
            data = provider.write(plain, key.encode(), count)
        except TransformError as error:
            count("to_storage", provider.prefix, error.code)
            raise
        count("to_storage", provider.prefix, "OK")
        return prefix + data


class Untouched:
    """A resource that no entry of the configuration names: plaintext, and nothing is counted."""

    def read(self, data, _key, _count):
        return Identity().read(data)

    def write(self, plain, _key, _count):
        return plain


# Protocol buffers, by hand: there are only numbers and length-delimited fields in these messages.


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content if content else b""


def fields(message, numbers=()):
    """Lists of the values of each field: bytes, and numbers for the fields that have them. All else is skipped, as fields of
    another type than the known one are.
    """
    found, at, group = {}, 0, []

    def broken():
        return TransformError("proto: cannot parse invalid wire-format data")

    def number():
        nonlocal at
        value, shift = 0, 0
        while True:
            if at >= len(message) or shift > 63:
                raise broken()
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                if value >> 64:
                    raise broken()
                return value

    while at < len(message):
        tag = number()
        field, kind = tag >> 3, tag & 7
        if not 0 < field < 1 << 29:
            raise broken()
        if kind == 0:
            value = number()
        elif kind == 2:
            length = number()
            value = message[at : at + length]
            at += length
        elif kind in (1, 5):
            at += 8 if kind == 1 else 4
        elif kind == 3:
            group.append(field)
        elif kind != 4 or not group or group.pop() != field:
            raise broken()
        if at > len(message):
            raise broken()
        if kind == (0 if field in numbers else 2) and not group:
            found.setdefault(field, []).append(value)
    if group:
        raise broken()
    return found


def last(found, number, default=b""):
    return found.get(number, [default])[-1]


def hash_of(text):
    return "sha256:" + hashlib.sha256(text).hexdigest() if text else ""


class Plugin:
    """A KMS plugin behind a Unix socket."""

    def __init__(self, endpoint, timeout):
        import grpc

        self.grpc = grpc
        path = endpoint[len("unix://") :]
        target = "unix-abstract:" + path[2:] if path.startswith("/@") else "unix:" + path
        self.dialled = "unix @" + path[2:] if path.startswith("/@") else "unix " + path
        options = [("grpc.default_authority", "localhost"), ("grpc.max_reconnect_backoff_ms", 500)]
        self.channel = grpc.insecure_channel(target, options=options)
        self.timeout = timeout

    def call(self, method, request):
        try:
            return fields(self.channel.unary_unary(method)(request, timeout=self.timeout))
        except self.grpc.RpcError as error:
            code = "".join(word.capitalize() for word in error.code().name.split("_"))
            text = f"rpc error: code = {code} desc = {error.details()}"
            if error.code() is self.grpc.StatusCode.UNAVAILABLE:
                # The real client goes on trying until the time is over.
                code = "DeadlineExceeded"
                text = (
                    "rpc error: code = DeadlineExceeded desc = latest balancer error: connection error: desc = "
                    f'"transport: Error while dialing: dial {self.dialled}: connect: connection refused"'
                )
            raise TransformError(text, code) from None

    def close(self):
        self.channel.close()


class KMSv1:
    """A new key for each value, which the plugin wraps."""

    def __init__(self, name, plugin):
        self.prefix = f"k8s:enc:kms:v1:{name}:"
        self.plugin = plugin
        self.opened = {}

    def read(self, data, context, _):
        size = int.from_bytes(data[:2], "big")
        if len(data) < 2 + size or len(data) < 2:
            raise TransformError(
                "invalid data encountered by envelope transformer: failed to read uint16 length prefixed data"
            )
        wrapped, rest = data[2 : 2 + size], data[2 + size :]
        if wrapped not in self.opened:
            request = field(1, b"v1beta1") + field(2, wrapped)
            self.opened[wrapped] = last(self.plugin.call("/v1beta1.KeyManagementService/Decrypt", request), 1)
        key = self.opened[wrapped]
        try:
            return AESGCMKey(key).read(rest, context), False
        except TransformError as first:
            try:
                return AESCBC(key).read(rest, context), True
            except TransformError as second:
                raise combined([first, second]) from None

    def write(self, plain, context, _):
        key = os.urandom(32)
        request = field(1, b"v1beta1") + field(2, key)
        wrapped = last(self.plugin.call("/v1beta1.KeyManagementService/Encrypt", request), 1)
        self.opened[wrapped] = key
        return len(wrapped).to_bytes(2, "big") + wrapped + AESGCMKey(key).write(plain, context)

    def is_healthy(self):
        try:
            self.plugin.call("/v1beta1.KeyManagementService/Version", field(1, b"v1beta1"))
            return True
        except TransformError:
            return False


class KMSv2:
    """A seed for the life of the process, as long as the plugin does not tell a new key ID."""

    def __init__(self, name, plugin, metrics):
        self.name, self.plugin, self.metrics = name, plugin, metrics
        self.prefix = f"k8s:enc:kms:v2:{name}:"
        self.lock = threading.Lock()
        self.seed = self.key_id = self.wrapped = None
        self.annotations = []
        self.polled_at = 0.0
        self.error = "got unexpected nil transformer"
        self.opened = {}

    def poll(self):
        """Asks the plugin how it is, and takes a new seed if its key ID is another one. Whether it is well."""
        began = time.time()
        try:
            status = self.plugin.call("/v2.KeyManagementService/Status", b"")
            health = last(status, 2).decode("utf-8", "replace")
            if health != "ok":
                raise TransformError(f"got unexpected healthz status: {health}")
            version = last(status, 1).decode("utf-8", "replace")
            if version not in ("v2", "v2beta1"):
                raise TransformError(f"expected KMSv2 API version v2, got {version}")
            key_id = last(status, 3)
            self.metrics.key_id_in_status(self.name, key_id, began)
            if key_id != self.key_id:
                self._take_seed(key_id)
        except TransformError as error:
            if self.seed is None:
                self.error = f"kmsv2 Provider {self.name} is not healthy, error: {error.text}"
            return False
        self.polled_at = began
        return True

    def _take_seed(self, key_id):
        seed = os.urandom(32)
        request = field(1, seed) + field(2, str(uuid.uuid4()).encode())
        answer = self.plugin.call("/v2.KeyManagementService/Encrypt", request)
        if last(answer, 2) != key_id:
            raise TransformError("failed to rotate DEK")
        with self.lock:
            self.seed, self.key_id, self.wrapped = seed, key_id, last(answer, 1)
            self.annotations = answer.get(3, [])
            self.opened[(1, self.wrapped, key_id, tuple(sorted(self.annotations)))] = seed
        # The server checks a new seed by sealing a value with it; this is the one count without a resource.
        self.metrics.transformed("", "to_storage", self.prefix, "OK")
        self.metrics.key_id_used(self.name, key_id, "to_storage")

    def _derived(self, seed, info):
        return hmac.new(seed, info + b"\x01", hashlib.sha256).digest()

    @staticmethod
    def _check_annotations(entries):
        """Names are domain names of two labels or more; one name twice counts once, with its last value."""
        annotations = {}
        for entry in entries:
            found = fields(entry)
            annotations[last(found, 1)] = last(found, 2)
        for name in annotations:
            labels = name.removesuffix(b".").split(b".")
            if len(name) > 253 or len(labels) < 2 or not all(LABEL.fullmatch(label) for label in labels):
                raise TransformError("failed to validate annotations: annotations: Invalid value")
        if sum(len(name) + len(value) for name, value in annotations.items()) > 32768:
            raise TransformError("failed to validate annotations: total size of annotations is too large")

    def read(self, data, context, _):
        found = fields(data, numbers=(5,))
        kind = last(found, 5, 0) & 0xFFFFFFFF
        sealed, key_id, wrapped = last(found, 1), last(found, 2), last(found, 3)
        try:
            for text in found.get(2, []) + [name for entry in found.get(4, []) for name in fields(entry).get(1, [])]:
                text.decode()
        except UnicodeDecodeError:
            raise TransformError("string field contains invalid UTF-8") from None
        if kind not in (0, 1):
            raise TransformError(f"unknown encryptedDEKSourceType: {kind}")
        if not sealed:
            raise TransformError("encrypted data is empty")
        for name, what, content in (
            ("encrypted DEK source", "encrypted DEK source", wrapped),
            ("key id", "keyID", key_id),
        ):
            if not content:
                raise TransformError(f"failed to validate {name}: {what} is empty")
            if len(content) > 1024:
                size = f"{len(content)} bytes, which exceeds the max size of 1024"
                raise TransformError(f"failed to validate {name}: {what} is {size}")
        self._check_annotations(found.get(4, []))
        if self.seed is None:
            raise TransformError(self.error)
        annotations = found.get(4, [])
        source = (kind, wrapped, key_id, tuple(sorted(annotations)))
        if source not in self.opened:
            request = field(1, wrapped) + field(2, str(uuid.uuid4()).encode()) + field(3, key_id)
            request += b"".join(field(4, entry) for entry in annotations)
            try:
                answer = self.plugin.call("/v2.KeyManagementService/Decrypt", request)
            except TransformError as error:
                raise TransformError(f"failed to decrypt DEK, error: {error.text}", error.code) from None
            self.opened[source] = last(answer, 1)
        key = self.opened[source]
        if kind == 1:
            if len(sealed) < 32:
                raise TransformError(TOO_SHORT)
            key, sealed = self._derived(key, sealed[:32]), sealed[32:]
        plain = AESGCMKey(key).read(sealed, context)
        self.metrics.key_id_used(self.name, key_id, "from_storage")
        return plain, key_id != self.key_id or kind != 1

    def write(self, plain, context, _):
        with self.lock:
            seed, key_id, wrapped, annotations = self.seed, self.key_id, self.wrapped, self.annotations
        if seed is None:
            raise TransformError(self.error)
        if time.time() > self.polled_at + SEED_LIFE:
            raise TransformError(f'encryptedDEKSource with keyID hash "{hash_of(key_id)}" expired')
        info = os.urandom(32)
        sealed = info + AESGCMKey(self._derived(seed, info)).write(plain, context)
        self.metrics.key_id_used(self.name, key_id, "to_storage")
        message = field(1, sealed) + field(2, key_id) + field(3, wrapped)
        return message + b"".join(field(4, entry) for entry in annotations) + varint(5 << 3) + varint(1)

    def is_healthy(self):
        return self.poll()


def decoded_key(text):
    """The bytes of a key in base64; line breaks are ignored, anything else that is no base64 is an error."""
    return base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
