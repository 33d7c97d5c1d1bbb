"""How the server misbehaves: the file faults.json of the test, and the log of what was asked."""

import json
import os
import random
import threading
import time


class Faults:
    """Looks at the file again whenever it changed; without a folder there are no faults."""

    def __init__(self, folder):
        self.folder = folder
        self._lock = threading.Lock()
        self._seen = None
        self._checked = 0.0
        self._told = {}
        self._throttled = 0
        self._counted = 0
        self._log = open(os.path.join(folder, "requests.log"), "a", buffering=1) if folder else None

    def _current(self):
        if not self.folder:
            return self._told
        now = time.monotonic()
        # Not at each of several hundred requests a second.
        if now - self._checked < 0.01:
            return self._told
        with self._lock:
            self._checked = now
            try:
                state = os.stat(os.path.join(self.folder, "faults.json"))
                seen = (state.st_mtime_ns, state.st_size, state.st_ino)
            except OSError:
                seen = None
            if seen == self._seen:
                return self._told
            told = {}
            if seen is not None:
                try:
                    with open(os.path.join(self.folder, "faults.json")) as file:
                        told = json.load(file)
                except (OSError, ValueError):
                    # The test is just writing it; the next look will find it whole.
                    return self._told
            self._seen, self._told = seen, told
            self._throttled = told.get("throttle", 0)
            self._counted = 0
            return told

    def get(self, name, default=None):
        return self._current().get(name, default)

    def flag(self, name):
        return bool(self._current().get(name))

    def names(self, name):
        return self._current().get(name) or ()

    def chance(self, name):
        return random.random() < (self._current().get(name) or 0)

    def throttles(self):
        """Whether this request is one of those to be refused."""
        told = self._current()
        if not told.get("throttle") and not told.get("throttle_every"):
            return False
        with self._lock:
            self._counted += 1
            every = told.get("throttle_every")
            if every and self._counted % every == 0:
                return True
            if self._throttled > 0:
                self._throttled -= 1
                return True
        return False

    def log(self, method, path, user, status):
        if self._log:
            line = json.dumps({"method": method, "path": path, "user": user, "status": status})
            with self._lock:
                self._log.write(line + "\n")
