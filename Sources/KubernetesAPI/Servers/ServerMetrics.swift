internal import RemoteCalls
internal import SecretMemory

/// What the metrics of a kube-apiserver say of its encryption (recorded in testdata/apiserver).
public struct ServerMetrics: Sendable, Equatable {
    /// What the server runs: `sha256:` and 64 digits of the file's bytes. Nil if it shows none: it has no file, or is older
    /// than 1.34.
    public var configurationHash: String?
    /// Who says so: `sha256:` and 64 digits of the name of its Lease. Nil without a hash, empty with the gate
    /// APIServerIdentity off.
    public var identityHash: String?
    /// How often the file was reloaded, and how often that failed. A missing series counts 0.
    public var reloads = 0
    public var failedReloads = 0
    /// The same as servers of 1.28 to 1.33 count it, beside the above from 1.30 on.
    private var oldReloads = 0
    private var oldFailedReloads = 0
    /// When the process started and when the file was reloaded, by the clock of the server: seconds since 1970.
    public var startTime: Double?
    public var lastReload: Double?
    /// When the server answered, by the same clock, in whole seconds.
    public var answerTime: Double?
    public var operations: [Operation] = []
    public var keyIDs: [KeyID] = []
    /// Whether a part of what matters could not be read.
    public var isIncomplete = false

    /// How often values were encrypted or decrypted, by prefix.
    public struct Operation: Sendable, Equatable {
        /// As kube-apiserver writes a group-resource; empty for what no request caused.
        public let resource: String
        /// Whether it was encrypted.
        public let isWrite: Bool
        public let isSuccess: Bool
        /// A provider (`k8s:enc:aesgcm:v1:`), a key's name (`key1:`), `identity` or, for its writes, nothing.
        public let prefix: String
        public let count: Double
    }

    /// When a KMS v2 plugin last gave a key id, or a value was encrypted under it.
    public struct KeyID: Sendable, Equatable {
        public let provider: String
        /// `sha256:` and 64 digits of the key id.
        public let hash: String
        /// Seconds since 1970.
        public let time: Double
        /// Whether it is the time of an answer of the plugin, and not of a use.
        public let isStatus: Bool
    }

    public init() {}

    /// For how long the server has run what it runs, by its own clock, in seconds; nil if it does not say.
    public var runningSeconds: Double? {
        guard let answerTime, let loadedAt = [startTime, lastReload].compactMap({ $0 }).max() else { return nil }
        return max(0, answerTime - loadedAt)
    }

    /// What begins the names of the metrics that are read.
    static let wanted = [
        "apiserver_encryption_config_controller_", "apiserver_storage_transformation_operations_total{",
        "apiserver_envelope_encryption_key_id_hash_last_timestamp_seconds{",
        "apiserver_envelope_encryption_key_id_hash_status_last_timestamp_seconds{", "process_start_time_seconds ",
    ]

    init(_ samples: [MetricsScanner.Sample], isIncomplete: Bool) {
        self.isIncomplete = isIncomplete
        for sample in samples { take(sample) }
        reloads = max(reloads, oldReloads)
        failedReloads = max(failedReloads, oldFailedReloads)
    }

    /// A number of reloads; nil, with a note, if it is not a number.
    private mutating func count(_ sample: MetricsScanner.Sample) -> Int? {
        // No server has loaded a file so often; sums of less stay below `Int.max`.
        if let count = Int(exactly: sample.value), (0...1 << 40).contains(count) { return count }
        isIncomplete = true
        return nil
    }

    private mutating func take(_ sample: MetricsScanner.Sample) {
        switch sample.metric {
        case "apiserver_encryption_config_controller_last_config_info" where sample.value == 1:
            // Only one series: of two it is unknown which one counts.
            if configurationHash != nil { isIncomplete = true }
            configurationHash = sample["hash"]
            identityHash = sample["apiserver_id_hash"]
        case "apiserver_encryption_config_controller_automatic_reloads_total":
            guard let count = count(sample) else { return }
            if sample["status"] == "success" { reloads += count } else { failedReloads += count }
        case "apiserver_encryption_config_controller_automatic_reload_success_total":
            oldReloads += count(sample) ?? 0
        case "apiserver_encryption_config_controller_automatic_reload_failures_total":
            oldFailedReloads += count(sample) ?? 0
        case "apiserver_encryption_config_controller_automatic_reload_last_timestamp_seconds":
            if sample["status"] == "success", let time = Self.time(sample.value) {
                lastReload = max(lastReload ?? 0, time)
            }
        case "apiserver_storage_transformation_operations_total":
            guard let type = sample["transformation_type"], let prefix = sample["transformer_prefix"],
                sample.value.isFinite, sample.value >= 0
            else {
                isIncomplete = true
                return
            }
            operations.append(
                Operation(
                    resource: sample["resource"] ?? "", isWrite: type == "to_storage",
                    isSuccess: sample["status"] == "OK", prefix: prefix, count: sample.value))
        case "apiserver_envelope_encryption_key_id_hash_last_timestamp_seconds":
            guard sample["transformation_type"] == "to_storage" else { return }
            takeKeyID(sample, isStatus: false)
        case "apiserver_envelope_encryption_key_id_hash_status_last_timestamp_seconds":
            takeKeyID(sample, isStatus: true)
        case "process_start_time_seconds": startTime = Self.time(sample.value)
        default: break
        }
    }

    /// Seconds since 1970, up to the year 9999; nil for what is no time.
    private static func time(_ value: Double) -> Double? { (0..<253_402_300_800).contains(value) ? value : nil }

    private mutating func takeKeyID(_ sample: MetricsScanner.Sample, isStatus: Bool) {
        guard let provider = sample["provider_name"], let hash = sample["key_id_hash"], sample.value.isFinite else {
            isIncomplete = true
            return
        }
        keyIDs.append(KeyID(provider: provider, hash: hash, time: sample.value, isStatus: isStatus))
    }

    /// How often values with a prefix were read and written since the server started.
    public struct Use: Sendable, Equatable {
        /// As ``Operation/prefix``.
        public let prefix: String
        public var reads: Double
        public var writes: Double
    }

    /// What values of a resource were read and written with. A read shows that the server has the key; a write, that it wrote
    /// with it at some time, and not that it does now.
    public func uses(of resource: String) -> [Use] {
        var uses: [String: Use] = [:]
        for operation in operations where operation.resource == resource && operation.isSuccess {
            var use = uses[operation.prefix] ?? Use(prefix: operation.prefix, reads: 0, writes: 0)
            if operation.isWrite { use.writes += operation.count } else { use.reads += operation.count }
            uses[operation.prefix] = use
        }
        return uses.values.sorted { $0.prefix < $1.prefix }
    }

    /// The key id that the plugin of a provider gave last, as a hash; nil if it gave none, or two at one time.
    public func currentKeyID(of provider: String) -> String? {
        let seen = keyIDs.filter { $0.provider == provider && $0.isStatus }
        guard let last = seen.map(\.time).max() else { return nil }
        let newest = seen.filter { $0.time == last }
        return newest.count == 1 ? newest[0].hash : nil
    }
}

extension APIServer {
    /// Reads the metrics, without holding them.
    public func metrics() throws(APIFailure) -> ServerMetrics {
        try patiently { () throws(APIFailure) in
            try identified { (wasRefused) throws(APIFailure) in try metrics(wasRefused: wasRefused) }
        }
    }

    private func metrics(wasRefused: Bool) throws(APIFailure) -> ServerMetrics {
        var scanner = MetricsScanner(ServerMetrics.wanted)
        var other = SecretBuffer()
        let request = APIRequest(.get, "/metrics", accept: APIRequest.text)
        let head = try stream(request, wasRefused: wasRefused) { head, bytes in
            if head.status == 200 { scanner.read(bytes) } else { other.append(bytes) }
            return true
        }
        if let failure = APIFailure(head, body: SecretKey(other.finish())) { throw failure }
        scanner.finish()
        var metrics = ServerMetrics(scanner.samples, isIncomplete: scanner.isIncomplete)
        metrics.answerTime = head["date"].flatMap(HTTPDate.seconds)
        return metrics
    }
}
