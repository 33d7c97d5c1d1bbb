"""Which resources there are, where they are stored, and which of them are custom."""

import os

VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
# The custom resource's verbs come in another order.
CUSTOM_VERBS = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"]
CUSTOM_GROUPS = {"example.com"}
MIGRATION_GROUP = "storagemigration.k8s.io"
# Under /registry; everything else is stored under its plural.
PREFIXES = {
    ("", "services"): "services/specs",
    ("", "endpoints"): "services/endpoints",
    ("", "nodes"): "minions",
    ("", "replicationcontrollers"): "controllers",
    ("networking.k8s.io", "ingresses"): "ingress",
    ("apiextensions.k8s.io", "customresourcedefinitions"): "apiextensions.k8s.io/customresourcedefinitions",
    ("apiregistration.k8s.io", "apiservices"): "apiregistration.k8s.io/apiservices",
}


class Subresource:
    def __init__(self, name, kind, verbs):
        self.name = name
        *group, self.kind = kind.split("/")
        self.group, self.version = group or ("", "")
        self.verbs = verbs.split(",")


class Resource:
    def __init__(self, group, version, name, singular, kind, scope, verbs, short_names, categories):
        self.group, self.version, self.name, self.singular, self.kind = group, version, name, singular, kind
        self.is_namespaced = scope == "N"
        self.is_custom = group in CUSTOM_GROUPS
        every = CUSTOM_VERBS if self.is_custom else VERBS
        self.verbs = every if verbs == "*" else verbs.split(",")
        self.short_names = short_names.split(",") if short_names else []
        self.categories = categories.split(",") if categories else []
        self.subresources = []
        self.api_version = f"{group}/{version}" if group else version
        self.qualified_name = f"{name}.{group}" if group else name
        # Events of both groups are the same stored objects.
        self.storage_group = "" if group == "events.k8s.io" else group
        self.is_stored = "patch" in self.verbs
        folder = f"{group}/{name}" if self.is_custom else PREFIXES.get((group, name), name)
        self.prefix = f"/registry/{folder}/"
        self.label = f"{name}.{self.storage_group}" if self.storage_group else name

    @property
    def qualified_kind(self):
        return f"{self.kind}.{self.group}" if self.group else self.kind

    def key(self, namespace, name):
        return f"{self.prefix}{namespace}/{name}" if self.is_namespaced else self.prefix + name


def _read():
    found = []
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "resources.txt")) as file:
        for line in file:
            if line.startswith("#"):
                continue
            fields = ["" if field == "-" else field for field in line.strip().split(" | ")]
            if line.startswith(" "):
                found[-1].subresources.append(Subresource(*fields))
            else:
                found.append(Resource(*fields))
    return found


ALL = _read()
BY_PATH = {(r.group, r.version, r.name): r for r in ALL}
_BY_PREFIX = {r.prefix: r for r in ALL if r.is_stored and r.group != "events.k8s.io"}


def find(name, group=""):
    return next(r for r in ALL if (r.name, r.group) == (name, group))


def of_key(key):
    """The resource that a key of etcd belongs to, or None for what is no object of the API."""
    parts = key.split("/")
    for count in (3, 4):
        resource = _BY_PREFIX.get("/".join(parts[:count]) + "/")
        if resource:
            return resource
    return None
