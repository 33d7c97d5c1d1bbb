import Explanations
import ShownText
import TestSupport
import Testing

@testable import KubernetesAPI

/// What a person reads.
struct KubeconfigWordsTests {
    @Test(arguments: [
        ("files-missing", "4:3: cluster test: certificate-authority: FOLDER/pki/none.crt: no such file or directory"),
        ("data-and-file", "4:3: cluster test: both certificate-authority and certificate-authority-data are set"),
        ("exec-v1alpha1", "9:3: user user: exec: apiVersion client.authentication.k8s.io/v1alpha1 is not supported"),
        ("auth-provider", "9:3: user user: the auth-provider gcp is not supported"),
        ("dangling-user", "13:3: context test: user missing does not exist"),
        ("insecure-and-ca", "4:3: cluster test: insecure-skip-tls-verify is set together with a certificate-authority"),
        ("ca-no-pem", "4:3: cluster test: certificate-authority-data has no PEM block CERTIFICATE"),
        ("ca-no-base64", "7:33: clusters[0].cluster.certificate-authority-data is not base64"),
        ("certificate-without-key", "9:3: user user: has a client certificate, but no client-key"),
        ("not-yaml", "2:1: not YAML: did not find expected node content while parsing a flow node"),
        ("empty", " no current context is set"),
        ("no-current-context", " no current context is set"),
        ("wrong-kind", " not a kubeconfig: its kind is not Config of version v1"),
    ]) func recorded(name: String, expected: String) throws {
        let path = "\(KubeconfigRecordedTests.folder)/\(name).yaml"
        do {
            _ = try Kubeconfig(reading: [path]).access()
            Issue.record("no error")
        } catch {
            let problem = try #require(error.failure.problems.first)
            let words = Redactor().shown(problem.message).text
            #expect(words == "\(path):\(expected)".replacing("FOLDER", with: KubeconfigRecordedTests.folder))
        }
    }

    @Test func missingPlugin() throws {
        let path = "\(KubeconfigRecordedTests.folder)/exec-missing.yaml"
        let plugin = try #require(try Kubeconfig(reading: [path]).access().credentials.exec)
        do {
            _ = try plugin.credential(isInteractive: false)
            Issue.record("no error")
        } catch {
            let problem = try #require(error.failure.problems.first)
            #expect(Redactor().shown(problem.message).text == "exec plugin not-installed-plugin: not found")
            #expect(try #require(problem.hint.map { Redactor().shown($0).text }).contains("install it"))
        }
    }
}
