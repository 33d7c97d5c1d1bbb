internal import SecretMemory

/// A place as libyaml counts: all from 0, `index` in characters after the byte order mark.
struct Mark {
    let index: Int
    let line: Int
    let column: Int
}

/// What libyaml read, without its pointers.
struct YAMLEvent {
    enum Kind {
        case streamStart
        case streamEnd
        case documentStart(hasVersion: Bool)
        case documentEnd
        case alias(String)
        case scalar(Scalar)
        case sequenceStart(Properties, isFlow: Bool)
        case sequenceEnd
        case mappingStart(Properties, isFlow: Bool)
        case mappingEnd
    }

    struct Properties {
        let anchor: String?
        let tag: String?

        var isEmpty: Bool { anchor == nil && tag == nil }
    }

    struct Scalar {
        let properties: Properties
        let text: SecretKey
        let style: YAMLScalar.Style
        /// libyaml's `plain_implicit`: plain without a tag, or any style with the tag `!`.
        let isPlainImplicit: Bool
    }

    let kind: Kind
    let start: Mark
    let end: Mark
}
