public import EncryptionConfig
public import GoText
public import KeyTransition

/// Files that mean the same: the same keys, in the same order, for the same resources.
public struct FleetGroup: Sendable {
    public private(set) var members: [FleetFile]

    /// The configuration that all members are.
    public var configuration: EncryptionConfiguration { members[0].file.configuration }

    /// Whether the members are the same byte for byte, which `servers` and `rotate` ask for.
    public var isIdentical: Bool { members.allSatisfy { $0.file.hash == members[0].file.hash } }

    /// The groups of some files, in the order of their first members.
    static func all(of files: [FleetFile]) -> [FleetGroup] {
        var groups: [FleetGroup] = []
        var places: [Meaning: Int] = [:]
        for file in files {
            let meaning = Meaning(file.file.configuration)
            if let place = places[meaning] {
                groups[place].members.append(file)
            } else {
                places[meaning] = groups.count
                groups.append(FleetGroup(members: [file]))
            }
        }
        return groups
    }
}

/// What a file means to kube-apiserver, without its layout. With it, a file finds its group among many without a
/// comparison with each.
private struct Meaning: Hashable {
    /// The keys of each rule in their order, each once: a second one is never tried.
    private let rules: [ResourcePattern: [StorageKeyForm]]

    init(_ configuration: EncryptionConfiguration) {
        var rules: [ResourcePattern: [StorageKeyForm]] = [:]
        for rule in ResourceResolution(configuration).rules {
            var seen: Set<StorageKeyForm> = []
            rules[rule.pattern] = StorageKey.list(of: rule.providers).map { StorageKeyForm($0) }
                .filter { seen.insert($0).inserted }
        }
        self.rules = rules
    }
}

/// What two groups of one cluster make of each other's values.
public struct FleetPair: Sendable {
    /// Values of one group that the other one does not read correctly.
    public struct Unread: Sendable {
        /// The numbers of the groups.
        public let writer: Int
        public let reader: Int
        public let resources: [ResourcePattern]
        /// Of the change from the writer's file to the reader's file.
        public let counterexample: Counterexample
    }

    /// The numbers of the groups.
    public let first: Int
    public let second: Int
    /// First those that are certain.
    public let unread: [Unread]
    /// What the second one has in place of the first one.
    public let changes: [TransitionChange]

    /// Whether each reads what the other one writes, and can have written.
    ///
    /// `no`: a server of one cannot read what a server of the other one writes now. `depends`: only if values are stored
    /// that one can have written with a key that it does not write with now.
    public var answer: TransitionProof.Answer {
        unread.isEmpty ? .yes : unread.contains { $0.counterexample.certainty == .certain } ? .no : .depends
    }

    init(_ groups: [FleetGroup], _ first: Int, _ second: Int) {
        let there = TransitionProof(from: groups[first].configuration, to: groups[second].configuration)
        let back = TransitionProof(from: groups[second].configuration, to: groups[first].configuration)
        self.first = first
        self.second = second
        changes = there.changes
        let unread =
            Self.unread(of: there, writer: first, reader: second) + Self.unread(of: back, writer: second, reader: first)
        let isCertain = { (unread: Unread) in unread.counterexample.certainty == .certain }
        self.unread = unread.filter(isCertain) + unread.filter { !isCertain($0) }
    }

    /// What the new file of a proof does not read of the old one's values, each cause once.
    private static func unread(of proof: TransitionProof, writer: Int, reader: Int) -> [Unread] {
        struct Cause: Hashable {
            let label: StoredKeyLabel
            let effect: Counterexample.Effect
            let certainty: Counterexample.Certainty
            let reason: TransitionReason
        }
        var order: [Cause] = []
        var found: [Cause: (resources: [ResourcePattern], counterexample: Counterexample)] = [:]
        for resource in proof.resources {
            for example in resource.counterexamples where example.reader == .new {
                let cause = Cause(
                    label: example.writer.key.label, effect: example.effect, certainty: example.certainty,
                    reason: example.reason)
                if found[cause] == nil { order.append(cause) }
                found[cause, default: ([], example)].resources.append(resource.resource)
            }
        }
        return order.compactMap { cause in
            found[cause].map {
                Unread(writer: writer, reader: reader, resources: $0.resources, counterexample: $0.counterexample)
            }
        }
    }
}

/// The files of one cluster, all of which should mean the same.
public struct FleetCluster: Sendable {
    /// Nil if the files were given without clusters.
    public let name: ByteName?
    public let groups: [FleetGroup]
    /// Pairs of different groups.
    public let pairs: [FleetPair]
    /// Whether each group was compared with each other one. Otherwise each was compared with the largest one.
    public let isEveryPairCompared: Bool
    /// The UIDs of the audits that were given for the cluster: of one cluster there is one.
    public let clusterUIDs: [String]

    /// With more groups, each is compared with the largest one only: two proofs for each pair.
    static let groupLimit = 6

    init(name: ByteName?, files: [FleetFile], audits: [FleetAudit]) {
        let groups = FleetGroup.all(of: files)
        self.name = name
        self.groups = groups
        isEveryPairCompared = groups.count <= Self.groupLimit
        let largest = groups.indices.max { groups[$0].members.count < groups[$1].members.count } ?? 0
        pairs = groups.indices.flatMap { first in
            groups.indices.filter { second in
                first < second && (groups.count <= Self.groupLimit || first == largest || second == largest)
            }.map { FleetPair(groups, first, $0) }
        }
        var uids: [String] = []
        for uid in audits.compactMap(\.clusterUID) where !uids.contains(where: { $0.utf8.elementsEqual(uid.utf8) }) {
            uids.append(uid)
        }
        clusterUIDs = uids
    }

    /// Whether all files mean the same.
    public var isUniform: Bool { groups.count <= 1 }

    /// The worst answer of all pairs.
    public var answer: TransitionProof.Answer {
        let answers = pairs.map(\.answer)
        return answers.contains(.no) ? .no : answers.contains(.depends) || !isEveryPairCompared ? .depends : .yes
    }
}
