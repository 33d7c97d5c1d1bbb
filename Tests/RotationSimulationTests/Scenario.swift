import EncryptionConfig
import Foundation
import KubernetesResources
import TestSupport

/// Where a simulation begins: a file, the number of servers, and what to do.
struct Scenario {
    /// What writes at first; nil for plaintext.
    let provider: KeyedProvider?
    let serverCount: Int
    private(set) var random: SeededGenerator

    init(seed: UInt64, provider: KeyedProvider?? = nil, serverCount: ClosedRange<Int> = 1...5) {
        var random = SeededGenerator(seed: seed)
        let any = (KeyedProvider.allCases.map { Optional($0) } + [nil]).randomElement(using: &random) ?? nil
        self.provider = provider ?? any
        self.serverCount = Int.random(in: serverCount, using: &random)
        self.random = random
    }

    /// A cluster that runs the file and has stored something, some of it in plaintext where that is read.
    func start(_ planner: Planner) throws -> Operator {
        var random = random
        let hasIdentity = provider == nil || Bool.random(using: &random)
        let isShared = Bool.random(using: &random)
        let first = key("key1", seed: 1)
        let second = isShared ? first : key("other", seed: 2)
        let entries = [(["secrets", "configmaps"], first), (["*.apps"], second)].map { names, key in
            let keyed = provider.map { #"{"\#($0.rawValue)": {"keys": [\#(key)]}}"# }
            let providers = [keyed, hasIdentity ? #"{"identity": {}}"# : nil]
            return #"{"resources": \#(names), "providers": [\#(providers.compactMap { $0 }.joined(separator: ", "))]}"#
        }
        let file = try version(entries, planner)
        var cluster = Cluster(count: serverCount, running: file, random: random)
        if hasIdentity {
            let plain = try version([#"{"resources": ["secrets"], "providers": [{"identity": {}}]}"#], planner)
            var past = Cluster(count: 1, running: plain, random: random)
            for _ in 0..<3 { try past.create(by: 0) }
            cluster = Cluster(count: serverCount, running: file, random: past.random)
            cluster.restore(past.objects)
        }
        for _ in 0..<5 { try cluster.create(by: 0) }
        return Operator(cluster, file: file, planner: planner)
    }

    private func version(_ entries: [String], _ planner: Planner) throws -> FileVersion {
        try planner.version(
            Array(
                """
                {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration",
                "resources": [\(entries.joined(separator: ",\n"))]}

                """.utf8))
    }

    private func key(_ name: String, seed: UInt64) -> String {
        var random = SeededGenerator(seed: seed)
        return #"{"name": "\#(name)", "secret": "\#(Data(random.bytes(32)).base64EncodedString())"}"#
    }
}

extension KeyedProvider {
    /// Another provider.
    func other(_ random: inout SeededGenerator) -> KeyedProvider {
        KeyedProvider.allCases.filter { $0 != self }.randomElement(using: &random) ?? self
    }
}
