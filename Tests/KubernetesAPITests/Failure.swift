import KubernetesAPI

enum Failure {
    /// The name of the case that something fails with; nil if it does not.
    static func of(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            guard let failure = error as? APIFailure else { return "\(error)" }
            // `case(…)`, without what is in it.
            return Mirror(reflecting: failure).children.first?.label ?? String(describing: failure)
        }
    }
}
