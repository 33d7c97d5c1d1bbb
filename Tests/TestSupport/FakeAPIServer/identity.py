"""What a server tells about itself: its Lease, and its address among the endpoints of the service `kubernetes`."""

import base64
import datetime
import hashlib
import json
import threading
import time
import uuid

import resources
from envelope import TransformError
from statuses import compact
from storage import Away, Compacted, end_of_prefix

LEASES = resources.find("leases", "coordination.k8s.io")
SLICES = resources.find("endpointslices", "discovery.k8s.io")
ENDPOINTS = resources.find("endpoints")
NAMESPACES = resources.find("namespaces")
SERVICES = resources.find("services")
MASTERS = "/registry/masterleases/"
LEASE_FIELDS = {
    "f:metadata": {
        "f:annotations": {".": {}, "f:kubernetes.io/peer-advertise-address": {}},
        "f:labels": {".": {}, "f:apiserver.kubernetes.io/identity": {}, "f:kubernetes.io/hostname": {}},
    },
    "f:spec": {"f:holderIdentity": {}, "f:leaseDurationSeconds": {}, "f:renewTime": {}},
}
NAMESPACE_FIELDS = {"f:metadata": {"f:labels": {".": {}, "f:kubernetes.io/metadata.name": {}}}}
SLICE_FIELDS = {
    "f:addressType": {},
    "f:endpoints": {},
    "f:metadata": {"f:labels": {".": {}, "f:kubernetes.io/service-name": {}}},
    "f:ports": {},
}
ENDPOINTS_FIELDS = {
    "f:metadata": {"f:labels": {".": {}, "f:endpointslice.kubernetes.io/skip-mirror": {}}},
    "f:subsets": {},
}


def lease_name(host):
    """The name of the Lease, which follows from the host name alone."""
    data = b"".join(len(part).to_bytes(2, "big") + part for part in (host.encode(), b"kube-apiserver"))
    return "apiserver-" + base64.b32encode(hashlib.sha256(data).digest()[:16]).decode().lower().rstrip("=")


def moment(seconds=None):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def precise_moment(skew):
    when = datetime.datetime.utcnow() + datetime.timedelta(seconds=skew)
    return when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def managed(api_version, owned):
    entry = {"manager": "kube-apiserver", "operation": "Update", "apiVersion": api_version, "time": moment()}
    return [{**entry, "fieldsType": "FieldsV1", "fieldsV1": owned}]


class Identity:
    def __init__(self, store, faults, name, advertised, renew_seconds, has_lease, has_endpoints, endpoint_life):
        self.store, self.faults = store, faults
        self.host, self.advertised = name, advertised
        self.address, _, port = advertised.rpartition(":")
        self.port = int(port)
        self.name = lease_name(name)
        self.key = LEASES.key("kube-system", self.name)
        self.renew_seconds = renew_seconds
        self.has_lease, self.has_endpoints, self.endpoint_life = has_lease, has_endpoints, endpoint_life
        self.holder = f"{self.name}_{uuid.uuid4()}"
        self._ended = threading.Event()
        self._lock = threading.Lock()

    def begin(self):
        for name in ("kube-system", "default", "kube-public", "kube-node-lease"):
            self._make_namespace(name)
        if self.has_lease:
            # Its own old one goes first, so the uid is a new one.
            self.store.etcd.delete_any(self.key)
            self._make_lease()
        if self.has_endpoints:
            self._make_service()
            self._reconcile()
        threading.Thread(target=self._run, daemon=True).start()

    def _make_namespace(self, name):
        made = {
            "kind": "Namespace",
            "apiVersion": "v1",
            "metadata": {
                "name": name,
                "uid": str(uuid.uuid4()),
                "creationTimestamp": moment(),
                "labels": {"kubernetes.io/metadata.name": name},
                "managedFields": managed("v1", NAMESPACE_FIELDS),
            },
            "spec": {"finalizers": ["kubernetes"]},
            "status": {"phase": "Active"},
        }
        key = NAMESPACES.key(None, name)
        if self.store.etcd.get(key) is None:
            self.store.create(NAMESPACES, key, made)

    def _make_lease(self):
        made = {
            "kind": "Lease",
            "apiVersion": "coordination.k8s.io/v1",
            "metadata": {
                "name": self.name,
                "namespace": "kube-system",
                "uid": str(uuid.uuid4()),
                "creationTimestamp": moment(),
                "labels": {
                    "apiserver.kubernetes.io/identity": "kube-apiserver",
                    "kubernetes.io/hostname": self.host,
                },
                "annotations": {"kubernetes.io/peer-advertise-address": self.advertised},
                "managedFields": managed("coordination.k8s.io/v1", LEASE_FIELDS),
            },
            "spec": {
                "holderIdentity": self.holder,
                "leaseDurationSeconds": 3600,
                "renewTime": precise_moment(self.faults.get("clock_skew", 0)),
            },
        }
        self.store.create(LEASES, self.key, made)

    def _renewed(self, before, _):
        metadata = {**before["metadata"], "managedFields": managed("coordination.k8s.io/v1", LEASE_FIELDS)}
        spec = {**before["spec"], "renewTime": precise_moment(self.faults.get("clock_skew", 0))}
        return {**before, "metadata": metadata, "spec": spec}

    def _run(self):
        while not self._ended.wait(self.renew_seconds):
            with self._lock:
                if self._ended.is_set():
                    return
                try:
                    if self.has_lease and not self.faults.flag("no_renew"):
                        if self.store.update(LEASES, self.key, self._renewed) is None:
                            self._make_lease()
                    if self.has_endpoints:
                        self._reconcile()
                except (Away, Compacted, TransformError):
                    continue

    def _make_service(self):
        made = {
            "kind": "Service",
            "apiVersion": "v1",
            "metadata": {
                "name": "kubernetes",
                "namespace": "default",
                "uid": str(uuid.uuid4()),
                "creationTimestamp": moment(),
                "labels": {"component": "apiserver", "provider": "kubernetes"},
                "managedFields": managed(
                    "v1",
                    {
                        "f:metadata": {"f:labels": {".": {}, "f:component": {}, "f:provider": {}}},
                        "f:spec": {
                            "f:clusterIP": {},
                            "f:internalTrafficPolicy": {},
                            "f:ipFamilyPolicy": {},
                            "f:ports": {
                                ".": {},
                                'k:{"port":443,"protocol":"TCP"}': {
                                    ".": {},
                                    "f:name": {},
                                    "f:port": {},
                                    "f:protocol": {},
                                    "f:targetPort": {},
                                },
                            },
                            "f:sessionAffinity": {},
                            "f:type": {},
                        },
                    },
                ),
            },
            "spec": {
                "ports": [{"name": "https", "protocol": "TCP", "port": 443, "targetPort": self.port}],
                "clusterIP": "192.0.2.129",
                "clusterIPs": ["192.0.2.129"],
                "type": "ClusterIP",
                "sessionAffinity": "None",
                "ipFamilies": ["IPv4"],
                "ipFamilyPolicy": "SingleStack",
                "internalTrafficPolicy": "Cluster",
            },
            "status": {"loadBalancer": {}},
        }
        key = SERVICES.key("default", "kubernetes")
        if self.store.etcd.get(key) is None:
            self.store.create(SERVICES, key, made)

    def _reconcile(self):
        """Renews the server's own entry, and writes the addresses of all entries if they changed."""
        etcd = self.store.etcd
        entry = {
            "kind": "Endpoints",
            "apiVersion": "v1",
            "metadata": {"creationTimestamp": None},
            "subsets": [{"addresses": [{"ip": self.address}]}],
        }
        etcd.put(MASTERS + self.address, compact(entry), etcd.grant(self.endpoint_life))
        self._publish()

    def _publish(self):
        values = self.store.etcd.range(MASTERS, end_of_prefix(MASTERS)).values
        addresses = sorted(json.loads(value.value)["subsets"][0]["addresses"][0]["ip"] for value in values)
        self._write_slice(addresses)
        self._write_endpoints(addresses)

    def _write(self, resource, labels, owned, contents, addresses):
        """Writes the object unless it has these addresses already. Of the ports that of the last writer stays."""
        key = resource.key("default", "kubernetes")
        has_generation = resource is SLICES

        def changed(before, _):
            if self._addresses(before) == addresses:
                return before
            metadata = {**before["metadata"], "managedFields": managed(resource.api_version, owned)}
            if has_generation:
                metadata["generation"] = metadata["generation"] + 1
            return {**before, "metadata": metadata, **contents}

        if self.store.update(resource, key, changed) is None:
            metadata = {"name": "kubernetes", "namespace": "default", "uid": str(uuid.uuid4())}
            if has_generation:
                metadata["generation"] = 1
            metadata.update(creationTimestamp=moment(), labels=labels)
            metadata["managedFields"] = managed(resource.api_version, owned)
            made = {"kind": resource.kind, "apiVersion": resource.api_version, "metadata": metadata, **contents}
            self.store.create(resource, key, made)

    @staticmethod
    def _addresses(value):
        if value["kind"] == "EndpointSlice":
            return [address for endpoint in value.get("endpoints") or [] for address in endpoint["addresses"]]
        return [entry["ip"] for subset in value.get("subsets") or [] for entry in subset["addresses"]]

    def _write_slice(self, addresses):
        contents = {
            "addressType": "IPv4",
            "endpoints": [{"addresses": [address], "conditions": {"ready": True}} for address in addresses],
            "ports": [{"name": "https", "protocol": "TCP", "port": self.port}],
        }
        self._write(SLICES, {"kubernetes.io/service-name": "kubernetes"}, SLICE_FIELDS, contents, addresses)

    def _write_endpoints(self, addresses):
        ports = [{"name": "https", "port": self.port, "protocol": "TCP"}]
        subset = {"addresses": [{"ip": address} for address in addresses], "ports": ports}
        labels = {"endpointslice.kubernetes.io/skip-mirror": "true"}
        self._write(ENDPOINTS, labels, ENDPOINTS_FIELDS, {"subsets": [subset] if addresses else []}, addresses)

    def end(self):
        """What a server does that is asked to stop: it deletes its Lease, and takes its address away."""
        self._ended.set()
        with self._lock:
            try:
                if self.has_lease:
                    self.store.etcd.delete_any(self.key)
                if self.has_endpoints:
                    self.store.etcd.delete_any(MASTERS + self.address)
                    self._publish()
            except (Away, Compacted, TransformError):
                # etcd is gone already; the Lease stays, as that of a killed server does.
                return
