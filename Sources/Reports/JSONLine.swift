public import JSONText
public import SecretMemory

extension JSONWriter {
    /// Ends the text with a newline.
    public consuming func finishLine() -> SecretBytes {
        var line = SecretBuffer()
        line.append(finish().bytes)
        line.append("\n")
        return line.finish()
    }
}
