internal import ArgumentParser
internal import Explanations
internal import StorageAudit

/// Names of resources on the command line.
enum ResourceNames {
    /// Refuses what cannot be the name of a resource.
    static func check(_ name: String?) throws {
        guard let name else { return }
        let isName = !name.isEmpty && name == name.lowercased() && !name.contains("*") && !name.hasPrefix(".")
        guard isName else {
            throw ValidationError("\"\(name)\" is not the name of a resource, such as secrets or widgets.example.com")
        }
    }
}

extension EtcdPlace {
    /// The place of an etcd key, or of a value without one.
    static func named(
        _ etcdKey: [UInt8]?, resource: String?, prefix: String? = nil
    ) throws(CommandFailure) -> EtcdPlace {
        do {
            return try resolve(etcdKey: etcdKey, resource: resource, prefix: prefix)
        } catch {
            throw error.failure
        }
    }
}
