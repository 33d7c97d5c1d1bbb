"""What an implementation of its own, in another language and on other libraries, makes of foreign bytes.

    reference.py FOLDER values CONFIGURATION KEY    opens each value as a kube-apiserver with this file would
    reference.py FOLDER files                       says whether a kube-apiserver would accept each file

Reads a line of hexadecimal for each on standard input, and writes one for each: `ok STALE PLAINTEXT`, `ok`, or `no` and the
reason. FOLDER is the one of the imitated kube-apiserver. Plugins answer each request with the same 32 bytes, under the
key ID "1".
"""

import sys

sys.path.insert(0, sys.argv[1])

import configuration  # noqa: E402
import envelope  # noqa: E402

KEY = bytes([7] * 32)


class Plugin:
    def __init__(self, *_):
        pass

    def call(self, _method, _request):
        return {1: [KEY]}

    def close(self):
        pass


class Metrics:
    def __getattr__(self, _):
        return lambda *_: None


envelope.Plugin = Plugin


def values(path, key):
    with open(path, "rb") as file:
        providers = configuration.Configuration(file.read(), Metrics(), True)
    for plugin in providers.plugins:
        plugin.seed, plugin.key_id = KEY, b"1"
    (transformer,) = providers._lists.values()

    def judge(data):
        plain, is_stale = transformer.read(data, key, lambda *_: None)
        return f"ok {int(is_stale)} {plain.hex()}"

    return judge


def files():
    def judge(data):
        configuration.Configuration(data, Metrics(), True)
        return "ok"

    return judge


judge = values(*sys.argv[3:]) if sys.argv[2] == "values" else files()
for line in sys.stdin:
    try:
        print(judge(bytes.fromhex(line)))
    except (envelope.TransformError, configuration.ConfigurationError) as error:
        print("no", ascii(str(error)))
