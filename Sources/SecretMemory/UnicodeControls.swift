extension Unicode.Scalar {
    /// Whether a terminal or an editor obeys the character or shows nothing of it, so that a text with it can look like
    /// another one: controls, line separators, changes of writing direction, joiners, fillers and tags.
    ///
    /// These are the general categories Cc, Cf, Zl and Zp of Unicode 16.0 and, of the characters that are ignored by
    /// default, those that look like nothing. Selectors U+FE00 to U+FE0F are not among them: emoji have them.
    public var isHiddenOrSteering: Bool {
        switch value {
        case 0x20...0x7e, 0xa1...0xac: false
        case ..<0xa0, 0xad, 0x34f, 0x600...0x605, 0x61c, 0x6dd, 0x70f, 0x890...0x891, 0x8e2, 0x115f...0x1160: true
        case 0x17b4...0x17b5, 0x180b...0x180f, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0x3164: true
        case 0xfeff, 0xffa0, 0xfff0...0xfffb, 0x110bd, 0x110cd, 0x13430...0x1343f, 0x1bca0...0x1bca3: true
        case 0x1d173...0x1d17a, 0xe0000...0xe0fff: true
        default: false
        }
    }
}
