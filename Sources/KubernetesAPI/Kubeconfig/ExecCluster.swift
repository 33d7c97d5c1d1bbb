internal import JSONText
internal import SecretMemory
internal import YAMLTree

/// The description of the cluster for a plugin (client-go, rest/exec.go, `ConfigToExecCluster`).
public struct ExecCluster: Sendable {
    private let server: String
    private let tlsServerName: String?
    private let skipsVerification: Bool
    private let authority: SecretKey?
    private let proxyURL: SecretKey?
    private let disablesCompression: Bool
    private let configuration: YAMLValue?

    init(_ access: ClusterAccess, _ cluster: ClusterEntry, isServerGiven: Bool) {
        server = isServerGiven ? access.server.description : cluster.server ?? access.server.description
        tlsServerName = access.tlsServerName
        skipsVerification = access.skipsVerification
        authority = access.authority
        proxyURL = cluster.proxyURL
        disablesCompression = access.disablesCompression
        configuration = cluster.execConfiguration
    }

    func write(to json: inout JSONWriter) {
        json.object {
            $0.member("server", server)
            if let tlsServerName { $0.member("tls-server-name", tlsServerName) }
            if skipsVerification { $0.member("insecure-skip-tls-verify", true) }
            if let authority { $0.member("certificate-authority-data", base64: authority.span) }
            if let proxyURL { $0.member("proxy-url", proxyURL.span) }
            if disablesCompression { $0.member("disable-compression", true) }
            $0.member("config") { json in
                if let configuration { configuration.write(to: &json) } else { json.null() }
            }
        }
    }
}

extension ExecPlugin {
    /// The content of `KUBERNETES_EXEC_INFO`: an ExecCredential without a status.
    func information(isInteractive: Bool) -> SecretKey {
        var json = JSONWriter()
        json.object {
            $0.member("kind", "ExecCredential")
            $0.member("apiVersion", version.rawValue)
            $0.member("spec") { json in
                json.object {
                    if let cluster { $0.member("cluster") { json in cluster.write(to: &json) } }
                    $0.member("interactive", isInteractive)
                }
            }
        }
        return SecretKey(Self.onOneLine(json.finish().bytes))
    }

    /// As kubectl has it, for plugins that look for text. A line break of JSON is never part of a string.
    private static func onOneLine(_ text: RawSpan) -> SecretBytes {
        SecretBytes.filling(capacity: text.byteCount) { output in
            var offset = 0
            while offset < text.byteCount {
                if text[offset] == UInt8(ascii: "\n") {
                    offset += 1
                    while offset < text.byteCount, text[offset] == UInt8(ascii: " ") { offset += 1 }
                } else {
                    output.append(text[offset])
                    offset += 1
                }
            }
        }
    }
}

extension YAMLValue {
    /// Writes the value as JSON; the reader has bounded its depth.
    fileprivate func write(to json: inout JSONWriter) {
        switch kind {
        case .null: json.null()
        case .bool(let value): json.bool(value)
        case .number(let text):
            let text = text.revealedText()
            if let value = Int64(text) {
                json.number(value)
            } else if let value = UInt64(text) {
                json.number(value)
            } else if let value = Double(text), value.isFinite {
                json.number(value)
            } else {
                json.null()
            }
        case .string(let text): json.string(text.span)
        case .array(let elements): json.array { for element in elements { element.write(to: &$0) } }
        case .object(let members):
            json.object {
                for member in members {
                    $0.key(member.key.span)
                    member.value.write(to: &$0)
                }
            }
        }
    }
}
