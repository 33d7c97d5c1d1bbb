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
        case alias(SecretKey)
        case scalar(Scalar)
        case sequenceStart(Properties, isFlow: Bool)
        case sequenceEnd
        case mappingStart(Properties, isFlow: Bool)
        case mappingEnd
    }

    /// A key that is pasted into the wrong place may be an anchor or a tag.
    struct Properties {
        let anchor: SecretKey?
        let tag: SecretKey?

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
