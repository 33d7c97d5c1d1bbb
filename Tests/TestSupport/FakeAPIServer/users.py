"""Who may do what. Tokens are `NAME-token`; a client certificate names its user and its groups."""

READ = {"get", "list", "watch"}
TOKENS = {
    name + "-token": name for name in ("admin", "rewriter", "viewer", "nobody", "scraper", "throttled", "team")
}
MASTERS = "system:masters"
# What everybody who is authenticated may GET.
OPEN_PATHS = ("/version", "/readyz", "/livez", "/healthz")
DISCOVERY = ("/api", "/apis", "/openapi")
GUARDED = ("/metrics", "/flagz", "/statusz")


class User:
    def __init__(self, name, groups=()):
        self.name, self.groups = name, groups
        self.is_master = name == "admin" or MASTERS in groups

    @property
    def is_anonymous(self):
        return self.name == "system:anonymous"

    def may_get(self, path, faults):
        if self.is_master:
            return True
        if any(path == open_path or path.startswith(open_path + "/") for open_path in OPEN_PATHS):
            return True
        if self.name in ("rewriter", "throttled") and path == "/metrics":
            return True
        if self.name == "scraper" and path in GUARDED:
            return True
        if f"get {path}" in faults.get("grants", {}).get(self.name, ()):
            return True
        return not self.is_anonymous and any(path == one or path.startswith(one + "/") for one in DISCOVERY)

    def may(self, verb, resource, namespace, faults):
        if self.is_master:
            return True
        if f"{verb} {resource.qualified_name}" in faults.get("grants", {}).get(self.name, ()):
            return True
        if self.name == "viewer":
            return verb in READ
        if self.name == "team":
            return verb in ("list", "patch") and namespace == "default"
        if self.name in ("rewriter", "throttled"):
            readable = ("leases", "endpointslices", "namespaces")
            return verb in ("list", "patch") or (verb == "get" and resource.name in readable)
        return False


def by_token(header, allows_anonymous):
    """The user of an Authorization header, or None for 401."""
    if not header:
        return User("system:anonymous") if allows_anonymous else None
    scheme, _, token = header.partition(" ")
    name = TOKENS.get(token.strip()) if scheme.lower() == "bearer" else None
    return User(name) if name else None


def by_certificate(certificate):
    """The user that the subject of a client certificate names, as getpeercert() tells it; None without one."""
    subject = [pair for part in (certificate or {}).get("subject", ()) for pair in part]
    names = [value for kind, value in subject if kind == "commonName"]
    return User(names[0], [value for kind, value in subject if kind == "organizationName"]) if names else None
