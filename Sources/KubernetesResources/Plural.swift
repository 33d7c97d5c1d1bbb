public import GoText

/// Guesses the plural of a resource from the kind of its objects. A CustomResourceDefinition may set any other plural.
public enum Plural {
    /// The plural that Kubernetes guesses (k8s.io/apimachinery, pkg/api/meta/restmapper.go,
    /// `UnsafeGuessKindToResource`).
    public static func guess(ofKind kind: ByteName) -> ByteName {
        let singular = lowerCase(kind)
        return switch singular.utf8.last {
        case nil: ""
        case UInt8(ascii: "s"): ByteName(singular.text + "es")
        case UInt8(ascii: "y"): ByteName(dropLast(singular) + "ies")
        default: ByteName(singular.text + "s")
        }
    }

    /// Whether the plural is a usual one for this kind: Kubernetes' guess, or the kind itself, with or without `s` or `es`
    /// at its end (gateways, meshes, podchaos). Hyphens are ignored (network-attachment-definitions).
    public static func isUsual(_ plural: ByteName, ofKind kind: ByteName) -> Bool {
        guard !kind.isEmpty else { return false }
        let singular = lowerCase(kind).text
        let letters = plural.utf8.filter { $0 != UInt8(ascii: "-") }
        return [guess(ofKind: kind).text, singular, singular + "s", singular + "es"].contains {
            $0.utf8.elementsEqual(letters)
        }
    }

    /// Kinds are ASCII (k8s.io/apiextensions-apiserver, pkg/apis/apiextensions/validation, `names.kind`).
    private static func lowerCase(_ kind: ByteName) -> ByteName {
        let bytes = kind.utf8.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
        return ByteName(String(decoding: bytes, as: UTF8.self))
    }

    private static func dropLast(_ name: ByteName) -> Substring {
        name.text.prefix(upTo: name.utf8.index(before: name.utf8.endIndex))
    }
}
