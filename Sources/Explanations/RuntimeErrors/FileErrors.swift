extension RuntimeError {
    /// Flags of kube-apiserver.
    static let flags: [RuntimeError] = [
        RuntimeError(
            signs: ["experimental-encryption-provider-config"],
            meaning:
                "The flag --experimental-encryption-provider-config is the old name of --encryption-provider-config. "
                + "Current versions of kube-apiserver do not know it and do not start with it.",
            check: "The manifest or unit of kube-apiserver.",
            remedy:
                "Rename the flag to --encryption-provider-config; the file stays the same. If the flag is removed instead, "
                + "encrypted values become unreadable."),
        RuntimeError(
            signs: ["encryption-provider-config-automatic-reload must be set with"],
            meaning: "Automatic reload needs a file: --encryption-provider-config is missing on this server.",
            check: "The manifest or unit of kube-apiserver.", remedy: "Add --encryption-provider-config, with the file."
        ),
        RuntimeError(
            signs: [
                "unknown flag: --encryption-provider-config-automatic-reload",
                "for \"--encryption-provider-config-automatic-reload\" flag",
            ],
            meaning:
                "kube-apiserver does not take the flag --encryption-provider-config-automatic-reload in this form. "
                + "It exists from Kubernetes 1.26 on, and its value is true or false after an equals sign.",
            check: "`kube-apiserver --version`, and the manifest or unit.",
            remedy:
                "Write --encryption-provider-config-automatic-reload=true, or leave this flag out and restart the server "
                + "after each change of the file. Keep --encryption-provider-config."),
        RuntimeError(
            signs: ["unknown flag: --", "flag provided but not defined", "unknown shorthand flag"],
            meaning:
                "The program that prints this has no flag of that name and does not start. Either the name is misspelled, or "
                + "this version does not have the flag, or the flag belongs to another program. `--feature-gates` are another "
                + "matter: they are named by themselves.",
            check:
                "Which program has the log? Its --help lists the flags of this version (`kube-apiserver --help`).",
            remedy:
                "Correct the name, or remove that one flag. In kube-apiserver keep --encryption-provider-config: without it "
                + "encrypted values cannot be read."),
        RuntimeError(
            signs: ["for \"--feature-gates\" flag", "unrecognized feature gate", "cannot set feature gate"],
            meaning: "kube-apiserver does not take a feature gate or its value, and does not start.",
            check: "`encconf verify FILE --feature-gates GATES --kubernetes VERSION` judges the gates of encryption.",
            remedy: "Remove the gate that the message names from --feature-gates, or write it as NAME=true."),
    ]

    /// The file itself.
    static let files: [RuntimeError] = [
        RuntimeError(
            signs: [
                "error reading encryption provider configuration file",
                "error opening encryption provider configuration file",
            ],
            meaning:
                "kube-apiserver cannot read its configuration. \"No such file or directory\": the path does not exist as "
                + "the container sees it, usually because the folder is not mounted. \"Permission denied\": the mode of the "
                + "file or of a folder above it.",
            check:
                "The path of --encryption-provider-config against volumeMounts and hostPath in the manifest, and the file "
                + "on this node.",
            remedy:
                "Mount the folder, or copy the file to this node, byte for byte as on the others. Do not start the server "
                + "without the flag: it could not read what is encrypted."),
        RuntimeError(
            signs: ["error processing encryption config file", "health check for new transformers failed"],
            meaning:
                "Automatic reload refused the changed file. This server keeps the file that it had, so servers may run "
                + "different files now.",
            check: "`encconf verify FILE` shows why; \(compare)",
            remedy: "Correct the file; the server tries again within a minute."),
    ]

    /// Words around a reason that is not known.
    static let refusedFile = RuntimeError(
        signs: [
            "error while parsing file", "error while building transformers", "error while parsing encryption provider",
            "error while loading file", "encryption provider configuration file",
        ],
        meaning: "kube-apiserver refuses the configuration and does not start. The rest of the message is the reason.",
        check: "`encconf verify FILE` names every reason with its line.",
        remedy: "Correct what `encconf verify` names. Do not start the server without the flag.", isPassedOn: true)
}
