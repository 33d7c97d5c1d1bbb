"""Sends the recorded requests to the fake, and compares its answers with the recorded ones.

    replay.py FOLDER [--verbose] [--only TEXT]

FOLDER holds the recordings (`*.jsonl` or `*.jsonl.gz`) and `configs/`. For each file an etcd and the servers are
started, and each case's state is brought about: an object that a case shows is put into etcd as it was, under the key
with which it was sealed, and at the very revision that it had, so that revisions, uids and tokens need no translation.
What cannot be repeated is left out, with the reason.
"""

import argparse
import base64
import glob
import gzip
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import yaml

# The folder of the sources stays as it is.
sys.dont_write_bytecode = True

import envelope
import resources
from storage import Etcd
from store import serialized

HERE = os.path.dirname(os.path.abspath(__file__))
PAD = "/registry/pad"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?Z")
IDENTITY_LEASES = "/registry/leases/kube-system/apiserver-"
HEADERS = (
    "Cache-Control",
    "Connection",
    "Content-Encoding",
    "Content-Type",
    "Retry-After",
    "Vary",
    "Warning",
    "X-Content-Type-Options",
)
WITHOUT_REQUEST = "an observation without a request"
NO_PROTOBUF = "the fake does not write protobuf"
LEFT_OUT = {
    "proxy": "it is kubectl that answers",
    "kubeconfig": "it is kubectl that is tried",
    "rewriting:patch-protobuf-answer": NO_PROTOBUF,
    "rewriting:mutating-policy-create": "the fake fills in no defaults of a policy; faults.json makes it mutate",
    "listing:list-accept-protobuf": NO_PROTOBUF,
    "listing:list-accept-table": "the fake has no tables",
    "listing:continue-compacted-by-etcdctl": "the fake's watch cache keeps no snapshots of the past",
    "listing:list-rv-exact-compacted": "the fake's watch cache keeps no snapshots of the past",
    "discovery:accept-protobuf": NO_PROTOBUF,
    "metrics:metrics-kms-key-id-2": "the plugin of the tests has one key ID",
    "shutdown:start-readyz-500": "the fake is ready when it listens",
    "shutdown:start-livez-500": "the fake is ready when it listens",
    "shutdown:etcd-stopped-get": "it takes a minute",
    "shutdown:etcd-stopped-list": "it takes a minute",
    "shutdown:etcd-stopped-metrics": "the fake's metrics do not ask etcd",
}


def free_port(host="127.0.0.1"):
    with socket.socket() as one:
        one.bind((host, 0))
        return one.getsockname()[1]


class Fake:
    """One server as a process."""

    def __init__(self, number, etcd, folder, config, options):
        self.number, self.control = number, os.path.join(folder, f"control-{number}")
        os.makedirs(self.control, exist_ok=True)
        self.config = None
        arguments = ["--name", f"control-plane-{number}", "--etcd", etcd, "--control", self.control]
        if config:
            self.config = os.path.join(folder, f"config-{number}.yaml")
            shutil.copyfile(config, self.config)
            arguments += ["--config", self.config]
        command = [sys.executable, os.path.join(HERE, "main.py"), *arguments, *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("ready "):
            raise RuntimeError(f"server {number} does not start")
        self.port = int(line.split()[1])
        self.kept = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def faults(self, **told):
        path = os.path.join(self.control, "faults.json")
        with open(path + ".new", "w") as file:
            json.dump(told, file)
        os.replace(path + ".new", path)
        time.sleep(0.03)

    def end(self, number=signal.SIGKILL):
        if self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait()


class Cluster:
    """An etcd and the servers of one file."""

    def __init__(self, fixtures, folder):
        self.fixtures, self.folder = fixtures, folder
        port, peer = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            ["etcd", "--data-dir", os.path.join(folder, "etcd"), "--listen-client-urls", self.url]
            + ["--advertise-client-urls", self.url, "--listen-peer-urls", f"http://127.0.0.1:{peer}"]
            + ["--initial-advertise-peer-urls", f"http://127.0.0.1:{peer}"]
            + ["--initial-cluster", f"default=http://127.0.0.1:{peer}", "--log-level", "error"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.etcd = Etcd(self.url)
        self.servers, self.settings = {}, {}
        # Names of files whose keys are needed for values that were sealed under another configuration.
        self.other_configs = set()
        for _ in range(200):
            try:
                self.etcd.set_deadline(30)
                self.etcd.revision()
                return
            except Exception:
                time.sleep(0.05)
        raise RuntimeError("etcd does not start")

    def config_path(self, name):
        return os.path.join(self.fixtures, "configs", name + ".yaml") if name else None

    def start(self, number, config=None, *options):
        self.settings[number] = (config, options)
        self.servers[number] = Fake(number, self.url, self.folder, self.config_path(config), options)
        return self.servers[number]

    def restart(self, number, config=None, *options):
        self.servers[number].end()
        return self.start(number, config, *options)

    def end(self):
        for server in self.servers.values():
            server.end()
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()

    # State

    def revision(self):
        self.etcd.set_deadline(30)
        return self.etcd.revision()

    def pad(self, revision):
        """Writes something of no meaning until the last revision is that one."""
        for _ in range(revision - self.revision()):
            self.etcd.put(PAD, "")

    def sealed(self, resource, key, plain, prefix):
        """The value, written as the prefix of the recording says."""
        if prefix in ("k8s\\0", "{"):
            return plain
        provider, name = re.fullmatch(r"k8s:enc:([^:]+):v[0-9]:(.*):", prefix).groups()
        keys = self._keys(resource, provider)
        secret = keys.get(name) or bytes(32)
        sealed = envelope.ProviderList([envelope.Keys(provider, [(name, secret)])])
        return sealed.write(plain, key, lambda *_: None)

    def _keys(self, resource, provider):
        found = {}
        for config in {config for config, _ in self.settings.values() if config} | self.other_configs:
            with open(self.config_path(config)) as file:
                for entry in yaml.safe_load(file)["resources"]:
                    if resource.label in entry["resources"] or "*.*" in entry["resources"]:
                        for one in entry["providers"]:
                            for key in (one.get(provider) or {}).get("keys", []):
                                found[key["name"]] = base64.b64decode(key["secret"])
        return found

    def write_prefix(self, resource, number=0):
        """With which key a server writes a resource."""
        config = self.settings[number][0]
        with open(self.config_path(config)) as file:
            entries = yaml.safe_load(file)["resources"]
        for entry in entries:
            if resource.label in entry["resources"] or "*.*" in entry["resources"]:
                provider, what = next(iter(entry["providers"][0].items()))
                return f"k8s:enc:{provider}:v1:{what['keys'][0]['name']}:" if what else "{"
        return "{"


class Plant:
    """An object that a recording shows, to be put into etcd at its revision."""

    def __init__(self, resource, key, revision):
        self.resource, self.key, self.revision = resource, key, revision
        self.metadata, self.whole, self.prefix, self.has_lease = None, None, None, False
        self.uid = None

    def object(self):
        namespace, name = None, self.key.rpartition("/")[2]
        if self.resource.is_namespaced:
            namespace = self.key.split("/")[-2]
        uid = self.uid or "00000000-0000-4000-8000-" + self.key.encode().hex()[-12:]
        metadata = dict(self.metadata or {"name": name, "uid": uid})
        if namespace:
            metadata.setdefault("namespace", namespace)
        metadata.setdefault("creationTimestamp", "2026-11-30T06:00:00Z")
        metadata.pop("resourceVersion", None)
        known = ("kind", "apiVersion", "metadata")
        rest = {name: value for name, value in (self.whole or {}).items() if name not in known}
        if not rest:
            rest = self._contents(metadata)
        kind = {"kind": self.resource.kind, "apiVersion": self.resource.api_version}
        return {**kind, "metadata": metadata, **rest}

    def _contents(self, metadata):
        """The rest of an object of which the recording shows only the metadata."""
        owned = {}
        for entry in metadata.get("managedFields") or []:
            owned.update(entry["fieldsV1"])
        if self.resource.kind == "Widget":
            return {"spec": {"a": "value"}}
        if self.resource.kind == "Secret":
            kind = "kubernetes.io/service-account-token" if "robot" in metadata["name"] else "Opaque"
            rest = {"data": {"a": "dmFsdWU="}, "type": kind}
        elif self.resource.kind == "ConfigMap":
            rest = {"data": {"a": "value"}}
        elif self.resource.kind == "Event":
            return {"involvedObject": {}, "message": "m", "reason": "r", "type": "Normal"}
        else:
            return {}
        if "f:immutable" in owned:
            rest["immutable"] = True
        return rest

    def value(self, cluster):
        """What is to be stored; the name of a bad one says how it is bad."""
        name = self.key.rpartition("/")[2]
        plain = serialized(self.object())
        key = self.key
        if name.endswith("moved"):
            key = self.key + "-elsewhere"
        prefix = self.prefix or cluster.write_prefix(self.resource)
        data = cluster.sealed(self.resource, key, plain, prefix)
        if name.endswith("tampered"):
            data = data[:-1] + bytes([data[-1] ^ 1])
        if name == "bad-short":
            data = data[: len(prefix) + 9]
        if name == "bad-empty":
            data = data[: len(prefix)]
        return data


def of_path(path):
    """(resource, namespace, name) of a path, or None."""
    parts = path.partition("?")[0].strip("/").split("/")
    if parts[0] not in ("api", "apis") or len(parts) < (3 if parts[0] == "api" else 4):
        return None
    group, version, rest = ("", parts[1], parts[2:]) if parts[0] == "api" else (parts[1], parts[2], parts[3:])
    namespace = None
    if rest and rest[0] == "namespaces" and len(rest) > 2:
        namespace, rest = rest[1], rest[2:]
    resource = resources.BY_PATH.get((group, version, rest[0] if rest else ""))
    return (resource, namespace, rest[1] if len(rest) > 1 else None) if resource else None


def body_of(case):
    try:
        return json.loads(case["response"].get("body") or "null")
    except ValueError:
        return None


class Replay:
    """The replay of one file."""

    # Whether the revisions of the recording can be had again.
    has_revisions = True
    # The resources of which the metrics are compared.
    COUNTED = ()
    # How long to wait before a request, for what goes on behind it.
    settle = 0

    def __init__(self, name, cases, fixtures, only):
        self.name, self.cases, self.fixtures, self.only = name, cases, fixtures, only
        self.replayed, self.differences, self.left_out = 0, {}, {}
        self.translated = {}
        self.cluster = None
        self.plants = []

    # What a file does differently

    def begin(self):
        """Starts the servers."""

    def prepare(self, case):
        """Brings about what the note of a case says; a text is the reason to leave it out."""

    def extra_plants(self):
        """Objects that were there although no case shows them: (resource, namespace, name, revision)."""
        return []

    def deletions(self):
        """What was deleted at which revision: (revision, key)."""
        return []

    # The way through a file

    def run(self, folder):
        self.cluster = Cluster(self.fixtures, folder)
        try:
            if self.has_revisions:
                self.plants = self._plan()
            self.begin()
            for case in self.cases:
                self._case(case)
        finally:
            self.cluster.end()

    def _reason(self, case):
        full = f"{self.name}:{case['case']}"
        if full in LEFT_OUT:
            return LEFT_OUT[full]
        if "request" not in case:
            return WITHOUT_REQUEST
        return None

    def _plan(self):
        """The objects that the recordings show, less those that the recorded requests themselves wrote."""
        found, made = {}, set()

        def seen(resource, key, revision, metadata=None, whole=None):
            if (key, revision) in made:
                return None
            plant = found.setdefault((key, revision), Plant(resource, key, revision))
            if metadata:
                plant.metadata = metadata
            if whole:
                plant.whole = whole
            return plant

        for case in self.cases:
            if self._reason(case) not in (None, WITHOUT_REQUEST):
                continue
            stored = case.get("etcd") if "request" in case else None
            if stored and stored["before"]:
                plant = seen(resources.of_key(stored["key"]), stored["key"], stored["before"]["mod_revision"])
                if plant:
                    plant.prefix = stored["before"]["prefix"]
                    plant.has_lease = "lease" in stored["before"]
            if "request" in case:
                self._plan_shown(case, seen, made)
            if stored and stored["after"] and stored["after"] != stored["before"]:
                made.add((stored["key"], stored["after"]["mod_revision"]))
        for resource, namespace, name, revision in self.extra_plants():
            seen(resource, resource.key(namespace, name), revision)
        namespaces = {one.key.split("/")[-2] for one in found.values() if one.resource.is_namespaced}
        self.namespaces = namespaces - {"default", "kube-system", "lost"}
        return sorted(found.values(), key=lambda one: one.revision)

    def _plan_shown(self, case, seen, made):
        place, body = of_path(case["request"]["path"]), body_of(case)
        if place and isinstance(body, dict) and body.get("status") == "Success" and case.get("etcd"):
            key = place[0].key(*place[1:])
            stored = case["etcd"]["before"]
            if (key, stored["mod_revision"]) not in made:
                plant = seen(place[0], key, stored["mod_revision"])
                plant.uid = body["details"].get("uid")
            return
        if place is None or case["response"].get("status") not in (200, 201) or not isinstance(body, dict):
            return
        resource = place[0]
        before, after = ((case.get("etcd") or {}).get(name) or {} for name in ("before", "after"))
        for one in body.get("items") or ([body] if body.get("metadata") and body["kind"] != "Status" else []):
            metadata = one["metadata"]
            if "resourceVersion" not in metadata or "name" not in metadata:
                continue
            revision = int(metadata["resourceVersion"])
            key = resource.key(metadata.get("namespace"), metadata["name"])
            whole = None if one.get("kind") == "PartialObjectMetadata" else one
            if case["request"]["method"] == "POST":
                made.add((key, revision))
                continue
            if after and before != after and revision == after["mod_revision"]:
                # The request wrote this one; before it, all but the revision was the same.
                if not before or "events.k8s.io" in case["request"]["path"]:
                    continue
                metadata = self._undone(metadata)
                if "data" in case["request"].get("body", ""):
                    whole = None
                revision = before["mod_revision"]
            seen(resource, key, revision, metadata, whole)

    @staticmethod
    def _undone(metadata):
        """The metadata before a recorded request changed the object: what the policy and the second writer did."""
        before = {name: value for name, value in metadata.items() if name != "labels"}
        labels = {name: value for name, value in (metadata.get("labels") or {}).items() if name != "mutated"}
        if labels:
            before["labels"] = labels
        entries = metadata.get("managedFields") or []
        if entries and entries[0]["fieldsV1"].get("f:data") == {}:
            fields = {"f:data": {".": {}, "f:a": {}}, "f:type": {}}
            before["managedFields"] = [{**entries[0], "fieldsV1": fields}]
        return before

    def _plant_until(self, revision):
        """Puts all objects in place that were there at that revision, and makes it the last one."""
        while True:
            events = [(one.revision, one) for one in self.plants[:1]]
            events += [(at, key) for at, key in self.deletions() if at not in self._deleted()]
            due = [event for event in events if event[0] <= revision]
            if not due:
                break
            at, what = min(due, key=lambda event: event[0])
            self.cluster.pad(at - 1)
            if isinstance(what, str):
                self.cluster.etcd.delete_any(what)
                self._deleted().add(at)
                continue
            self.plants.pop(0)
            lease = self.cluster.etcd.grant(3660) if what.has_lease else 0
            self.cluster.etcd.put(what.key, what.value(self.cluster), lease)
        self.cluster.pad(revision)

    def _deleted(self):
        if not hasattr(self, "_done"):
            self._done = set()
        return self._done

    def _target(self, case):
        """The revision that etcd has to have before a case."""
        stored, body = case.get("etcd"), body_of(case)
        if stored and stored["after"] and stored["after"] != stored["before"]:
            return stored["after"]["mod_revision"] - 1
        method, status = case["request"]["method"], case["response"].get("status")
        if isinstance(body, dict) and status in (200, 201) and "metadata" in body:
            revision = body["metadata"].get("resourceVersion")
            if revision and method == "POST":
                return int(revision) - 1
            if revision and "items" in body and "continue=" not in case["request"]["path"]:
                return int(revision) if "Exact" not in case["request"]["path"] else None
            if revision and method == "PATCH" and "/status" in case["request"]["path"]:
                return int(revision) - 1
        token = re.search(r"continue=([^&]+)", case["request"]["path"])
        if token:
            try:
                text = base64.urlsafe_b64decode(token[1] + "=" * (-len(token[1]) % 4))
                return json.loads(text)["rv"]
            except ValueError:
                return None
        if isinstance(body, dict) and "current: " in str(body.get("message")):
            return None
        if stored and stored["before"]:
            return stored["before"]["mod_revision"]
        return None

    def _case(self, case):
        reason = self._reason(case)
        if reason is None:
            try:
                reason = self.prepare(case)
            except Exception as error:
                self.differences[case["case"]] = [f"its state cannot be brought about: {error!r}"]
                return
        if reason:
            self.left_out[case["case"]] = reason
            return
        stored = case.get("etcd")
        if self.has_revisions:
            # Objects that a case shows were there before it, whatever its revision is.
            target = max(self._target(case) or 0, self._shown_revision(case))
            if target:
                self._plant_until(target)
            if stored and stored["before"] is None:
                self.cluster.etcd.delete_any(stored["key"])
        server = self.cluster.servers[case["server"]]
        before = self._stored(stored)
        time.sleep(self.settle)
        actual = self.send(server, case)
        if self.only and self.only not in f"{self.name}:{case['case']}":
            return
        self.replayed += 1
        found = self.compare(case, actual, before)
        if found:
            self.differences[case["case"]] = found

    def _shown_revision(self, case):
        place, body = of_path(case["request"]["path"]), body_of(case)
        if place is None or not isinstance(body, dict) or case["request"]["method"] != "GET":
            return 0
        items = body.get("items") or ([body] if body.get("kind") != "Status" and body.get("metadata") else [])
        return max([int(one["metadata"].get("resourceVersion") or 0) for one in items], default=0)

    def _stored(self, stored):
        return self.cluster.etcd.get(stored["key"]) if stored else None

    def translate(self, text):
        for recorded, actual in self.translated.items():
            text = text.replace(recorded, actual)
        return text

    def send(self, server, case, is_kept=False):
        request, user = case["request"], case["user"]
        headers = dict(request["headers"])
        if user:
            name = user if user != "unknown token" else "somebody"
            headers["Authorization"] = f"Bearer {name}-token"
        body = self.translate(request["body"]).encode() if "body" in request else None
        connection = server.kept
        if not is_kept:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        try:
            connection.putrequest(request["method"], self.translate(request["path"]), skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            return {"status": response.status, "headers": response.headers, "data": response.read()}
        except OSError as error:
            return {"error": type(error).__name__}
        finally:
            if not is_kept:
                connection.close()

    # Comparison

    def compare(self, case, actual, before):
        recorded = case["response"]
        if "error" in recorded:
            wanted = recorded["error"].partition(":")[0]
            has = actual.get("error") or actual["status"]
            return [] if has == wanted else [f"{wanted} recorded, {has}"]
        if "error" in actual:
            return [f"status {recorded['status']} recorded, {actual['error']}"]
        found = []
        if actual["status"] != recorded["status"]:
            found.append(f"status {recorded['status']} recorded, {actual['status']}")
        found += self._compare_headers(case, actual)
        text = actual["data"].decode("utf-8", "replace")
        if "body" in recorded:
            found += self.compare_body(case, recorded["body"], text)
        elif "body_bytes" in recorded and recorded.get("body_starts") == "1f8b":
            if actual["data"][:2] != b"\x1f\x8b" or not gzip.decompress(actual["data"]).startswith(b"{"):
                found.append("no gzip")
        if case.get("etcd"):
            found += self._compare_stored(case["etcd"], before, self._stored(case["etcd"]))
        return found

    def _compare_headers(self, case, actual):
        found, recorded = [], case["response"]["headers"]
        for name in HEADERS:
            wanted, has = recorded.get(name), actual["headers"].get(name)
            if name == "Retry-After" and "initializing" in case["response"].get("body", ""):
                # A real one waits longer and longer.
                wanted, has = bool(wanted), bool(has)
            if wanted != has:
                found.append(f"{name}: {wanted!r} recorded, {has!r}")
        if ("Etag" in recorded) != ("Etag" in actual["headers"]):
            found.append("Etag")
        return found

    def _compare_stored(self, stored, before, after):
        if stored["after"] is None:
            return [] if after is None else ["the key is still there"]
        if after is None:
            return ["the key is gone"]
        found = []
        wanted = stored["after"]["prefix"].replace("k8s\\0", "{")
        has = re.match(rb"k8s:enc:[^:]+:v[0-9]:[^:]+:|\{", after.value)
        if (has[0].decode() if has else "?") != wanted:
            found.append(f"etcd: written by {wanted} recorded, {has[0].decode() if has else after.value[:20]!r}")
        is_new = stored["before"] is None or stored["before"]["mod_revision"] != stored["after"]["mod_revision"]
        if is_new != (before is None or before.mod_revision != after.mod_revision):
            found.append(f"etcd: {'written' if is_new else 'untouched'} recorded")
        if stored["before"] and "lease" in stored["before"]:
            if (stored["before"]["lease"] != stored["after"]["lease"]) != (before.lease != after.lease):
                found.append("etcd: the lease")
        return found

    def compare_body(self, case, recorded, actual):
        if recorded == actual:
            return []
        try:
            wanted = json.loads(recorded)
        except ValueError:
            return self.compare_text(case, recorded, actual)
        try:
            has = json.loads(actual)
        except ValueError:
            return [f"no JSON: {actual[:100]!r}"]
        if case["request"]["method"] == "POST" and isinstance(wanted, dict) and isinstance(has, dict):
            self._learn(wanted, has)
        found = []
        if recorded.startswith("{\n") != actual.startswith("{\n"):
            found.append("one is indented, the other is not")
        self._compare_json(wanted, has, "", found)
        return found

    def _learn(self, wanted, has):
        """The uid and the name that the server itself chose."""
        for name in ("uid", "name"):
            one, other = (value.get("metadata", {}).get(name) for value in (wanted, has))
            if one and other and one != other:
                self.translated[one] = other

    def _compare_json(self, wanted, has, path, found):
        if isinstance(wanted, dict) and isinstance(has, dict):
            for name in sorted(set(wanted) | set(has)):
                inner = f"{path}.{name}"
                if name not in has:
                    found.append(f"{inner}: only recorded, {json.dumps(wanted[name])[:100]}")
                elif name not in wanted:
                    found.append(f"{inner}: not recorded, {json.dumps(has[name])[:100]}")
                else:
                    self._compare_json(wanted[name], has[name], inner, found)
        elif isinstance(wanted, list) and isinstance(has, list):
            if len(wanted) != len(has):
                found.append(f"{path}: {len(wanted)} elements recorded, {len(has)}")
            for index, pair in enumerate(zip(wanted, has)):
                self._compare_json(*pair, f"{path}[{index}]", found)
        elif self.same(path, wanted, has):
            return
        else:
            found.append(f"{path}: {json.dumps(wanted)[:200]} recorded, {json.dumps(has)[:200]}")

    def same(self, path, wanted, has):
        if wanted == has:
            return True
        if path.endswith("retryAfterSeconds"):
            return wanted > 0 and has > 0
        if path.endswith(("Timestamp", ".time", ".renewTime", ".startTime")):
            return bool(TIME.fullmatch(str(wanted)) and TIME.fullmatch(str(has)))
        if isinstance(wanted, str) and isinstance(has, str):
            return self.translate(wanted) == has
        return False

    def compare_text(self, case, recorded, actual):
        if case["request"]["path"].startswith("/metrics"):
            return self.compare_metrics(case, recorded, actual)
        path = case["request"]["path"].partition("?")[0]
        if path in ("/flagz", "/statusz"):
            wanted, has = (self._page_names(text) for text in (recorded, actual))
            if len(recorded) == 200:
                return [] if recorded[:100] == actual[:100] else ["the beginning"]
            return [f"names: {sorted(wanted ^ has)}"] if wanted != has else []
        if len(recorded) == 200 and actual.startswith(recorded):
            return []
        if case["response"]["headers"].get("Content-Type") == "application/yaml":
            return [] if yaml.safe_load(recorded) == yaml.safe_load(actual) else ["YAML"]
        lines = [set(text.splitlines()) for text in (recorded, actual)]
        return [f"body: {sorted(lines[0] - lines[1])} recorded, {sorted(lines[1] - lines[0])}"]

    @staticmethod
    def _page_names(text):
        # One flag is a patch of the program that was recorded.
        return {re.split(r"[:= ]", line)[0] for line in text.splitlines()} - {"openshift-config"}

    # Metrics

    @staticmethod
    def series(text):
        """{name and labels: value}, with the hashes of the servers as they are."""
        return dict(line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))

    def compare_metrics(self, case, recorded, actual):
        found = []
        if len(recorded) == 200 and "excerpt" not in case:
            return [] if actual.startswith("# HELP ") else ["no metrics"]
        wanted, has = self.series(recorded), self.series(actual)
        for kind in ("# HELP", "# TYPE"):
            lines = {line for line in actual.splitlines() if line.startswith(kind)}
            names = {line.split()[2]: line for line in recorded.splitlines() if line.startswith(kind)}
            for line in lines:
                if names.get(line.split()[2], line) != line:
                    found.append(f"{line[:80]} differs")
        exact = "apiserver_encryption_config_controller_last_config_info"
        for name in {one for one in set(wanted) | set(has) if one.startswith(exact)}:
            if wanted.get(name) != has.get(name):
                found.append(f"{name[:20]}…{name[-90:]}: {wanted.get(name)} recorded, {has.get(name)}")
        for start in (
            "apiserver_encryption_config_controller_automatic",
            "apiserver_envelope_encryption_key_id",
            "kubernetes_build_info",
            "process_start",
        ):
            names = [{one for one in side if one.startswith(start)} for side in (wanted, has)]
            if names[0] != names[1]:
                found.append(f"series: {sorted(names[0] ^ names[1])}")
        return found + self.compare_operations(case, wanted, has)

    def compare_operations(self, case, wanted, has):
        """Which resources were read and written, with which keys; how often is compared where the file can tell."""
        start = "apiserver_storage_transformation_operations_total"
        counted = self.COUNTED
        names = [
            {one for one in side if one.startswith(start) and any(f'resource="{r}"' in one for r in counted)}
            for side in (wanted, has)
        ]
        return [f"operations: {sorted(one[50:] for one in names[0] ^ names[1])}"] if names[0] != names[1] else []


class Listing(Replay):
    def begin(self):
        self.cluster.settings[0] = ("listing", ())
        self._plant_until(11)
        for number in (0, 1):
            self.cluster.start(number, "listing", "--renew", "3600", "--endpoints", "none")

    def extra_plants(self):
        secrets, maps = resources.find("secrets"), resources.find("configmaps")
        extra = [(secrets, "other", f"z{index}", 255 + index) for index in range(3)]
        # A large one, for the compressed list.
        return [(maps, "default", "c3", 249), *extra]

    def deletions(self):
        return [(252, "/registry/secrets/default/s20")]

    def prepare(self, case):
        name = case["case"]
        if name in ("list-gzip-big", "list-500"):
            self._fill(600)
        if name == "list-rv-exact-future":
            self._plant_until(254)
        if name == "continue-expired":
            self._plant_until(269)
            self.cluster.etcd._call("/v3/kv/compaction", {"revision": str(self.cluster.revision())})
        if name == "continue-inconsistent":
            self._plant_until(270)
        if name == "continue-expired-by-server":
            self._plant_until(290)
            self.cluster.etcd._call("/v3/kv/compaction", {"revision": str(self.cluster.revision())})
        return None

    def _fill(self, count):
        maps = resources.find("configmaps")
        if self.cluster.etcd.get(maps.key("default", "fill-0")):
            return
        for index in range(count):
            plant = Plant(maps, maps.key("default", f"fill-{index}"), 0)
            entry = {"manager": "unknown", "operation": "Update", "apiVersion": "v1", "time": "2026-11-30T06:22:30Z"}
            fields = {"f:data": {".": {}, "f:a": {}}}
            plant.metadata = {
                "name": f"fill-{index}",
                "uid": f"00000000-0000-4000-8000-{index:012d}",
                "managedFields": [{**entry, "fieldsType": "FieldsV1", "fieldsV1": fields}],
            }
            self.cluster.etcd.put(plant.key, plant.value(self.cluster))

    def _target(self, case):
        if case["case"] == "continue-expired-by-server":
            return None
        return super()._target(case)


class Rewriting(Replay):
    def begin(self):
        for number, config in enumerate(("rewriting-k1-first", "rewriting-k2-first")):
            self.cluster.start(number, config, "--renew", "3600", "--endpoints", "none")
        self.cluster.servers[1].faults(
            deny=["denied"], warn=["audited"], mutate=["mutated"], webhook_down=["webhook"]
        )
        self._namespace("ending", "Terminating")

    def _namespace(self, name, phase):
        namespaces = resources.find("namespaces")
        plant = Plant(namespaces, namespaces.key(None, name), 0)
        plant.whole = {"spec": {"finalizers": ["kubernetes"]}, "status": {"phase": phase}}
        plant.prefix = "{"
        self.cluster.etcd.put(plant.key, plant.value(self.cluster))

    def prepare(self, case):
        if case["case"] == "patch-widget-schema-tightened":
            self.cluster.servers[1].faults(widget_requires=["b"])
        return None


class Canary(Replay):
    def begin(self):
        for number, config in enumerate(("canary-k1-first", "canary-k2-first", "canary-identity-first")):
            self.cluster.start(number, config, "--renew", "3600", "--endpoints", "none")

    def prepare(self, case):
        if "429" in case["case"]:
            self.cluster.servers[case["server"]].faults(throttle=1, case=case["case"])
        return None


class Undecryptable(Replay):
    def begin(self):
        for number in (0, 1):
            self.cluster.start(number, "undecryptable", "--renew", "3600", "--endpoints", "none")
        self._state()
        namespaces = resources.find("namespaces")
        plant = Plant(namespaces, namespaces.key(None, "other"), 0)
        plant.whole, plant.prefix = {"status": {"phase": "Active"}}, "{"
        self.cluster.etcd.put(plant.key, plant.value(self.cluster))

    def extra_plants(self):
        # The note of the pages: four bad values. Which revisions they had is not recorded.
        secrets = resources.find("secrets")
        return [(secrets, "default", "zz-" + kind, 256 + index) for index, kind in enumerate(self.KINDS)]

    KINDS = ("gone", "moved", "plain", "tampered")

    def _state(self, cache="late"):
        self.cluster.servers[0].faults(cache=cache)
        grants = {"nobody": ["delete secrets"]}
        self.cluster.servers[1].faults(cache=cache, unsafe_deletion_gate=True, grants=grants)

    def _plan(self):
        plants = super()._plan()
        for plant in plants:
            if plant.key.endswith("zz-gone"):
                plant.prefix = "k8s:enc:aesgcm:v1:gone:"
            if plant.key.endswith("zz-plain"):
                plant.prefix = "{"
        return plants

    def prepare(self, case):
        name = case["case"]
        if name == "gate-off-list-metadata":
            self._plant_until(225)
        if name == "gate-on-list-full":
            self._state("given-up")
        if name == "list-after-delete-0":
            self._plant_until(255)
            time.sleep(1.5)
        if name == "gate-off-several-list":
            self._state("late")
            self._plant_until(259)
        if name == "restart-with-bad-values-readyz":
            self.cluster.restart(1, "undecryptable", "--renew", "3600", "--endpoints", "none")
        if name == "no-file-readyz":
            for kind in self.KINDS:
                self.cluster.etcd.delete_any("/registry/secrets/default/zz-" + kind)
            self.cluster.restart(1, None, "--renew", "3600", "--endpoints", "none")
        if name == "restart-with-bad-values-configmaps":
            return self._maps()
        return None

    def _maps(self):
        """Two ConfigMaps as a real server makes them; the second only counts."""
        maps = resources.find("configmaps")
        plant = Plant(maps, maps.key("kube-system", "second"), 0)
        plant.prefix = "{"
        self.cluster.etcd.put(plant.key, plant.value(self.cluster))
        return None


class Identity(Replay):
    has_revisions = False
    OPTIONS = ("--anonymous", "--endpoint-life", "3")

    def _start(self, number, *options):
        config = "identity" if number != 2 or "--no-identity" in options else None
        advertised = ("--advertise", f"192.0.2.1{number}:{6443 + number}")
        reloads = ("--reload", "60") if number == 1 else ()
        self.cluster.start(number, config, *self.OPTIONS, *advertised, *reloads, *options)

    def begin(self):
        for number in range(3):
            self._start(number)

    def prepare(self, case):
        name = case["case"]
        if name == "pods-mirror-by-hand":
            pods = resources.find("pods")
            for one in body_of(case)["items"]:
                plant = Plant(pods, pods.key("kube-system", one["metadata"]["name"]), 0)
                plant.whole, plant.metadata, plant.prefix = one, one["metadata"], "{"
                self.cluster.etcd.put(plant.key, plant.value(self.cluster))
            time.sleep(0.2)
        if name == "leases-after-sigterm":
            self.cluster.servers[2].end(signal.SIGTERM)
        if name == "endpointslice-after-sigkill":
            self.cluster.servers[1].end()
        if name == "endpoints-after-sigkill-later":
            time.sleep(6)
        if name == "leases-after-restart":
            self._start(1)
            self._start(2, "--no-identity", "--no-pages")
        return None

    def same(self, path, wanted, has):
        if path.endswith((".resourceVersion", ".uid")) or path.endswith(".generation"):
            return True
        if path.endswith(".holderIdentity"):
            return wanted.partition("_")[0] == has.partition("_")[0]
        if path.endswith(".port"):
            # The port of whichever server wrote last.
            return wanted // 10 == has // 10
        if ".flags." in path or path.endswith(".uptimeSeconds"):
            return "encryption-provider" not in path or bool(wanted) == bool(has)
        return super().same(path, wanted, has)

    def _compare_json(self, wanted, has, path, found):
        if path == ".flags":
            wanted = {name: value for name, value in wanted.items() if name != "openshift-config"}
        super()._compare_json(wanted, has, path, found)


class Discovered(Replay):
    def begin(self):
        for number in (0, 1):
            self.cluster.start(number, "discovery-wildcard", "--renew", "3600", "--endpoints", "none")
            self.cluster.etcd.set_deadline(30)

    def prepare(self, case):
        name = case["case"]
        if name == "migrator-apis":
            self.cluster.servers[1].faults(migrator=True)
            time.sleep(0.6)
        if name == "if-none-match":
            accept = {"Accept": case["request"]["headers"]["Accept"]}
            plain = {**case, "request": {**case["request"], "headers": accept}}
            tag = self.send(self.cluster.servers[0], plain)["headers"]["Etag"]
            case["request"]["headers"]["If-None-Match"] = tag
        return None

    def same(self, path, wanted, has):
        return path.endswith(".serverAddress") or super().same(path, wanted, has)


class Reloads(Replay):
    settle = 0.05
    COUNTED = ("secrets",)

    def begin(self):
        options = ("--renew", "3600", "--endpoints", "none")
        self.cluster.other_configs = {"reload-good", "reload-unreadable"}
        self.cluster.start(0, "reload-first", *options, "--reload", "0.2")
        self.cluster.start(1, "reload-first", *options)
        self._plant_until(210)

    FILES = {
        "metrics-good": "good",
        "metrics-bad": "bad",
        "metrics-bad-key": "bad-key",
        "metrics-good-again": "good-again",
        "metrics-unreadable": "unreadable",
        "metrics-last": "last",
    }

    def prepare(self, case):
        name = case["case"]
        if name in self.FILES:
            if name == "metrics-unreadable":
                # Both Secrets were under k2 when that file came, and in the cache.
                self._plant_until(352)
                time.sleep(0.3)
            for server in self.cluster.servers.values():
                path = self.cluster.config_path("reload-" + self.FILES[name])
                shutil.copyfile(path, server.config + ".new")
                os.replace(server.config + ".new", server.config)
            time.sleep(0.8)
        if name == "metrics-restarted":
            # The Secret that was written with a key that no file has any more was made again meanwhile.
            secrets = resources.find("secrets")
            plant = Plant(secrets, secrets.key("default", "two"), 0)
            plant.prefix = "k8s:enc:aesgcm:v1:k2:"
            self.cluster.etcd.put(plant.key, plant.value(self.cluster))
            self.cluster.restart(1, "reload-last", "--renew", "3600", "--endpoints", "none")
        return None

    def compare_operations(self, case, wanted, has):
        # What was there at the beginning was put into etcd, so no server has written it.
        read = [{name: value for name, value in side.items() if "from_storage" in name} for side in (wanted, has)]
        return super().compare_operations(case, *read)


class Counted(Replay):
    """The counters: with the plugins of the tests, on the sockets that the recorded files name."""

    PLUGIN = os.path.join(HERE, "..", "..", "KMSPluginTests", "Plugin", "plugin.py")
    has_revisions = False

    def begin(self):
        self.plugins = []
        if not os.path.exists(self.PLUGIN):
            raise RuntimeError("the KMS plugin of the tests is not there")
        for number in (1, 2):
            name = f"kms-9d9d9f6e-{number}"
            folder = os.path.join(self.cluster.folder, name + "-state")
            os.makedirs(folder)
            command = [sys.executable, os.path.abspath(self.PLUGIN), name, folder]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=self.cluster.folder)
            process.stdout.readline()
            self.plugins.append(process)
        for number in (0, 1):
            config = f"metrics-key{number + 1}-first"
            self.cluster.start(number, config, "--renew", "3600", "--endpoints", "none", "--kms-v1")

    def run(self, folder):
        try:
            super().run(folder)
        finally:
            self._stop_plugins()

    def _stop_plugins(self):
        for process in getattr(self, "plugins", []):
            process.kill()
            process.wait()

    def _ask(self, number, method, path, body=None):
        request = {"method": method, "path": path, "headers": {"Accept": "application/json"}}
        if body:
            request["headers"]["Content-Type"] = "application/json"
            request["body"] = json.dumps(body)
        return self.send(self.cluster.servers[number], {"request": request, "user": "admin"})

    def _write_all(self):
        core = "/api/v1/namespaces/default/"
        for index in range(3):
            self._ask(0, "POST", core + "secrets", {"metadata": {"name": f"s{index}"}, "data": {"a": "dmFsdWU="}})
            self._ask(0, "POST", core + "configmaps", {"metadata": {"name": f"c{index}"}, "data": {"a": "value"}})
            self._ask(0, "POST", core + "serviceaccounts", {"metadata": {"name": f"a{index}"}})
            widgets = "/apis/example.com/v1/namespaces/default/widgets"
            self._ask(0, "POST", widgets, {"metadata": {"name": f"w{index}"}, "spec": {"a": "value"}})
            self._event(f"e{index}")
        self._ask(0, "POST", core + "limitranges", {"metadata": {"name": "l"}, "spec": {"limits": []}})
        self._ask(0, "POST", core + "podtemplates", {"metadata": {"name": "p"}, "template": {}})

    def _event(self, name):
        event = {"metadata": {"name": name}, "involvedObject": {}, "message": "m", "reason": "r", "type": "Normal"}
        self._ask(0, "POST", "/api/v1/namespaces/default/events", event)

    def _get_all(self):
        for number in (0, 1):
            for place in ("secrets/s0", "configmaps/c0", "serviceaccounts/a0"):
                self._ask(number, "GET", "/api/v1/namespaces/default/" + place)

    def _foreign(self):
        for kind, name, prefix in (("secrets", "foreign", "k8s:enc:aescbc:v1:gone:"), ("configmaps", "plain", "{")):
            resource = resources.find(kind)
            plant = Plant(resource, resource.key("default", name), 0)
            plant.prefix = prefix
            self.cluster.etcd.put(plant.key, plant.value(self.cluster))
            self._ask(1, "GET", f"/api/v1/namespaces/default/{kind}/{name}")

    def prepare(self, case):
        name = case["case"]
        if name == "metrics-after-writes-0":
            self._write_all()
        elif name == "metrics-after-gets-0":
            self._get_all()
        elif name == "metrics-foreign-and-plain-1":
            self._foreign()
        elif name == "readyz-kms":
            self._event("e-two")
        elif name == "readyz-kms-down":
            self._stop_plugins()
        elif name == "metrics-kms-down":
            return "the plugin of the tests has one key ID"
        time.sleep(0.2)
        return None

    def compare_operations(self, case, wanted, has):
        """The exact counts of what succeeded, and the series of what failed."""
        start, found = "apiserver_storage_transformation_operations_total", []
        for name in sorted({one for one in set(wanted) | set(has) if one.startswith(start)}):
            recorded, actual = int(wanted.get(name, 0)), int(has.get(name, 0))
            if 'status="OK"' not in name:
                recorded, actual = bool(recorded), bool(actual)
            elif 'resource="configmaps"' in name and 'prefix="key2:"' not in name and "identity" not in name:
                # A real server makes two ConfigMaps of its own with its first start, in this recording server 0.
                if "from_storage" in name or case["server"] == 0:
                    recorded -= 2
            if recorded != actual:
                found.append(f"{name[len(start):]}: {recorded} recorded, {actual}")
        return found

    def same(self, path, wanted, has):
        return path.endswith((".resourceVersion", ".uid")) or super().same(path, wanted, has)


def pause(process):
    """Stops a process, and waits until all of its threads have stopped: until then one may answer."""
    process.send_signal(signal.SIGSTOP)
    for _ in range(1000):
        states = []
        for path in glob.glob(f"/proc/{process.pid}/task/*/stat"):
            with open(path) as file:
                # The name of the program, in brackets, may hold anything.
                states.append(file.read().rpartition(")")[2].split()[0])
        if set(states) == {"T"}:
            return
        time.sleep(0.01)
    raise RuntimeError("etcd did not stop")


class Stopping(Replay):
    has_revisions = False
    OPTIONS = ("--renew", "3600", "--endpoints", "none")

    def begin(self):
        secrets = resources.find("secrets")
        self.cluster.settings[0] = ("shutdown", ())
        plant = Plant(secrets, secrets.key("default", "one"), 0)
        for case in self.cases:
            if case["case"] == "etcd-stopped-get-rv-0":
                plant.metadata = body_of(case)["metadata"]
        self.cluster.etcd.put(plant.key, plant.value(self.cluster))
        self.cluster.start(0, "shutdown", *self.OPTIONS, "--advertise", "192.0.2.10:6523")
        self._second()

    def _second(self, *options):
        server = self.cluster.start(1, "shutdown", *self.OPTIONS, *options)
        headers = {"Authorization": "Bearer admin-token"}
        server.kept.request("GET", "/api/v1/namespaces/default/secrets/one", headers=headers)
        server.kept.getresponse().read()
        return server

    def prepare(self, case):
        name = case["case"]
        if name == "killed-kept-connection":
            self.cluster.servers[1].end()
        elif name in ("stop-plain-readyz-500", "stop-plain-livez-200"):
            return "the moment between SIGTERM and the end is too short"
        elif name == "stop-plain-leases":
            self._second().end(signal.SIGTERM)
        elif name == "stop-delay-readyz-500":
            self._second("--shutdown-delay", "1").process.send_signal(signal.SIGTERM)
            time.sleep(0.2)
        elif name == "stop-delay-leases":
            self.cluster.servers[1].process.wait()
        elif name == "stop-delay-retry-readyz-500":
            server = self._second("--shutdown-delay", "0.6", "--shutdown-retry", "2")
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.2)
        elif name == "stop-delay-retry-new-429":
            time.sleep(0.8)
        elif name == "stop-delay-retry-leases":
            self.cluster.servers[1].process.wait()
        elif name == "etcd-stopped-get-rv-0":
            pause(self.cluster.process)
        return None

    def send(self, server, case, is_kept=False):
        return super().send(server, case, "kept" in case["case"])

    def same(self, path, wanted, has):
        return path.endswith((".resourceVersion", ".uid")) or super().same(path, wanted, has)

    def _stored(self, stored):
        return None

    def _compare_stored(self, stored, before, after):
        return []


REPLAYS = {
    "canary": Canary,
    "discovery": Discovered,
    "identity": Identity,
    "listing": Listing,
    "metrics": Counted,
    "reload": Reloads,
    "rewriting": Rewriting,
    "shutdown": Stopping,
    "undecryptable": Undecryptable,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--verbose", action="store_true", help="tell also why cases are left out")
    parser.add_argument("--only", metavar="TEXT", help="compare only cases with this in FILE:CASE")
    options = parser.parse_args()
    total = replayed = differing = 0
    left_out = []
    for file in sorted(name for name in os.listdir(options.folder) if name.endswith((".jsonl", ".jsonl.gz"))):
        name = file.removesuffix(".gz").removesuffix(".jsonl")
        with (gzip.open if file.endswith(".gz") else open)(os.path.join(options.folder, file), "rt") as lines:
            cases = [json.loads(line) for line in lines]
        total += len(cases)
        if name not in REPLAYS:
            left_out += [(name, case["case"], LEFT_OUT.get(name, "no replay of this file")) for case in cases]
            continue
        if options.only and not any(options.only in f"{name}:{case['case']}" for case in cases):
            continue
        one = REPLAYS[name](name, cases, options.folder, options.only)
        with tempfile.TemporaryDirectory() as folder:
            one.run(folder)
        replayed += one.replayed
        differing += len(one.differences)
        for case, found in one.differences.items():
            for what in found:
                print(f"{name}:{case}: {what}", flush=True)
        left_out += [(name, case, reason) for case, reason in one.left_out.items()]
    if options.verbose:
        for name, case, reason in left_out:
            print(f"left out: {name}:{case}: {reason}")
    print(f"replayed {replayed} of {total} cases, {differing} differ, {len(left_out)} left out")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
