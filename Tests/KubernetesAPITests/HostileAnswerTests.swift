import Explanations
@testable import KubernetesAPI
import KubernetesResources
import RemoteCalls
import SecretMemory
import ShownText
import TestSupport
import Testing

/// Answers that no server gives: nothing traps, nothing takes long, nothing is shown.
struct HostileAnswerTests {
    private static let secrets = APIResource(
        GroupResource(resource: "secrets", group: ""), version: "v1", isNamespaced: true, verbs: ["list", "patch"])

    /// Reads an answer in every way that there is.
    private static func read(_ one: RecordedCase, _ body: [UInt8]) {
        let secret = SecretKey(body)
        if let failure = APIFailure(one.head, body: secret) {
            _ = (failure.explanation, failure.hint, failure.isPassing, "\(failure)")
            if let refusal = PatchRefusal(failure, of: secrets) { _ = (refusal.explanation, refusal.code) }
        }
        if let status = APIStatus(secret) { _ = (status.unreadableKeys, status.isAboutUID, status.isDenial) }
        guard let json = JSONAnswer(secret) else { return }
        _ = ObjectPage(json)
        for item in json.elements(json.node("items")) { _ = IdentityLease(json, item) }
        _ = json.texts(json.node("flags"))
        _ = json.integer(json.node("metadata", "remainingItemCount"))
    }

    private static let distinct: [RecordedCase] = {
        var seen: Set<[UInt8]> = []
        return Recording.answered.filter { $0.body.first == UInt8(ascii: "{") && seen.insert($0.body).inserted }
    }()

    /// Every prefix of each recorded body; of long ones those at the beginning and the end, and some between.
    @Test func survivesEveryPrefix() {
        let time = ProcessorTime()
        for one in Self.distinct {
            let body = one.body
            for length in 0...body.count
            where body.count < 500 || length < 100 || body.count - length < 50 || length % 197 == 0 {
                Self.read(one, Array(body[..<length]))
            }
        }
        #expect(Self.distinct.count > 200 && time.seconds < 120)
    }

    /// Random bytes change.
    @Test(arguments: 0..<8) func survivesDamage(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for one in Self.distinct {
            for _ in 0..<6 {
                var body = one.body
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    body[Int.random(in: 0..<body.count, using: &random)] =
                        Bool.random(using: &random)
                        ? UInt8.random(in: .min ... .max, using: &random)
                        : Array("\"{}[],:\\ 0".utf8).randomElement(using: &random) ?? 0
                }
                Self.read(one, body)
            }
        }
    }

    /// A value in place of another of any kind.
    @Test func survivesOtherKinds() throws {
        let values = ["null", "true", "0", "-1", "1e999", "\"\"", "\"x\"", "[]", "[[]]", "{}", "[null]", "{\"a\":{}}"]
        let names = [
            "kind", "metadata", "items", "details", "causes", "field", "message", "reason", "code", "name", "namespace",
            "uid", "resourceVersion", "continue", "remainingItemCount", "labels", "annotations", "spec",
            "holderIdentity", "renewTime", "flags", "retryAfterSeconds", "group", "status",
        ]
        let cases = try [
            "identity:leases-three-servers", "listing:list-page-0", "undecryptable:gate-on-several-list",
            "rewriting:patch-recreated-uid-only", "identity:flagz-accept-v1beta1", "listing:continue-expired",
        ].map { try Recording.one($0) }
        for one in cases {
            for name in names {
                let parts = String(decoding: one.body, as: UTF8.self).components(separatedBy: "\"\(name)\":")
                for index in parts.indices.dropFirst().prefix(3) {
                    for value in values {
                        // The member gets the value, and what was its value goes on as one that is not known.
                        let before = parts[..<index].joined(separator: "\"\(name)\":")
                        let after = parts[index...].joined(separator: "\"\(name)\":")
                        Self.read(one, Array("\(before)\"\(name)\":\(value),\"unknown\":\(after)".utf8))
                        Self.read(one, Array("\(before)\"unknown\":\(after)".utf8))
                    }
                }
            }
        }
    }

    /// Long, deep and repeated texts take no long time.
    @Test func takesNoLongTime() throws {
        let long = String(repeating: "a", count: 1 << 20)
        let starts = ["admission webhook \\\"", "ValidatingAdmissionPolicy '", "unable to transform key \\\""]
        let messages =
            [long] + starts.map { $0 + long }
            + starts.map { start in String(repeating: start, count: 30_000) + "' with binding '" }
        var one = RecordedCase(status: 500, body: "")
        one.place = "made"
        let clock = ContinuousClock()
        for message in messages {
            for code in [500, 422] {
                one = RecordedCase(status: code, body: "")
                let body = Array("{\"kind\":\"Status\",\"message\":\"\(message)\",\"code\":\(code)}".utf8)
                #expect(clock.measure { Self.read(one, body) } < .seconds(10))
            }
        }
        let causes = String(repeating: "{\"field\":\"/registry/x\"},", count: 100_000) + "{}"
        for body in [
            String(repeating: "[", count: 1 << 20), String(repeating: "{\"kind\":", count: 100_000),
            "{\"kind\":\"Status\",\"reason\":\"StorageReadError\",\"details\":{\"causes\":[\(causes)]}}",
            "{" + String(repeating: "\"kind\":\"Status\",", count: 100_000) + "\"a\":1}",
        ] {
            #expect(clock.measure { Self.read(RecordedCase(status: 500, body: ""), Array(body.utf8)) } < .seconds(10))
        }
        // Causes are looked at up to a limit.
        let status = APIStatus(
            SecretKey(
                Array("{\"kind\":\"Status\",\"reason\":\"StorageReadError\",\"details\":{\"causes\":[\(causes)]}}".utf8)
            ))
        #expect(status?.unreadableKeys.count == 1000)
    }

    /// The same over HTTP, with a part of them: an answer is an error or a value.
    @Test(arguments: 0..<4) func survivesOverHTTP(_ seed: UInt64) throws {
        let cases = Self.distinct
        let server = try ScriptedServer { _, count in
            var random = SeededGenerator(seed: seed &* 1000 &+ UInt64(count))
            var answer = cases[Int.random(in: 0..<cases.count, using: &random)].answer
            answer.status = [200, 200, 404, 410, 429, 500].randomElement(using: &random) ?? 200
            answer.body = Array(answer.body[..<Int.random(in: 0...answer.body.count, using: &random)])
            if !answer.body.isEmpty, Bool.random(using: &random) {
                answer.body[Int.random(in: 0..<answer.body.count, using: &random)] = UInt8.random(
                    in: .min ... .max, using: &random)
            }
            return answer
        }
        let client = server.client()
        let object = ObjectReference(namespace: "n", name: "o", uid: "u", resourceVersion: "1")
        let calls: [() throws -> Void] = [
            { _ = try client.resources() }, { _ = try client.identityLeases() },
            { _ = try client.serviceEndpoints() }, { _ = try client.metrics() },
            { _ = try client.readiness() }, { _ = try client.version() },
            { _ = try client.flags() }, { _ = try client.clusterNamespace() },
            { _ = try client.revision() },
            { _ = try client.page(of: Self.secrets, after: nil, limit: 5) },
            { _ = try client.patchEmpty(object, of: Self.secrets) },
            { _ = try client.createCanary(namespace: "n", name: "c") },
            { _ = try client.deleteSecret(object) },
        ]
        for _ in 0..<20 {
            for call in calls { try? call() }
        }
        #expect(server.requests.count >= 20 * calls.count)
    }

    // MARK: Secrecy

    /// All values of `data` of recorded objects, wherever they stand, as base64 and decoded, and their quoted objects.
    private static let secretTexts: Set<String> = {
        var found: Set<String> = []
        for one in Recording.answered {
            let text = String(decoding: one.body, as: UTF8.self).replacing("\\", with: "")
            for part in text.components(separatedBy: "\"data\":").dropFirst() {
                guard let end = part.firstIndex(of: "}") else { continue }
                let words = String(part[..<end]).components(separatedBy: "\"").filter { $0.count > 5 }
                found.formUnion(words)
                for word in words {
                    guard let bytes = try? SecretBase64.decode(Array(word.utf8).span.rawBytes) else { continue }
                    let decoded = String(decoding: bytes.bytes.copiedToArray(), as: UTF8.self)
                    if decoded.count > 4 { found.insert(decoded) }
                }
            }
        }
        return found
    }()

    /// No text of a failure has data of a Secret: 422 quotes the object, last-applied-configuration holds one.
    @Test func showsNoData() throws {
        #expect(Self.secretTexts.isSuperset(of: ["dmFsdWU=", "value"]))
        let quoting = try Recording.one("rewriting:patch-unknown-field-strict")
        #expect(String(decoding: quoting.body, as: UTF8.self).contains("dmFsdWU="))
        var count = 0
        for one in Recording.answered {
            // With any code, as a server might.
            for status in [nil, 403, 404, 409, 410, 418, 422, 429, 500] as [Int?] {
                guard
                    let failure = status.map({ RecordedCase(status: $0, body: one.response?.body ?? "").failure })
                        ?? one.failure
                else { continue }
                count += 1
                var texts = [
                    "\(failure)", String(reflecting: failure), "\(failure.explanation)",
                    failure.hint.map { "\($0)" } ?? "",
                ]
                var dumped = ""
                dump(failure, to: &dumped)
                texts.append(dumped)
                if let refusal = PatchRefusal(failure, of: Self.secrets) {
                    texts += ["\(refusal)", "\(refusal.explanation)"]
                }
                for text in texts {
                    // `value` is a word of messages, too.
                    for secret in Self.secretTexts where secret != "value" {
                        #expect(!text.contains(secret), "\(one.place): \(secret)")
                    }
                }
            }
        }
        #expect(count > 2000)
    }
}
