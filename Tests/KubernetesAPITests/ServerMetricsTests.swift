@testable import KubernetesAPI
import EnvelopeCrypto
import SecretMemory
import TestSupport
import Testing

/// What the recorded metrics say (specification of the API, sections 2 and 3).
struct ServerMetricsTests {
    private static func metrics(_ place: String) throws -> ServerMetrics {
        try ScriptedServer([try Recording.answer(place)]).client().metrics()
    }

    /// `sha256:` and the digits of a file that the servers ran.
    private static func hash(_ config: String) throws -> String {
        let bytes = try TestData.bytes("apiserver/configs/\(config).yaml")
        return "sha256:" + Digest.hexadecimal(try Digest.sha256(bytes.span.rawBytes))
    }

    private static var cases: [RecordedCase] {
        Recording.answered.filter {
            $0.request?.path == "/metrics" && $0.response?.status == 200 && !$0.body.isEmpty
                && $0.response?.cutByteCount == nil
        }
    }

    /// Which file each server ran, and how often it was loaded anew: successes, failures.
    @Test func tellWhatIsRun() throws {
        let table: [String: (config: String?, reloads: (Int, Int))] = [
            "identity:metrics-config-no-reload": ("identity", (0, 0)),
            "identity:metrics-config-reload": ("identity", (0, 0)),
            "identity:metrics-identity-gate-off": ("identity", (0, 0)), "identity:metrics-no-config": (nil, (0, 0)),
            "reload:metrics-before": ("reload-first", (0, 0)), "reload:metrics-good": ("reload-good", (1, 0)),
            "reload:metrics-good-no-reload": ("reload-first", (0, 0)), "reload:metrics-bad": ("reload-good", (1, 16)),
            "reload:metrics-bad-later": ("reload-good", (1, 17)), "reload:metrics-bad-key": ("reload-good", (1, 18)),
            "reload:metrics-good-again": ("reload-good-again", (2, 18)),
            "reload:metrics-unreadable": ("reload-unreadable", (3, 18)),
            "reload:metrics-last": ("reload-last", (4, 18)),
            "reload:metrics-restarted": ("reload-last", (0, 0)),
            "undecryptable:restart-with-bad-values-metrics": ("undecryptable", (0, 0)),
            "undecryptable:no-file-metrics": (nil, (0, 0)),
        ]
        for one in Self.cases {
            var wanted = table[one.place]
            if one.place.hasPrefix("metrics:") {
                wanted = (one.server == 0 ? "metrics-key1-first" : "metrics-key2-first", (0, 0))
            }
            // The first bytes of an answer, as somebody with rights gets it.
            if one.name == "scraper-metrics" { continue }
            let (config, reloads) = try #require(wanted, "\(one.place)")
            let metrics = try Self.metrics(one.place)
            #expect(try metrics.configurationHash == config.map(Self.hash), "\(one.place)")
            #expect(metrics.reloads == reloads.0 && metrics.failedReloads == reloads.1, "\(one.place)")
            #expect(!metrics.isIncomplete, "\(one.place)")
            #expect((metrics.lastReload != nil) == (reloads.0 > 0), "\(one.place)")
        }
        #expect(Set(table.keys).isSubset(of: Self.cases.map(\.place)))
    }

    /// Who answers: nil without a file, empty with the gate off, else by the server.
    @Test func tellWhoAnswers() throws {
        let servers = [
            "sha256:0fa598730a912e83a96f9fd205f14fe47ad9c2f2e63a1b679f36279766e6ffa0",
            "sha256:33cef467424f45d80145c61ff147a2986fefd36e886a6d5a64d60e02739a3af1",
        ]
        for one in Self.cases where one.name != "scraper-metrics" {
            let metrics = try Self.metrics(one.place)
            switch one.name {
            case "metrics-no-config", "no-file-metrics": #expect(metrics.identityHash == nil)
            case "metrics-identity-gate-off": #expect(metrics.identityHash == "")
            default: #expect(metrics.identityHash == servers[try #require(one.server)], "\(one.place)")
            }
        }
    }

    @Test func tellTheTime() throws {
        let bad = try Self.metrics("reload:metrics-bad-later")
        #expect(bad.startTime == 1.79602030646e+09 && bad.lastReload == 1.7960203683253577e+09)
        // Mon, 30 Nov 2026 06:36:25 GMT
        #expect(bad.answerTime == 1_796_020_585)
        // A reload that failed changed nothing.
        #expect(bad.runningSeconds == 1_796_020_585 - 1.7960203683253577e+09)
        let started = try Self.metrics("reload:metrics-before")
        #expect(started.runningSeconds == (started.answerTime ?? 0) - (started.startTime ?? 0))
        var none = started
        none.answerTime = nil
        #expect(none.runningSeconds == nil)
        // By a clock that goes back nothing has run for less than no time.
        none.answerTime = 5
        #expect(none.runningSeconds == 0)
    }

    /// All operations of all recorded metrics, read by other means.
    @Test func countOperations() throws {
        var kinds: Set<String> = []
        for one in Self.cases {
            let lines = String(decoding: one.body, as: UTF8.self).split(separator: "\n").filter {
                $0.hasPrefix("apiserver_storage_transformation_operations_total{")
            }
            let wanted = try lines.map { line in
                let words = line.split(separator: "\"", omittingEmptySubsequences: false).map { String($0) }
                let count = try #require(Double(line.split(separator: " ").last ?? ""))
                return ServerMetrics.Operation(
                    resource: words[1], isWrite: words[5] == "to_storage", isSuccess: words[3] == "OK",
                    prefix: words[7], count: count)
            }
            let has = try Self.metrics(one.place).operations
            #expect(has == wanted, "\(one.place)")
            for operation in has { kinds.insert("\(operation.prefix) \(operation.isWrite) \(operation.isSuccess)") }
        }
        let seen = [
            "k8s:enc:aescbc:v1: true true", "k8s:enc:aesgcm:v1: false true", "k8s:enc:secretbox:v1: true true",
            "key1: true true", "key2: true true", "identity false true", " true true", "unknown false false",
            "k8s:enc:kms:v2:plugin-two: true true", "k8s:enc:kms:v1:plugin-one: true true",
        ]
        #expect(kinds.isSuperset(of: seen), "\(Set(seen).subtracting(kinds))")
    }

    /// What is written by the other server is read by this one: its cache decrypts each change.
    @Test func showForeignWrites() throws {
        let before = try Self.metrics("metrics:metrics-after-gets-0").operations
        let after = try Self.metrics("metrics:metrics-after-rewrite-0").operations
        func count(_ operations: [ServerMetrics.Operation]) -> Double {
            operations.filter { $0.resource == "secrets" && !$0.isWrite && $0.isSuccess && $0.prefix == "key2:" }
                .reduce(0) { $0 + $1.count }
        }
        #expect(count(before) == 0 && count(after) == 1)
    }

    @Test func tellKeyIDs() throws {
        let one = "sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
        let two = "sha256:d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35"
        #expect(try Self.metrics("metrics:metrics-start-0").currentKeyID(of: "plugin-two") == one)
        let changed = try Self.metrics("metrics:metrics-kms-key-id-2")
        #expect(changed.currentKeyID(of: "plugin-two") == two)
        // The old one stays.
        #expect(Set(changed.keyIDs.filter(\.isStatus).map(\.hash)) == [one, two])
        #expect(changed.keyIDs.count == 4 && changed.keyIDs.allSatisfy { $0.provider == "plugin-two" })
        #expect(changed.currentKeyID(of: "plugin-one") == nil)
        // Of two at one time nobody knows which one it is.
        var both = changed
        both.keyIDs = [one, two].map { .init(provider: "p", hash: $0, time: 5, isStatus: true) }
        #expect(both.currentKeyID(of: "p") == nil)
    }

    private static func read(_ text: String) throws -> ServerMetrics {
        try ScriptedServer([.text(text)]).client().metrics()
    }

    /// Of two files that one server claims to run none counts for sure.
    @Test func doubtTwoHashes() throws {
        let line = { (hash: String, value: Int) in
            "apiserver_encryption_config_controller_last_config_info{apiserver_id_hash=\"i\",hash=\"\(hash)\"} \(value)\n"
        }
        #expect(try Self.read(line("a", 1) + line("b", 1)).isIncomplete)
        let one = try Self.read(line("a", 0) + line("b", 1))
        #expect(one.configurationHash == "b" && !one.isIncomplete)
    }

    /// Counts that no server has.
    @Test(arguments: ["9e18", "1e300", "NaN", "+Inf", "-9e18", "-1", "0.5"]) func surviveCounts(_ count: String) throws
    {
        let lines = ["success", "failure", "success", "failure"].map {
            "apiserver_encryption_config_controller_automatic_reloads_total{status=\"\($0)\"} \(count)\n"
        }
        _ = try Self.read(lines.joined())
        let times = ["NaN", "-Inf", count].map {
            "apiserver_envelope_encryption_key_id_hash_status_last_timestamp_seconds{key_id_hash=\"h\(count)\","
                + "provider_name=\"p\"} \($0)\n"
        }
        _ = try Self.read(times.joined() + "process_start_time_seconds \(count)\n").currentKeyID(of: "p")
    }

    /// Servers of 1.28 to 1.33 have two counters, from 1.30 on beside the new one: nothing is counted twice.
    @Test func countReloadsOfOlderServers() throws {
        let old =
            "apiserver_encryption_config_controller_automatic_reload_success_total{apiserver_id_hash=\"i\"} 2\n"
            + "apiserver_encryption_config_controller_automatic_reload_failures_total{apiserver_id_hash=\"i\"} 3\n"
        let new =
            "apiserver_encryption_config_controller_automatic_reloads_total{status=\"success\"} 2\n"
            + "apiserver_encryption_config_controller_automatic_reloads_total{status=\"failure\"} 3\n"
        for text in [old, new, old + new] {
            let metrics = try Self.read(text)
            #expect(metrics.reloads == 2 && metrics.failedReloads == 3)
        }
    }

    /// A series of another status than success is a failure, for a rotation waits for none.
    @Test func countOtherStatusesAsFailures() throws {
        let metrics = try Self.read(
            "apiserver_encryption_config_controller_automatic_reloads_total{status=\"success\"} 2\n"
                + "apiserver_encryption_config_controller_automatic_reloads_total{status=\"odd\"} 3\n")
        #expect(metrics.reloads == 2 && metrics.failedReloads == 3)
    }

    /// A body that ends before its length says is no answer.
    @Test func wantTheWholeAnswer() throws {
        var answer = try Recording.answer("metrics:metrics-start-0")
        answer.cut = 3000
        let server = try ScriptedServer([answer])
        #expect(Failure.of { _ = try server.client().metrics() } == "noAnswer")
        // Throttled first, then answered.
        let busy = try ScriptedServer([
            try Recording.answer("canary:flow-control-429-metrics"), try Recording.answer("metrics:metrics-start-0"),
        ])
        #expect(try busy.client(attemptLimit: 2).metrics().configurationHash != nil)
        #expect(busy.requests.count == 2)
        let request = busy.requests[0]
        #expect(request.method == "GET" && request.target == "/metrics" && request["accept"] == "text/plain")
        let refused = try ScriptedServer([try Recording.answer("identity:metrics-nobody")])
        #expect(Failure.of { _ = try refused.client().metrics() } == "forbidden")
    }
}
