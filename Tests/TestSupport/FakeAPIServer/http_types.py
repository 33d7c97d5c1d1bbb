"""A request as it came, an answer as it goes out, and what an Accept header asks for."""

from urllib.parse import parse_qsl

import statuses

JSON, YAML, TEXT = "application/json", "application/yaml", "text/plain; charset=utf-8"
UNSUPPORTED = "only the following media types are accepted: {}"


class Request:
    __slots__ = ("method", "target", "path", "query", "headers", "body", "user")

    def __init__(self, method, target, headers, body):
        self.method, self.target, self.headers, self.body = method, target, headers, body
        self.path, _, query = target.partition("?")
        self.query = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
        self.user = None

    @property
    def accept(self):
        return self.headers.get("accept", "*/*")

    @property
    def manager(self):
        """The name that managedFields show for who writes."""
        return self.query.get("fieldManager") or self.headers.get("user-agent", "").split("/")[0] or "unknown"

    @property
    def is_dry(self):
        return self.query.get("dryRun") == "All"

    @property
    def seconds(self):
        """How long the answer may take."""
        text = self.query.get("timeout", "")
        try:
            return min(60.0, float(text.removesuffix("s"))) if text else 60.0
        except ValueError:
            return 60.0


class Answer:
    __slots__ = ("code", "content_type", "body", "headers")

    def __init__(self, code, body, content_type=JSON, headers=None):
        self.code, self.body, self.content_type = code, body, content_type
        # A value of None leaves a header out.
        self.headers = headers or {}


def ranges(accept):
    """The media types of an Accept header, as (type, parameters), in the order in which they are preferred."""
    found = []
    for index, part in enumerate(accept.split(",")):
        kind, *rest = [piece.strip() for piece in part.split(";")]
        parameters = dict(piece.partition("=")[::2] for piece in rest)
        found.append((-float(parameters.get("q", 1)), index, kind, parameters))
    return [(kind, parameters) for _, _, kind, parameters in sorted(found, key=lambda one: one[:2])]


def form(request, resource, is_list):
    """(content type, whether only the metadata is wanted) for an answer with objects."""
    is_known = False
    for kind, parameters in ranges(request.accept):
        content = JSON if kind in ("*/*", "application/*", JSON) else kind if kind == YAML else None
        if content is None:
            continue
        is_known = True
        wanted = parameters.get("as")
        if wanted is None:
            return content, False
        if parameters.get("g") != "meta.k8s.io" or parameters.get("v") not in ("v1", "v1beta1"):
            continue
        if wanted not in ("PartialObjectMetadata", "PartialObjectMetadataList"):
            continue
        if (wanted == "PartialObjectMetadataList") != is_list:
            raise statuses.wrong_form(wanted, resource, is_list)
        return content, True
    if is_known:
        types = "application/json, application/yaml, application/vnd.kubernetes.protobuf"
        raise statuses.not_acceptable(UNSUPPORTED.format(types))
    raise statuses.no_representation()
