/// A reader of foreign bytes that is fed with bytes of any kind.
///
/// A target ends normally whatever the bytes are; what it finds wrong is a failed precondition. libFuzzer runs it by way
/// of `LLVMFuzzerTestOneInput`, and `CorpusTests` runs it over `testdata/fuzzing`.
enum FuzzTarget: String, CaseIterable, Sendable {
    // What people write.
    case configuration, kubeconfig, manifest, unit, script, paste, explain, policy
    // What a store holds.
    case snapshot, log, value, object
    // What this program wrote on another day.
    case baseline
    // What a peer sends.
    case frames, head, metrics

    func run(_ bytes: [UInt8]) {
        switch self {
        case .configuration: FuzzedFile.configuration(bytes)
        case .kubeconfig: FuzzedFile.kubeconfig(bytes)
        case .manifest: FuzzedFile.manifest(bytes)
        case .unit: FuzzedFile.unit(bytes)
        case .script: FuzzedFile.script(bytes)
        case .paste: FuzzedFile.paste(bytes)
        case .explain: FuzzedFile.explain(bytes)
        case .policy: FuzzedFile.policy(bytes)
        case .baseline: FuzzedFile.baseline(bytes)
        case .snapshot: FuzzedStore.snapshot(bytes)
        case .log: FuzzedStore.log(bytes)
        case .value: FuzzedStore.value(bytes)
        case .object: FuzzedStore.object(bytes)
        case .frames: FuzzedAnswer.frames(bytes)
        case .head: FuzzedAnswer.head(bytes)
        case .metrics: FuzzedAnswer.metrics(bytes)
        }
    }
}
