"""The bodies of errors, as a kube-apiserver writes them."""

import json


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


class Failure(Exception):
    """An answer that ends the handling of a request."""

    def __init__(self, code, message, reason=None, details=None, headers=None, continue_token=None):
        super().__init__(message)
        self.code, self.headers = code, headers or {}
        self.status = {"kind": "Status", "apiVersion": "v1", "metadata": {}}
        if continue_token:
            self.status["metadata"]["continue"] = continue_token
        self.status["status"] = "Failure"
        self.status["message"] = message
        if reason:
            self.status["reason"] = reason
        if details is not None:
            self.status["details"] = details
        self.status["code"] = code

    def body(self, accept):
        """The body; it is indented unless plain JSON was asked for, so with `as=` or with a text type it is."""
        if accept.strip() == "application/json":
            return compact(self.status)
        return json.dumps(self.status, indent=2, ensure_ascii=False).encode()


class PlainText(Exception):
    """An answer in plain text, without a Status."""

    def __init__(self, code, text, headers=None):
        super().__init__(text)
        self.code, self.text, self.headers = code, text, headers or {}


def page_not_found():
    return PlainText(404, "404 page not found\n")


def too_many_requests():
    return PlainText(429, "Too many requests, please try again later.\n", {"Retry-After": "1"})


def _object(resource, name=None, kind=None):
    details = {"name": name} if name else {}
    if resource.group:
        details["group"] = resource.group
    details["kind"] = kind or resource.name
    return details


def unauthorized():
    return Failure(401, "Unauthorized", "Unauthorized")


def no_such_resource():
    return Failure(404, "the server could not find the requested resource", "NotFound", {})


def method_not_allowed():
    return Failure(405, "the server does not allow this method on the requested resource", "MethodNotAllowed", {})


def not_found(resource, name):
    return Failure(404, f'{resource.qualified_name} "{name}" not found', "NotFound", _object(resource, name))


def already_exists(resource, name):
    message = f'{resource.qualified_name} "{name}" already exists'
    return Failure(409, message, "AlreadyExists", _object(resource, name))


def modified(resource, name):
    message = (
        f'Operation cannot be fulfilled on {resource.qualified_name} "{name}": the object has been modified; '
        "please apply your changes to the latest version and try again"
    )
    return Failure(409, message, "Conflict", _object(resource, name))


def precondition_failed(resource, name, what):
    message = f'Operation cannot be fulfilled on {resource.qualified_kind} "{name}": {what}'
    return Failure(409, message, "Conflict", _object(resource, name, resource.kind))


def forbidden(user, verb, resource, namespace, name):
    place = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
    subject = f'{resource.qualified_name} "{name}"' if name else resource.qualified_name
    message = (
        f'{subject} is forbidden: User "{user}" cannot {verb} resource "{resource.name}" '
        f'in API group "{resource.group}" {place}'
    )
    return Failure(403, message, "Forbidden", _object(resource, name), {"X-Content-Type-Options": "nosniff"})


def forbidden_path(user, path):
    message = f'forbidden: User "{user}" cannot get path "{path}"'
    return Failure(403, message, "Forbidden", {}, {"X-Content-Type-Options": "nosniff"})


def namespace_terminating(resource, name, namespace):
    message = (
        f'{resource.qualified_name} "{name}" is forbidden: unable to create new content in namespace {namespace} '
        "because it is being terminated"
    )
    cause = {
        "reason": "NamespaceTerminating",
        "message": f"namespace {namespace} is being terminated",
        "field": "metadata.namespace",
    }
    return Failure(403, message, "Forbidden", {**_object(resource, name), "causes": [cause]})


def invalid(subject, details, causes):
    """A 422; causes are (reason, field, message)."""
    texts = list(dict.fromkeys(f"{field}: {message}" for _, field, message in causes))
    text = texts[0] if len(texts) == 1 else "[" + ", ".join(texts) + "]"
    listed = [{"reason": reason, "message": message, "field": field} for reason, field, message in causes]
    return Failure(422, f"{subject} is invalid: {text}", "Invalid", {**details, "causes": listed})


def invalid_object(resource, name, *causes):
    return invalid(f'{resource.qualified_kind} "{name}"', _object(resource, name, resource.kind), causes)


def invalid_options(kind, *causes):
    return invalid(f'{kind}.meta.k8s.io ""', {"group": "meta.k8s.io", "kind": kind}, causes)


def denied_by_policy(resource, name):
    text = (
        "ValidatingAdmissionPolicy 'deny-denied' with binding 'deny-denied' denied request: "
        "this Secret may not be changed"
    )
    details = {**_object(resource, name), "causes": [{"message": text}]}
    return Failure(422, f'{resource.qualified_name} "{name}" is forbidden: {text}', "Invalid", details)


def internal(text):
    details = {"causes": [{"message": text}]}
    return Failure(500, f"Internal error occurred: {text}", "InternalError", details)


def webhook_down():
    return internal(
        'failed calling webhook "hook.example.com": failed to call webhook: Post "https://127.0.0.1:9/?timeout=2s": '
        "dial tcp 127.0.0.1:9: connect: connection refused"
    )


def unreadable_list(resource, found):
    """With the gate for unsafe deletion: found is a list of (key of etcd, error)."""
    causes = [
        {
            "reason": "UnexpectedServerResponse",
            "message": f"StorageError: corrupt object, Code: 7, Key: {key}, ResourceVersion: 0, AdditionalErrorMsg: "
            f"data from the storage is not transformable revision=0: {error}",
            "field": key,
        }
        for key, error in found
    ]
    message = f"failed to read one or more {resource.qualified_name} from the storage"
    details = {"name": "list", **_object(resource), "causes": causes}
    return Failure(500, message, "StorageReadError", details)


def initializing(resource, error, seconds):
    message = f"storage is (re)initializing: failed to list *{_go_type(resource)}: {error}"
    details = {"retryAfterSeconds": seconds}
    return Failure(429, message, "TooManyRequests", details, {"Retry-After": str(seconds)})


def revision_too_large(asked, current):
    details = {
        "causes": [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}],
        "retryAfterSeconds": 1,
    }
    message = f"Timeout: Too large resource version: {asked}, current: {current}"
    return Failure(504, message, "Timeout", details, {"Retry-After": "1"})


def expired(token):
    message = (
        "The provided continue parameter is too old to display a consistent list result. You can start a new list "
        "without the continue parameter, or use the continue token in this response to retrieve the remainder of the "
        "results. Continuing with the provided token results in an inconsistent list - objects that were created, "
        "modified, or deleted between the time the first chunk was returned and now may show up in the list."
    )
    return Failure(410, message, "Expired", continue_token=token)


def bad_request(message):
    return Failure(400, message, "BadRequest")


def not_acceptable(message):
    return Failure(406, message, "NotAcceptable")


def no_representation():
    message = (
        "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, "
        "application/vnd.kubernetes.protobuf, application/json;stream=watch, "
        "application/vnd.kubernetes.protobuf;stream=watch"
    )
    return Failure(406, message, "NotAcceptable", {})


def wrong_form(asked, resource, is_list):
    found = f"a list (*{_go_type(resource)}List)" if is_list else f"not a list (*{_go_type(resource)})"
    return not_acceptable(f"you requested {asked}, but the requested object is {found}")


def _go_type(resource):
    if resource.is_custom:
        return "unstructured.Unstructured"
    package = resource.storage_group.split(".")[0] or "core"
    return f"{package}.{resource.kind}"


def timed_out():
    """What comes when etcd does not answer: no kind, no apiVersion, and a text type."""
    status = {
        "metadata": {},
        "status": "Failure",
        "message": "Timeout: request did not complete within the allotted timeout",
        "reason": "Timeout",
        "details": {},
        "code": 504,
    }
    return PlainText(504, compact(status).decode())


def success(resource, name, uid):
    details = {**_object(resource, name), "uid": uid}
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}


def unsafe_success(resource, name):
    details = _object(resource, name, resource.kind)
    status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}
    return {**status, "code": 200}
