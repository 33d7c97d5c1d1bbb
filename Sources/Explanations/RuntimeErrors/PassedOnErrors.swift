extension RuntimeError {
    /// Errors that pass on another one.
    static let passedOn: [RuntimeError] = [
        RuntimeError(
            signs: ["storage is (re)initializing", "Too large resource version", "[-]informer-sync failed"],
            meaning:
                "The watch cache of a resource cannot be filled, because a list fails as a whole if one of its values cannot "
                + "be decrypted, or because etcd is slow.",
            check: "The log of this server for `unable to transform key`, which names the value; explain that line.",
            remedy: "Solve the error of that value; the cache fills by itself then.", isPassedOn: true),
        RuntimeError(
            signs: [
                "unable to transform key", "data from the storage is not transformable", "StorageReadError",
                "failed to read one or more",
            ],
            meaning:
                "A stored value cannot be decrypted, and the list that it belongs to fails as a whole. The rest of the "
                + "message is the cause.",
            check:
                "Explain the rest of the message. Does every server fail, or one? \(compare) `encconf decrypt-secret` with "
                + "the value under that etcd key shows which key it needs.",
            remedy:
                "Solve the cause: most often a server that runs another file, a removed key, or a KMS plugin that does not "
                + "answer.", isPassedOn: true),
        RuntimeError(
            signs: ["failed to list *", "failed to watch *", "unable to sync caches", "failed to decrypt data"],
            meaning:
                "A list or a watch of a resource fails. The rest of the message is the cause; a value that cannot be "
                + "decrypted makes the whole list fail.",
            check:
                "Explain the rest of the message. `*core.Secret` is kube-apiserver itself, reading etcd. `*v1.Secret` is a "
                + "client of it: then the log of kube-apiserver has the cause.",
            remedy: "Solve the cause; the list is repeated by itself.", isPassedOn: true),
        refusedFile,
    ]
}
