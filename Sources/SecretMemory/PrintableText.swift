extension String {
    /// The same for a text of several lines.
    public var printableLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }.joined(separator: "\n")
    }

    /// The text with control characters made visible, so that a name out of a file cannot steer the terminal.
    public var printable: String {
        var text = ""
        for scalar in unicodeScalars {
            if scalar.isHiddenOrSteering {
                text += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
