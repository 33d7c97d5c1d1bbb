"""Writes made/*.pb and made/*.json: objects with every field set that encconf knows, as protobuf and as JSON.

An encoder of its own, with the field numbers of k8s.io/api 1.36 (generated.proto of core/v1, events/v1, apps/v1,
coordination/v1 and apimachinery's meta/v1). Every text names its field, so that none is taken for another.
"""
import calendar, json, os, time

def varint(number):
    number &= (1 << 64) - 1
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128]); number >>= 7
    return out + bytes([number])

def block(number, content): return varint(number << 3 | 2) + varint(len(content)) + content
def plain(number, value): return varint(number << 3) + varint(value)

def moment(text):
    seconds = calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))
    nanoseconds = int(text[20:-1]) * 1000 if "." in text else 0
    return plain(1, seconds) + plain(2, nanoseconds)

TEXT, NUMBER, TIME, QUANTITY = "text", "number", "time", "quantity"

def one(schema): return ("one", schema)
def many(schema): return ("many", schema)
def mapping(content): return ("map", content)

OWNER = {"kind": (1, TEXT), "name": (3, TEXT), "uid": (4, TEXT), "apiVersion": (5, TEXT), "controller": (6, NUMBER),
         "blockOwnerDeletion": (7, NUMBER)}
META = {"name": (1, TEXT), "generateName": (2, TEXT), "namespace": (3, TEXT), "uid": (5, TEXT),
        "resourceVersion": (6, TEXT), "generation": (7, NUMBER), "creationTimestamp": (8, TIME),
        "labels": (11, mapping(TEXT)), "annotations": (12, mapping(TEXT)), "ownerReferences": (13, many(OWNER)),
        "finalizers": (14, many(TEXT))}
REFERENCE = {"kind": (1, TEXT), "namespace": (2, TEXT), "name": (3, TEXT), "uid": (4, TEXT), "apiVersion": (5, TEXT),
             "resourceVersion": (6, TEXT), "fieldPath": (7, TEXT)}
SERVICE_ACCOUNT = {"metadata": (1, one(META)), "secrets": (2, many(REFERENCE)),
                   "imagePullSecrets": (3, many({"name": (1, TEXT)})), "automountServiceAccountToken": (4, NUMBER)}
SOURCE = {"component": (1, TEXT), "host": (2, TEXT)}
SERIES = {"count": (1, NUMBER), "lastObservedTime": (2, TIME)}
EVENT = {"metadata": (1, one(META)), "involvedObject": (2, one(REFERENCE)), "reason": (3, TEXT), "message": (4, TEXT),
         "source": (5, one(SOURCE)), "firstTimestamp": (6, TIME), "lastTimestamp": (7, TIME), "count": (8, NUMBER),
         "type": (9, TEXT), "eventTime": (10, TIME), "series": (11, one(SERIES)), "action": (12, TEXT),
         "related": (13, one(REFERENCE)), "reportingComponent": (14, TEXT), "reportingInstance": (15, TEXT)}
NEW_EVENT = {"metadata": (1, one(META)), "eventTime": (2, TIME), "series": (3, one(SERIES)),
             "reportingController": (4, TEXT), "reportingInstance": (5, TEXT), "action": (6, TEXT), "reason": (7, TEXT),
             "regarding": (8, one(REFERENCE)), "related": (9, one(REFERENCE)), "note": (10, TEXT), "type": (11, TEXT),
             "deprecatedSource": (12, one(SOURCE)), "deprecatedFirstTimestamp": (13, TIME),
             "deprecatedLastTimestamp": (14, TIME), "deprecatedCount": (15, NUMBER)}
LEASE = {"metadata": (1, one(META)), "spec": (2, one(
    {"holderIdentity": (1, TEXT), "leaseDurationSeconds": (2, NUMBER), "acquireTime": (3, TIME), "renewTime": (4, TIME),
     "leaseTransitions": (5, NUMBER), "strategy": (6, TEXT), "preferredHolder": (7, TEXT)}))}
CONTAINER = {
    "name": (1, TEXT), "image": (2, TEXT), "command": (3, many(TEXT)), "args": (4, many(TEXT)), "workingDir": (5, TEXT),
    "ports": (6, many({"name": (1, TEXT), "hostPort": (2, NUMBER), "containerPort": (3, NUMBER), "protocol": (4, TEXT),
                       "hostIP": (5, TEXT)})),
    "env": (7, many({"name": (1, TEXT), "value": (2, TEXT)})),
    "resources": (8, one({"limits": (1, mapping(QUANTITY)), "requests": (2, mapping(QUANTITY))})),
    "volumeMounts": (9, many({"name": (1, TEXT), "readOnly": (2, NUMBER), "mountPath": (3, TEXT), "subPath": (4, TEXT)})),
    "imagePullPolicy": (14, TEXT)}
POD = {
    "volumes": (1, many({"name": (1, TEXT), "hostPath": (None, (2, 1, {"path": (1, TEXT), "type": (2, TEXT)}))})),
    "containers": (2, many(CONTAINER)), "restartPolicy": (3, TEXT), "terminationGracePeriodSeconds": (4, NUMBER),
    "dnsPolicy": (6, TEXT), "nodeSelector": (7, mapping(TEXT)), "serviceAccountName": (8, TEXT), "hostname": (16, TEXT),
    "schedulerName": (19, TEXT),
    "tolerations": (22, many({"key": (1, TEXT), "operator": (2, TEXT), "value": (3, TEXT), "effect": (4, TEXT),
                              "tolerationSeconds": (5, NUMBER)}))}
DEPLOYMENT = {
    "metadata": (1, one(META)),
    "spec": (2, one({
        "replicas": (1, NUMBER),
        "selector": (2, one({"matchLabels": (1, mapping(TEXT)), "matchExpressions": (2, many(
            {"key": (1, TEXT), "operator": (2, TEXT), "values": (3, many(TEXT))}))})),
        "template": (3, one({"metadata": (1, one(META)), "spec": (2, one(POD))})),
        "strategy": (4, one({"type": (1, TEXT)})), "minReadySeconds": (5, NUMBER), "revisionHistoryLimit": (6, NUMBER),
        "paused": (7, NUMBER), "progressDeadlineSeconds": (9, NUMBER)})),
    "status": (3, one({
        "observedGeneration": (1, NUMBER), "replicas": (2, NUMBER), "updatedReplicas": (3, NUMBER),
        "conditions": (6, many({"type": (1, TEXT), "status": (2, TEXT), "reason": (4, TEXT), "message": (5, TEXT),
                                "lastUpdateTime": (6, TIME), "lastTransitionTime": (7, TIME)}))}))}

FLAGS = {"controller", "blockOwnerDeletion", "automountServiceAccountToken", "readOnly", "paused"}
MICROSECONDS = {"eventTime", "lastObservedTime", "acquireTime", "renewTime"}

def example(name, content, count=[0]):
    """A value for JSON."""
    count[0] += 1
    if content == TEXT: return name + "Value"
    if content == QUANTITY: return str(count[0])
    if content == NUMBER: return True if name in FLAGS else count[0]
    if content == TIME: return "2008-01-01T01:01:01" + (".000001Z" if name in MICROSECONDS else "Z")
    kind, schema = content
    if kind == "map": return {name + "Key": example(name, schema)}
    if kind == "many": return [example(name, schema) if isinstance(schema, str) else example(name, one(schema))]
    if kind is None: return example(name, one(schema[2]))
    return {key: example(key, field[1] if field[0] else (None, field[1])) for key, field in schema.items()}

def encode(value, number, content):
    if content in (TEXT, QUANTITY):
        text = value.encode()
        return block(number, block(1, text) if content == QUANTITY else text)
    if content == NUMBER: return plain(number, int(value))
    if content == TIME: return block(number, moment(value))
    kind, schema = content
    if kind == "map":
        return b"".join(block(number, block(1, key.encode()) + encode(item, 2, schema)) for key, item in value.items())
    if kind == "many":
        return b"".join(encode(item, number, schema if isinstance(schema, str) else one(schema)) for item in value)
    return block(number, message(value, schema))

def message(value, schema):
    out = b""
    for key, (number, content) in schema.items():
        if number is None:  # A source of a volume is a message within a message that JSON does not show.
            outer, inner, fields = content
            out += block(outer, block(inner, message(value[key], fields)))
        else:
            out += encode(value[key], number, content)
    return out

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "made")
for name, version, kind, schema in [
    ("core.v1.ServiceAccount", "v1", "ServiceAccount", SERVICE_ACCOUNT), ("core.v1.Event", "v1", "Event", EVENT),
    ("events.k8s.io.v1.Event", "events.k8s.io/v1", "Event", NEW_EVENT),
    ("events.k8s.io.v1beta1.Event", "events.k8s.io/v1beta1", "Event", NEW_EVENT),
    ("coordination.k8s.io.v1.Lease", "coordination.k8s.io/v1", "Lease", LEASE),
    ("apps.v1.Deployment", "apps/v1", "Deployment", DEPLOYMENT),
]:
    object = example(kind, one(schema))
    # k8s.io/apimachinery, pkg/runtime/generated.proto: Unknown, behind the four bytes that begin every value.
    unknown = block(1, block(1, version.encode()) + block(2, kind.encode())) + block(2, message(object, schema))
    with open(os.path.join(folder, name + ".pb"), "wb") as file: file.write(b"k8s\0" + unknown + block(3, b"") + block(4, b""))
    with open(os.path.join(folder, name + ".json"), "w") as file:
        json.dump({"apiVersion": version, "kind": kind, **object}, file, indent=2, sort_keys=True)
        file.write("\n")
