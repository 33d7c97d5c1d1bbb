"""The objects of the API: GET, list, POST, PATCH and DELETE, as a kube-apiserver answers them."""

import base64
import binascii
import json
import random
import re
import time
import uuid

import yaml

import resources
import statuses
from envelope import TransformError
from http_types import JSON, YAML, Answer, form
from identity import NAMESPACES, moment
from storage import Compacted, FutureRevision, end_of_prefix
from store import serialized, shown

TOKEN_VERSION = "meta.k8s.io/v1"
OPTION = "ignoreStoreReadErrorWithClusterBreakingPotential"
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
SUBDOMAIN_TEXT = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
NAME_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
METADATA_ORDER = (
    "name",
    "generateName",
    "namespace",
    "uid",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
    "managedFields",
)
WITH_GENERATION = {"widgets", "deployments", "daemonsets", "statefulsets", "replicasets", "pods", "endpointslices"}
MERGE, STRATEGIC = "application/merge-patch+json", "application/strategic-merge-patch+json"
JSON_PATCH, APPLY = "application/json-patch+json", "application/apply-patch+yaml"
# The fields that fieldValidation=Strict knows; of other resources it takes everything.
KNOWN_FIELDS = {
    "Secret": {"kind", "apiVersion", "metadata", "data", "stringData", "type", "immutable"},
    "ConfigMap": {"kind", "apiVersion", "metadata", "data", "binaryData", "immutable"},
}
# A field that is a map, so that its own ownership shows beside that of its members.
MAPS = {"data", "stringData", "binaryData", "labels", "annotations"}
ATOMIC = {"involvedObject", "regarding", "related"}
ENDPOINTS_WARNING = '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"'
POLICY_WARNING = (
    "299 - \"Validation failed for ValidatingAdmissionPolicy 'warn-audited' with binding 'warn-audited': "
    'somebody should look at this"'
)


def go_json_error(text):
    """What Go's parser says about a text that is no JSON, for the cases that are recorded."""
    text = text.strip()
    if not text:
        return "unexpected end of JSON input"
    for literal in ("null", "true", "false"):
        if text[0] == literal[0]:
            for index, wanted in enumerate(literal[1:], 1):
                if index >= len(text):
                    return "unexpected end of JSON input"
                if text[index] != wanted:
                    return f"invalid character '{text[index]}' in literal {literal} (expecting '{wanted}')"
    return f"invalid character {shown_character(text[0])} looking for beginning of value"


def shown_character(letter):
    return f"'{letter}'" if letter.isprintable() else f"'\\u{ord(letter):04x}'"


def owned(value, name="", is_custom=False, is_empty_owned=False):
    """The fields that a writer owns, in the form of managedFields."""
    if name == "conditions" and isinstance(value, list):
        keyed = {f'k:{{"type":"{one["type"]}"}}': {".": {}, **owned(one, is_empty_owned=True)} for one in value}
        return {".": {}, **keyed}
    if not isinstance(value, dict) or name in ATOMIC:
        return {}
    fields = {".": {}} if name in MAPS or is_custom else {}
    for member, inner in sorted(value.items()):
        if inner != "" or is_custom or name in MAPS or is_empty_owned:
            fields["f:" + member] = owned(inner, member, is_custom)
    return fields


def fields_of(value, is_custom):
    """The fields of an object that a writer of all of it owns."""
    skipped = ("kind", "apiVersion", "metadata", "status")
    found = owned({name: inner for name, inner in value.items() if name not in skipped})
    if is_custom:
        found = {"f:" + name: owned(value[name], name, True) for name in sorted(value) if name not in skipped}
    metadata = {
        "f:" + name: owned(value["metadata"][name], name)
        for name in ("annotations", "generateName", "labels")
        if value["metadata"].get(name)
    }
    if metadata:
        found["f:metadata"] = metadata
    return dict(sorted(found.items()))


def differing(before, after):
    """The leaves that a writer changed, in the form of managedFields."""
    fields = {}
    for name, inner in after.items():
        if name == "managedFields" or before.get(name) == inner:
            continue
        if isinstance(inner, dict) and isinstance(before.get(name), dict):
            fields["f:" + name] = differing(before[name], inner)
        else:
            fields["f:" + name] = owned(inner, name)
    return dict(sorted(fields.items()))


def without(fields, taken):
    """A writer's fields less those that another one took over."""
    left = {}
    for name, inner in fields.items():
        if name not in taken:
            if name != "." or not taken:
                left[name] = inner
        elif inner and taken[name]:
            left[name] = without(inner, taken[name])
    return left


def merged(target, patch):
    """A JSON merge patch (RFC 7386); the target stays as it is."""
    result = dict(target)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            inner = result.get(name)
            result[name] = merged(inner if isinstance(inner, dict) else {}, value)
        else:
            result[name] = value
    return result


def json_patched(target, operations):
    """A JSON patch (RFC 6902): add, replace, remove and test on members of objects."""
    result = json.loads(json.dumps(target))
    for operation in operations:
        *path, last = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
        place = result
        for part in path:
            place = place[part]
        if operation["op"] == "remove":
            del place[last]
        elif operation["op"] == "test":
            if place.get(last) != operation["value"]:
                raise statuses.Failure(422, "the server rejected our request due to an error in our request", "Invalid")
        else:
            place[last] = operation["value"]
    return result


def ordered(metadata):
    known = {name: metadata[name] for name in METADATA_ORDER if name in metadata}
    return {**known, **{name: value for name, value in metadata.items() if name not in known}}


class Selector:
    """Label and field selectors, as far as a client of this kind uses them: equality and existence."""

    def __init__(self, query):
        self.labels = self._terms(query.get("labelSelector", ""))
        self.fields = self._terms(query.get("fieldSelector", ""))

    @staticmethod
    def _terms(text):
        terms = []
        for term in filter(None, text.split(",")):
            name, operator, value = re.match(r"(!?[^=!]+)(==|!=|=)?(.*)", term).groups()
            terms.append((name, operator, value))
        return terms

    @property
    def is_empty(self):
        return not self.labels and not self.fields

    @property
    def only_name(self):
        """The name, if the selector allows one only."""
        names = [value for name, operator, value in self.fields if name == "metadata.name" and operator in ("=", "==")]
        return names[0] if names else None

    def matches(self, value):
        labels = value["metadata"].get("labels") or {}
        return self._fit(self.labels, labels) and self._fit(self.fields, self._flat(value))

    @staticmethod
    def _flat(value):
        metadata = value["metadata"]
        return {
            "metadata.name": metadata.get("name"),
            "metadata.namespace": metadata.get("namespace"),
            "type": value.get("type"),
            "status.phase": (value.get("status") or {}).get("phase"),
        }

    @staticmethod
    def _fit(terms, values):
        for name, operator, wanted in terms:
            if operator is None:
                if (name.lstrip("!") in values) == name.startswith("!"):
                    return False
            elif (values.get(name) == wanted) == (operator == "!="):
                return False
        return True


class Place:
    """What a path names."""

    __slots__ = ("resource", "namespace", "name", "subresource")

    def __init__(self, resource, namespace, name, subresource):
        self.resource, self.namespace, self.name, self.subresource = resource, namespace, name, subresource


class Objects:
    def __init__(self, store, faults):
        self.store, self.cache, self.faults = store, store.cache, faults

    # Paths

    def serves(self, group, version):
        if group == resources.MIGRATION_GROUP and not self.faults.flag("migrator"):
            return False
        return any((one.group, one.version) == (group, version) for one in resources.ALL)

    def place(self, path):
        """The resource and the object of a path, or the 404 that fits."""
        parts = path.strip("/").split("/")
        group, version, rest = ("", parts[1], parts[2:]) if parts[0] == "api" else (parts[1], parts[2], parts[3:])
        if not self.serves(group, version):
            raise statuses.page_not_found()
        namespace = None
        if rest[0] == "namespaces" and len(rest) > 2 and (group, version, rest[2]) in resources.BY_PATH:
            namespace, rest = rest[1], rest[2:]
        resource = resources.BY_PATH.get((group, version, rest[0]))
        if resource is None or (namespace is not None and not resource.is_namespaced) or len(rest) > 3:
            raise statuses.page_not_found() if group in resources.CUSTOM_GROUPS else statuses.no_such_resource()
        name = rest[1] if len(rest) > 1 else None
        if name and resource.is_namespaced and namespace is None:
            raise statuses.no_such_resource()
        return Place(resource, namespace, name, rest[2] if len(rest) > 2 else None)

    def handle(self, request):
        place = self.place(request.path)
        resource = place.resource
        verb = self._verb(request, place)
        if verb is None:
            raise statuses.method_not_allowed()
        if not request.user.may(verb, resource, place.namespace, self.faults):
            namespace = place.namespace if resource.is_namespaced else None
            raise statuses.forbidden(request.user.name, verb, resource, namespace, place.name)
        if place.subresource and place.subresource not in [one.name for one in resource.subresources]:
            raise statuses.no_such_resource()
        if not resource.is_stored:
            raise statuses.method_not_allowed()
        answer = getattr(self, "_" + verb)(request, place)
        if resource.name == "endpoints":
            answer.headers["Warning"] = ENDPOINTS_WARNING
        return answer

    @staticmethod
    def _verb(request, place):
        if request.method == "GET":
            return "get" if place.name else "list"
        if request.method == "POST":
            return None if place.name else "create"
        if request.method == "PATCH":
            return "patch" if place.name else None
        if request.method == "DELETE":
            return "delete" if place.name else "deletecollection"
        return None

    # Answers

    @staticmethod
    def _metadata_only(value):
        return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": value["metadata"]}

    @staticmethod
    def _written(value, content, code=200, headers=None):
        if content == YAML:
            return Answer(code, yaml.safe_dump(value, sort_keys=True).encode(), YAML, headers)
        return Answer(code, serialized(value), JSON, headers)

    def _answer(self, request, resource, value, code=200, headers=None):
        content, is_metadata = form(request, resource, False)
        value = self._metadata_only(value) if is_metadata else self._typed(resource, value)
        return self._written(value, content, code, headers)

    @staticmethod
    def _typed(resource, value):
        """The object in the version asked for: an Event of either group is stored as that of the core group."""
        if resource.group == "events.k8s.io":
            return {**value, "apiVersion": resource.api_version}
        return value

    def _read_error(self, key, error, is_write=False):
        if not self.faults.flag("unsafe_deletion_gate"):
            return statuses.internal(error.text)
        text = f"data from the storage is not transformable revision=0: {error.text}"
        if not is_write:
            short = key.removeprefix("/registry")
            head = f"StorageError: corrupt object, Code: 7, Key: {short}, ResourceVersion: 0"
            text = f"{head}, AdditionalErrorMsg: {text}"
        return statuses.internal(text)

    # GET

    def _get(self, request, place):
        resource = place.resource
        form(request, resource, False)
        key = resource.key(place.namespace, place.name)
        if request.query.get("resourceVersion") == "0" and not self.cache.is_given_up(resource):
            entry = self.cache.entry(resource, key)
            if entry is None:
                raise statuses.not_found(resource, place.name)
            return self._answer(request, resource, shown(entry.parsed(), entry.mod_revision))
        try:
            stored = self.store.read(resource, key)
        except TransformError as error:
            raise self._read_error(key, error) from None
        if stored is None:
            raise statuses.not_found(resource, place.name)
        return self._answer(request, resource, shown(stored.object, stored.mod_revision))

    # List

    @staticmethod
    def _number(text, kind):
        if not re.fullmatch(r"[+-]?[0-9]+" if kind == "Int" else r"[0-9]+", text):
            return None
        return int(text)

    def _list(self, request, place):
        resource, query = place.resource, request.query
        content, is_metadata = form(request, resource, True)
        prefix = resource.prefix + (place.namespace + "/" if place.namespace else "")
        limit = 0
        if query.get("limit"):
            limit = self._number(query["limit"], "Int")
            if limit is None:
                raise statuses.bad_request(f'strconv.ParseInt: parsing "{query["limit"]}": invalid syntax')
            limit = max(limit, 0)
        asked, match, token = (query.get(name, "") for name in ("resourceVersion", "resourceVersionMatch", "continue"))
        revision = self._revision(asked, match, token)
        selector = Selector(query)
        if asked == "0" and not token:
            found, revision = self._from_cache(resource, prefix)
            page = ([one for one in found if selector.matches(one)], revision, None, None)
        else:
            page = self._page(resource, prefix, limit, revision, match, token, selector)
        return self._list_answer(resource, page, content, is_metadata)

    def _list_answer(self, resource, page, content, is_metadata):
        found, revision, token, remaining = page
        metadata = {"resourceVersion": str(revision)}
        if token:
            metadata["continue"] = token
            if remaining:
                metadata["remainingItemCount"] = remaining
        if is_metadata:
            # A list without items is null here, and empty in a full list.
            items = [self._metadata_only(one) for one in found] or None
            head = {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1"}
        else:
            items = [self._typed(resource, one) for one in found]
            if not resource.is_custom:
                items = [{k: v for k, v in one.items() if k not in ("kind", "apiVersion")} for one in items]
            head = {"kind": resource.kind + "List", "apiVersion": resource.api_version}
        return self._written({**head, "metadata": metadata, "items": items}, content)

    def _revision(self, asked, match, token):
        """The revision that the query asks for, 0 for the present one."""
        if token and asked and asked != "0":
            raise statuses.bad_request("specifying resource version is not allowed when using continue")
        if match and not asked:
            cause = (
                "FieldValueForbidden",
                "resourceVersionMatch",
                "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",
            )
            raise statuses.invalid_options("ListOptions", cause)
        if not asked:
            return 0
        revision = self._number(asked, "Uint")
        if revision is None:
            raise statuses.bad_request(
                f'invalid resource version: resourceVersion: Invalid value: "{asked}": '
                f'strconv.ParseUint: parsing "{asked}": invalid syntax'
            )
        return revision

    def _from_cache(self, resource, prefix):
        if self.cache.is_given_up(resource):
            raise self._initializing(resource)
        found = [shown(entry.parsed(), entry.mod_revision) for _, entry in self.cache.entries(prefix)]
        return found, self.cache.revision(resource)

    def _initializing(self, resource):
        error = self.cache.state(resource).error
        if self.faults.flag("unsafe_deletion_gate"):
            error = f"failed to read one or more {resource.qualified_name} from the storage"
        return statuses.initializing(resource, error, 1)

    @staticmethod
    def _decoded(token):
        """(revision, where to go on) of a token."""

        def refused(text):
            return statuses.bad_request(f"invalid continue token: continue key is not valid: {text}")

        try:
            data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (binascii.Error, ValueError):
            raise refused("illegal base64 data at input byte 0") from None
        try:
            told = json.loads(data)
        except ValueError:
            raise refused(go_json_error(data.decode("latin-1"))) from None
        if told.get("v") != TOKEN_VERSION:
            raise refused(f"server does not recognize this encoded version {told.get('v')}")
        return told.get("rv", 0), told.get("start", "").lstrip("/")

    @staticmethod
    def _encoded(revision, start):
        text = json.dumps({"v": TOKEN_VERSION, "rv": revision, "start": start}, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _page(self, resource, prefix, limit, revision, match, token, selector):
        """(objects, revision, token, number of those that remain) of one page."""
        # Without a match, a revision beside a limit is meant exactly.
        is_exact = match == "Exact" or (revision and limit and not match)
        start, at = prefix, revision if is_exact else 0
        if token:
            at, rest = self._decoded(token)
            start = prefix + rest
            if at > 0 and self.faults.flag("continue_expires"):
                raise statuses.expired(self._encoded(-1, rest))
            at = max(at, 0)
        elif revision and not is_exact:
            self._wait_for_revision(revision)
        if self.cache.is_broken(resource):
            self._check_broken(resource, limit, token, at)
        try:
            return self._read_page(resource, prefix, start, limit, at, selector)
        except Compacted:
            if not token:
                raise statuses.expired(None) from None
            raise statuses.expired(self._encoded(-1, start[len(prefix) :])) from None
        except FutureRevision:
            time.sleep(3)
            raise statuses.revision_too_large(at, self.store.etcd.revision()) from None

    def _check_broken(self, resource, limit, token, at):
        """A cache that cannot go on: for a while it is merely behind, then it refuses what would come from it."""
        if self.cache.is_given_up(resource):
            if not limit and not token:
                raise self._initializing(resource)
        elif token and at > self.cache.revision(resource):
            raise statuses.revision_too_large(at, self.cache.revision(resource))

    def _wait_for_revision(self, revision):
        current = self.store.etcd.revision()
        if revision > current:
            time.sleep(3)
            current = self.store.etcd.revision()
            if revision > current:
                raise statuses.revision_too_large(revision, current)

    def _read_page(self, resource, prefix, start, limit, at, selector):
        end = end_of_prefix(prefix)
        only = selector.only_name
        if only is not None and prefix != resource.prefix:
            # One name is looked up, and nothing else is read.
            start, end = prefix + only, prefix + only + "\0"
        found, unreadable, last_key, count = [], [], None, 0
        while True:
            page = self.store.etcd.range(start, end, limit, at)
            at = at or page.revision
            count = page.count
            if page.values and not self.cache.is_broken(resource) and resource.label != "events":
                self.cache.wait_for(max(value.mod_revision for value in page.values))
            for index, value in enumerate(page.values):
                last_key = value.key
                try:
                    one = self._opened(resource, value)
                except TransformError as error:
                    unreadable.append((value.key, error.text))
                    continue
                if selector.matches(one):
                    found.append(shown(one, value.mod_revision))
                    if limit and len(found) == limit:
                        count -= index + 1
                        break
            else:
                count -= len(page.values)
            if not limit or len(found) == limit or count <= 0 or unreadable:
                break
            start = last_key + "\0"
        if unreadable:
            if self.faults.flag("unsafe_deletion_gate"):
                raise statuses.unreadable_list(resource, unreadable)
            key, error = unreadable[0]
            raise statuses.internal(f'unable to transform key "{key}": {error}')
        if count <= 0:
            return found, at, None, None
        # What comes from the cache has a slash in front, what comes from etcd has none.
        slash = "" if self.cache.is_broken(resource) or resource.label == "events" else "/"
        token = self._encoded(at, slash + last_key[len(prefix) :] + "\0")
        return found, at, token, count if selector.is_empty else None

    def _opened(self, resource, value):
        entry = self.cache.entry_at(value.key, value.mod_revision)
        return entry.parsed() if entry else self.store.opened(resource, value).object

    # POST

    def _namespace(self, name):
        """The Namespace, from the cache, or from etcd if it is not there."""
        key = NAMESPACES.key(None, name)
        entry = self.cache.entry(NAMESPACES, key)
        if entry is not None:
            return entry.parsed()
        stored = self.store.read(NAMESPACES, key)
        if stored is None:
            raise statuses.not_found(NAMESPACES, name)
        return stored.object

    @staticmethod
    def _parsed(resource, body):
        try:
            value = json.loads(body)
        except ValueError:
            text = go_json_error(body.decode("utf-8", "replace"))
            raise statuses.bad_request(f"couldn't get version/kind; json parse error: {text}") from None
        if not isinstance(value, dict) or not isinstance(value.get("metadata", {}), dict):
            raise statuses.bad_request("the object provided is unrecognized")
        if resource.kind == "Secret":
            for text in (value.get("data") or {}).values():
                try:
                    base64.b64decode(text, validate=True)
                except (binascii.Error, ValueError, TypeError):
                    raise statuses.bad_request(
                        'Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0'
                    ) from None
        return value

    def _create(self, request, place):
        resource = place.resource
        value = self._parsed(resource, request.body)
        if resource.group == resources.MIGRATION_GROUP:
            self._check_migration(resource, value, request)
        form(request, resource, False)
        metadata = value.get("metadata") or {}
        name = metadata.get("name") or ""
        if not name and metadata.get("generateName"):
            name = metadata["generateName"] + "".join(random.choices(NAME_LETTERS, k=5))
        if not SUBDOMAIN.fullmatch(name):
            reason, text = "FieldValueRequired", "Required value: name or generateName is required"
            if name:
                reason, text = "FieldValueInvalid", f'Invalid value: "{name}": {SUBDOMAIN_TEXT}'
            raise statuses.invalid_object(resource, name, (reason, "metadata.name", text))
        if resource.is_namespaced:
            namespace = self._namespace(place.namespace)
            if (namespace.get("status") or {}).get("phase") == "Terminating":
                raise statuses.namespace_terminating(resource, name, place.namespace)
        made = self._completed(resource, place.namespace, name, value, request.manager)
        key = resource.key(place.namespace, name)
        if request.is_dry:
            if self.store.etcd.get(key) is not None:
                raise statuses.already_exists(resource, name)
            return self._answer(request, resource, made, 201)
        try:
            revision = self.store.create(resource, key, made)
        except TransformError as error:
            raise statuses.internal(error.text) from None
        if revision is None:
            raise statuses.already_exists(resource, name)
        return self._answer(request, resource, shown(made, revision), 201)

    @staticmethod
    def _completed(resource, namespace, name, value, manager):
        now = moment()
        metadata = {member: part for member, part in (value.get("metadata") or {}).items() if part is not None}
        metadata.pop("resourceVersion", None)
        metadata.update(name=name, uid=str(uuid.uuid4()), creationTimestamp=now)
        if resource.is_namespaced:
            metadata["namespace"] = namespace
        rest = {member: part for member, part in value.items() if member not in ("kind", "apiVersion", "metadata")}
        if resource.kind == "Secret":
            for member, text in (rest.pop("stringData", None) or {}).items():
                rest.setdefault("data", {})[member] = base64.b64encode(text.encode()).decode()
            rest.setdefault("type", "Opaque")
        elif resource is NAMESPACES:
            rest = {"spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}
            metadata.setdefault("labels", {})["kubernetes.io/metadata.name"] = name
        elif resource.group == resources.MIGRATION_GROUP:
            rest["status"] = {}
        if resource.name in WITH_GENERATION:
            metadata["generation"] = 1
        made = {"kind": resource.kind, "apiVersion": resource.api_version, "metadata": metadata, **rest}
        if resource.group == "events.k8s.io":
            made["apiVersion"] = "v1"
        fields = fields_of(made, resource.is_custom)
        if fields and resource.kind != "ServiceAccount":
            entry = {"manager": manager, "operation": "Update", "apiVersion": resource.api_version, "time": now}
            metadata["managedFields"] = [{**entry, "fieldsType": "FieldsV1", "fieldsV1": fields}]
        made["metadata"] = ordered(metadata)
        return made

    @staticmethod
    def _check_migration(resource, value, request):
        wanted = (value.get("spec") or {}).get("resource") or {}
        unknown = [name for name in wanted if name not in ("group", "resource")]
        if unknown and request.query.get("fieldValidation") == "Strict":
            raise statuses.bad_request(
                'StorageVersionMigration in version "v1beta1" cannot be handled as a StorageVersionMigration: '
                f'strict decoding error: unknown field "spec.resource.{unknown[0]}"'
            )
        for name in unknown:
            del wanted[name]
        if not wanted.get("resource"):
            raise statuses.invalid_object(
                resource,
                value["metadata"]["name"],
                ("FieldValueRequired", "spec.resource.resource", "Required value: resource is required to be set"),
            )

    # PATCH

    def _patch(self, request, place):
        resource, name = place.resource, place.name
        apply = self._change(request, resource)
        form(request, resource, False)
        if len(request.query.get("fieldManager", "")) > 128:
            text = "Too long: may not be more than 128 bytes"
            raise statuses.invalid_options("PatchOptions", ("FieldValueTooLong", "fieldManager", text))
        key = resource.key(place.namespace, name)
        is_other_event = resource.group == "events.k8s.io"
        warnings = {}

        def change(before, revision):
            self._check_namespace(place)
            after = apply(before, revision)
            after = self._admitted(resource, name, before, after, revision, request, warnings, place.subresource)
            if is_other_event:
                # That conversion loses them.
                after = {**after, "metadata": {k: v for k, v in after["metadata"].items() if k != "managedFields"}}
            return after

        try:
            result = self.store.update(
                resource,
                key,
                change,
                is_touch=apply.is_touch or is_other_event,
                is_dry=request.is_dry,
                is_forced=is_other_event,
            )
        except TransformError as error:
            raise self._read_error(key, error, is_write=True) from None
        if result is None:
            raise statuses.not_found(resource, name)
        return self._answer(request, resource, shown(*result), headers=warnings)

    def _check_namespace(self, place):
        if place.resource.is_namespaced:
            self._namespace(place.namespace)

    def _change(self, request, resource):
        kind = request.headers.get("content-type", "").split(";")[0].strip()
        if kind not in (MERGE, STRATEGIC, JSON_PATCH, APPLY):
            raise statuses.Failure(415, "415: Unsupported Media Type", "UnsupportedMediaType", {})
        if kind == STRATEGIC and resource.is_custom:
            raise statuses.Failure(
                415,
                "the body of the request was in an unknown format - accepted media types include: "
                "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
                "UnsupportedMediaType",
            )
        try:
            told = yaml.safe_load(request.body) if kind == APPLY else json.loads(request.body)
        except (ValueError, yaml.YAMLError):
            text = go_json_error(request.body.decode("utf-8", "replace"))
            raise statuses.bad_request(f"error decoding patch: {text}") from None
        if kind == JSON_PATCH:
            return Patch([] if told is None else told, is_json_patch=True)
        if not isinstance(told, dict):
            raise statuses.bad_request("Invalid JSON Patch")
        if kind == APPLY:
            told = {name: value for name, value in told.items() if name not in ("kind", "apiVersion")}
            told["metadata"] = {k: v for k, v in (told.get("metadata") or {}).items() if k not in ("name", "namespace")}
        return Patch(told)

    def _admitted(self, resource, name, before, after, revision, request, warnings, subresource):
        """What becomes of a changed object: the checks and the admission of an update."""
        faults, manager = self.faults, request.manager
        told = after["metadata"].get("resourceVersion")
        if told:
            if not re.fullmatch("[0-9]+", str(told)):
                raise statuses.Failure(500, f'strconv.ParseUint: parsing "{told}": invalid syntax')
            if told != "0" and told != str(revision):
                raise statuses.modified(resource, name)
        if told is not None:
            after = {**after, "metadata": {k: v for k, v in after["metadata"].items() if k != "resourceVersion"}}
        uid = after["metadata"].get("uid")
        if uid != before["metadata"].get("uid"):
            text = f'Invalid value: "{uid}": field is immutable'
            cause = ("FieldValueInvalid", "metadata.uid", text)
            raise statuses.invalid_object(resource, name, cause, cause)
        self._check_fields(resource, after, revision, request)
        if after == before:
            after = before
        elif before.get("immutable") and after.get("data") != before.get("data"):
            text = "Forbidden: field is immutable when `immutable` is set"
            raise statuses.invalid_object(resource, name, ("FieldValueForbidden", "data", text))
        if resource.group == resources.MIGRATION_GROUP:
            after = self._migration(resource, name, before, after, warnings, subresource)
        if name in faults.names("deny"):
            raise statuses.denied_by_policy(resource, name)
        if name in faults.names("webhook_down"):
            raise statuses.webhook_down()
        if resource.is_custom:
            for member in faults.names("widget_requires"):
                if member not in (after.get("spec") or {}):
                    cause = ("FieldValueRequired", f"spec.{member}", "Required value")
                    raise statuses.invalid_object(resource, name, cause)
        if after is not before:
            after = self._attributed(resource, before, after, manager, subresource)
        if name in faults.names("mutate"):
            labels = {**(after["metadata"].get("labels") or {}), "mutated": "yes"}
            after = {**after, "metadata": ordered({**after["metadata"], "labels": labels})}
        if name in faults.names("warn"):
            warnings["Warning"] = POLICY_WARNING
        return after

    @staticmethod
    def _check_fields(resource, after, revision, request):
        if request.query.get("fieldValidation") != "Strict" or resource.kind not in KNOWN_FIELDS:
            return
        unknown = [name for name in after if name not in KNOWN_FIELDS[resource.kind]]
        if unknown:
            quoted = json.dumps(json.dumps(dict(sorted(shown(after, revision).items())), separators=(",", ":")))
            text = f'Invalid value: {quoted}: strict decoding error: unknown field "{unknown[0]}"'
            raise statuses.invalid(' ""', {}, [("FieldValueInvalid", "patch", text)])

    @staticmethod
    def _migration(resource, name, before, after, warnings, subresource):
        if after.get("spec") != before.get("spec"):
            shape = json.dumps({"Resource": after["spec"]["resource"]}, separators=(",", ":"))
            cause = ("FieldValueInvalid", "spec", f"Invalid value: {shape}: field is immutable")
            raise statuses.invalid_object(resource, name, cause)
        if subresource != "status":
            return {**after, "status": before.get("status", {})} if after is not before else before
        status = dict(after.get("status") or {})
        conditions = []
        for index, condition in enumerate(status.get("conditions") or []):
            if "lastUpdateTime" in condition:
                warnings["Warning"] = f'299 - "unknown field \\"status.conditions[{index}].lastUpdateTime\\""'
            conditions.append({k: v for k, v in condition.items() if k != "lastUpdateTime"})
        if conditions:
            status["conditions"] = conditions
        return {**after, "status": status}

    @staticmethod
    def _attributed(resource, before, after, manager, subresource):
        """The new object with what its writer changed in managedFields."""
        skipped = ("kind", "apiVersion", "metadata")
        changed = differing(
            {k: v for k, v in before.items() if k not in skipped}, {k: v for k, v in after.items() if k not in skipped}
        )
        metadata = {
            "f:" + part: differing(before["metadata"].get(part) or {}, after["metadata"].get(part) or {})
            for part in ("annotations", "labels")
            if after["metadata"].get(part) != before["metadata"].get(part)
        }
        if metadata:
            changed["f:metadata"] = metadata
        entries, mine = [], None
        for entry in after["metadata"].get("managedFields") or []:
            if entry["manager"] == manager and entry.get("subresource") == subresource:
                mine = entry
            else:
                entries.append({**entry, "fieldsV1": without(entry["fieldsV1"], changed)})
        if changed:
            fields = merged(mine["fieldsV1"], changed) if mine else changed
            mine = {
                "manager": manager,
                "operation": "Update",
                "apiVersion": resource.api_version,
                "time": moment(),
                "fieldsType": "FieldsV1",
                "fieldsV1": fields,
            }
            if subresource:
                mine["subresource"] = subresource
        if mine:
            entries.append(mine)
        inner = {**after["metadata"], "managedFields": entries}
        if "generation" in inner and after.get("spec") != before.get("spec"):
            inner["generation"] += 1
        return {**after, "metadata": ordered(inner)}

    # DELETE

    def _options(self, request):
        """The options of a DELETE: a body makes the server ignore the query."""
        names = ("dryRun", "propagationPolicy", "gracePeriodSeconds", OPTION)
        options = {name: request.query[name] for name in names if name in request.query}
        if "dryRun" in options:
            options["dryRun"] = [options["dryRun"]]
        if OPTION in options:
            options[OPTION] = options[OPTION] == "true"
        if request.body.strip():
            try:
                options = json.loads(request.body)
            except ValueError:
                text = go_json_error(request.body.decode("utf-8", "replace"))
                raise statuses.bad_request(f"couldn't get version/kind; json parse error: {text}") from None
        if not self.faults.flag("unsafe_deletion_gate"):
            options.pop(OPTION, None)
        if options.get(OPTION):
            for name in ("dryRun", "preconditions", "gracePeriodSeconds", "propagationPolicy"):
                if name in options:
                    cause = ("FieldValueInvalid", OPTION, f"Invalid value: true: cannot be set together with .{name}")
                    raise statuses.invalid_options("DeleteOptions", cause)
        return options

    def _delete(self, request, place):
        resource, name = place.resource, place.name
        options = self._options(request)
        key = resource.key(place.namespace, name)
        if options.get(OPTION):
            return self._delete_unsafely(request, place, key)
        is_dry = options.get("dryRun") == ["All"]
        while True:
            try:
                stored = self.store.read(resource, key)
            except TransformError as error:
                raise self._read_error(key, error) from None
            if stored is None:
                raise statuses.not_found(resource, name)
            metadata = stored.object["metadata"]
            self._check_preconditions(resource, name, metadata, stored.mod_revision, options.get("preconditions") or {})
            if metadata.get("finalizers") or resource is NAMESPACES:
                return self._mark_deleted(request, place, key, is_dry)
            if is_dry or self.store.etcd.delete(key, stored.mod_revision) is not None:
                return self._written(statuses.success(resource, name, metadata["uid"]), JSON)

    @staticmethod
    def _check_preconditions(resource, name, metadata, revision, preconditions):
        wanted = preconditions.get("uid")
        if wanted and wanted != metadata["uid"]:
            raise statuses.precondition_failed(
                resource,
                name,
                f"the UID in the precondition ({wanted}) does not match the UID in record ({metadata['uid']}). "
                "The object might have been deleted and then recreated",
            )
        wanted = preconditions.get("resourceVersion")
        if wanted and wanted != str(revision):
            raise statuses.precondition_failed(
                resource,
                name,
                f"the ResourceVersion in the precondition ({wanted}) does not match the ResourceVersion in record "
                f"({revision}). The object might have been modified",
            )

    def _mark_deleted(self, request, place, key, is_dry):
        """An object with finalizers, and a Namespace, stay until somebody ends them, which nobody does here."""

        def change(before, _):
            if before["metadata"].get("deletionTimestamp"):
                return before
            metadata = {**before["metadata"], "deletionTimestamp": moment()}
            if place.resource is NAMESPACES:
                return {**before, "metadata": ordered(metadata), "status": {"phase": "Terminating"}}
            metadata["deletionGracePeriodSeconds"] = 0
            return {**before, "metadata": ordered(metadata)}

        result = self.store.update(place.resource, key, change, is_dry=is_dry)
        if result is None:
            raise statuses.not_found(place.resource, place.name)
        return self._answer(request, place.resource, shown(*result))

    def _delete_unsafely(self, request, place, key):
        resource, name = place.resource, place.name
        verb = "unsafe-delete-ignore-read-errors"
        if not request.user.may(verb, resource, place.namespace, self.faults):
            details = {"name": name, "kind": resource.name}
            message = f'{resource.qualified_name} "{name}" is forbidden: not permitted to do "{verb}", reason: '
            raise statuses.Failure(403, message, "Forbidden", details)
        value = self.store.etcd.get(key)
        try:
            if value is not None:
                self.store.opened(resource, value)
        except TransformError:
            self.store.etcd.delete(key, value.mod_revision)
            return self._written(statuses.unsafe_success(resource, name), JSON)
        text = "is exclusively used to delete corrupt object(s), try again by removing this option"
        cause = ("FieldValueInvalid", OPTION, f"Invalid value: true: {text}")
        failure = statuses.invalid_object(resource, name, cause)
        message = failure.status["message"]
        failure.status["message"] = message.replace(resource.qualified_kind, resource.qualified_name, 1)
        failure.status["details"]["kind"] = resource.name
        raise failure

    def _deletecollection(self, request, place):
        resource = place.resource
        options = self._options(request)
        prefix = resource.prefix + (place.namespace + "/" if place.namespace else "")
        found, revision, _, _ = self._read_page(resource, prefix, prefix, 0, 0, Selector(request.query))
        if options.get("dryRun") != ["All"]:
            for one in found:
                key = resource.key(one["metadata"].get("namespace"), one["metadata"]["name"])
                self.store.etcd.delete(key, int(one["metadata"]["resourceVersion"]))
        return self._list_answer(resource, (found, revision, None, None), JSON, False)


class Patch:
    """A patch; is_touch tells that it can change nothing but fail a precondition."""

    def __init__(self, told, is_json_patch=False):
        self.told, self.is_json_patch = told, is_json_patch
        rest = {} if is_json_patch else {name: value for name, value in told.items() if name != "metadata"}
        metadata = {} if is_json_patch else told.get("metadata") or {}
        self.is_touch = not (told if is_json_patch else rest or set(metadata) - {"uid", "resourceVersion"})

    def __call__(self, before, revision):
        if not self.told:
            return before
        if self.is_json_patch:
            return json_patched(before, self.told)
        return merged(before, self.told)
