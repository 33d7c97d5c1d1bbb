"""/version, the health endpoints, /flagz and /statusz."""

import json
import os
import random
import time

import statuses
from http_types import JSON, TEXT, UNSUPPORTED, Answer, ranges
from statuses import compact
from storage import Away

HOOKS = """
start-apiserver-admission-initializer generic-apiserver-start-informers priority-and-fairness-config-consumer
priority-and-fairness-filter storage-object-count-tracker-hook start-apiextensions-informers
start-apiextensions-controllers crd-informer-synced start-system-namespaces-controller
peer-endpoint-reconciler-controller start-cluster-authentication-info-controller
start-kube-apiserver-identity-lease-controller start-kube-apiserver-identity-lease-garbage-collector storage-readiness
start-legacy-token-tracking-controller start-service-ip-repair-controllers rbac/bootstrap-roles
scheduling/bootstrap-system-priority-classes priority-and-fairness-config-producer bootstrap-controller
start-kubernetes-service-cidr-controller start-kube-aggregator-informers
apiservice-status-local-available-controller apiservice-status-remote-available-controller
apiservice-registration-controller apiservice-wait-for-first-sync apiservice-discovery-controller
kube-apiserver-autoregistration
""".split()
LAST_HOOKS = ["apiservice-openapi-controller", "apiservice-openapiv3-controller"]
SEPARATORS = [":", ": ", "=", " "]
WARNING = (
    "Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is "
    "for debugging purposes only.\n"
)
PATHS = ["/flagz", "/healthz", "/livez", "/metrics", "/readyz", "/statusz", "/version"]


def version_of(text):
    """What /version tells of a release like v1.36.2."""
    major, minor, _ = text.removeprefix("v").split(".", 2)
    return {
        "major": major,
        "minor": minor,
        "emulationMajor": major,
        "emulationMinor": minor,
        "minCompatibilityMajor": major,
        "minCompatibilityMinor": str(int(minor) - 1),
        "gitVersion": text,
        "gitCommit": "98b35193b2ac7a23a673325f5e9b830ecd5ba406",
        "gitTreeState": "clean",
        "buildDate": "2026-08-21T00:00:00Z",
        "goVersion": "go1.26.6",
        "compiler": "gc",
        "platform": "linux/amd64",
    }


class Health:
    def __init__(self, etcd, cache, reloader, faults, version, flags, has_pages):
        self.etcd, self.cache, self.reloader, self.faults = etcd, cache, reloader, faults
        self.version, self.has_pages = version, has_pages
        self.flags = {**self._defaults(), **flags}
        self.started = time.time()
        self.is_stopping = False

    @staticmethod
    def _defaults():
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "flags.txt")) as file:
            return dict(line.rstrip("\n").partition("=")[::2] for line in file if not line.startswith("#"))

    def version_answer(self):
        text = json.dumps(self.version, indent=2)
        return Answer(200, text.encode(), JSON)

    # Checks

    def _etcd_answers(self):
        self.etcd.set_deadline(2)
        try:
            self.etcd.revision()
            return True
        except Away:
            return False

    def _plugin_checks(self):
        plugins = self.reloader.current.plugins
        if self.reloader.is_automatic or (plugins and all(type(one).__name__ == "KMSv2" for one in plugins)):
            return [("kms-providers", lambda: all(one.is_healthy() for one in plugins))]
        return [(f"kms-provider-{index}", one.is_healthy) for index, one in enumerate(plugins)]

    def _checks(self, kind):
        """The names of the checks of an endpoint, with what they look at."""

        def fine():
            return True

        checks = [("ping", fine), ("log", fine)]
        if kind != "readyz":
            checks += [("loopback-serving-certificate", fine), ("etcd", self._etcd_answers)]
        if kind != "livez":
            checks += self._plugin_checks()
        if kind == "readyz":
            # A server that could not read everything at its start never gets ready.
            checks.append(("informer-sync", lambda: self.cache.is_ready() and not self.faults.flag("not_ready")))
        hooks = list(HOOKS)
        if self.reloader.is_automatic:
            hooks.insert(0, "start-encryption-provider-config-automatic-reload")
        checks += [
            ("poststarthook/" + name, self.cache.is_ready if name == "storage-readiness" else fine) for name in hooks
        ]
        checks.append(("autoregister-completion", fine))
        checks += [("poststarthook/" + name, fine) for name in LAST_HOOKS]
        if kind == "readyz":
            checks.append(("shutdown", lambda: not self.is_stopping))
        return checks

    def handle(self, request):
        kind, _, one = request.path.strip("/").partition("/")
        checks = self._checks(kind)
        if one:
            found = dict(checks).get(one)
            if found is None:
                raise statuses.page_not_found()
            if found():
                return Answer(200, b"ok", TEXT)
            raise statuses.PlainText(500, f"internal server error: {one} failed\n")
        excluded = request.query.get("exclude")
        unknown = excluded and excluded not in dict(checks)
        lines, is_well = [], True
        for name, check in checks:
            if name == excluded:
                lines.append(f"[+]{name} excluded: ok")
            elif check():
                lines.append(f"[+]{name} ok")
            else:
                is_well = False
                lines.append(f"[-]{name} failed: reason withheld")
        if unknown:
            lines.append(f'warn: some health checks cannot be excluded: no matches for "{excluded}"')
        if not is_well:
            raise statuses.PlainText(500, "\n".join(lines) + f"\n{kind} check failed\n")
        headers = {"X-Content-Type-Options": "nosniff"}
        if "verbose" not in request.query:
            return Answer(200, b"ok", TEXT, headers)
        return Answer(200, ("\n".join(lines) + f"\n{kind} check passed\n").encode(), TEXT, headers)

    # Pages

    def _form(self, request, kind):
        """The version in which a page is wanted, None for text."""
        for accepted, parameters in ranges(request.accept):
            if accepted in ("text/plain", "*/*", "text/*"):
                return None
            wanted = parameters.get("v")
            if accepted == JSON and parameters.get("as") == kind and wanted in ("v1alpha1", "v1beta1"):
                return wanted
        raise statuses.not_acceptable(UNSUPPORTED.format("application/json, application/yaml, text/plain"))

    def _page(self, request, kind, contents, text):
        if not self.has_pages:
            raise statuses.page_not_found()
        version = self._form(request, kind)
        if version is None:
            head = f"\napiserver {kind.lower()}\n{WARNING}"
            return Answer(200, (head + text(random.choice(SEPARATORS))).encode(), TEXT)
        headers = {}
        if version == "v1alpha1":
            page = kind.lower()
            headers["Warning"] = (
                f'299 - "This version of the {page} endpoint is deprecated. Please use a newer version."'
            )
        body = {"kind": kind, "apiVersion": f"config.k8s.io/{version}", "metadata": {"name": "apiserver"}, **contents}
        return Answer(200, compact(body), f"application/json;g=config.k8s.io;v={version};as={kind}", headers)

    def flags_page(self, request):
        flags = dict(sorted(self.flags.items()))

        def text(separator):
            return "".join(f"{name}{separator}{value}\n" for name, value in flags.items())

        return self._page(request, "Flagz", {"flags": flags}, text)

    def status_page(self, request):
        up = int(time.time() - self.started)
        release = self.version["gitVersion"].removeprefix("v")
        emulated = f"{self.version['major']}.{self.version['minor']}"
        contents = {
            "startTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.started)),
            "uptimeSeconds": up,
            "goVersion": self.version["goVersion"],
            "binaryVersion": release,
            "emulationVersion": emulated,
            "paths": PATHS,
        }

        def text(separator):
            rows = {
                "Started": time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime(self.started)),
                "Up": f"{up // 3600} hr {up // 60 % 60:02d} min {up % 60:02d} sec",
                "Go version": self.version["goVersion"],
                "Binary version": release,
                "Emulation version": emulated,
                "Paths": " ".join(PATHS),
            }
            return "\n" + "".join(f"{name}{separator}{value}\n" for name, value in rows.items())

        return self._page(request, "Statusz", contents, text)
