internal import DurableFiles
internal import GoText
internal import SecretMemory

extension Kubeconfig {
    /// What a context says.
    ///
    /// What kubectl refuses is refused (client-go, tools/clientcmd/validation.go), and so is a user without credentials,
    /// where kubectl would ask for a name and a password: no kube-apiserver takes those.
    ///
    /// - Parameters:
    ///   - context: Nil for ``currentContext``.
    ///   - server: In the place of what the cluster says, as `kubectl --server` has it: the name that the certificate
    ///     must have goes with it. Then there need not be a context.
    public func access(
        context: String? = nil, server: ServerURL? = nil
    ) throws(KubeconfigError) -> ClusterAccess {
        guard let name = context.flatMap({ $0.isEmpty ? nil : $0 }) ?? currentContext else {
            guard let server else { throw KubeconfigError(.noContext, file: files.count == 1 ? files[0] : nil) }
            return ClusterAccess(server: server)
        }
        guard let entry = contextEntries[ByteName(name)] else {
            throw KubeconfigError(.noSuchContext, file: files.count == 1 ? files[0] : nil, .context(name))
        }
        let cluster = try cluster(of: entry)
        let user = try user(of: entry)
        var access: ClusterAccess
        if let server {
            access = ClusterAccess(server: server)
        } else {
            access = ClusterAccess(server: try cluster.serverURL())
        }
        access.sources.context = name
        access.sources.cluster = ClusterAccess.Sources.Entry(name: cluster.origin.name, file: cluster.origin.file)
        try cluster.describe(&access, isServerGiven: server != nil)
        if let user {
            access.sources.user = ClusterAccess.Sources.Entry(name: user.origin.name, file: user.origin.file)
            try user.describe(&access, cluster: cluster, isServerGiven: server != nil)
        }
        guard !access.server.isSecure || !access.credentials.isEmpty else {
            throw user?.error(.noCredentials) ?? entry.origin.error(.noCredentials, .context(name))
        }
        return access
    }

    private func cluster(of context: ContextEntry) throws(KubeconfigError) -> ClusterEntry {
        let subject = KubeconfigError.Subject.context(context.origin.name)
        guard let name = context.cluster else { throw context.origin.error(.noCluster, subject) }
        guard let cluster = clusterEntries[ByteName(name)] else {
            throw context.origin.error(.noSuchCluster(name), subject)
        }
        return cluster
    }

    private func user(of context: ContextEntry) throws(KubeconfigError) -> UserEntry? {
        guard let name = context.user else { return nil }
        guard let user = userEntries[ByteName(name)] else {
            throw context.origin.error(.noSuchUser(name), .context(context.origin.name))
        }
        return user
    }
}

extension EntryOrigin {
    func error(_ reason: KubeconfigError.Reason, _ subject: KubeconfigError.Subject) -> KubeconfigError {
        KubeconfigError(reason, file: file, subject, at: position)
    }
}

/// Something that an entry gives as data or as a file, but not as both.
struct DataOrFile {
    let field: KubeconfigError.DataField
    let data: SecretKey?
    let file: String?

    /// The name of the field that is set.
    var name: String { data == nil ? field.rawValue : "\(field.rawValue)-data" }

    /// - Parameter error: Makes an error of a reason, for the entry.
    func read(
        _ error: (KubeconfigError.Reason) -> KubeconfigError
    ) throws(KubeconfigError) -> SecretKey? {
        guard let file else { return data }
        guard data == nil else { throw error(.dataAndFile(field)) }
        do { return try InputFile.read(file).content } catch let failure {
            throw error(.unreadable(field: field.rawValue, failure))
        }
    }
}
