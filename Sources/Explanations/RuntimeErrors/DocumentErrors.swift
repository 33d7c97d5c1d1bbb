internal import Diagnostics

extension RuntimeError {
    /// What parsers say of a document that is not the configuration of kube-apiserver, or not certainly.
    static let documents: [RuntimeError] = [
        RuntimeError(
            signs: ["kind \"EncryptionConfiguration\"", "kind \"EncryptionConfig\""],
            besides: ["kubectl", "no matches for kind", "resource mapping not found", "unable to recognize"],
            meaning:
                "An EncryptionConfiguration is not an object of the API, so kubectl and helm cannot apply it. It is a file that "
                + "kube-apiserver reads when it starts. The apiVersion and kind may well be right.",
            check: "`encconf verify FILE` judges the file as kube-apiserver does.",
            remedy:
                "Copy the file to every control-plane node, name it in --encryption-provider-config of kube-apiserver, and "
                + "mount its folder. Do not put the keys into an object of the cluster."),
        RuntimeError(
            signs: ["is registered for version"], besides: .storedObjects, unless: ["no kind \"\" is registered"],
            meaning:
                "A stored object has an API version that this server does not know. Usually the server was upgraded to a "
                + "version without it, or back to an older one, or its CustomResourceDefinition is gone. The value was "
                + "decrypted, so encryption is not at fault.",
            check: "The kind and version in the message, against the deprecation guide of your version of Kubernetes.",
            remedy:
                "Start the version that knows the API version, and rewrite the objects in a newer one before the upgrade. "
                + "Keep the stored values unchanged."),
        RuntimeError(
            signs: Explanation.parserSigns + protobufSigns + [
                "illegal base64 data at input byte", "unexpected end of JSON input",
                // With `*v1.Secret` a client was cut off, which happens with every restart of a server.
                Sign("unexpected EOF") {
                    $0.text.contains(/failed to (list|watch) \*(?!v\d)[a-z0-9]+\.[a-z]+: unexpected eof/)
                },
            ], besides: .storedObjects, unless: ["transform key"],
            meaning:
                "A stored value is not an object, and no provider refused it. Causes: this server runs without "
                + "--encryption-provider-config, or without an entry for the resource, and reads ciphertext (\"invalid "
                + "character 'k'\" and \"input byte 3\" are the beginning of `k8s:enc:`); with aescbc a key of the right name "
                + "and other bytes, which stays undetected for some values; or the value is empty or damaged. Beside \"watch "
                + "stream\" or `*v1.Secret`, a client read an answer of the API that was cut or changed on its way.",
            check:
                "Compare --encryption-provider-config in the manifest of every server. \(compare) `encconf decrypt-secret` "
                + "with the value names the provider and key that it needs. For a client: does `kubectl get` work at every "
                + "server, without a proxy?",
            remedy:
                "Give every server the flag and the same file, with the key bytes that wrote the values. \(lastResort)"),
        RuntimeError(
            signs: ["illegal base64 data at input byte"],
            besides: ["Unable to authenticate the request", "bearer token", "JWT"],
            meaning:
                "A client sent a token that is not base64, for example cut, quoted or of another system. Nothing follows "
                + "about keys and stored values.",
            check:
                "The user agent and the address of the client in the audit log; the token in its kubeconfig or Secret.",
            remedy: "Give the client a valid token."),
        RuntimeError(
            signs: Explanation.parserSigns + ["illegal base64 data at input byte", "no matches for kind"],
            // The names of Secrets stand in errors of stored values, and helm names its own `sh.helm.release…`.
            besides: .otherDocuments, unless: ["transform key"] + .storedObjects,
            meaning:
                "A manifest, a chart or the configuration of another program has an error. It is the document that the "
                + "message names, not the encryption configuration and not a stored value. \"Illegal base64 data\": under "
                + "data: of a Secret every value must be base64; plain text belongs under stringData:.",
            check:
                "The document, field and line in the message. `kubectl apply --dry-run=server -f FILE` tests a manifest.",
            remedy: "Correct that document. Keep the encryption configuration and the stored values unchanged."),
        RuntimeError(
            signs: ["illegal base64 data at input byte"],
            meaning:
                "Something is not base64, and the message does not show what. Beside a list of objects: this server runs "
                + "without --encryption-provider-config, or without an entry for the resource, and read ciphertext (byte 3 "
                + "is the colon of `k8s:enc:`). Beside the path of a key (`…keys[0].secret`): the text of that key. Beside a "
                + "manifest: a value under data: of a Secret. Beside authentication: the token of a client.",
            check:
                "Explain the whole line. For a list: --encryption-provider-config in the manifest of every server; "
                + "\(compare) For a file: `encconf verify FILE` names the line.",
            remedy:
                "For a list give this server the flag and the file that the others have. Otherwise correct the text that is "
                + "not base64."),
        RuntimeError(
            signs: Explanation.parserSigns + protobufSigns,
            meaning:
                "A parser refused a document or a value, and the message does not show which. Beside \"error while parsing "
                + "file\": the configuration of kube-apiserver. Beside \"failed to list\": a stored value that was not "
                + "decrypted, or with the wrong key. Beside \"unable to transform key\": the envelope of a KMS value. From "
                + "kubectl, helm or the kubelet: a manifest.",
            check:
                "Explain the whole line, with its beginning. `encconf verify FILE` judges the configuration; `encconf "
                + "decrypt-secret` judges a stored value.",
            remedy: "Correct the document that the message is about. Keep the stored values unchanged."),
    ]

    /// Errors of protobuf, whose words are the same for objects and for envelopes of KMS.
    private static let protobufSigns: [Sign] = [
        "proto: cannot parse", "proto: illegal", "proto: wrong wireType", "proto: integer overflow",
        "proto: negative length", "wiretype end group", ": illegal tag", "string field contains invalid UTF-8",
    ]
}
