public import SecretMemory

/// Changes the text of a configuration and keeps every byte that the change does not concern.
///
/// Items take their comments along: the lines directly above them in the same column, and the rest of their own lines.
/// Blank lines and other comments between items stay where they are. Every result is read again and compared with what
/// was intended, field by field, before it is handed out.
public enum ConfigurationEditor {
    /// Makes the edits one after the other; each counts in what the ones before it left.
    ///
    /// - Parameters:
    ///   - source: A configuration in YAML or JSON, in UTF-8.
    ///   - headerless: Whether a file without `apiVersion` and `kind` is welcome.
    /// - Throws: ``EditRefusal``; the edits that had been made until then are lost with it.
    public static func apply(
        _ edits: [ConfigurationEdit], to source: borrowing SecretBytes, headerless: Bool = false
    ) throws(EditRefusal) -> SecretBytes {
        var text = SecretBytes(copying: source.bytes)
        for edit in edits { text = try apply(edit, to: text, headerless: headerless) }
        return text
    }

    private static func apply(
        _ edit: ConfigurationEdit, to source: borrowing SecretBytes, headerless: Bool
    ) throws(EditRefusal) -> SecretBytes {
        guard !isUTF16(source.bytes) else { throw .encodedAsUTF16 }
        let before = try model(of: source, headerless: headerless, else: .unreadable)
        let intended = try before.applying(edit)
        var text = try SourceLines(parsing: source, else: .unreadable)
        let lists = try EditedLists(edit, in: text.document)
        // Of the places that one list serves, the first one stands for all.
        for place in lists.representatives {
            let location = try ListLocation(of: place, in: text.document)
            let edited = Patch.apply(try ListEdit(edit, at: location, in: text).patches(), to: text.bytes.span)
            text = try SourceLines(parsing: edited, else: lists.hasAliases ? .aliasBeforeAnchor : .unsupportedShape)
        }
        let result = SecretBytes(copying: text.bytes.span)
        let after = try model(of: result, headerless: headerless, else: .unsupportedShape)
        guard after.hasSameContent(as: intended) else { throw .unsupportedShape }
        return result
    }

    private static func model(
        of text: borrowing SecretBytes, headerless: Bool, else refusal: EditRefusal
    ) throws(EditRefusal) -> ConfigurationDocument {
        do {
            return try ConfigurationDocument.read(SecretBytes(copying: text.bytes), headerless: headerless)
        } catch {
            throw refusal
        }
    }

    private static func isUTF16(_ bytes: RawSpan) -> Bool {
        bytes.byteCount >= 2 && (bytes[0] == 0xff && bytes[1] == 0xfe || bytes[0] == 0xfe && bytes[1] == 0xff)
    }
}
