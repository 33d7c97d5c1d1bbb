"""Objects in etcd, through the transformers of the configuration."""

import json

from envelope import TransformError
from statuses import Failure

EVENT_LIFE = 3660


class Stored:
    """An object as it was read: without resourceVersion, which is the mod_revision."""

    __slots__ = ("object", "plain", "mod_revision", "is_stale")

    def __init__(self, plain, mod_revision, is_stale):
        self.plain, self.mod_revision, self.is_stale = plain, mod_revision, is_stale
        try:
            self.object = json.loads(plain)
        except ValueError:
            raise TransformError("object not decodable") from None


def shown(stored, mod_revision):
    """The object as the API shows it, with its resourceVersion behind its uid."""
    metadata = {}
    for name, value in stored["metadata"].items():
        metadata[name] = value
        if name == "uid":
            metadata["resourceVersion"] = str(mod_revision)
    metadata.setdefault("resourceVersion", str(mod_revision))
    return {**stored, "metadata": metadata}


def serialized(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


class Store:
    def __init__(self, etcd, reloader, cache):
        self.etcd, self.reloader, self.cache = etcd, reloader, cache

    def _transformers(self, resource):
        return self.reloader.current.transformers(resource)

    def opened(self, resource, value):
        plain, is_stale = self._transformers(resource).read(value.value, value.key, self.cache.count(resource))
        return Stored(plain, value.mod_revision, is_stale)

    def sealed(self, resource, key, plain):
        return self._transformers(resource).write(plain, key, self.cache.count(resource))

    def read(self, resource, key):
        value = self.etcd.get(key)
        return self.opened(resource, value) if value else None

    def _lease(self, resource):
        return self.etcd.grant(EVENT_LIFE) if resource.label == "events" else 0

    def create(self, resource, key, value):
        """The revision, or None if the key is taken."""
        data = self.sealed(resource, key, serialized(value))
        return self.etcd.write(key, data, 0, self._lease(resource))

    def update(self, resource, key, change, is_touch=False, is_dry=False, is_forced=False):
        """Changes an object until it succeeds: change(object, revision) gives the new one, or raises.

        The first try takes the object from the watch cache, unless the change is known to change nothing; what leaves
        the object as it is counts only after a look into etcd, which tells whether the value is stale. The new object
        and its revision, or None if there is no such object.
        """
        cached = None if is_touch else self.cache.entry(resource, key)
        if cached is not None:
            result = self._update_cached(resource, key, change, cached, is_dry)
            if result is not None:
                return result
        while True:
            value = self.etcd.get(key)
            if value is None:
                return None
            stored = self.opened(resource, value)
            after = change(stored.object, stored.mod_revision)
            is_same = after is stored.object or after == stored.object
            if is_dry or (is_same and not stored.is_stale and not is_forced):
                return after, stored.mod_revision
            plain = stored.plain if is_same else serialized(after)
            revision = self._write(resource, key, plain, stored.mod_revision)
            if revision is not None:
                return after, revision

    def _update_cached(self, resource, key, change, cached, is_dry):
        """The result, or None if etcd has to be looked into: a refusal may be due to the age of what is cached."""
        before = cached.parsed()
        try:
            after = change(before, cached.mod_revision)
        except Failure:
            return None
        if is_dry:
            return after, cached.mod_revision
        if after == before:
            return None
        revision = self._write(resource, key, serialized(after), cached.mod_revision)
        return None if revision is None else (after, revision)

    def _write(self, resource, key, plain, expected):
        return self.etcd.write(key, self.sealed(resource, key, plain), expected, self._lease(resource))
