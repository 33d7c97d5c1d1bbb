"""EncryptionConfiguration files: reading, checking, reloading."""

import binascii
import hashlib
import re
import threading
import time

import yaml

import envelope

LENGTHS = {"aescbc": (16, 24, 32), "aesgcm": (16, 24, 32), "secretbox": (32,)}
PROVIDERS = (*LENGTHS, "identity", "kms")
VERSIONS = {("apiserver.config.k8s.io/v1", "EncryptionConfiguration"), ("v1", "EncryptionConfig")}
WITHOUT_API = {"apiserveripinfo", "serviceipallocations", "servicenodeportallocations"}


class ConfigurationError(Exception):
    """Why a file is refused. The text never holds a key."""


class _Loader(yaml.SafeLoader):
    """A loader that refuses the same key twice, as the server does."""


def _mapping(loader, node, deep=False):
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    for key in keys:
        if keys.count(key) > 1:
            raise ConfigurationError(f'error decoding: key "{key}" already set in map')
    return dict(zip(keys, (loader.construct_object(value, deep=True) for _, value in node.value)))


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _only(value, names, path):
    if not isinstance(value, dict):
        raise ConfigurationError(f"{path}: not an object")
    for name in value:
        if name not in names:
            raise ConfigurationError(f'strict decoding error: unknown field "{path}.{name}"')


def _items(value, path):
    if not isinstance(value, list) or not value:
        raise ConfigurationError(f"{path}: Required value: at least one {path} is required")
    return value


def _seconds(text):
    total, rest = 0.0, text
    factors = {"h": 3600, "m": 60, "s": 1, "ms": 0.001, "us": 1e-6, "ns": 1e-9}
    while rest:
        match = re.match(r"([0-9.]+)(h|ms|us|ns|m|s)", rest)
        if not match:
            raise ConfigurationError("time: invalid duration")
        total += float(match[1]) * factors[match[2]]
        rest = rest[match.end() :]
    if total <= 0:
        raise ConfigurationError("timeout should be a positive value")
    return total


def _texts(value, names, path):
    for name in names:
        if not isinstance(value.get(name, ""), str | None):
            raise ConfigurationError(f"json: cannot unmarshal into Go struct field {path}.{name} of type string")


def _parts(name, path):
    """Resource and group, which is all behind the first dot."""
    if not isinstance(name, str):
        raise ConfigurationError(f"{path}.resources: not a string")
    resource, _, group = name.partition(".")
    return resource, group


class Configuration:
    """One file, as it was when it was read."""

    def __init__(self, data, metrics, allows_v1):
        self.hash = "sha256:" + hashlib.sha256(data).hexdigest()
        self.plugins = []
        self._metrics, self._allows_v1 = metrics, allows_v1
        self._lists = {}
        self._cache = {}
        try:
            self._build(self._parsed(data))
        except ConfigurationError:
            self.close()
            raise

    def _parsed(self, data):
        if not data:
            raise ConfigurationError("encryption provider configuration file is empty")
        try:
            document = next(iter(yaml.load_all(data, _Loader)), None)
        except yaml.YAMLError as error:
            raise ConfigurationError(f"error decoding: {getattr(error, 'problem', None)}") from None
        if not isinstance(document, dict) or "kind" not in document:
            raise ConfigurationError("Object 'Kind' is missing")
        if (document.get("apiVersion"), document["kind"]) not in VERSIONS:
            raise ConfigurationError("no kind is registered for this version")
        return document

    def _build(self, document):
        _only(document, ("apiVersion", "kind", "resources"), "file")
        lists, names = {}, set()
        for index, entry in enumerate(_items(document.get("resources"), "resources")):
            path = f"resources[{index}]"
            _only(entry, ("resources", "providers"), path)
            resources = _items(entry.get("resources"), path + ".resources")
            self._check_overlaps(resources, path)
            providers = [
                self._provider(provider, f"{path}.providers[{number}]", names)
                for number, provider in enumerate(_items(entry.get("providers"), path + ".providers"))
            ]
            for name in resources:
                self._check_resource(name, lists, path)
                lists.setdefault(name.rstrip(".") if name != "*." else name, []).extend(providers)
        self._lists = {name: envelope.ProviderList(providers) for name, providers in lists.items()}

    @staticmethod
    def _check_overlaps(resources, path):
        """In one list, each pair: twice the same, or a wildcard beside what it covers."""
        parsed = [_parts(name, path) for name in resources]
        for index, (resource, group) in enumerate(parsed):
            for other in parsed[:index]:
                if other == (resource, group):
                    raise ConfigurationError(f"{path}.resources: the same resource cannot be specified multiple times")
                if ("*", "*") in (other, (resource, group)) or other[1] == group and "*" in (other[0], resource):
                    raise ConfigurationError(f"{path}.resources: using overlapping resources")

    def _check_resource(self, name, lists, path):
        resource, group = _parts(name, path)
        if name != name.lower() or name == "*" or name in WITHOUT_API:
            raise ConfigurationError(f"{path}.resources: Invalid value")
        if group in ("events.k8s.io", "extensions") or (group == "*" and resource != "*"):
            raise ConfigurationError(f"{path}.resources: Invalid value")
        if "*.*" in lists or "*." + group in lists:
            raise ConfigurationError(f'error while building transformers: resource "{name}" is masked by earlier rule')

    def _provider(self, provider, path, names):
        _only(provider, PROVIDERS, path)
        given = [name for name in PROVIDERS if provider.get(name) is not None]
        if len(given) != 1:
            raise ConfigurationError(f"{path}: exactly one provider is expected")
        name = given[0]
        if name == "identity":
            _only(provider["identity"], (), path + ".identity")
            return envelope.Identity()
        if name == "kms":
            return self._plugin(provider["kms"], path + ".kms", names)
        _only(provider[name], ("keys",), f"{path}.{name}")
        keys = [
            self._key(key, name, f"{path}.{name}.keys[{number}]")
            for number, key in enumerate(_items(provider[name].get("keys"), f"{path}.{name}.keys"))
        ]
        return envelope.Keys(name, keys)

    def _key(self, key, provider, path):
        _only(key, ("name", "secret"), path)
        _texts(key, ("name", "secret"), path)
        for member in ("name", "secret"):
            if not key.get(member):
                raise ConfigurationError(f"{path}.{member}: Required value: {member} is a mandatory field for a key")
        try:
            secret = envelope.decoded_key(key["secret"])
        except (binascii.Error, ValueError):
            raise ConfigurationError(f"{path}.secret: secrets must be base64 encoded") from None
        if len(secret) not in LENGTHS[provider]:
            wanted = " ".join(str(length) for length in LENGTHS[provider])
            raise ConfigurationError(
                f"{path}.secret: secret is not of the expected length, got {len(secret)}, expected one of [{wanted}]"
            )
        return key["name"], secret

    def _plugin(self, kms, path, names):
        _only(kms, ("apiVersion", "name", "cachesize", "endpoint", "timeout"), path)
        _texts(kms, ("apiVersion", "name", "endpoint", "timeout"), path)
        version, name, size = kms.get("apiVersion") or "v1", kms.get("name"), kms.get("cachesize")
        if size is not None and (isinstance(size, bool) or not isinstance(size, int) or size == 0):
            raise ConfigurationError(f"{path}.cachesize: Invalid value")
        if version not in ("v1", "v2"):
            raise ConfigurationError(f"{path}.apiVersion: only v1 and v2 are supported")
        if not name:
            raise ConfigurationError(f"{path}.name: Required value: name is a mandatory field for a provider")
        if version == "v2" and (":" in name or size is not None):
            raise ConfigurationError(f"{path}: Invalid value")
        if name in names:
            raise ConfigurationError(f"{path}.name: duplicate KMS provider name {name}, names must be unique")
        names.add(name)
        endpoint = kms.get("endpoint") or ""
        if not endpoint.lower().startswith("unix:"):
            raise ConfigurationError(f"{path}.endpoint: only unix is supported")
        if version == "v1" and not self._allows_v1:
            raise ConfigurationError("KMSv1 is deprecated. Set --feature-gates=KMSv1=true to use it")
        plugin = envelope.Plugin(endpoint, _seconds(kms.get("timeout") or "3s"))
        made = envelope.KMSv1(name, plugin) if version == "v1" else envelope.KMSv2(name, plugin, self._metrics)
        self.plugins.append(made)
        return made

    def transformers(self, resource):
        """The list that counts for a resource: the exact one, or that of its group, or that of everything."""
        found = self._cache.get(resource.label)
        if found is None:
            lists, group = self._lists, resource.storage_group
            wildcard = f"*.{group}" if group else "*."
            found = lists.get(resource.label) or lists.get(wildcard) or lists.get("*.*") or envelope.Untouched()
            self._cache[resource.label] = found
        return found

    def close(self):
        for plugin in self.plugins:
            plugin.plugin.close()


class WithoutFile:
    """A server that was started without a file: everything is plaintext."""

    hash = None
    plugins = ()

    def transformers(self, _):
        return envelope.Untouched()


class Reloader:
    """Holds the configuration that counts, and looks at the file again and again if it was told to."""

    def __init__(self, path, seconds, metrics, faults, poll, allows_v1):
        self.path, self.seconds = path, seconds
        self.metrics, self.faults, self.allows_v1 = metrics, faults, allows_v1
        self.poll_seconds = poll
        self.current = self._read() if path else WithoutFile()
        self.metrics.configuration_hash = self.current.hash
        for plugin in self.current.plugins:
            plugin.is_healthy()
        if seconds:
            threading.Thread(target=self._run, daemon=True).start()
        if path:
            threading.Thread(target=self._poll_plugins, daemon=True).start()

    @property
    def is_automatic(self):
        return bool(self.seconds)

    def _read(self):
        try:
            with open(self.path, "rb") as file:
                return Configuration(file.read(), self.metrics, self.allows_v1)
        except OSError as error:
            text = f"error reading encryption provider configuration file: {error.strerror}"
            raise ConfigurationError(text) from None

    def _run(self):
        while True:
            time.sleep(self.seconds)
            if self.faults.flag("lag"):
                continue
            try:
                with open(self.path, "rb") as file:
                    data = file.read()
                if "sha256:" + hashlib.sha256(data).hexdigest() == self.current.hash:
                    continue
                new = Configuration(data, self.metrics, self.allows_v1)
                if not all([plugin.is_healthy() for plugin in new.plugins]):
                    new.close()
                    raise ConfigurationError("health check for new transformers failed")
            except (OSError, ConfigurationError):
                self.metrics.reloaded("failure")
                continue
            self.current = new
            self.metrics.configuration_hash = new.hash
            self.metrics.reloaded("success")

    def _poll_plugins(self):
        wait = self.poll_seconds
        while True:
            time.sleep(wait)
            results = [plugin.poll() for plugin in self.current.plugins if isinstance(plugin, envelope.KMSv2)]
            wait = self.poll_seconds if all(results) else min(10, self.poll_seconds)
