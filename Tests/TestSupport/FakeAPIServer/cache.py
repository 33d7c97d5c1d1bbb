"""The watch cache: what the server saw of etcd, decoded as it came.

It decides three things that a client can see: each write, by whichever server, is read once by every server, which
their metrics count; reading with resourceVersion=0 needs no key; and one value that cannot be read breaks the lists of
its whole resource.
"""

import json
import threading
import time

import resources
from envelope import TransformError
from storage import Away, Compacted, end_of_prefix

# After so many seconds a broken cache is no longer asked for what it held before.
LATE_SECONDS = 2.0


class Entry:
    __slots__ = ("mod_revision", "plain", "_parsed")

    def __init__(self, mod_revision, plain):
        self.mod_revision, self.plain, self._parsed = mod_revision, plain, None

    def parsed(self):
        """The object; it is shared, so nobody may change it."""
        if self._parsed is None:
            self._parsed = json.loads(self.plain)
        return self._parsed


class State:
    """How the cache of one resource does."""

    def __init__(self):
        # Where a broken cache stopped.
        self.revision = 0
        # Events up to here are in the list that filled it.
        self.listed_at = 0
        self.broken_at = None
        self.error = None
        # The first list failed, so the server never got ready.
        self.is_stillborn = False


class WatchCache:
    def __init__(self, etcd, reloader, metrics, faults):
        self.etcd, self.reloader, self.metrics, self.faults = etcd, reloader, metrics, faults
        self._entries = {}
        self._states = {resource.prefix: State() for resource in resources.ALL}
        self._changed = threading.Condition()
        self._revision = 0
        self._counters = {}

    def start(self):
        self._load()
        threading.Thread(target=self._follow, daemon=True).start()
        threading.Thread(target=self._repair, daemon=True).start()

    def count(self, resource):
        found = self._counters.get(resource.label)
        if found is None:
            found = self._counters[resource.label] = self.metrics.counter(resource.label)
        return found

    def _opened(self, resource, value):
        plain, _ = self.reloader.current.transformers(resource).read(value.value, value.key, self.count(resource))
        if plain[:1] != b"{":
            raise TransformError("object not decodable")
        return Entry(value.mod_revision, plain)

    def _load(self):
        page = self.etcd.range("/registry/", end_of_prefix("/registry/"))
        entries, broken = {}, {}
        for value in page.values:
            resource = resources.of_key(value.key)
            if resource is None or resource.label == "events" or resource.prefix in broken:
                continue
            try:
                entries[value.key] = self._opened(resource, value)
            except TransformError as error:
                broken[resource.prefix] = error.text
        with self._changed:
            self._entries = entries
            self._revision = page.revision
            for prefix, state in self._states.items():
                state.revision = state.listed_at = page.revision
                state.broken_at = None
                if prefix in broken:
                    state.broken_at, state.error, state.is_stillborn = 0.0, broken[prefix], True
            self._changed.notify_all()

    def _follow(self):
        while True:
            try:
                for is_deletion, value in self.etcd.watch("/registry/", self._revision + 1):
                    self._apply(is_deletion, value)
            except Compacted:
                self._load_when_possible()
            except Away:
                time.sleep(0.2)

    def _load_when_possible(self):
        try:
            self._load()
        except (Away, Compacted):
            time.sleep(0.2)

    def _apply(self, is_deletion, value):
        resource = resources.of_key(value.key)
        entry = error = None
        state = self._states[resource.prefix] if resource else None
        is_followed = (
            resource is not None
            and resource.label != "events"
            and state.broken_at is None
            and value.mod_revision > state.listed_at
        )
        if is_followed and not is_deletion:
            try:
                entry = self._opened(resource, value)
            except TransformError as failed:
                error = failed.text
        with self._changed:
            if is_followed:
                if error:
                    state.broken_at, state.error, state.revision = time.monotonic(), error, self._revision
                else:
                    if is_deletion:
                        self._entries.pop(value.key, None)
                    else:
                        self._entries[value.key] = entry
            self._revision = max(self._revision, value.mod_revision)
            self._changed.notify_all()

    def _repair(self):
        """Lists broken resources again each second, as a real cache starts again and again."""
        while True:
            time.sleep(1)
            for resource in resources.ALL:
                state = self._states[resource.prefix]
                if state.broken_at is not None and resource.group != "events.k8s.io":
                    try:
                        self._list_again(resource, state)
                    except (TransformError, Away, Compacted):
                        continue

    def _list_again(self, resource, state):
        page = self.etcd.range(resource.prefix, end_of_prefix(resource.prefix))
        entries = {value.key: self._opened(resource, value) for value in page.values}
        with self._changed:
            for key in [key for key in self._entries if key.startswith(resource.prefix)]:
                del self._entries[key]
            self._entries.update(entries)
            state.listed_at, state.broken_at, state.error, state.is_stillborn = page.revision, None, None, False

    def wait_for(self, mod_revision, seconds=0.3):
        """Waits until the cache has seen a revision, so that a value need not be read a second time."""
        if self._revision >= mod_revision:
            return
        with self._changed:
            self._changed.wait_for(lambda: self._revision >= mod_revision, seconds)

    def state(self, resource):
        return self._states[resource.prefix]

    def revision(self, resource):
        """How far the cache of a resource has come."""
        state = self.state(resource)
        return self._revision if state.broken_at is None else state.revision

    def is_broken(self, resource):
        return self.state(resource).broken_at is not None

    def is_given_up(self, resource):
        """Broken, and for so long that nothing of it is used any more."""
        broken_at = self.state(resource).broken_at
        if broken_at is None:
            return False
        forced = self.faults.get("cache")
        if forced and broken_at > 0:
            return forced == "given-up"
        return time.monotonic() - broken_at > LATE_SECONDS

    def is_ready(self):
        return not any(
            self._states[resource.prefix].is_stillborn for resource in resources.ALL if not resource.is_custom
        )

    def entry(self, resource, key):
        if self.is_given_up(resource):
            return None
        return self._entries.get(key)

    def entry_at(self, key, mod_revision):
        """The entry if it is just that version, whatever state its resource is in."""
        entry = self._entries.get(key)
        return entry if entry is not None and entry.mod_revision == mod_revision else None

    def entries(self, prefix):
        """The keys and entries under a prefix, in order."""
        with self._changed:
            found = [item for item in self._entries.items() if item[0].startswith(prefix)]
        return sorted(found)

    def has(self, key):
        return key in self._entries
