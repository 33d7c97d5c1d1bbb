import Foundation
import TestSupport

/// A Kubernetes object as far as an audit looks at it.
struct ModelObject: Equatable {
    var apiVersion: String
    var kind: String
    var namespace: String
    var name: String
    var uid = "0a1b2c3d-0000-4000-8000-00000000000a"

    /// etcd-storage.md, section 2: `k8s\0` and a runtime.Unknown whose raw bytes are the object.
    var protobuf: [UInt8] {
        func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] { [number << 3 | 2] + varint(bytes.count) + bytes }
        let metadata =
            field(1, Array(name.utf8)) + field(2, []) + field(3, Array(namespace.utf8)) + field(4, [])
            + field(5, Array(uid.utf8)) + field(6, []) + [0x38, 0] + field(8, [0x08, 0x80, 0xe2, 0xcf, 0xaa, 0x06])
        let raw = field(1, metadata) + field(2, field(1, Array("k".utf8)) + field(2, Array("v".utf8)))
        return Array("k8s\0".utf8)
            + field(1, field(1, Array(apiVersion.utf8)) + field(2, Array(kind.utf8))) + field(2, raw) + field(3, [])
            + field(4, [])
    }

    var json: [UInt8] {
        let scope = namespace.isEmpty ? "" : #""namespace":"\#(namespace)","#
        return Array(
            (#"{"apiVersion":"\#(apiVersion)","kind":"\#(kind)","metadata":{"name":"\#(name)",\#(scope)"uid":"\#(uid)"},"#
                + #""data":{"k":"dg=="}}"# + "\n").utf8)
    }

    /// As kube-apiserver stores custom resources behind a feature gate.
    var cbor: [UInt8] {
        var metadata = [
            ReferenceCBOR.Pair(Array("name".utf8), .text(name)), ReferenceCBOR.Pair(Array("uid".utf8), .text(uid)),
        ]
        if !namespace.isEmpty { metadata.append(ReferenceCBOR.Pair(Array("namespace".utf8), .text(namespace))) }
        return ReferenceCBOR.map([
            "apiVersion": .text(apiVersion), "kind": .text(kind), "metadata": .map(metadata),
            "spec": .map(["size": .integer(3)]),
        ]).stored
    }

    /// The group of the apiVersion; nil if there can be none.
    var group: String? {
        let parts = apiVersion.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 1 ? "" : parts.count == 2 ? String(parts[0]) : nil
    }
}

/// What a plaintext is, by etcd-storage.md, section 2.
enum ReferenceContent: Equatable {
    case object(ModelObject)
    /// YAML, and what is never written in CBOR: nobody knows what is in it.
    case unread
    /// It begins like no object, or is a damaged one.
    case nothing

    init(_ plaintext: [UInt8]) {
        if plaintext.starts(with: Array("k8s\0".utf8)) {
            self = Self.protobuf(plaintext).map { .object($0) } ?? .nothing
        } else if plaintext.first == UInt8(ascii: "{") {
            self = Self.json(plaintext).map { .object($0) } ?? .nothing
        } else if plaintext.starts(with: Self.markOfCBOR) {
            do throws(ReferenceCBOR.Refusal) {
                self = Self.object(try ReferenceCBOR(decoding: plaintext)).map { .object($0) } ?? .nothing
            } catch {
                self = error == .unread ? .unread : .nothing
            }
        } else if plaintext.starts(with: Array("apiVersion:".utf8)) {
            self = .unread
        } else {
            self = .nothing
        }
    }

    /// The tag of RFC 8949, section 3.4.6.
    static let markOfCBOR: [UInt8] = [0xd9, 0xd9, 0xf7]

    private static func object(_ value: ReferenceCBOR) -> ModelObject? {
        func member(_ name: String, of value: ReferenceCBOR) -> String? {
            switch value.member(name) {
            case nil, .null: ""
            case .string(let bytes): String(validating: bytes, as: UTF8.self)
            default: nil
            }
        }
        guard case .map = value else { return nil }
        let metadata = value.member("metadata") ?? .null
        switch metadata {
        case .map, .null: break
        default: return nil
        }
        guard let apiVersion = member("apiVersion", of: value), let kind = member("kind", of: value),
            let namespace = member("namespace", of: metadata), let name = member("name", of: metadata),
            !apiVersion.isEmpty, !kind.isEmpty
        else { return nil }
        let uid = member("uid", of: metadata) ?? ""
        return ModelObject(apiVersion: apiVersion, kind: kind, namespace: namespace, name: name, uid: uid)
    }

    private static func json(_ plaintext: [UInt8]) -> ModelObject? {
        // Go replaces what is not UTF-8. Foundation takes other encodings too, which have zeros.
        let text = String(decoding: plaintext, as: UTF8.self)
        guard !plaintext.contains(0),
            let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        else { return nil }
        func member(_ value: Any?) -> String?? {
            switch value {
            case nil, is NSNull: .some("")
            case let text as String: .some(text)
            default: nil
            }
        }
        var metadata: [String: Any] = [:]
        switch object["metadata"] {
        case nil, is NSNull: break
        case let map as [String: Any]: metadata = map
        default: return nil
        }
        guard let apiVersion = member(object["apiVersion"]), let kind = member(object["kind"]),
            let namespace = member(metadata["namespace"]), let name = member(metadata["name"]),
            let apiVersion, let kind, let namespace, let name, !apiVersion.isEmpty, !kind.isEmpty
        else { return nil }
        let uid = member(metadata["uid"]).flatMap { $0 } ?? ""
        return ModelObject(apiVersion: apiVersion, kind: kind, namespace: namespace, name: name, uid: uid)
    }

    private static func protobuf(_ plaintext: [UInt8]) -> ModelObject? {
        guard let unknown = Self.fields(plaintext.dropFirst(4)) else { return nil }
        var object = ModelObject(apiVersion: "", kind: "", namespace: "", name: "", uid: "")
        for (number, bytes) in unknown where number == 1 || number == 2 {
            guard let bytes, let inner = Self.fields(bytes) else { return nil }
            if number == 1 {
                guard Self.set(&object, inner, [1: \.apiVersion, 2: \.kind]) else { return nil }
            } else {
                // Of two raw objects the last counts; no test has two.
                for (number, bytes) in inner where number == 1 {
                    guard let bytes, let metadata = Self.fields(bytes),
                        Self.set(&object, metadata, [1: \.name, 3: \.namespace, 5: \.uid])
                    else { return nil }
                }
            }
        }
        return object.apiVersion.isEmpty || object.kind.isEmpty ? nil : object
    }

    private static func set(
        _ object: inout ModelObject, _ fields: [(Int, ArraySlice<UInt8>?)],
        _ texts: [Int: WritableKeyPath<ModelObject, String>]
    ) -> Bool {
        for (number, bytes) in fields {
            // Fields 1 to 6 of metadata are texts, of the type 1 and 2.
            if bytes == nil, number <= (texts.count == 3 ? 6 : 2) { return false }
            guard let path = texts[number] else { continue }
            guard let bytes else { return false }
            if path == \.uid {
                // Nothing but the cluster's identity rests on it.
                object.uid = String(validating: bytes, as: UTF8.self) ?? ""
                continue
            }
            guard let text = String(validating: bytes, as: UTF8.self) else { return false }
            object[keyPath: path] = text
        }
        return true
    }

    /// The fields of a protobuf message, with the bytes of those that have some; nil if it is damaged.
    private static func fields(_ message: ArraySlice<UInt8>) -> [(Int, ArraySlice<UInt8>?)]? {
        var rest = message
        func number() -> UInt64? {
            var value: UInt64 = 0
            for shift in stride(from: UInt64(0), through: 63, by: 7) {
                guard let byte = rest.popFirst() else { return nil }
                if shift == 63, byte > 1 { return nil }
                value |= UInt64(byte & 0x7f) << shift
                if byte < 0x80 { return value }
            }
            return nil
        }
        func bytes(_ count: UInt64) -> ArraySlice<UInt8>? {
            guard count <= rest.count else { return nil }
            defer { rest = rest.dropFirst(Int(count)) }
            return rest.prefix(Int(count))
        }
        var fields: [(Int, ArraySlice<UInt8>?)] = []
        while !rest.isEmpty {
            guard let tag = number(), tag >> 3 > 0, tag >> 3 < 1 << 29 else { return nil }
            switch tag & 7 {
            case 0:
                guard number() != nil else { return nil }
                fields.append((Int(tag >> 3), nil))
            case 1, 5:
                guard bytes(tag & 7 == 1 ? 8 : 4) != nil else { return nil }
                fields.append((Int(tag >> 3), nil))
            case 2:
                guard let length = number(), let payload = bytes(length) else { return nil }
                fields.append((Int(tag >> 3), payload))
            default: return nil
            }
        }
        return fields
    }
}
