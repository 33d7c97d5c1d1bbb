internal import Diagnostics
internal import GoText

/// The variables of a container, and how Kubernetes puts them into `command` and `args`.
struct ContainerEnvironment {
    /// The variables of the manifest. Not `envFrom`, `valueFrom`, or the variables of the image and the cluster.
    private(set) var values: [ByteName: String] = [:]

    /// - Parameter env: The list `env`. A value can refer to variables before it (kubernetes,
    ///   pkg/kubelet/kubelet_pods.go, `makeEnvironmentVariables`).
    init(_ env: DocumentField?, _ budget: inout TextBudget) throws(APIServerFlagsError) {
        for variable in try env?.list() ?? [] {
            let name = ByteName(try variable.text(of: "name", &budget))
            if try variable["valueFrom"] != nil {
                values[name] = nil
            } else {
                let text = try variable["value"]?.text(&budget) ?? ""
                let word = try expand(text, at: variable.position, &budget)
                values[name] = word.unknown == nil ? word.text : nil
            }
        }
    }

    /// Replaces `$(NAME)`; `$$` is a dollar sign, everything else is kept (kubernetes,
    /// third_party/forked/golang/expansion/expand.go).
    func expand(
        _ text: String, at position: SourcePosition?, _ budget: inout TextBudget
    ) throws(APIServerFlagsError) -> CommandWord {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return CommandWord(text, at: position) }
        let bytes = Array(text.utf8)
        var builder = WordBuilder()
        var offset = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            let next = offset + 1 < bytes.count ? bytes[offset + 1] : nil
            guard byte == UInt8(ascii: "$"), next == byte || next == UInt8(ascii: "(") else {
                builder.append(byte)
                offset += 1
                continue
            }
            guard next != byte else {
                builder.append(byte)
                offset += 2
                continue
            }
            guard let end = bytes[offset...].firstIndex(of: UInt8(ascii: ")")) else {
                builder.append(bytes[offset...])
                break
            }
            let name = String(decoding: bytes[offset + 2..<end], as: UTF8.self)
            if let value = values[ByteName(name)] {
                try budget.spend(value.utf8.count, at: position)
                builder.append(value.utf8)
            } else {
                builder.append(unknown: name, reference: bytes[offset...end])
            }
            offset = end + 1
        }
        return builder.word(at: position)
    }
}
