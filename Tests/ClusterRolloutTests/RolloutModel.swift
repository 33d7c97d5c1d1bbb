import ClusterRollout
import KeyRotation

/// A cluster as the specification has it: servers with a list of keys each, values with
/// the key that wrote them, and an operator's file. It knows nothing of how the machine decides.
struct RolloutModel {
    /// The keys of one version of the file, in order; the first writes.
    typealias Keys = [String]

    var file: Keys
    var fileHash: String { Self.hash(file) }
    var servers: [Keys]
    /// What is stored: the key of each value.
    var values: [String]
    var record: RolloutRecord?
    /// Whether a server takes the file when it is delivered, by its number.
    var lags: [Bool]

    static func hash(_ keys: Keys) -> String { keys.joined(separator: ",") }

    init(serverCount: Int, valueCount: Int) {
        file = ["k1"]
        servers = Array(repeating: ["k1"], count: serverCount)
        values = Array(repeating: "k1", count: valueCount)
        lags = Array(repeating: false, count: serverCount)
    }

    /// Every server reads every value.
    var isReadable: Bool { servers.allSatisfy { keys in values.allSatisfy(keys.contains) } }

    /// A request to a server: it writes a value with its key.
    mutating func write(_ value: Int, through server: Int) { values[value] = servers[server][0] }

    /// What a rollout would see.
    func facts(_ old: RolloutFacts) -> RolloutFacts {
        var facts = old
        facts.standing = record.map { $0.standing(of: fileHash) } ?? .original
        if facts.standing == .original { facts.firstStep = .add }
        facts.writesPrevious = file.first == "k1"
        return facts
    }

    /// What servers are seen to run.
    var seen: RolloutFacts.Servers {
        if servers.allSatisfy({ $0 == file }) { return .runFile }
        guard let record else { return .runAnother }
        return servers.allSatisfy { record.mayRun(Self.hash($0), beside: fileHash) } ? .runOurs : .runAnother
    }

    var stored: RolloutFacts.Stored {
        let unreadable = values.filter { !file.contains($0) }.count
        if unreadable > 0 { return .unreadable(unreadable) }
        let stale = values.filter { $0 != file[0] }.count
        return stale > 0 ? .stale(stale) : .clean
    }

    /// The file after a step.
    func after(_ step: RotationRequest.Step, isBack: Bool) -> Keys {
        switch step {
        case .add: file + ["k2"]
        case .promote: isBack ? ["k1", "k2"] : ["k2", "k1"]
        case .retire: [file[0]]
        case .abort: ["k1"]
        }
    }
}
