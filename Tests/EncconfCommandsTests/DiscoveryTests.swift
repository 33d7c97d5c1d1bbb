import Foundation
import PatientTesting
import TestSupport
import Testing

/// `--discover-from` with units of systemd. Nobody listens at the endpoints that they name; which one is asked shows
/// what was understood.
@Suite(.patient) struct DiscoveryTests {
    private let program: Program

    init() throws { program = try Program() }

    private static func unit(port: Int, settings: String = "", configuration: String = "config-static-only") -> String {
        let file = TestData.path("cluster/\(configuration).yaml")
        return "[Service]\n\(settings)\nExecStart=\nExecStart=/usr/bin/kube-apiserver "
            + "--etcd-servers=http://127.0.0.1:\(port) --encryption-provider-config=\(file)\n"
    }

    private func write(_ text: String, to name: String) throws {
        let file = program.workingFolder.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    private func audit(_ path: String, _ prefix: String = "") throws -> Program.Result {
        try program.shell("\(prefix)encconf audit --discover-from \(path)")
    }

    /// Drop-ins that may change what is read, wherever they belong to the unit.
    @Test(arguments: [
        "u1.service.d/10-x.conf", "service.d/x.conf", "elsewhere/u1.service.d/x.conf",
    ])
    func dropInsAreRefused(_ file: String) throws {
        defer { program.remove() }
        let isLink = file.hasPrefix("elsewhere")
        try write(Self.unit(port: 1), to: isLink ? "elsewhere/u1.service" : "u1.service")
        if isLink { _ = try program.shell("ln -s elsewhere/u1.service u1.service") }
        #expect(try audit("u1.service").errors.contains("no endpoint answered: http://127.0.0.1:1\n"))
        try write(Self.unit(port: 2), to: file)
        let refused = try audit("u1.service")
        #expect(refused.status == 2 && refused.output.isEmpty)
        #expect(
            refused.errors.contains("error: u1.service: has drop-ins that encconf does not read: "), "\(refused.errors)"
        )
        #expect(refused.errors.contains(file))
        #expect(refused.errors.contains("run `systemctl cat u1.service`, and pipe it to --discover-from -"))
    }

    @Test(arguments: [
        ("kube-api-one.service", "kube-api-.service.d"), ("kube-api-one.service", "kube-.service.d"),
        ("api@a.service", "api@.service.d"), ("kube-api@a.service", "kube-@a.service.d"), ("unit", "unit.d"),
    ])
    func dropInsOfSeveralUnitsAreRefused(unit: String, folder: String) throws {
        defer { program.remove() }
        try write(Self.unit(port: 1), to: unit)
        try write("[Service]\nEnvironment=A=b\n", to: "\(folder)/a.conf")
        #expect(try audit(unit).errors.contains("has drop-ins that encconf does not read: ./\(folder)/a.conf"))
    }

    /// What changes nothing that is read, and what is no drop-in of the unit.
    @Test func otherDropInsAreNot() throws {
        defer { program.remove() }
        try write(Self.unit(port: 1), to: "u1.service")
        for (name, text) in [
            ("service.d/10-timeout-abort.conf", "# Of a distribution.\n[Service]\nTimeoutStopFailureMode=abort\n"),
            ("u1.service.d/limits.conf", "[Unit]\nAfter=x\n[Service]\nLimitNOFILE=1000\n"),
            ("u1.service.d/empty.conf", ""),
            ("u1.service.d/README", "[Service]\nExecStart=x\n"), ("u2.service.d/x.conf", "[Service]\nExecStart=x\n"),
            ("u1-.service.d/x.conf", "[Service]\nExecStart=x\n"),
        ] { try write(text, to: name) }
        _ = try program.shell("ln -s /dev/null u1.service.d/hidden.conf")
        let audit = try audit("u1.service")
        #expect(audit.status == 3 && audit.errors.contains("no endpoint answered: http://127.0.0.1:1\n"))
    }

    /// The answer of `systemctl cat` is read once, and tells etcd and the configuration.
    @Test func standardInputIsTheUnitWithItsDropIns() throws {
        defer { program.remove() }
        try write(Self.unit(port: 1, configuration: "no-such-configuration"), to: "u1.service")
        try write(Self.unit(port: 2), to: "u1.service.d/10-x.conf")
        let cat = "for i in u1.service u1.service.d/*; do echo \"# $PWD/$i\"; cat $i; echo; done | "
        let audit = try audit("-", cat)
        #expect(audit.status == 3)
        #expect(audit.errors.contains("no endpoint answered: http://127.0.0.1:2\n"), "\(audit.errors)")
        #expect(!audit.errors.contains("127.0.0.1:1:"))
    }

    /// A file of variables that may be missing is passed over if it is missing, and for no other reason.
    @Test func optionalFilesArePassedOverIfTheyAreMissing() throws {
        defer { program.remove() }
        let folder = program.workingFolder.path
        try write(Self.unit(port: 1, settings: "EnvironmentFile=-\(folder)/env"), to: "u1.service")
        let missing = try audit("u1.service")
        #expect(missing.status == 3)
        let note = "encconf: note: u1.service: \(folder)/env of EnvironmentFile= does not exist; skipped\n"
        #expect(missing.errors.components(separatedBy: note).count == 2, "\(missing.errors)")
        try FileManager.default.createDirectory(atPath: "\(folder)/env", withIntermediateDirectories: true)
        let folderInstead = try audit("u1.service")
        #expect(folderInstead.status == 2)
        #expect(folderInstead.errors.contains("u1.service: EnvironmentFile= \(folder)/env: is a directory"))
        try write(Self.unit(port: 1, settings: "EnvironmentFile=-/proc/self/mem"), to: "u1.service")
        #expect(try audit("u1.service").status == 2)
        try write(Self.unit(port: 1, settings: "EnvironmentFile=\(folder)/none"), to: "u1.service")
        #expect(try audit("u1.service").errors.contains("none of EnvironmentFile= cannot be read"))
    }
}
