"""The counters of /metrics, and its text."""

import hashlib
import threading
import time
from collections import defaultdict

from envelope import hash_of

CONFIG = "apiserver_encryption_config_controller_"
KMS = "apiserver_envelope_encryption_"
STORAGE = "apiserver_storage_"
# name: (type, text of HELP)
DESCRIPTIONS = {
    CONFIG + "automatic_reload_last_timestamp_seconds": (
        "gauge",
        "[ALPHA] Timestamp of the last successful or failed automatic reload of encryption configuration split by "
        "apiserver identity.",
    ),
    CONFIG + "automatic_reloads_total": (
        "counter",
        "[ALPHA] Total number of reload successes and failures of encryption configuration split by apiserver "
        "identity.",
    ),
    CONFIG + "last_config_info": (
        "gauge",
        "[ALPHA] Information about the last applied encryption configuration with hash as label, split by apiserver "
        "identity.",
    ),
    KMS + "dek_cache_fill_percent": (
        "gauge",
        "[ALPHA] Percent of the cache slots currently occupied by cached DEKs.",
    ),
    KMS + "key_id_hash_last_timestamp_seconds": ("gauge", "[ALPHA] The last time in seconds when a keyID was used."),
    KMS + "key_id_hash_status_last_timestamp_seconds": (
        "gauge",
        "[ALPHA] The last time in seconds when a keyID was returned by the Status RPC call.",
    ),
    KMS + "key_id_hash_total": (
        "counter",
        "[ALPHA] Number of times a keyID is used split by transformation type, provider, and apiserver identity.",
    ),
    STORAGE + "data_key_generation_duration_seconds": (
        "histogram",
        "[ALPHA] Latencies in seconds of data encryption key(DEK) generation operations.",
    ),
    STORAGE + "data_key_generation_failures_total": (
        "counter",
        "[ALPHA] Total number of failed data encryption key(DEK) generation operations.",
    ),
    STORAGE + "envelope_transformation_cache_misses_total": (
        "counter",
        "[ALPHA] Total number of cache misses while accessing key decryption key(KEK).",
    ),
    STORAGE + "transformation_operations_total": (
        "counter",
        "[ALPHA] Total number of transformations. Successful transformation will have a status 'OK' and a varied "
        "status string when the transformation fails. The status, resource, and transformation_type fields can be used "
        "for alerting purposes. For example, you can monitor for encryption/decryption failures using the "
        "transformation_type (e.g., from_storage for decryption and to_storage for encryption). Additionally, these "
        "fields can be used to ensure that the correct transformers are applied to each resource.",
    ),
    "kubernetes_build_info": (
        "gauge",
        "[BETA] A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, "
        "build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.",
    ),
    "process_start_time_seconds": ("gauge", "Start time of the process since unix epoch in seconds."),
}
BIG = 1_500_000


def _number(value):
    """As Go prints a float: the shortest digits, with an exponent from a million on."""
    text = repr(float(value))
    if abs(value) < 1e6:
        return text.removesuffix(".0")
    whole, _, fraction = text.partition(".")
    if "e" in text or len(whole) > 20:
        return text
    digits = (whole + fraction).rstrip("0")
    return f"{digits[0]}.{digits[1:]}e+{len(whole) - 1:02d}" if len(digits) > 1 else f"{digits}e+{len(whole) - 1:02d}"


def _escaped(text):
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class Metrics:
    def __init__(self, version, is_big, shows_hash):
        self.started = time.time()
        self.version, self.is_big, self.shows_hash = version, is_big, shows_hash
        self.identity_hash = ""
        self.configuration_hash = None
        self._lock = threading.Lock()
        self._operations = defaultdict(int)
        self._reloads = {}
        self._key_ids = defaultdict(lambda: [0, 0.0])
        self._statuses = {}
        self._filler = {}

    def identify(self, lease_name):
        self.identity_hash = hash_of(lease_name.encode())

    def transformed(self, resource, direction, prefix, status):
        with self._lock:
            self._operations[(resource, status, direction, prefix)] += 1

    def counter(self, resource):
        """What the transformers of a resource call at each use."""
        return lambda direction, prefix, status: self.transformed(resource, direction, prefix, status)

    def reloaded(self, status):
        with self._lock:
            count, _ = self._reloads.get(status, (0, 0))
            self._reloads[status] = (count + 1, time.time())

    def key_id_used(self, provider, key_id, direction):
        with self._lock:
            entry = self._key_ids[(hash_of(key_id), provider, direction)]
            entry[0] += 1
            entry[1] = time.time()

    def key_id_in_status(self, provider, key_id, when):
        with self._lock:
            self._statuses[(hash_of(key_id), provider)] = when

    def _series(self, hides_hash):
        me = {"apiserver_id_hash": self.identity_hash}
        with self._lock:
            if self.configuration_hash and self.shows_hash and not hides_hash:
                yield CONFIG + "last_config_info", {**me, "hash": self.configuration_hash}, 1
            for status, (count, when) in self._reloads.items():
                yield CONFIG + "automatic_reloads_total", {**me, "status": status}, count
                yield CONFIG + "automatic_reload_last_timestamp_seconds", {**me, "status": status}, when
            yield KMS + "dek_cache_fill_percent", {}, 0
            for (key_id, provider, direction), (count, when) in self._key_ids.items():
                labels = {**me, "key_id_hash": key_id, "provider_name": provider, "transformation_type": direction}
                yield KMS + "key_id_hash_total", labels, count
                yield KMS + "key_id_hash_last_timestamp_seconds", labels, when
            for (key_id, provider), when in self._statuses.items():
                labels = {**me, "key_id_hash": key_id, "provider_name": provider}
                yield KMS + "key_id_hash_status_last_timestamp_seconds", labels, when
            for (resource, status, direction, prefix), count in self._operations.items():
                labels = {
                    "resource": resource,
                    "status": status,
                    "transformation_type": direction,
                    "transformer_prefix": prefix,
                }
                yield STORAGE + "transformation_operations_total", labels, count
        for suffix, labels in (("_bucket", {"le": "+Inf"}), ("_sum", {}), ("_count", {})):
            yield STORAGE + "data_key_generation_duration_seconds" + suffix, labels, 0
        yield STORAGE + "data_key_generation_failures_total", {}, 0
        yield STORAGE + "envelope_transformation_cache_misses_total", {}, 0
        yield "kubernetes_build_info", {
            "build_date": self.version["buildDate"],
            "compiler": self.version["compiler"],
            "git_commit": self.version["gitCommit"],
            "git_tree_state": self.version["gitTreeState"],
            "git_version": self.version["gitVersion"],
            "go_version": self.version["goVersion"],
            "major": self.version["major"],
            "minor": self.version["minor"],
            "platform": self.version["platform"],
        }, 1
        yield "process_start_time_seconds", {}, round(self.started, 2)

    def text(self, hides_hash=False, is_big=False):
        families = {}
        for name, labels, value in self._series(hides_hash):
            family = name
            for suffix in ("_bucket", "_sum", "_count"):
                if family not in DESCRIPTIONS:
                    family = name.removesuffix(suffix)
            shown = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
            line = f"{name}{{{shown}}} {_number(value)}" if shown else f"{name} {_number(value)}"
            families.setdefault(family, []).append(line)
        for family, lines in families.items():
            kind, text = DESCRIPTIONS[family]
            if kind != "histogram":
                lines.sort()
            lines[:0] = [f"# HELP {family} {text}", f"# TYPE {family} {kind}"]
        if self.is_big or is_big:
            families.update(self._padding())
        return "\n".join("\n".join(families[family]) for family in sorted(families)) + "\n"

    def _padding(self):
        """Histograms such as a server has in hundreds, until the answer is as large as a real one."""
        if not self._filler:
            size, number = 0, 0
            while size < BIG:
                seed = hashlib.sha256(str(number).encode()).digest()
                name = f"apiserver_request_part_{number:03d}_duration_seconds"
                lines = [
                    f"# HELP {name} [STABLE] Response latency distribution in seconds for each verb, dry run value, "
                    "group, version, resource, subresource, scope and component.",
                    f"# TYPE {name} histogram",
                ]
                for verb in ("APPLY", "DELETE", "GET", "LIST", "PATCH", "POST", "PUT", "WATCH"):
                    labels = f'component="apiserver",group="",resource="r{seed[0]}",scope="resource",verb="{verb}"'
                    for step in range(24):
                        bound = 0.005 * (step + 1) * (1 + seed[1] % 3)
                        lines.append(f'{name}_bucket{{{labels},le="{bound:.3f}"}} {step * seed[2]}')
                    lines.append(f'{name}_bucket{{{labels},le="+Inf"}} {24 * seed[2]}')
                    lines.append(f"{name}_sum{{{labels}}} {seed[3] / 7}")
                    lines.append(f"{name}_count{{{labels}}} {24 * seed[2]}")
                self._filler[name] = lines
                size += sum(len(line) + 1 for line in lines)
                number += 1
        return self._filler
