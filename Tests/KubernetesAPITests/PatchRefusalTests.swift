import Explanations
@testable import KubernetesAPI
import KubernetesResources
import SecretMemory
import TestSupport
import Testing

/// Why a server did not write an object (specification of the API, section 5).
struct PatchRefusalTests {
    private static let secrets = APIResource(
        GroupResource(resource: "secrets", group: ""), version: "v1", isNamespaced: true, verbs: ["list", "patch"])
    private static let namespaces = APIResource(
        GroupResource(resource: "namespaces", group: ""), version: "v1", isNamespaced: false, verbs: ["list", "patch"])

    /// Nil: no fault of the object.
    private static let table: [String: PatchRefusal?] = [
        "patch-policy-denies": .policy(name: "deny-denied", binding: "deny-denied"),
        "patch-policy-denies-dry-run": .policy(name: "deny-denied", binding: "deny-denied"),
        "patch-webhook-down": .webhookUnreachable(name: "hook.example.com"),
        "patch-widget-schema-tightened": .invalid(fields: ["spec.b"]),
        "patch-recreated-uid-only": .invalid(fields: ["metadata.uid"]),
        "patch-recreated-old-uid-new-rv": .invalid(fields: ["metadata.uid"]),
        "patch-immutable-change": .invalid(fields: ["data"]),
        "patch-unknown-field-strict": .invalid(fields: ["patch"]),
        "patch-field-manager-too-long": .invalid(fields: ["fieldManager"]),
        "namespace-missing-patch": .namespaceMissing("lost"),
        "patch-undecryptable-unknown-key": .unreadable, "patch-undecryptable-dry-run": .unreadable,
        "patch-undecryptable-precondition": .unreadable, "patch-undecryptable-tampered": .unreadable,
        "patch-undecryptable-other-provider": .unreadable, "patch-undecryptable-plaintext": .unreadable,
        "patch-undecryptable-short": .unreadable, "patch-undecryptable-empty": .unreadable,
        "patch-undecryptable-moved": .unreadable, "patch-undecryptable-nobody": .forbidden,
        "patch-nobody": .forbidden, "patch-viewer": .forbidden, "patch-rv-garbage": .other(code: 500, reason: nil),
        "patch-json-content": .other(code: 415, reason: nil), "patch-widget-strategic": .other(code: 415, reason: nil),
        "patch-no-json": .other(code: 400, reason: nil), "patch-empty-body": .other(code: 400, reason: nil),
        "patch-null": .other(code: 400, reason: nil),
        "patch-conflict": nil, "patch-preconditions-after-own-rewrite": nil, "patch-recreated": nil,
        "patch-dry-run-conflict": nil, "patch-deleted": nil, "patch-deleted-empty": nil, "patch-no-token": nil,
        "patch-wrong-token": nil,
    ]

    @Test func isWhatTheTableSays() throws {
        var seen: Set<String> = []
        for one in Recording.cases("rewriting") where one.request?.method == "PATCH" {
            guard let failure = one.failure else { continue }
            seen.insert(one.name)
            let wanted = try #require(Self.table[one.name], "\(one.name)")
            #expect(PatchRefusal(failure, of: Self.secrets) == wanted, "\(one.name)")
        }
        #expect(seen == Set(Self.table.keys))
    }

    @Test func seesOtherUnreadableValues() throws {
        for place in [
            "reload:patch-unreadable", "undecryptable:gate-off-patch", "undecryptable:gate-on-patch",
            "undecryptable:no-file-patch", "undecryptable:gate-on-get", "undecryptable:gate-off-list-limit",
            "undecryptable:gate-on-list-full",
        ] {
            let failure = try #require(try Recording.one(place).failure)
            #expect(PatchRefusal(failure, of: Self.secrets) == .unreadable, "\(place)")
        }
    }

    /// No fault of the object: the server, the connection, the person.
    @Test func isNoneOfOtherThings() throws {
        for place in [
            "canary:flow-control-429-patch", "proxy:reject-methods-patch", "proxy:server-gone",
            "shutdown:etcd-stopped-patch-timeout", "shutdown:stop-delay-retry-new-429", "listing:continue-expired",
            "discovery:unknown-group-list",
        ] {
            let failure = try #require(try Recording.one(place).failure)
            #expect(PatchRefusal(failure, of: Self.secrets) == nil, "\(place)")
        }
        for failure in [APIFailure.cancelled, .malformed, .tooLarge] {
            #expect(PatchRefusal(failure, of: Self.secrets) == nil)
        }
    }

    /// Of a namespace that is gone no other namespace is at fault.
    @Test func tellsANamespaceFromItsObjects() throws {
        let failure = try #require(try Recording.one("rewriting:namespace-missing-patch").failure)
        #expect(PatchRefusal(failure, of: Self.namespaces) == nil)
    }

    /// Only another object of the name fails for its uid.
    @Test func knowsAnotherUID() throws {
        for one in Recording.cases("rewriting") where one.response?.status == 422 {
            let status = try #require(APIStatus(one.secretBody))
            #expect(status.isAboutUID == one.name.hasPrefix("patch-recreated"), "\(one.name)")
        }
    }

    private static func status(_ code: Int, _ reason: String, _ message: String) -> APIFailure? {
        let text = """
            {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"\(message)","reason":"\(reason)",
            "details":{"name":"s","kind":"secrets"},"code":\(code)}
            """
        var one = RecordedCase(status: code, body: text)
        one.place = text
        return one.failure
    }

    /// A webhook chooses the code of its answer: without one it is 400 (k8s.io/apiserver,
    /// pkg/admission/plugin/webhook/errors/statuserror.go, `ToStatusErr`). It is not that the object is gone or was changed.
    @Test(arguments: [400, 401, 403, 404, 409, 410, 413, 422, 429, 451, 500, 503, 504])
    func seesWebhooks(_ code: Int) throws {
        for message in [
            "admission webhook \\\"a.b.c\\\" denied the request: no",
            "admission webhook \\\"a.b.c\\\" denied the request without explanation",
        ] {
            let failure = try #require(Self.status(code, "Whatever", message))
            #expect(PatchRefusal(failure, of: Self.secrets) == .webhook(name: "a.b.c"), "\(code)")
            guard case .denied(code, _) = failure else {
                Issue.record("\(code): \(failure)")
                continue
            }
            #expect(!failure.isPassing && failure.isAnswer)
        }
    }

    /// A policy chooses a reason of four, and with it the code (k8s.io/api, admissionregistration/v1, `Validation.reason`).
    @Test(arguments: [("Unauthorized", 401), ("Forbidden", 403), ("Invalid", 422), ("RequestEntityTooLarge", 413)])
    func seesPolicies(_ reason: String, _ code: Int) throws {
        let message =
            "secrets \\\"s\\\" is forbidden: ValidatingAdmissionPolicy 'a.b' with binding 'c-d' denied request: no"
        let failure = try #require(Self.status(code, reason, message))
        #expect(PatchRefusal(failure, of: Self.secrets) == .policy(name: "a.b", binding: "c-d"))
    }

    /// Only a name is taken from a message.
    @Test(arguments: ["", "a b", "a\\nb", "ä", "a'b", String(repeating: "a", count: 2000)])
    func takesNamesAlone(_ name: String) throws {
        for message in [
            "admission webhook \\\"\(name)\\\" denied the request: no",
            "ValidatingAdmissionPolicy '\(name)' with binding 'b' denied request: no",
            "failed calling webhook \\\"\(name)\\\": no",
        ] {
            let failure = try #require(Self.status(500, "InternalError", message))
            #expect(PatchRefusal(failure, of: Self.secrets) == .other(code: 500, reason: "InternalError"), "\(message)")
        }
    }
}
