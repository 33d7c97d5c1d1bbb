import TestSupport

/// Objects as kube-apiserver stores them.
public enum MadeObject {
    /// A built-in object in protobuf: the metadata of any kind, and the `data` of Secrets and ConfigMaps.
    public static func protobuf(
        _ kind: String, _ name: String, namespace: String = "default", apiVersion: String = "v1",
        uid: String = "2f6e4b1c-0000-4000-8000-000000000000", data: [String: String] = [:]
    ) -> [UInt8] {
        let metadata =
            field(1, name) + field(2, "") + field(3, namespace) + field(4, "") + field(5, uid) + field(6, "") + [
                0x38, 0,
            ]
        var raw = field(1, metadata)
        for (key, value) in data.sorted(by: { $0.key < $1.key }) { raw += field(2, field(1, key) + field(2, value)) }
        let type = field(1, apiVersion) + field(2, kind)
        return Array("k8s\0".utf8) + field(1, type) + field(2, raw) + field(3, "") + field(4, "")
    }

    public static func secret(_ name: String, namespace: String = "default") -> [UInt8] {
        protobuf("Secret", name, namespace: namespace, data: ["p": "hunter2hunter2"])
    }

    public static func configMap(_ name: String, namespace: String = "default") -> [UInt8] {
        protobuf("ConfigMap", name, namespace: namespace, data: ["p": "hello"])
    }

    /// The namespace whose UID identifies a cluster.
    public static func clusterNamespace(uid: String) -> [UInt8] {
        protobuf("Namespace", "kube-system", namespace: "", uid: uid)
    }

    /// A custom resource: one line of JSON.
    public static func json(
        _ kind: String, _ name: String, namespace: String = "default", apiVersion: String
    ) -> [UInt8] {
        let place = namespace.isEmpty ? "" : #","namespace":"\#(namespace)""#
        return Array(
            #"{"apiVersion":"\#(apiVersion)","kind":"\#(kind)","metadata":{"name":"\#(name)"\#(place)}}"#.utf8) + [0x0a]
    }

    private static func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
        varint(number << 3 | 2) + varint(bytes.count) + bytes
    }

    private static func field(_ number: Int, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }
}
