/// What was undone in a paste before its values were found.
public enum PasteRemark: Equatable, Sendable {
    /// A terminal wrote every line end as the bytes 0d 0a, as `kubectl exec -it` does; each is 0a again.
    case lineEnds
    /// The text was in UTF-16, as PowerShell's `>` writes it.
    case utf16
    /// The values had the decoration of an answer or article: a code fence, quotation marks, line numbers, commands.
    case surroundings
}
