/// Counts what go-yaml v2 decodes, and how much of it comes from aliases (go-yaml v2.4, decode.go, `unmarshal`).
struct AliasRatio {
    private var decodeCount = 0
    private var aliasCount = 0
    private var aliasDepth = 0

    /// Counts one node; answers whether go-yaml goes on.
    mutating func count() -> Bool {
        decodeCount += 1
        if aliasDepth > 0 { aliasCount += 1 }
        return aliasCount <= 100 || decodeCount <= 1000 || Double(aliasCount) / Double(decodeCount) <= allowed
    }

    mutating func enterAlias() { aliasDepth += 1 }

    mutating func leaveAlias() { aliasDepth -= 1 }

    /// 99 % for small documents, falling to 10 % for large ones.
    private var allowed: Double {
        let (low, high) = (400_000, 4_000_000)
        if decodeCount <= low { return 0.99 }
        if decodeCount >= high { return 0.10 }
        return 0.99 - 0.89 * (Double(decodeCount - low) / Double(high - low))
    }
}
