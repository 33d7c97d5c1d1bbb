/// A minor version of Kubernetes 1, and the rules by which it differs from others in encryption at rest.
///
/// Each rule is a named property, in an extension of its own subject. No other place compares version numbers. The rules
/// were recorded from the code of each version (testdata/versions); no patch release changed one.
public struct KubernetesVersion: Comparable, Hashable, Sendable {
    /// 29 for Kubernetes 1.29.
    public let minor: Int

    public init(minor: Int) { self.minor = minor }

    /// The oldest version whose rules were recorded.
    public static let oldest = KubernetesVersion(minor: 26)

    /// The newest version whose rules were recorded, and the one that is meant where none is named. A newer one is judged
    /// by its rules.
    public static let newest = KubernetesVersion(minor: 36)

    /// Every version whose rules were recorded, oldest first.
    public static let recorded = (oldest.minor...newest.minor).map { KubernetesVersion(minor: $0) }

    public static func < (left: Self, right: Self) -> Bool { left.minor < right.minor }

    /// Whether this is `minor` or a later version: what every rule asks.
    func isAtLeast(_ minor: Int) -> Bool { self.minor >= minor }

    /// The first recorded version for which a rule holds, as it does for all later ones; nil if it holds for none.
    public static func first(where rule: (KubernetesVersion) -> Bool) -> KubernetesVersion? {
        recorded.first(where: rule)
    }

    /// The versions that an upgrade or a downgrade passes on the way to `other`, which is the last one. kube-apiserver
    /// goes one minor version at a time (the version skew policy of Kubernetes). Of versions that were not recorded only
    /// `other` is named.
    public func path(to other: KubernetesVersion) -> [KubernetesVersion] {
        guard self != other else { return [] }
        let between = Self.recorded.filter {
            (min(self, other)...max(self, other)).contains($0) && $0 != self && $0 != other
        }
        return (self < other ? between : between.reversed()) + [other]
    }
}

extension KubernetesVersion: CustomStringConvertible {
    public var description: String { "1.\(minor)" }
}

extension KubernetesVersion: LosslessStringConvertible {
    /// Reads `1.29`; a prefix `v` and a patch level are ignored.
    public init?(_ text: String) {
        let numbers = (text.hasPrefix("v") ? text.dropFirst() : text[...]).split(
            separator: ".", omittingEmptySubsequences: false)
        guard (2...3).contains(numbers.count), numbers[0] == "1",
            numbers.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let minor = Int(numbers[1])
        else { return nil }
        self.init(minor: minor)
    }

    /// Reads the version of a release as servers and images tell it: `v1.36.2+k3s1`, `v1.31.0-eks-7f9249a`,
    /// `1.28.5-gke.1`. The text after the numbers is ignored.
    public init?(release text: String) {
        let numbers = text.prefix { "v.0123456789".contains($0) }
        self.init(String(numbers.last == "." ? numbers.dropLast() : numbers))
    }
}
