public import KubernetesVersions
public import SecretMemory

/// Changes the text of a configuration and keeps every byte that the change does not concern.
///
/// Items take their comments along: the lines directly above them in the same column, and the rest of their own lines. But
/// comments that may hold a key stay when their item is removed.
/// Blank lines and other comments between items stay where they are. Every result is read again and compared with what
/// was intended, field by field, before it is handed out.
public enum ConfigurationEditor {
    /// Makes the edits one after the other; each counts in what the ones before it left.
    ///
    /// - Parameters:
    ///   - source: A configuration in YAML or JSON, in UTF-8.
    ///   - headerless: Whether a file without `apiVersion` and `kind` is welcome.
    ///   - kubernetes: The version of kube-apiserver that reads the file.
    /// - Throws: ``EditRefusal``; the edits that had been made until then are lost with it.
    public static func apply(
        _ edits: [ConfigurationEdit], to source: borrowing SecretBytes, headerless: Bool = false,
        kubernetes: KubernetesVersion = .newest
    ) throws(EditRefusal) -> SecretBytes {
        let reading = Reading(headerless: headerless, kubernetes: kubernetes)
        var text = SecretBytes(copying: source.bytes)
        for batch in batches(of: edits) {
            do throws(EditRefusal) {
                text = try make(batch, in: text, reading)
            } catch {
                // One item after the other may be laid out in a way that many at once are not.
                let singles = batch.flatMap(\.singles)
                guard error == .unsupportedShape, singles.count > 1 else { throw error }
                for single in singles { text = try make([single], in: text, reading) }
            }
        }
        return text
    }

    /// The edits in groups that can be made in one text: none of their lists is in another, or edited twice.
    static func batches(of edits: [ConfigurationEdit]) -> [[ConfigurationEdit]] {
        var batches: [[ConfigurationEdit]] = []
        var edited: Set<ListPlace> = []
        for edit in edits {
            let places = Set(edit.places)
            if let first = edited.first, places.allSatisfy({ $0.isLike(first) && !edited.contains($0) }) {
                batches[batches.count - 1].append(edit)
                edited.formUnion(places)
            } else {
                batches.append([edit])
                edited = places
            }
        }
        return batches
    }

    private static func make(
        _ batch: [ConfigurationEdit], in source: borrowing SecretBytes, _ reading: Reading
    ) throws(EditRefusal) -> SecretBytes {
        guard !isUTF16(source.bytes) else { throw .encodedAsUTF16 }
        let before = try reading.document(source, else: .unreadable)
        // Of a field that is set twice it is not certain which one an edit would find.
        guard before.ignored.isEmpty else { throw .ignoresFields }
        let intended = try before.applying(batch)
        let text = try SourceLines(parsing: source, else: .unreadable)
        do throws(EditRefusal) {
            if let patched = try patched(text, by: batch) {
                return try checked(patched, from: text, intended, reading)
            }
        } catch {
            // With aliases the order of the edits can matter: one list after the other may do, or show why it does not.
            guard !text.aliases.isEmpty else { throw error }
        }
        return try checked(edited(text, by: batch), from: text, intended, reading)
    }

    /// The result, if it is what was intended and has every comment that may hold a key.
    private static func checked(
        _ result: consuming SecretBytes, from text: SourceLines, _ intended: ConfigurationDocument, _ reading: Reading
    ) throws(EditRefusal) -> SecretBytes {
        let after = try reading.document(result, else: .unsupportedShape)
        guard after.hasSameContent(as: intended) else { throw .unsupportedShape }
        let kept = Set(
            try KeyComments(of: SourceLines(parsing: result, else: .unsupportedShape)).contents.map { SecretHash($0) })
        guard KeyComments(of: text).contents.allSatisfy({ kept.contains(SecretHash($0)) }) else { throw .losesComment }
        return result
    }

    /// The text with all lists edited at once; nil if two of the changes concern the same bytes.
    private static func patched(
        _ text: SourceLines, by batch: [ConfigurationEdit]
    ) throws(EditRefusal) -> SecretBytes? {
        guard let place = batch.flatMap(\.places).first else { return SecretBytes(copying: text.bytes.span) }
        let shared = SharedLists(like: place, in: text.document)
        let comments = KeyComments(of: text)
        var patches: [Patch] = []
        for edit in batch {
            for (_, location) in try shared.lists(of: edit, in: text.document) {
                patches += try ListEdit(edit, at: location, in: text, keeping: comments).patches()
            }
        }
        return Patch.areApart(patches) ? Patch.apply(patches, to: text.bytes.span) : nil
    }

    /// The text with one list edited after the other, from the end of the document to its start, so that what uses an
    /// anchor goes before the anchor does.
    private static func edited(
        _ source: SourceLines, by batch: [ConfigurationEdit]
    ) throws(EditRefusal) -> SecretBytes {
        let refusal = source.aliases.isEmpty ? EditRefusal.unsupportedShape : .aliasBeforeAnchor
        var text = source
        for edit in batch {
            guard let place = edit.places.first else { continue }
            let lists = try SharedLists(like: place, in: text.document).lists(of: edit, in: text.document)
            // Of the places that one list serves, the first one represents all.
            for (place, _) in lists.reversed() {
                let location = try ListLocation(of: place, in: text.document)
                let list = ListEdit(edit, at: location, in: text, keeping: KeyComments(of: text))
                let edited = Patch.apply(try list.patches(), to: text.bytes.span)
                text = try SourceLines(parsing: edited, else: refusal)
            }
        }
        return SecretBytes(copying: text.bytes.span)
    }

    /// How texts are read.
    private struct Reading {
        let headerless: Bool
        let kubernetes: KubernetesVersion

        func document(
            _ text: borrowing SecretBytes, else refusal: EditRefusal
        ) throws(EditRefusal) -> ConfigurationDocument {
            do {
                return try ConfigurationDocument.read(
                    SecretBytes(copying: text.bytes), headerless: headerless, kubernetes: kubernetes)
            } catch {
                throw refusal
            }
        }
    }

    private static func isUTF16(_ bytes: RawSpan) -> Bool {
        bytes.byteCount >= 2 && (bytes[0] == 0xff && bytes[1] == 0xfe || bytes[0] == 0xfe && bytes[1] == 0xff)
    }
}
