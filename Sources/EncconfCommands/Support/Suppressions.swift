internal import Diagnostics
internal import SecretMemory

/// The codes whose findings a person does not want to hear of: by option, or by a comment in the file
/// (`# encconf: ignore ENC0203 reason`). What kube-apiserver refuses cannot be suppressed.
struct Suppressions {
    private let codes: Set<String>

    /// - Parameters:
    ///   - options: Codes given on the command line.
    ///   - source: The bytes of the file.
    init(options: [String], source: RawSpan) {
        codes = Set(options.map { $0.uppercased() }).union(Self.comments(in: source))
    }

    func cover(_ diagnostic: Diagnostic) -> Bool { diagnostic.severity != .error && codes.contains(diagnostic.code) }

    /// The codes in comments. Only what stands behind the marker is copied.
    private static func comments(in source: RawSpan) -> Set<String> {
        let marker = Array("# encconf: ignore ".utf8)
        var codes: Set<String> = []
        var offset = 0
        while let start = source.firstOffset(of: UInt8(ascii: "#"), from: offset) {
            offset = start + 1
            let rest = source.extracting(droppingFirst: start)
            guard rest.starts(with: marker.span.rawBytes) else { continue }
            let code = rest.extracting(droppingFirst: marker.count).copiedToArray(limit: codeByteCount)
            let text = String(decoding: code, as: UTF8.self)
            if text.hasPrefix("ENC"), text.count == codeByteCount { codes.insert(text) }
        }
        return codes
    }

    /// `ENC0203`
    private static let codeByteCount = 7
}

extension RawSpan {
    fileprivate func copiedToArray(limit: Int) -> [UInt8] {
        extracting(first: Swift.min(limit, byteCount)).copiedToArray()
    }
}
