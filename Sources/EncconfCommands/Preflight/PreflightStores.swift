internal import APIServerFlags
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import GoText
internal import KMSPlugin
internal import KubernetesAPI
internal import NodePreflight
internal import Reports
internal import ShownText
internal import StorageAudit
internal import StorageEvidence
internal import Terminal

/// What the plugins, etcd, the other servers and the backups say of the configuration.
extension PreflightNode {
    // MARK: Plugins and stored values

    func pluginChecks(_ file: ConfigurationFile) throws(CommandFailure) -> [PreflightCheck] {
        let endpoints = evidence.kms.endpoints
        let plugins = try endpoints.plugins(of: [file.configuration])
        return KMSStatusReport(
            file: file.path,
            rows: plugins.map { plugin, provider in
                KMSStatusReport.Row(plugin, endpoint: endpoints.endpoint(of: plugin).text, PluginClient(provider))
            }
        ).preflightChecks(isElsewhere: isAskingElsewhere)
    }

    /// What counts as unreadable. Stale values and plaintext stay readable.
    private static let failOn: Set<FindingCode> = [.unreadable, .notObject, .moved, .archived]

    /// Whether stored values are readable under the configuration, or without one if the server has none.
    func storedChecks() throws(CommandFailure) -> [PreflightCheck] {
        let isWithout = discovery != nil && discovery?.flags.encryptionProviderConfig == nil
        guard let file = isWithout ? ConfigurationFile.none : configuration else { return [] }
        let sources: [EvidenceSource]
        let plugins = PluginUnwrapping()
        let readsEtcd = evidence.snapshots.isEmpty || evidence.etcd.etcd
        do throws(CommandFailure) {
            // A snapshot takes the place of the etcd that the manifest names, unless both are asked for.
            sources = try evidence.sources(under: file, asking: plugins, readsEtcd: readsEtcd)
        } catch {
            guard error.status != .usage else { throw error }
            return [PreflightCheck("stored-readable", .stored, stake: .reading, unknown: error)]
        }
        var checks: [PreflightCheck] = []
        // kube-apiserver reads all objects when it starts, and asks for each key once.
        var calls = 0
        for source in sources {
            let report = AuditReport(
                path: source.name, configurations: [file], result: source.result, failOn: Self.failOn,
                options: evidence.options)
            checks += try report.preflightChecks(id: "stored-readable", .stored)
            calls = max(calls, report.openPluginCalls)
        }
        calls += plugins.decryptCalls
        if !file.configuration.plugins.isEmpty {
            checks.append(
                PreflightCheck(
                    "stored-start", .stored, .ok,
                    CheckText("A start of kube-apiserver makes \(counted(calls, "Decrypt call")) to KMS plugins.")))
        }
        let scope = StoredScope(
            isSnapshotOnly: !readsEtcd, isOtherEndpoint: evidence.etcd.connection.endpoints != nil)
        return checks + (scope == .whole ? [] : [PreflightCheck(scope)])
    }

    // MARK: Servers

    /// The file that the server of the manifest loads now, if it is another one.
    private func fileInForce(besides file: ConfigurationFile) throws(CommandFailure) -> ConfigurationFile? {
        guard isChange, let named else { return nil }
        switch filePlace(file.path) {
        case .named, .copy, .other(_, exists: false), .unknown: return nil
        case .other(_, exists: true), .unreadable: return try Inputs.configuration(named, rules)
        }
    }

    /// Whether the file can replace the one in force.
    func changeChecks(_ file: ConfigurationFile) -> [PreflightCheck] {
        do throws(CommandFailure) {
            guard let old = try fileInForce(besides: file) else { return [] }
            let proof = try readsStored ? evidence.evidence(under: old, before: file) : nil
            let report = TransitionReport.judging(from: old.configuration, to: file.configuration, proof, console)
            let options = readsStored ? sourceOptions : []
            return [report.preflightCheck(new: file.path, old: old.path, options: options)]
        } catch {
            return [PreflightCheck("servers-change", .servers, stake: .reading, unknown: error)]
        }
    }

    /// The options with which another command reads the same stored values.
    private var sourceOptions: [String] {
        let connection = evidence.etcd.connection
        return (connection.discoverFrom.flatMap { shellArgument($0) }.map { ["--discover-from", $0] } ?? [])
            + (connection.preset.map { ["--preset", $0.distribution.rawValue] } ?? [])
            + evidence.snapshots.compactMap { shellArgument($0) }.flatMap { ["--evidence", $0] }
    }

    /// Whether all servers run the file in force.
    ///
    /// - Parameter etcd: The etcd of the manifest, which has to be that of the servers; nil to leave it alone.
    func serverChecks(
        _ file: ConfigurationFile, _ options: KubernetesOptions, etcd: EtcdOptions?
    ) -> [PreflightCheck] {
        do throws(CommandFailure) {
            let inForce = try fileInForce(besides: file) ?? file
            let servers = try ClusterServers(options, etcd: etcd, APISettings(), console)
            let look = try servers.look(for: inForce, isThorough: true)
            return try servers.report(look, of: inForce, isSettlingAwaited: false).preflightChecks
        } catch {
            return [PreflightCheck("servers-file", .servers, unknown: error)]
        }
    }

    // MARK: Backups

    /// Whether each backup is readable, and where the archives are.
    func backupChecks(
        _ file: ConfigurationFile, _ backups: [String], archives paths: [String]
    ) throws(CommandFailure) -> [PreflightCheck] {
        var archives: [ConfigurationFile] = []
        var checks: [PreflightCheck] = []
        for path in paths {
            archives.append(try Inputs.configuration(path, rules))
            checks.append(PreflightCheck(ArchivePlace(FileSystemKind(of: path)), of: path))
        }
        let configurations = [file] + archives
        for path in Inputs.distinct(backups, console) {
            do throws(CommandFailure) {
                let unwrapping = try evidence.kms.unwrapping(for: configurations.map(\.configuration))
                let run = AuditRun(configurations: configurations, unwrapping: unwrapping, options: evidence.options)
                let result: AuditResult
                do throws(AuditError) {
                    result = try run.audit(snapshot: path, progress: AuditProgressLine(path))
                } catch {
                    throw error.failure
                }
                let report = AuditReport(
                    path: path, configurations: configurations, result: result,
                    // What an archive has the key of is readable after a restore.
                    failOn: Self.failOn.subtracting([.archived]), options: evidence.options)
                checks += try report.preflightChecks(id: "backup-readable", .backup)
            } catch {
                checks.append(PreflightCheck("backup-readable", .backup, subject: fileName(path), unknown: error))
            }
        }
        return checks
    }
}
