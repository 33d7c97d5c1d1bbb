import Explanations
@testable import KubernetesAPI
import SecretMemory
import TestSupport
import Testing

/// What each recorded failure means. The table is that of the specification of the API, sections 4 to 10.
struct ClassificationTests {
    private static let table: [(meaning: String, cases: String)] = [
        ("unauthorized", "discovery:no-token-apis identity:wrong-token proxy:own-token"),
        ("unauthorized", "rewriting:patch-no-token rewriting:patch-wrong-token"),
        ("forbidden", "canary:post-nobody discovery:migration-nobody identity:leases-nobody identity:anonymous-leases"),
        ("forbidden", "identity:flagz-nobody identity:statusz-nobody identity:metrics-nobody"),
        ("forbidden", "identity:flagz-anonymous identity:statusz-anonymous identity:metrics-anonymous"),
        ("forbidden", "listing:list-team-all listing:list-nobody proxy:impersonate proxy:rewriter-get"),
        ("forbidden", "rewriting:patch-nobody rewriting:patch-viewer rewriting:namespace-terminating-post"),
        ("forbidden", "rewriting:patch-undecryptable-nobody undecryptable:gate-on-unsafe-without-verb"),
        ("forbidden on the way", "proxy:exec proxy:host-name proxy:host-empty proxy:reject-methods-patch"),
        ("throttled 1", "canary:flow-control-429-list canary:flow-control-429-patch"),
        ("throttled 1", "canary:flow-control-429-metrics canary:flow-control-429-readyz"),
        ("throttled 1", "canary:inflight-429-list canary:inflight-429-patch"),
        ("throttled 1", "canary:inflight-429-metrics canary:inflight-429-readyz"),
        ("throttled 5", "shutdown:stop-delay-retry-new-429 shutdown:stop-delay-retry-kept-429"),
        ("storage unreadable", "undecryptable:gate-on-list-full undecryptable:gate-on-list-rv-0"),
        ("storage unreadable", "undecryptable:gate-on-list-other-namespace undecryptable:no-file-list"),
        ("storage unreadable", "undecryptable:gate-on-list-field-selector-good"),
        ("not served", "discovery:plain-group discovery:plain-group-v1alpha1 discovery:plain-group-v1beta1"),
        ("not served", "discovery:plain-group-v1 discovery:plain-migrations discovery:mixed-group-v1alpha1"),
        ("not served", "discovery:mixed-group-v1beta1 discovery:mixed-group-v1 discovery:mixed-migrations"),
        ("not served", "discovery:get-apis-nothing.example.com discovery:get-apis-nothing.example.com-v1"),
        ("not served", "discovery:get-apis-example.com-v9 discovery:unknown-group-list"),
        ("not served", "discovery:unknown-resource-custom discovery:migration-create-plain"),
        ("not served", "identity:readyz-etcd identity:readyz-nothing identity:healthz-kms-providers"),
        ("not served", "identity:healthz-poststarthook-start-encryption-provider-config-automatic-reload"),
        ("not served", "identity:flagz-gate-off identity:statusz-gate-off proxy:static proxy:prefix-without"),
        // The object.
        ("not found secrets", "canary:get-deleted-0 canary:get-deleted-1 canary:get-deleted-2 canary:delete-deleted"),
        ("not found secrets", "proxy:not-found rewriting:patch-deleted rewriting:patch-deleted-empty"),
        ("not found secrets", "undecryptable:gate-off-get-rv-0 undecryptable:gate-off-unsafe-missing"),
        ("not found storageversionmigrations", "discovery:migration-get-deleted"),
        // Its namespace.
        ("not found namespaces", "canary:post-no-namespace rewriting:namespace-missing-patch"),
        // A resource or a version of a known group.
        ("not found nothing", "discovery:migrator-group-v1alpha1 discovery:migrator-group-v1"),
        ("not found nothing", "discovery:unknown-resource-list discovery:cluster-scoped-in-namespace"),
        ("not found nothing", "listing:list-unknown-resource"),
        ("conflict Conflict", "canary:delete-wrong-uid canary:delete-wrong-rv rewriting:patch-conflict"),
        ("conflict Conflict", "rewriting:patch-preconditions-after-own-rewrite rewriting:patch-recreated"),
        ("conflict Conflict", "rewriting:patch-dry-run-conflict"),
        ("conflict AlreadyExists", "canary:post-exists discovery:migration-create-again"),
        ("conflict AlreadyExists", "undecryptable:gate-off-create-same-name undecryptable:gate-on-create-same-name"),
        ("expired with a token", "listing:continue-expired listing:continue-expired-by-server"),
        (
            "invalid metadata.uid metadata.uid",
            "rewriting:patch-recreated-uid-only rewriting:patch-recreated-old-uid-new-rv"
        ),
        ("invalid spec.b", "rewriting:patch-widget-schema-tightened"),
        ("invalid data", "rewriting:patch-immutable-change"),
        ("invalid patch", "rewriting:patch-unknown-field-strict"),
        ("invalid fieldManager", "rewriting:patch-field-manager-too-long"),
        ("invalid metadata.name", "canary:post-bad-name"),
        ("invalid spec.resource.resource", "discovery:migration-create-empty"),
        ("invalid spec", "discovery:migration-change-spec"),
        ("invalid resourceVersionMatch", "listing:list-rv-match-alone"),
        ("invalid ignoreStoreReadErrorWithClusterBreakingPotential", "undecryptable:gate-on-unsafe-dry-run"),
        ("invalid ignoreStoreReadErrorWithClusterBreakingPotential", "undecryptable:gate-on-unsafe-uid"),
        ("invalid ignoreStoreReadErrorWithClusterBreakingPotential", "undecryptable:gate-on-unsafe-orphan"),
        ("invalid ignoreStoreReadErrorWithClusterBreakingPotential", "undecryptable:gate-on-unsafe-grace"),
        ("invalid ignoreStoreReadErrorWithClusterBreakingPotential", "undecryptable:gate-on-unsafe-good"),
        ("invalid ignoreStoreReadErrorWithClusterBreakingPotential", "undecryptable:gate-on-unsafe-missing"),
        ("invalid ignoreStoreReadErrorWithClusterBreakingPotential", "undecryptable:gate-on-unsafe-collection"),
        ("denied", "rewriting:patch-policy-denies rewriting:patch-policy-denies-dry-run"),
        ("server 500 InternalError", "rewriting:patch-webhook-down rewriting:patch-undecryptable-dry-run"),
        (
            "server 500 InternalError",
            "rewriting:patch-undecryptable-unknown-key rewriting:patch-undecryptable-tampered"
        ),
        ("server 500 InternalError", "rewriting:patch-undecryptable-precondition rewriting:patch-undecryptable-short"),
        (
            "server 500 InternalError",
            "rewriting:patch-undecryptable-other-provider rewriting:patch-undecryptable-empty"
        ),
        ("server 500 InternalError", "rewriting:patch-undecryptable-plaintext rewriting:patch-undecryptable-moved"),
        ("server 500 InternalError", "reload:get-unreadable reload:patch-unreadable metrics:kms-down-post-limitrange"),
        ("server 500 InternalError", "undecryptable:gate-off-list-metadata undecryptable:gate-off-list-full"),
        ("server 500 InternalError", "undecryptable:gate-off-list-limit undecryptable:gate-off-list-limit-1"),
        ("server 500 InternalError", "undecryptable:gate-off-get undecryptable:gate-off-get-metadata"),
        ("server 500 InternalError", "undecryptable:gate-off-patch undecryptable:gate-off-delete"),
        ("server 500 InternalError", "undecryptable:gate-off-delete-dry-run undecryptable:gate-off-delete-collection"),
        ("server 500 InternalError", "undecryptable:gate-off-unsafe-dry-run undecryptable:gate-off-unsafe-uid"),
        (
            "server 500 InternalError",
            "undecryptable:gate-off-unsafe-query-and-body undecryptable:gate-off-unsafe-grace"
        ),
        ("server 500 InternalError", "undecryptable:gate-off-unsafe-orphan undecryptable:gate-off-unsafe-collection"),
        ("server 500 InternalError", "undecryptable:gate-on-get undecryptable:gate-on-get-metadata"),
        ("server 500 InternalError", "undecryptable:gate-on-get-rv-0 undecryptable:gate-on-patch"),
        ("server 500 InternalError", "undecryptable:gate-on-delete undecryptable:gate-on-delete-dry-run"),
        ("server 500 InternalError", "undecryptable:gate-on-unsafe-query-and-body undecryptable:gate-off-unsafe"),
        ("server 500 InternalError", "undecryptable:gate-off-several-list undecryptable:gate-off-get-zz-gone"),
        ("server 500 InternalError", "undecryptable:gate-off-get-zz-tampered undecryptable:gate-off-get-zz-plain"),
        ("server 500 InternalError", "undecryptable:gate-off-get-zz-moved undecryptable:gate-on-get-zz-gone"),
        ("server 500 InternalError", "undecryptable:gate-on-get-zz-tampered undecryptable:gate-on-get-zz-plain"),
        ("server 500 InternalError", "undecryptable:gate-on-get-zz-moved undecryptable:no-file-get"),
        ("server 500 InternalError", "undecryptable:no-file-patch undecryptable:no-file-other-server-get"),
        ("server 500 StorageReadError", "undecryptable:gate-on-list-metadata undecryptable:gate-on-list-limit"),
        ("server 500 StorageReadError", "undecryptable:gate-on-list-limit-1 undecryptable:gate-on-delete-collection"),
        ("server 500 StorageReadError", "undecryptable:gate-on-several-list undecryptable:no-file-list-limit"),
        ("server 500 StorageReadError", "undecryptable:restart-with-bad-values-list"),
        ("server 500 without a reason", "rewriting:patch-rv-garbage"),
        ("server 500 in plain text", "metrics:readyz-kms-down proxy:server-gone shutdown:start-readyz-500"),
        ("server 500 in plain text", "shutdown:start-livez-500 shutdown:stop-plain-readyz-500"),
        ("server 500 in plain text", "shutdown:stop-delay-readyz-500 shutdown:stop-delay-retry-readyz-500"),
        ("server 500 in plain text", "shutdown:etcd-stopped-livez shutdown:etcd-stopped-healthz"),
        ("server 500 in plain text", "undecryptable:restart-with-bad-values-readyz undecryptable:no-file-readyz"),
        // The cache is behind, with a Status; etcd is away, without `kind`.
        ("server 504 Timeout", "listing:list-rv-future listing:list-rv-exact-future"),
        ("server 504 Timeout", "undecryptable:gate-off-several-page-1 undecryptable:gate-on-several-page-1"),
        ("server 504 in plain text", "shutdown:etcd-stopped-patch-timeout shutdown:etcd-stopped-list"),
        ("unexpected 304", "discovery:if-none-match"), ("unexpected 307", "proxy:double-slash"),
        ("unexpected 400", "canary:post-bad-data discovery:migration-create-old-shape listing:list-rv-and-continue"),
        ("unexpected 400", "listing:list-rv-no-number listing:list-limit-text listing:list-continue-garbage"),
        ("unexpected 400", "listing:list-continue-other-version rewriting:patch-no-json rewriting:patch-empty-body"),
        ("unexpected 400", "rewriting:patch-null"), ("unexpected 405", "listing:head-list"),
        ("unexpected 406", "discovery:accept-v2beta1 discovery:accept-v3 identity:flagz-accept-json"),
        ("unexpected 406", "identity:flagz-accept-v1 identity:statusz-accept-json identity:statusz-accept-v1"),
        ("unexpected 406", "listing:list-accept-wrong-version listing:list-accept-single-for-list"),
        ("unexpected 406", "listing:list-accept-cbor listing:list-accept-text listing:get-list-type-for-one"),
        ("unexpected 415", "rewriting:patch-json-content rewriting:patch-widget-strategic"),
    ]

    private static let meanings: [String: String] = Dictionary(
        uniqueKeysWithValues: table.flatMap { row in
            row.cases.split(separator: " ").map { (String($0), row.meaning) }
        })

    private static func meaning(_ failure: APIFailure?) -> String? {
        guard let failure else { return nil }
        switch failure {
        case .notReached: return "not reached"
        case .untrusted: return "untrusted"
        case .noAnswer: return "no answer"
        case .cancelled: return "cancelled"
        case .tooLarge: return "too large"
        case .malformed: return "malformed"
        case .credentials: return "credentials"
        case .unauthorized: return "unauthorized"
        case .forbidden: return "forbidden"
        case .forbiddenOnTheWay: return "forbidden on the way"
        case .throttled(let seconds): return "throttled \(seconds)"
        case .storageUnreadable: return "storage unreadable"
        case .notServed: return "not served"
        case .notFound(let status): return "not found \(status.kind ?? "nothing")"
        case .conflict(let status): return "conflict \(status.reason ?? "")"
        case .expired(let status): return status.continueToken == nil ? "expired" : "expired with a token"
        case .invalid(let status): return "invalid \(status.causes.compactMap(\.field).joined(separator: " "))"
        case .denied: return "denied"
        case .server(let code, nil): return "server \(code) in plain text"
        case .server(let code, let status?): return "server \(code) \(status.reason ?? "without a reason")"
        case .unexpected(let code): return "unexpected \(code)"
        }
    }

    /// Every recorded answer: those of 2xx are no failure, all others stand in the table.
    @Test func meansWhatTheTableSays() {
        var seen: Set<String> = []
        for one in Recording.answered {
            let has = Self.meaning(one.failure)
            #expect(has == Self.meanings[one.place], "\(one.place)")
            if has != nil { seen.insert(one.place) }
        }
        #expect(seen == Set(Self.meanings.keys))
        #expect(Recording.answered.count > 400)
    }

    /// The same over HTTP.
    @Test func meansTheSameOverHTTP() throws {
        let cases = Recording.answered
        let server = try ScriptedServer { request, _ in cases[Int(request.target.dropFirst()) ?? 0].answer }
        let client = server.client()
        for (index, one) in cases.enumerated() {
            var has: APIFailure?
            do {
                let body = try client.send(APIRequest(.get, "/\(index)"))
                let isSame = body.span.copiedToArray() == one.body
                #expect(isSame, "\(one.place)")
            } catch {
                has = error
            }
            #expect(Self.meaning(has) == Self.meanings[one.place], "\(one.place)")
        }
    }

    /// What waiting may help against, and what it does not.
    @Test func tellsWhatMayPass() throws {
        let passing = [
            "canary:flow-control-429-list", "shutdown:stop-delay-retry-new-429", "shutdown:etcd-stopped-list",
            "shutdown:etcd-stopped-patch-timeout",
        ]
        for one in Recording.answered {
            guard let failure = one.failure else { continue }
            #expect(
                failure.isPassing
                    == (passing.contains(one.place) || Self.meaning(failure)?.hasPrefix("throttled") == true),
                "\(one.place)")
            #expect(failure.isAnswer)
        }
    }

    /// The server says for how long to wait, within reason.
    @Test(
        arguments: [
            (nil, 1), ("1", 1), ("7", 7), ("30", 30), ("31", 30), ("100000", 30), ("99999999999999999999", 1), ("0", 1),
            ("-5", 1), ("soon", 1), ("Wed, 21 Oct 2026 07:28:00 GMT", 1), ("1.5", 1), ("", 1),
        ] as [(String?, Int)])
    func waitsWithinReason(_ text: String?, seconds: Int) throws {
        let server = try ScriptedServer([
            ScriptedServer.Answer(
                status: 429, fields: text.map { [("Retry-After", $0)] } ?? [], body: Array("Too many requests".utf8))
        ])
        let failure = #expect(throws: APIFailure.self) { try server.client().send(APIRequest(.get, "/")) }
        #expect(Self.meaning(failure) == "throttled \(seconds)")
    }

    /// What has the form of a Status counts as one; what has not does not.
    @Test func wantsAStatus() throws {
        for body in [
            "", "null", "[]", "{}", "{\"kind\":\"Secret\"}", "{\"kind\":5}", "{\"kind\":\"status\"}", "Status",
            "{\"kind\":[\"Status\"]}", "{\"kind\":\"Status\"",
        ] {
            let server = try ScriptedServer { request, _ in .json(body, status: Int(request.target.dropFirst()) ?? 0) }
            func meaning(_ status: Int) -> String? {
                do {
                    _ = try server.client().send(APIRequest(.get, "/\(status)"))
                    return nil
                } catch {
                    return Self.meaning(error)
                }
            }
            #expect(meaning(404) == "not served" && meaning(429) == "throttled 1", "\(body)")
            #expect(meaning(403) == "forbidden", "\(body)")
            for status in [409, 410, 418, 422] { #expect(meaning(status) == "unexpected \(status)", "\(body)") }
            #expect(meaning(502) == "server 502 in plain text" && meaning(200) == nil, "\(body)")
        }
    }

    @Test func namesUnreadableKeys() throws {
        let bad = ["/registry/secrets/default/bad"]
        let several = ["gone", "moved", "plain", "tampered"].map { "/registry/secrets/default/zz-\($0)" }
        let table: [String: [String]] = [
            "gate-off-list-metadata": bad, "gate-off-list-full": bad, "gate-off-list-limit": bad,
            "gate-off-list-limit-1": bad, "gate-on-list-metadata": bad, "gate-on-list-limit": bad,
            "gate-on-list-limit-1": bad, "gate-on-delete-collection": bad, "gate-off-delete-collection": bad,
            "gate-off-unsafe-collection": bad, "gate-off-several-list": [several[0]], "gate-on-several-list": several,
            "restart-with-bad-values-list": several,
            "no-file-list-limit": [0, 2, 3, 4].map { "/registry/secrets/default/good-\($0)" },
        ]
        for one in Recording.cases("undecryptable") where one.response?.status == 500 {
            // Without a prefix of etcd (`Key: /secrets/default/bad`) it is no etcd key.
            let keys = APIStatus(one.secretBody)?.unreadableKeys
            if one.name.hasSuffix("readyz") {
                #expect(keys == nil)
            } else {
                #expect(keys == table[one.name, default: []], "\(one.name)")
            }
        }
    }
}
