internal import Diagnostics
internal import SecretMemory
internal import YAMLTree

/// Decodes values into fields as Go's JSON decoder does for the types of the configuration, and keeps what it finds on
/// the way: the first type error, unknown fields, the first duration that is none.
///
/// (sigs.k8s.io/json, based on Go's encoding/json, `UnmarshalStrict` with case-sensitive names.)
struct FieldDecoder {
    /// Where a value stands: for people as Kubernetes writes paths, for Go as it names struct fields.
    struct Place {
        /// `resources[0].providers[1].aescbc.keys`
        var path: String
        /// `resources.providers.aescbc.keys`
        var goPath: String

        func field(_ name: String) -> Place {
            Place(path: path.isEmpty ? name : "\(path).\(name)", goPath: goPath.isEmpty ? name : "\(goPath).\(name)")
        }
        func item(_ index: Int) -> Place { Place(path: "\(path)[\(index)]", goPath: goPath) }
    }

    /// The first value of a wrong type. Go reports no other.
    private(set) var typeError: Finding?
    /// A duration that is none. It ends Go's decoding at once, so it hides any type error.
    private(set) var durationError: Finding?
    private(set) var unknownFields: [Finding] = []

    struct Finding {
        let apiserverText: String
        let diagnostic: Diagnostic
    }

    /// Walks the members of an object and hands each to `decode`, which answers whether it knows the field.
    ///
    /// - Returns: False if the value is no object (null counts as an object without members).
    @discardableResult
    mutating func object(
        _ value: YAMLValue, of structName: String, goType: String, at place: Place,
        _ decode: (inout FieldDecoder, String, YAMLValue, Place) -> Bool
    ) -> Bool {
        switch value.kind {
        case .null: return true
        case .object(let members):
            for member in members {
                let name = member.key.revealedText()
                let memberPlace = place.field(name)
                guard !decode(&self, name, member.value, memberPlace) else { continue }
                addUnknownField(name, parent: place, member: member)
            }
            return true
        default:
            mismatch(value, in: structName, goType: goType, at: place)
            return false
        }
    }

    /// The elements of a list with their places; nothing for null or for what is no list.
    mutating func list(
        _ value: YAMLValue, of structName: String, goType: String, at place: Place
    ) -> [(value: YAMLValue, place: Place)] {
        switch value.kind {
        case .null: return []
        case .array(let elements): return elements.enumerated().map { ($0.element, place.item($0.offset)) }
        default:
            mismatch(value, in: structName, goType: "[]\(goType)", at: place)
            return []
        }
    }

    /// A text; nil for null or for what is no text.
    mutating func text(_ value: YAMLValue, of structName: String, at place: Place) -> Located<String>? {
        secret(value, of: structName, at: place).map { Located(value: $0.value.revealedText(), position: $0.position) }
    }

    /// A text that stays in wiped memory; nil for null or for what is no text.
    mutating func secret(_ value: YAMLValue, of structName: String, at place: Place) -> Located<SecretKey>? {
        switch value.kind {
        case .null: return nil
        case .string(let text): return Located(value: text, position: value.node.start)
        default:
            mismatch(value, in: structName, goType: "string", at: place)
            return nil
        }
    }

    /// A 32-bit integer; nil for null or for what is none.
    mutating func int32(_ value: YAMLValue, of structName: String, at place: Place) -> Located<Int32>? {
        switch value.kind {
        case .null: return nil
        case .number(let text):
            let text = text.revealedText()
            if let number = Int32(text) { return Located(value: number, position: value.node.start) }
            mismatch(value, in: structName, goType: "int32", at: place, found: "number \(text)")
            return nil
        default:
            mismatch(value, in: structName, goType: "int32", at: place)
            return nil
        }
    }

    /// A duration in nanoseconds; nil for null or for what is none.
    mutating func duration(_ value: YAMLValue, of structName: String, at place: Place) -> Located<Int64>? {
        guard let text = text(value, of: structName, at: place) else { return nil }
        do {
            return Located(value: try GoDuration.parse(text.value), position: text.position)
        } catch {
            if durationError == nil {
                durationError = Finding(
                    apiserverText: error.text,
                    diagnostic: Diagnostic(
                        code: RefusalCode.duration, severity: .error, path: place.path, position: text.position,
                        message: error.text.hasPrefix("time: ") ? String(error.text.dropFirst(6)) : error.text,
                        hint: "write a number and a unit, such as 3s or 1m30s"))
            }
            return nil
        }
    }

    /// Notes a value whose type is not that of its field.
    mutating func mismatch(
        _ value: YAMLValue, in structName: String, goType: String, at place: Place, found: String? = nil
    ) {
        guard typeError == nil else { return }
        let found = found ?? value.kind.goName
        typeError = Finding(
            apiserverText:
                "json: cannot unmarshal \(found) into Go struct field \(structName).\(place.goPath) of type \(goType)",
            diagnostic: Diagnostic(
                code: RefusalCode.type, severity: .error, path: place.path, position: value.node.start,
                message: "\(Self.article(found)) stands where \(Self.wanted(goType)) belongs",
                hint: Self.hint(found: found, goType: goType)))
    }

    private mutating func addUnknownField(_ name: String, parent: Place, member: YAMLMember) {
        let shown = Self.showable(name)
        unknownFields.append(
            Finding(
                apiserverText: "unknown field \"\(parent.field(shown).path)\"",
                diagnostic: Diagnostic(
                    code: RefusalCode.unknownField, severity: .error, path: parent.field(shown).path,
                    position: member.keyNode.start, message: "there is no field of this name here",
                    hint: "names of fields are case-sensitive; check spelling and indentation")))
    }

    /// The name of an unknown field, unless it might be a key that a broken line turned into a name: the base64 text
    /// of the shortest key has 24 characters.
    static func showable(_ name: String) -> String { name.utf8.count < 24 ? name : "REDACTED" }

    private static func wanted(_ goType: String) -> String {
        switch goType {
        case "string": "a text"
        case "int32": "a whole number of 32 bits"
        case let type where type.hasPrefix("[]"): "a list"
        default: "a mapping"
        }
    }

    private static func article(_ found: String) -> String {
        switch found {
        case "object": "a mapping"
        case "array": "a list"
        case "string": "a text"
        case "bool": "a boolean (yes, no, on, off, true and false are booleans unless quoted)"
        default: "a \(found)"
        }
    }

    private static func hint(found: String, goType: String) -> String? {
        goType == "string" && (found == "bool" || found.hasPrefix("number")) ? "put the value in quotes" : nil
    }
}

extension YAMLValue.Kind {
    /// What Go calls a JSON value of this kind.
    var goName: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
