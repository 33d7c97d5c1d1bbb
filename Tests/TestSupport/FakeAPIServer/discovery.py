"""Which groups, versions and resources the server serves, in the aggregated form and in the old ones."""

import base64
import hashlib

import resources
import statuses
from http_types import JSON, UNSUPPORTED, Answer, ranges
from statuses import compact

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
MIGRATIONS = resources.find("storageversionmigrations", resources.MIGRATION_GROUP)
API_SERVICE = f"/registry/apiregistration.k8s.io/apiservices/{MIGRATIONS.version}.{resources.MIGRATION_GROUP}"


class Discovery:
    def __init__(self, objects, cache, faults, advertised):
        self.objects, self.cache, self.faults, self.advertised = objects, cache, faults, advertised

    def _groups(self, is_listed):
        """The names of the groups but the core group, in order.

        A group that any server of the cluster serves is listed by all in the old form, as it is a stored object.
        """
        names = list(dict.fromkeys(one.group for one in resources.ALL if one.group))
        serves = self.faults.flag("migrator") or (is_listed and self.cache.has(API_SERVICE))
        names.remove(resources.MIGRATION_GROUP)
        if serves:
            names.insert(len(names) - 1, resources.MIGRATION_GROUP)
        return names

    @staticmethod
    def _versions(group):
        return list(dict.fromkeys(one.version for one in resources.ALL if one.group == group))

    def handle(self, request):
        parts = request.path.strip("/").split("/")
        if len(parts) == 1:
            return self._root(request, parts[0])
        if parts[0] == "api":
            return Answer(200, compact(self._resource_list("", parts[1])))
        group = parts[1]
        if len(parts) == 2:
            if group not in self._groups(True):
                raise statuses.page_not_found()
            return Answer(200, compact({"kind": "APIGroup", "apiVersion": "v1", **self._group(group)}))
        return Answer(200, compact(self._resource_list(group, parts[2])))

    def _root(self, request, root):
        for kind, parameters in ranges(request.accept):
            if kind not in ("*/*", "application/*", JSON):
                continue
            if "as" not in parameters:
                return self._old_root(root)
            wanted = (parameters["as"], parameters.get("g"), parameters.get("v"))
            if wanted == ("APIGroupDiscoveryList", "apidiscovery.k8s.io", "v2"):
                return self._aggregated(request, root)
        types = "application/json, application/yaml, application/vnd.kubernetes.protobuf"
        raise statuses.not_acceptable(UNSUPPORTED.format(types))

    def _old_root(self, root):
        if root == "api":
            addresses = [{"clientCIDR": "0.0.0.0/0", "serverAddress": self.advertised}]
            return Answer(
                200, compact({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": addresses})
            )
        groups = [self._group(name) for name in self._groups(True)]
        return Answer(200, compact({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}))

    def _group(self, name):
        versions = [{"groupVersion": f"{name}/{version}", "version": version} for version in self._versions(name)]
        return {"name": name, "versions": versions, "preferredVersion": versions[0]}

    def _aggregated(self, request, root):
        items = []
        for group in [""] if root == "api" else self._groups(False):
            versions = []
            for version in self._versions(group):
                entries = [self._entry(one) for one in resources.ALL if (one.group, one.version) == (group, version)]
                versions.append({"version": version, "resources": entries, "freshness": "Current"})
            items.append({"metadata": {"name": group} if group else {}, "versions": versions})
        body = compact(
            {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items}
        )
        tag = '"' + hashlib.sha512(body).hexdigest().upper() + '"'
        headers = {"Cache-Control": "public", "Etag": tag, "Vary": "Accept"}
        if request.headers.get("if-none-match") == tag:
            return Answer(304, b"", None, headers)
        return Answer(200, body, AGGREGATED, headers)

    @staticmethod
    def _entry(one):
        # The kinds of custom resources come with their group.
        kind = {"group": one.group, "version": one.version} if one.is_custom else {"group": "", "version": ""}
        entry = {
            "resource": one.name,
            "responseKind": {**kind, "kind": one.kind},
            "scope": "Namespaced" if one.is_namespaced else "Cluster",
            "singularResource": one.singular,
            "verbs": one.verbs,
        }
        if one.short_names:
            entry["shortNames"] = one.short_names
        if one.categories:
            entry["categories"] = one.categories
        if one.subresources:
            entry["subresources"] = [
                {
                    "subresource": sub.name,
                    "responseKind": {"group": sub.group, "version": sub.version, "kind": sub.kind},
                    "verbs": sub.verbs,
                }
                for sub in one.subresources
            ]
        return entry

    def _resource_list(self, group, version):
        if not self.objects.serves(group, version):
            # A group that is served here has a handler, which knows a Status; any other path has none.
            is_served = group not in resources.CUSTOM_GROUPS and any(
                one.group == group and self.objects.serves(group, one.version) for one in resources.ALL
            )
            raise statuses.no_such_resource() if is_served else statuses.page_not_found()
        listed = []
        for one in resources.ALL:
            if (one.group, one.version) != (group, version):
                continue
            entry = {"name": one.name, "singularName": one.singular, "namespaced": one.is_namespaced, "kind": one.kind}
            entry["verbs"] = one.verbs
            if one.short_names:
                entry["shortNames"] = one.short_names
            if one.categories:
                entry["categories"] = one.categories
            if one.is_stored:
                storage = f"{one.storage_group}/{one.version}/{one.kind}".encode()
                entry["storageVersionHash"] = base64.b64encode(hashlib.sha256(storage).digest()[:8]).decode()
            listed.append(entry)
            for sub in one.subresources:
                entry = {"name": f"{one.name}/{sub.name}", "singularName": "", "namespaced": one.is_namespaced}
                if sub.version:
                    entry.update(group=sub.group, version=sub.version)
                listed.append({**entry, "kind": sub.kind, "verbs": sub.verbs})
        head = {"kind": "APIResourceList"}
        if group:
            head["apiVersion"] = "v1"
        return {**head, "groupVersion": f"{group}/{version}" if group else version, "resources": listed}
