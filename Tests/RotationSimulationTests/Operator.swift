import EncryptionConfig
import GoText
import KeyRotation
import KeyTransition
import SecretMemory
import TestSupport

/// A person who changes the configuration of a cluster as the program says, or leaves out one of its instructions.
struct Operator {
    /// What the program demands and the person does not do.
    enum Omission: Sendable {
        /// Promotes although some servers have not loaded the file with the new key: `--servers-loaded` is untrue.
        case waitingBeforePromotion
        /// Rewrites and takes evidence while some servers do not write with the new key yet.
        case waitingBeforeEvidence
        /// Retires without rewriting: `--without-evidence`.
        case rewriting
        /// Says `--single-server` although there are several.
        case steps
    }

    enum Change: Sendable {
        case rotate
        case to(RotationRequest.Target)
    }

    /// The program would not make the step, and says why.
    struct Refused: Error {
        let step: RotationRequest.Step
        let proof: TransitionProof
    }

    var cluster: Cluster
    private(set) var file: FileVersion
    /// What `--archive` holds.
    private(set) var archive: [UInt8]?
    var omission: Omission?
    private var minutes = 0

    private let planner: Planner

    init(_ cluster: Cluster, file: FileVersion, planner: Planner) {
        self.cluster = cluster
        self.file = file
        self.planner = planner
    }

    // MARK: Whole procedures

    /// Every step of a change, in the order of the program.
    mutating func carryOut(_ change: Change) throws {
        minutes += 1
        if omission == .steps {
            try make(.add, of: change, singleServer: true)
            // Where the target was read already, only its place is wrong.
            try make(.promote, of: change, singleServer: true)
            try cluster.roll(out: file)
        } else {
            try make(.add, of: change)
            let isPartial = omission == .waitingBeforePromotion && cluster.servers.count > 1
            try cluster.roll(out: file, count: isPartial ? 1 : nil)
            try make(.promote, of: change)
            let lags = omission == .waitingBeforeEvidence && cluster.servers.count > 1
            try cluster.roll(out: file, count: lags ? cluster.servers.count - 1 : nil)
        }
        if omission != .rewriting { try cluster.rewriteAll() }
        try make(.retire, of: change)
        if omission == .waitingBeforeEvidence { try cluster.traffic(20) }
        try cluster.roll(out: file)
        try cluster.readAll()
    }

    /// A change that is taken back after its key was added, on some servers or on all.
    mutating func takeBack(_ change: Change) throws {
        minutes += 1
        let before = file
        try make(.add, of: change)
        try cluster.roll(out: file, count: Int.random(in: 0...cluster.servers.count, using: &cluster.random))
        try make(.abort, of: change)
        if case .to(.identity) = change {} else if file.bytes != before.bytes { throw Refusal.notTheSame }
        try cluster.roll(out: file)
        try cluster.readAll()
    }

    /// A change that is taken back after it was promoted: the old key writes again, all is rewritten, and only then
    /// the new key goes. Or, if `omission` says so, at once.
    mutating func takeBackAfterPromotion() throws {
        minutes += 1
        let oldNames = KeySet.all(in: file.configuration).map { $0.keys[0].name }
        try make(.add, of: .rotate)
        try cluster.roll(out: file)
        try make(.promote, of: .rotate)
        try cluster.roll(out: file)
        for name in Set(oldNames) {
            try make(.promote, of: .rotate, keyName: name, only: resources(ofKey: name))
            try cluster.roll(out: file)
        }
        if omission != .rewriting { try cluster.rewriteAll() }
        try make(.abort, of: .rotate)
        try cluster.roll(out: file)
        try cluster.readAll()
    }

    enum Refusal: Error { case notTheSame }

    private func resources(ofKey name: ByteName) -> Set<ByteName> {
        Set(KeySet.all(in: file.configuration).filter { $0.keys.contains { $0.name == name } }.flatMap(\.resources))
    }

    // MARK: One step

    /// Plans a step, proves it, and writes the file.
    mutating func make(
        _ step: RotationRequest.Step, of change: Change, singleServer: Bool = false, keyName: ByteName? = nil,
        only resources: Set<ByteName>? = nil
    ) throws {
        var request = RotationRequest(
            step: step, singleServer: singleServer, resources: resources, keyName: keyName)
        if case .to(let target) = change {
            request.target = target
            // A change of provider is about all entries, and a name tells a new key from those of the provider.
            request.resources = resources ?? Set(file.configuration.decidedResources.joined())
            if case .keyed = target { request.keyName = Planner.newName(minutes) }
        }
        let planned = try planner.plan(request, for: file, minute: minutes)
        guard let next = planned.file else { return }
        let plan = planned.plan
        let proof = step == .retire && omission != .rewriting ? proofByEvidence(of: plan) : planned.proof
        let answer = singleServer ? proof.safe : proof.rolling
        // Whoever gives evidence is refused unless it settles everything.
        let isProven = step == .retire && omission != .rewriting ? answer == .yes : answer != .no
        guard isProven || step == .abort && answer == .depends else { throw Refused(step: step, proof: proof) }
        if !plan.retired.isEmpty { try keep(plan.retired) }
        file = next
    }

    private func proofByEvidence(of plan: RotationPlan) -> TransitionProof {
        TransitionProof(from: file.configuration, to: plan.intended) {
            StoredLabels(cluster.labels(of: $0), isComplete: true)
        }
    }

    private mutating func keep(_ retired: [RetiredProvider]) throws {
        var old: SecretBytes?
        if let archive { old = SecretBytes(copying: archive.span.rawBytes) }
        if let text = try KeyArchive.adding(retired, to: old) { archive = text.bytes.copiedToArray() }
    }
}
