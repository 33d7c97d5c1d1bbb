import Foundation
import TestSupport
import Testing

@testable import KubernetesAPI

/// Several files (client-go, tools/clientcmd/loader.go, `Load`).
struct KubeconfigMergingTests {
    private let folder: KubeconfigFolder
    init() throws { folder = try KubeconfigFolder() }

    /// Two files that disagree about everything.
    @Test func theFirstWins() throws {
        let one = try folder.write(KubeconfigFolder.text("server: https://one", "token: one"), to: "one")
        let two = try folder.write(
            KubeconfigFolder.text(
                "server: https://two, tls-server-name: two", "tokenFile: two", "cluster: d", "current-context: z"),
            to: "two")
        let access = try Kubeconfig(reading: [one, two]).access()
        #expect(access.server.description == "https://one:443")
        // Entries are not mixed.
        #expect(access.tlsServerName == nil)
        #expect(try #require(access.credentials.token).read().isText("one"))
        let turned = try Kubeconfig(reading: [two, one])
        #expect(turned.currentContext == "z" && turned.contexts == ["x"])
        #expect(reason { _ = try turned.access(context: "x") } == .noSuchCluster("d"))
    }

    @Test func entriesOfDifferentFilesMeet() throws {
        let one = try folder.write(
            "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]", to: "a/one")
        let two = try folder.write("users: [{name: u, user: {tokenFile: token}}]", to: "b/two")
        let three = try folder.write(
            "clusters: [{name: c, cluster: {server: 'https://three', certificate-authority: ca}}]", to: "c/three")
        try folder.write("of b", to: "b/token")
        let authority = try String(contentsOfFile: KubeconfigFolder.certificate, encoding: .utf8)
        try folder.write(authority, to: "c/ca")
        let access = try Kubeconfig(reading: [one, two, three]).access()
        #expect(try #require(access.credentials.token).read().isText("of b"))
        #expect(try #require(access.authority).isText(authority))
        #expect(access.sources.user?.file == two && access.sources.cluster?.file == three)
    }

    @Test func missingFiles() throws {
        let file = try folder.write(KubeconfigFolder.text())
        let none = "\(folder.path)/none"
        #expect(try Kubeconfig(reading: [none, "", file]).files == [file])
        #expect(reason { _ = try Kubeconfig(reading: [none, none + "2"]) } == .noFiles([none, none + "2"]))
        #expect(reason { _ = try Kubeconfig(reading: []) } == .noFiles([]))
        // One alone must exist, even if it is named twice.
        for paths in [[none], [none, none], ["", none]] {
            guard case .file? = reason({ _ = try Kubeconfig(reading: paths) }) else {
                Issue.record("\(paths) are no error")
                continue
            }
        }
        // Any other failure counts.
        #expect(reason { _ = try Kubeconfig(reading: [file, folder.path]) } != nil)
        #expect(reason { _ = try Kubeconfig(reading: [file, try folder.write("{", to: "broken")]) } != nil)
    }

    @Test func largeFilesAreRefused() throws {
        let file = try folder.write(String(repeating: "#", count: (16 << 20) + 1))
        #expect(reason { _ = try Kubeconfig(reading: [file]) } != nil)
    }
}
