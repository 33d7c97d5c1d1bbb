import SecretMemory
import TestSupport
import Testing

@testable import APIServerFlags

/// Whatever the bytes are, the outcome is a value or an error, with places inside the file.
@Suite struct MutationTests {
    private static let manifests = [
        "kubeadm.yaml", "rke2.yaml", "kops.yaml", "kube-up.json", "hyperkube.yaml", "docker-inspect.json",
        "openshift-config.yaml",
    ]
    private static let units = ["hard-way.service", "packaged.service"]
    private static let alphabet = [
        "$", "(", ")", "{", "}", "\"", "'", "\\", "\n", " ", "=", "%", ";", "&", "|", "<", ">", "`", "#", "-", "--",
        "/",
        "..", "$(ETCD)", "${CONFIG}", "$@", "*", "kube-apiserver", "sh", "-c", "[", "]", ":", ",", "é", "\u{301}", "\0",
        "ExecStart=", "Environment=", "--etcd-servers", "hostPath", "mountPath", "subPath",
    ].map { Array($0.utf8) }

    @Test(arguments: 0..<64 as Range<UInt64>)
    func mutatedManifestsNeverTrap(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for name in Self.manifests {
            for _ in 0..<6 {
                let bytes = mutated(try TestData.bytes("manifests/\(name)"), &random)
                check(bytes.count) { try read(manifest: bytes) }
            }
        }
    }

    @Test(arguments: 0..<64 as Range<UInt64>)
    func mutatedUnitsNeverTrap(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for name in Self.units {
            for _ in 0..<12 {
                let bytes = mutated(try TestData.bytes("manifests/\(name)"), &random)
                let file = SecretKey(mutated(try TestData.bytes("manifests/packaged.env"), &random))
                _ = SystemdUnit.isUnit(bytes.span.rawBytes)
                check(bytes.count) {
                    try SystemdUnit(parsing: bytes.span.rawBytes).command(environmentFiles: [nil, file]).flags()
                }
            }
        }
    }

    /// Scripts, commands and variables made of what has a meaning in them.
    @Test(arguments: 0..<64 as Range<UInt64>)
    func arbitraryWordsNeverTrap(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<40 {
            let words = (0..<Int.random(in: 0...30, using: &random)).flatMap { _ in
                Self.alphabet.randomElement(using: &random) ?? []
            }
            let text = String(decoding: words.filter { $0 != 0 }, as: UTF8.self)
            check(.max) { try read(manifest: pod(["sh", "-c", "kube-apiserver " + text])) }
            check(.max) { try read(manifest: pod(["kube-apiserver", text, text])) }
            check(.max) {
                try read(unit: "[Service]\nEnvironmentFile=/a\nExecStart=kube-apiserver \(text)", files: [text])
            }
            _ = FlagValues.commaSeparated(text)
        }
    }

    /// Long runs of what opens something take time in proportion to their length.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: ["${", "$(", "`", "$", "\\", "'", "\"", "(", "$$", "%i", "$A ", "a=", "; ", "<(", "a "])
    func longRunsEndSoon(piece: String) {
        let text = String(repeating: piece, count: 150_000 / piece.utf8.count)
        check(.max) {
            try read(unit: "[Service]\nEnvironmentFile=/a\nExecStart=kube-apiserver \(text)", files: ["A=" + text])
        }
        check(.max) { try read(manifest: pod(["kube-apiserver", "--etcd-servers", text])) }
        check(.max) { try read(manifest: pod(["sh", "-c", text])) }
    }

    private func mutated(_ original: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] = .random(in: .min ... .max, using: &random)
            case 1: bytes.insert(contentsOf: Self.alphabet.randomElement(using: &random) ?? [], at: place)
            case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...9, using: &random)))
            case 3:
                let end = min(bytes.count, place + Int.random(in: 1...80, using: &random))
                bytes.insert(contentsOf: Array(bytes[place..<end]), at: Int.random(in: 0..<bytes.count, using: &random))
            default: if Int.random(in: 0..<8, using: &random) == 0 { bytes.removeSubrange(place...) }
            }
        }
        return bytes
    }

    private func check(_ byteCount: Int, _ body: () throws -> APIServerFlags) {
        do {
            let flags = try body()
            let files = [
                flags.etcdAuthorityFile, flags.etcdCertificateFile, flags.etcdKeyFile, flags.encryptionProviderConfig,
            ]
            for case .file(let path)? in files {
                #expect(path.utf8.first == UInt8(ascii: "/") && !path.utf8.contains(0))
                #expect(!path.utf8.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) })
            }
        } catch let error as APIServerFlagsError {
            #expect(error.position?.offset ?? 0 <= byteCount)
        } catch {
            Issue.record("\(error)")
        }
    }
}
