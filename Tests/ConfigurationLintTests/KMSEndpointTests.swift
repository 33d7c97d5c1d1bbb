import ConfigurationLint
import GoText
import Testing

/// The socket that kube-apiserver dials, which is told by bytes.
struct KMSEndpointTests {
    @Test(arguments: [
        ("unix:///run/kms.sock", "/run/kms.sock"), ("unix:///@kms", "@kms"), ("unix:/run/kms.sock", "/run/kms.sock"),
        ("unix://host/run/kms.sock", "/run/kms.sock"), ("unix:kms.sock", ""), ("unix:///a%2fb?c#d", "/a/b"),
        ("unix:///\u{301}run", "/\u{301}run"), ("unix://\u{301}/run", "/run"), ("unix:/\u{301}run", "/\u{301}run"),
        ("unix:///run#\u{301}x", "/run"), ("unix:///run?\u{301}x", "/run"), ("unix:///@\u{301}x", "@\u{301}x"),
    ])
    func socket(endpoint: String, expected: String) {
        #expect(KMSEndpoint(ByteName(endpoint)).socket.utf8.elementsEqual(expected.utf8))
    }
}
