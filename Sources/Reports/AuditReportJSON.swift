internal import EncryptionConfig
internal import EtcdClient
internal import EtcdSnapshot
public import Explanations
internal import JSONText
internal import KubernetesResources
public import SecretMemory
internal import StorageAudit
internal import Transformers

extension AuditReport {
    /// The report of the kind `AuditReport`.
    public func json() throws(CommandFailure) -> SecretBytes {
        var json = JSONWriter()
        try json.object { json throws(CommandFailure) in
            json.reportHeader(kind: "AuditReport")
            try writeMembers(to: &json)
        }
        return json.finishLine()
    }

    /// The members of the report, within an object.
    func writeMembers(to json: inout JSONWriter) throws(CommandFailure) {
        json.key("source")
        writeSource(to: &json)
        json.key("configurations")
        json.array { json in
            for file in configurations {
                json.object { json in
                    json.member("path", file.path)
                    json.member("hash", file.hash)
                }
            }
        }
        json.key("resources")
        try write(rows, to: &json)
        if let history = result.history {
            json.key("history")
            try write(rows(of: history), to: &json)
        }
        writeUncovered(to: &json)
        writePlugins(to: &json)
        json.key("findings")
        try writeFindings(to: &json)
        json.key("findingTotals")
        json.object { json in
            for (code, count) in findingTotals.sorted(by: { $0.key < $1.key }) { json.member(code, count) }
        }
        if let remnants = result.remnants { write(remnants, to: &json) }
        json.member("verdict", verdict.rawValue)
        json.member("elapsedSeconds", result.elapsedSeconds)
    }

    private func writeSource(to json: inout JSONWriter) {
        let source = result.source
        json.object { json in
            json.member("path", path)
            json.key("sha256Verified")
            switch source.snapshot?.digest {
            case nil, .absent: json.null()
            case .matches: json.bool(true)
            case .differs: json.bool(false)
            }
            json.member("revision", source.revision)
            json.key("compactRevision")
            if let snapshot = source.snapshot { json.number(snapshot.compactRevision) } else { json.null() }
            json.member("bytes", source.byteCount)
            json.member("keys", source.liveKeys)
            json.member("otherKeys", result.live.otherKeys)
            json.member("encryptedOtherKeys", result.live.encryptedOtherKeys)
            switch source.origin {
            case .snapshot(let snapshot):
                json.member("records", snapshot.records)
                json.member("problems", snapshot.problemCount)
            case .etcd(let etcd):
                json.member("clusterID", etcd.clusterIDText)
                json.optionalMember("onlyPrefix", etcd.onlyPrefix)
                json.member("serializable", etcd.isSerializable)
                json.member("transport", etcd.transport.rawValue)
            }
        }
    }

    private func write(
        _ rows: [(resource: GroupResource, census: ResourceCensus)], to json: inout JSONWriter
    ) throws(CommandFailure) {
        try json.array { json throws(CommandFailure) in
            for (resource, census) in rows {
                try json.object { json throws(CommandFailure) in
                    json.member("resource", resource.description)
                    for (name, count) in [
                        ("objects", census.objects), ("plaintext", census.plaintext), ("stale", census.stale),
                        ("unreadable", census.unreadable), ("notObjects", census.notObjects),
                        ("needsPlugin", census.needsPlugin), ("bytes", census.bytes),
                    ] { json.member(name, count) }
                    json.key("byKey")
                    try write(census.labels, of: resource, to: &json)
                }
            }
        }
    }

    private func write(
        _ labels: [(label: StoredLabel, numbers: LabelCensus)], of resource: GroupResource, to json: inout JSONWriter
    ) throws(CommandFailure) {
        try json.array { json throws(CommandFailure) in
            for (label, numbers) in labels {
                let fingerprint = try fingerprint(label, of: resource)
                json.object { json in
                    json.member("provider", label.provider?.rawValue ?? "unknown")
                    json.optionalMember("key", label.key)
                    json.optionalMember("fingerprint", fingerprint)
                    json.member("objects", numbers.objects)
                    json.member("stale", numbers.stale)
                    json.member("bytes", numbers.bytes)
                    json.member("writes", numbers.writes)
                }
            }
        }
    }

    private func writeUncovered(to json: inout JSONWriter) {
        json.key("uncovered")
        json.array { json in
            for (resource, objects) in uncoveredResources {
                json.object { json in
                    json.member("resource", resource.description)
                    json.member("objects", objects)
                }
            }
        }
        json.key("absent")
        json.array { json in
            for resource in absentResources { json.string(resource.description) }
        }
    }

    private func writePlugins(to json: inout JSONWriter) {
        json.key("kms")
        json.object { json in
            json.member("decryptCalls", result.live.pluginCalls.count)
            json.key("values")
            json.array { json in
                for (use, count) in pluginUses {
                    json.object { json in
                        json.member("provider", use.provider)
                        json.optionalMember("keyID", use.keyID)
                        json.member("objects", count)
                    }
                }
            }
        }
    }

    private func writeFindings(to json: inout JSONWriter) throws(CommandFailure) {
        try json.array { json throws(CommandFailure) in
            for (_, findings) in result.live.findings.kept.sorted(by: { $0.key < $1.key }) {
                for finding in findings {
                    let message = try finding.message(configurations.map(\.path))
                    json.object { json in
                        json.member("code", finding.code)
                        json.member("severity", finding.severity)
                        json.member("etcdKey", String(decoding: finding.etcdKey, as: UTF8.self))
                        json.member("revision", finding.revision)
                        json.member("message", message)
                    }
                }
            }
        }
    }

    private func write(_ remnants: RemnantCount, to json: inout JSONWriter) {
        json.key("remnants")
        json.object { json in
            json.member("freePages", remnants.pages)
            json.member("plaintext", remnants.plaintext)
            json.key("encrypted")
            json.array { json in
                for (label, count) in remnants.encrypted.sorted(by: { $0.key < $1.key }) {
                    json.object { json in
                        json.member("provider", label.provider?.rawValue ?? "unknown")
                        json.optionalMember("key", label.key)
                        json.member("values", count)
                    }
                }
            }
        }
    }
}
