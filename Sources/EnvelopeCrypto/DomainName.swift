internal import GoText

/// The rule for the annotation keys of a KMS v2 value: fully qualified domain names.
///
/// (k8s.io/apimachinery, pkg/util/validation, `IsFullyQualifiedDomainName` and `IsDNS1123Subdomain`.)
enum DomainName {
    static let maximumByteCount = 253
    static let maximumLabelByteCount = 63

    /// What kube-apiserver says against `name`; empty if it is acceptable.
    static func errors(of name: String, path: String) -> [String] {
        guard !name.isEmpty else { return ["\(path): Required value"] }
        let dot = UInt8(ascii: ".")
        let name = name.utf8.last == dot ? String(decoding: name.utf8.dropLast(), as: UTF8.self) : name
        let subdomainErrors = subdomainErrors(of: name)
        guard subdomainErrors.isEmpty else {
            return ["\(path): Invalid value: \(goQuoted(name)): \(subdomainErrors.joined(separator: ","))"]
        }
        let labels = name.utf8.split(separator: dot, omittingEmptySubsequences: false)
        guard labels.count >= 2 else {
            return [
                "\(path): Invalid value: \(goQuoted(name)): should be a domain with at least two segments separated by dots"
            ]
        }
        guard let long = labels.first(where: { $0.count > maximumLabelByteCount }) else { return [] }
        return [
            "\(path): Invalid value: \(goQuoted(Substring(long))): must be no more than \(maximumLabelByteCount) bytes"
        ]
    }

    private static func subdomainErrors(of name: String) -> [String] {
        var errors: [String] = []
        if name.utf8.count > maximumByteCount { errors.append("must be no more than \(maximumByteCount) bytes") }
        if !isSubdomain(name) {
            errors.append(
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and "
                    + "must start and end with an alphanumeric character (e.g. 'example.com', regex used for "
                    + "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")
        }
        return errors
    }

    private static func isSubdomain(_ name: String) -> Bool {
        name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            guard let first = label.first, let last = label.last else { return false }
            return isAlphanumeric(first) && isAlphanumeric(last)
                && label.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isAlphanumeric(_ character: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(character)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character)
    }
}
