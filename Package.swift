// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    // `@_lifetime`: a secret lends its bytes as a span that the compiler ties to the owner.
    .enableExperimentalFeature("Lifetimes"),
]

/// Test targets go without strict memory safety: the expansions of `#expect` trip over it.
let tests: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableExperimentalFeature("Lifetimes"),
]

/// The readers of foreign bytes.
let fuzzed: [Target.Dependency] = [
    "APIServerFlags", "AuditControls", "ConfigurationLint", "EncryptionConfig", "EnvelopeCrypto", "EtcdSnapshot",
    "EtcdWAL", "Explanations", "GoText", "KubernetesAPI", "KubernetesObjects", "KubernetesResources", "PastedValues",
    "RemoteCalls", "Reports", "SecretMemory", "ShownText", "TestSupport", "Transformers",
]

let package = Package(
    name: "encconf",
    products: [.executable(name: "encconf", targets: ["encconf"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        // System libraries. Each has exactly one Swift module above it.
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CSpawn"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        // Headers alone: libcurl is opened when it is needed (shim.h), so no `pkgConfig`, which would link it.
        .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        // Headers alone, as libcurl's.
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CCBOR", pkgConfig: "libcbor", providers: [.apt(["libcbor-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

        // Rest on nothing of ours, or on secrets alone.
        .target(name: "SecretMemory", swiftSettings: strict),
        .target(name: "Diagnostics", swiftSettings: strict),
        .target(name: "GoText", swiftSettings: strict),
        .target(name: "KubernetesResources", dependencies: ["GoText"], swiftSettings: strict),
        // The rules by which versions of Kubernetes differ.
        .target(name: "KubernetesVersions", swiftSettings: strict),
        .target(name: "ProtobufWire", dependencies: ["SecretMemory"], swiftSettings: strict),
        .target(name: "JSONText", dependencies: ["SecretMemory"], swiftSettings: strict),
        .target(name: "CBORWire", dependencies: ["CCBOR", "SecretMemory"], swiftSettings: strict),

        // The one way from a text to what is shown: keys are left out.
        .target(name: "ShownText", dependencies: ["GoText", "SecretMemory"], swiftSettings: strict),

        // Everything that speaks to a file system: no other module opens a file.
        .target(name: "DurableFiles", dependencies: ["CLinux", "SecretMemory", "ShownText"], swiftSettings: strict),

        // The only part that speaks to others: gRPC, over libcurl.
        .target(name: "RemoteCalls", dependencies: ["CCurl", "SecretMemory"], swiftSettings: strict),

        // Runs other programs.
        .target(name: "ChildProcesses", dependencies: ["CSpawn", "SecretMemory"], swiftSettings: strict),

        // Bytes to bytes: no files, no configuration.
        .target(
            name: "EnvelopeCrypto",
            dependencies: ["COpenSSL", "CSodium", "GoText", "KubernetesVersions", "ProtobufWire", "SecretMemory"],
            swiftSettings: strict),
        .target(
            name: "KubernetesObjects",
            dependencies: ["CBORWire", "GoText", "JSONText", "KubernetesResources", "ProtobufWire", "SecretMemory"],
            swiftSettings: strict),
        .target(
            name: "PastedValues", dependencies: ["JSONText", "ProtobufWire", "SecretMemory"], swiftSettings: strict),
        .target(
            name: "YAMLTree", dependencies: ["CYAML", "Diagnostics", "JSONText", "SecretMemory"],
            swiftSettings: strict),

        // What the flags of a kube-apiserver say about its storage.
        .target(
            name: "APIServerFlags",
            dependencies: [
                "Diagnostics", "DurableFiles", "GoText", "KubernetesResources", "KubernetesVersions", "SecretMemory",
                "YAMLTree",
            ],
            swiftSettings: strict),

        // The configuration, and the configuration with ciphers.
        .target(
            name: "EncryptionConfig",
            dependencies: [
                "Diagnostics", "GoText", "KubernetesResources", "KubernetesVersions", "SecretMemory", "ShownText",
                "YAMLTree",
            ],
            swiftSettings: strict),
        // What is legal but dangerous.
        .target(
            name: "ConfigurationLint",
            dependencies: [
                "Diagnostics", "EncryptionConfig", "GoText", "KubernetesResources", "KubernetesVersions",
                "SecretMemory",
                "ShownText", "YAMLTree",
            ],
            swiftSettings: strict),
        // The proof: who can read what whom wrote.
        .target(
            name: "KeyTransition", dependencies: ["EncryptionConfig", "GoText", "KubernetesResources", "SecretMemory"],
            swiftSettings: strict),
        // What an upgrade of Kubernetes makes of a file.
        .target(
            name: "KubernetesUpgrade",
            dependencies: [
                "Diagnostics", "EncryptionConfig", "GoText", "KeyTransition", "KubernetesResources",
                "KubernetesVersions", "SecretMemory",
            ], swiftSettings: strict),
        .target(
            name: "Transformers",
            dependencies: [
                "EncryptionConfig", "EnvelopeCrypto", "GoText", "KubernetesResources", "KubernetesVersions",
                "SecretMemory",
            ],
            swiftSettings: strict),

        // Whoever decrypts the keys of KMS values.
        .target(
            name: "KMSPlugin",
            dependencies: [
                "EnvelopeCrypto", "GoText", "KubernetesVersions", "ProtobufWire", "RemoteCalls", "SecretMemory",
            ],
            swiftSettings: strict),

        // Reads from a living etcd.
        .target(
            name: "EtcdClient",
            dependencies: ["DurableFiles", "EnvelopeCrypto", "ProtobufWire", "RemoteCalls", "SecretMemory"],
            swiftSettings: strict),

        // Speaks to a kube-apiserver as kubectl does, as far as a rotation needs it.
        .target(
            name: "KubernetesAPI",
            dependencies: [
                "ChildProcesses", "Diagnostics", "DurableFiles", "GoText", "JSONText", "KubernetesResources",
                "RemoteCalls", "SecretMemory", "YAMLTree",
            ],
            swiftSettings: strict),

        // A source of records: an etcd snapshot as bytes.
        .target(
            name: "EtcdSnapshot", dependencies: ["CLinux", "ProtobufWire", "SecretMemory"], swiftSettings: strict),

        // What an etcd member has written and its database does not hold yet: its log, as bytes.
        .target(
            name: "EtcdWAL", dependencies: ["EtcdSnapshot", "ProtobufWire", "SecretMemory"], swiftSettings: strict),

        // A source of records: what kine keeps in SQLite in place of etcd.
        .target(
            name: "KineDatabase", dependencies: ["CSQLite", "DurableFiles", "SecretMemory"], swiftSettings: strict),

        // Judgement. What is stored, read and judged, whatever the source.
        .target(
            name: "StorageAudit",
            dependencies: [
                "DurableFiles", "EncryptionConfig", "EnvelopeCrypto", "EtcdClient", "EtcdSnapshot", "EtcdWAL", "GoText",
                "KineDatabase", "KubernetesObjects", "KubernetesResources", "KubernetesVersions", "SecretMemory",
                "Transformers",
            ],
            swiftSettings: strict),
        // Policies of audits, and the controls of frameworks that an audit can judge.
        .target(
            name: "AuditControls",
            dependencies: [
                "ConfigurationLint", "Diagnostics", "EncryptionConfig", "GoText", "KubernetesResources",
                "KubernetesVersions", "SecretMemory", "StorageAudit", "Transformers", "YAMLTree",
            ],
            swiftSettings: strict),
        // What sources prove: presence and absence.
        .target(
            name: "StorageEvidence",
            dependencies: ["EncryptionConfig", "KeyTransition", "KubernetesResources", "StorageAudit", "Transformers"],
            swiftSettings: strict),
        // The steps of a rotation, and what each demands.
        .target(
            name: "KeyRotation",
            dependencies: [
                "ConfigurationLint", "EncryptionConfig", "GoText", "KMSPlugin", "KeyTransition", "KubernetesResources",
                "SecretMemory", "StorageEvidence", "YAMLTree",
            ],
            swiftSettings: strict),

        // The keys that a file lacks for what is stored, and the smallest edit that adds them.
        .target(
            name: "KeyRescue",
            dependencies: [
                "Diagnostics", "EncryptionConfig", "GoText", "KeyTransition", "KubernetesResources",
                "KubernetesVersions",
                "SecretMemory", "StorageAudit",
            ],
            swiftSettings: strict),

        // The files and audits of many clusters, compared.
        .target(
            name: "FleetComparison",
            dependencies: ["EncryptionConfig", "GoText", "KeyTransition", "KubernetesResources", "SecretMemory"],
            swiftSettings: strict),

        // The whole rotation of a running cluster: which servers there are, what is rewritten, what comes next.
        .target(
            name: "ClusterRollout",
            dependencies: [
                "ChildProcesses", "EncryptionConfig", "EnvelopeCrypto", "EtcdClient", "GoText", "KeyRotation",
                "KeyTransition", "KubernetesAPI", "KubernetesObjects", "KubernetesResources", "KubernetesVersions",
                "RemoteCalls",
                "SecretMemory", "ShownText", "StorageAudit", "StorageEvidence", "Transformers",
            ],
            swiftSettings: strict),

        // What stands around the file: its place on the node, volumes, flags.
        .target(
            name: "NodePreflight",
            dependencies: ["APIServerFlags", "DurableFiles", "GoText", "KubernetesVersions"],
            swiftSettings: strict),

        // Words. The text of every code and error.
        .target(
            name: "Explanations",
            dependencies: [
                "AuditControls", "APIServerFlags", "ChildProcesses", "ClusterRollout", "ConfigurationLint",
                "Diagnostics",
                "DurableFiles",
                "EncryptionConfig", "EnvelopeCrypto", "EtcdClient", "EtcdSnapshot", "EtcdWAL", "GoText", "KMSPlugin",
                "KineDatabase",
                "KeyRescue", "KeyRotation", "KeyTransition", "KubernetesAPI", "KubernetesObjects",
                "KubernetesResources",
                "KubernetesUpgrade", "KubernetesVersions", "NodePreflight",
                "PastedValues", "RemoteCalls",
                "SecretMemory", "ShownText", "StorageAudit", "StorageEvidence", "Transformers", "YAMLTree",
            ],
            swiftSettings: strict),
        // One report for each kind of JSON document, in every format.
        .target(
            name: "Reports",
            dependencies: [
                "AuditControls", "ClusterRollout", "ConfigurationLint", "Diagnostics", "DurableFiles",
                "EncryptionConfig",
                "EnvelopeCrypto", "EtcdClient",
                "EtcdSnapshot", "EtcdWAL", "Explanations", "FleetComparison", "GoText", "JSONText", "KMSPlugin",
                "KeyRescue", "KeyRotation",
                "KeyTransition", "KubernetesAPI", "KubernetesObjects", "KubernetesResources", "KubernetesUpgrade",
                "KubernetesVersions", "NodePreflight",
                "SecretMemory",
                "ShownText",
                "StorageAudit", "StorageEvidence", "Transformers",
            ],
            swiftSettings: strict),

        // The program. The terminal, and what a person types at it.
        .target(name: "Terminal", dependencies: ["DurableFiles", "SecretMemory", "ShownText"], swiftSettings: strict),
        // One file for each command: parse, gather, judge, report, status.
        .target(
            name: "EncconfCommands",
            dependencies: [
                "AuditControls", "APIServerFlags", "ClusterRollout", "ConfigurationLint", "Diagnostics", "DurableFiles",
                "EncryptionConfig",
                "EnvelopeCrypto", "EtcdClient", "EtcdSnapshot", "Explanations", "FleetComparison", "GoText", "JSONText",
                "KMSPlugin", "KeyRescue", "KeyRotation", "KeyTransition", "KubernetesAPI", "KubernetesObjects",
                "KubernetesResources",
                "KubernetesUpgrade", "KubernetesVersions", "NodePreflight",
                "PastedValues",
                "RemoteCalls", "Reports", "SecretMemory", "ShownText", "StorageAudit", "StorageEvidence", "Terminal",
                "Transformers", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .executableTarget(name: "encconf", dependencies: ["EncconfCommands"], swiftSettings: strict),

        // Programs of their own: measurements are no tests.
        .executableTarget(
            name: "envelope-benchmark",
            dependencies: ["EncryptionConfig", "EnvelopeCrypto", "SecretMemory", "Transformers"],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "etcd-benchmark", dependencies: ["EtcdClient", "RemoteCalls", "SecretMemory", "TestSupport"],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "audit-benchmark",
            dependencies: [
                "EncryptionConfig", "EnvelopeCrypto", "EtcdSnapshot", "SecretMemory", "StorageAudit", "Transformers",
            ],
            swiftSettings: [.swiftLanguageMode(.v6)]),

        // Tests: one target for each module, over the recorded data in testdata.
        .target(
            name: "TestSupport", dependencies: ["EncryptionConfig", "EtcdWAL", "GoText", "JSONText", "SecretMemory"],
            path: "Tests/TestSupport", exclude: ["FakeAPIServer"],
            swiftSettings: tests),
        // Clusters that tests make: configurations, objects, stored values, snapshots.
        .target(
            name: "ClusterSupport",
            dependencies: [
                "EncryptionConfig", "EnvelopeCrypto", "KubernetesResources", "SecretMemory", "StorageAudit",
                "TestSupport", "Transformers",
            ], path: "Tests/ClusterSupport", swiftSettings: tests),
        // How tests share the threads: for test targets alone, since it needs the library of the tests.
        .target(name: "PatientTesting", path: "Tests/PatientTesting", swiftSettings: tests),
        .testTarget(name: "StyleTests", dependencies: ["TestSupport"], swiftSettings: tests),
        .testTarget(name: "SecretMemoryTests", dependencies: ["SecretMemory", "TestSupport"], swiftSettings: tests),
        .testTarget(
            name: "ChildProcessesTests", dependencies: ["ChildProcesses", "SecretMemory", "TestSupport"],
            swiftSettings: tests),
        .testTarget(
            name: "RemoteCallsTests", dependencies: ["PatientTesting", "RemoteCalls", "TestSupport"],
            swiftSettings: tests),
        .testTarget(
            name: "ShownTextTests", dependencies: ["EncryptionConfig", "SecretMemory", "ShownText", "TestSupport"],
            swiftSettings: tests),
        .testTarget(name: "GoTextTests", dependencies: ["GoText"], swiftSettings: tests),
        .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics"], swiftSettings: tests),
        .testTarget(
            name: "KubernetesVersionsTests", dependencies: ["KubernetesVersions", "TestSupport"], swiftSettings: tests),
        .testTarget(name: "ProtobufWireTests", dependencies: ["ProtobufWire", "TestSupport"], swiftSettings: tests),
        .testTarget(name: "CBORWireTests", dependencies: ["CBORWire", "TestSupport"], swiftSettings: tests),
        .testTarget(name: "JSONTextTests", dependencies: ["JSONText", "TestSupport"], swiftSettings: tests),
        .testTarget(
            name: "KubernetesResourcesTests", dependencies: ["GoText", "KubernetesResources", "TestSupport"],
            swiftSettings: tests),
        .testTarget(
            name: "EnvelopeCryptoTests", dependencies: ["EnvelopeCrypto", "GoText", "TestSupport"], swiftSettings: tests
        ),
        .testTarget(
            name: "KubernetesObjectsTests", dependencies: ["GoText", "KubernetesObjects", "TestSupport"],
            swiftSettings: tests),
        .testTarget(
            name: "PastedValuesTests", dependencies: ["PatientTesting", "PastedValues", "TestSupport"],
            swiftSettings: tests),
        .testTarget(
            name: "YAMLTreeTests", dependencies: ["SecretMemory", "TestSupport", "YAMLTree"], swiftSettings: tests),
        .testTarget(
            name: "APIServerFlagsTests", dependencies: ["APIServerFlags", "KubernetesVersions", "TestSupport"],
            swiftSettings: tests),
        .testTarget(
            name: "NodePreflightTests",
            dependencies: ["APIServerFlags", "DurableFiles", "KubernetesVersions", "NodePreflight"],
            swiftSettings: tests),
        .testTarget(
            name: "EncryptionConfigTests",
            dependencies: ["EncryptionConfig", "GoText", "KubernetesVersions", "ShownText", "TestSupport"],
            swiftSettings: tests),
        .testTarget(
            name: "ConfigurationLintTests",
            dependencies: [
                "ConfigurationLint", "Diagnostics", "EncryptionConfig", "Explanations", "GoText", "JSONText",
                "KeyTransition", "KubernetesVersions", "SecretMemory", "TestSupport", "YAMLTree",
            ], swiftSettings: tests),
        .testTarget(
            name: "ExplanationsTests",
            dependencies: [
                "Diagnostics", "EncryptionConfig", "Explanations", "KubernetesVersions", "SecretMemory", "TestSupport",
            ], swiftSettings: tests),
        .testTarget(
            name: "KeyTransitionTests",
            dependencies: ["EncryptionConfig", "Explanations", "GoText", "KeyTransition", "ShownText", "TestSupport"],
            swiftSettings: tests),
        .testTarget(
            name: "KubernetesUpgradeTests",
            dependencies: [
                "EncryptionConfig", "Explanations", "GoText", "KubernetesUpgrade", "KubernetesVersions", "SecretMemory",
                "ShownText",
                "TestSupport",
            ], swiftSettings: tests),
        .testTarget(
            name: "KeyRotationTests",
            dependencies: [
                "ClusterSupport", "EncryptionConfig", "GoText", "KeyRotation", "KeyTransition", "KubernetesResources",
                "SecretMemory", "StorageEvidence", "TestSupport",
            ], swiftSettings: tests),
        .testTarget(
            name: "KeyRescueTests",
            dependencies: [
                "ClusterSupport", "EncryptionConfig", "EnvelopeCrypto", "GoText", "KeyRescue", "KubernetesResources",
                "SecretMemory", "StorageAudit", "TestSupport", "Transformers",
            ], swiftSettings: tests),
        .testTarget(
            name: "StorageEvidenceTests",
            dependencies: [
                "ClusterSupport", "EncryptionConfig", "EtcdClient", "GoText", "KubernetesResources", "StorageAudit",
                "StorageEvidence", "TestSupport",
            ], swiftSettings: tests),
        // What each format says of audits that were made at random.
        .testTarget(
            name: "ReportsTests",
            dependencies: [
                "AuditControls", "ClusterSupport", "EncryptionConfig", "EnvelopeCrypto", "FleetComparison", "GoText",
                "KeyRotation", "KubernetesResources", "KubernetesVersions",
                "Reports",
                "SecretMemory", "ShownText", "StorageAudit", "TestSupport",
            ], swiftSettings: tests),
        .testTarget(
            name: "TransformersTests",
            dependencies: ["GoText", "KeyTransition", "KubernetesVersions", "Transformers", "TestSupport"],
            swiftSettings: tests),
        // Clusters whose keys are changed while they are at work.
        .testTarget(
            name: "RotationSimulationTests",
            dependencies: [
                "ClusterSupport", "EncryptionConfig", "EnvelopeCrypto", "GoText", "KeyRotation", "KeyTransition",
                "KubernetesObjects", "KubernetesResources", "SecretMemory", "StorageAudit", "StorageEvidence",
                "TestSupport",
                "Transformers",
            ], swiftSettings: tests),
        .testTarget(
            name: "KMSPluginTests",
            dependencies: [
                "PatientTesting", "EncryptionConfig", "EnvelopeCrypto", "GoText", "KMSPlugin", "KubernetesVersions",
                "ProtobufWire",
                "RemoteCalls",
                "StorageAudit",
                "TestSupport", "Transformers",
            ],
            exclude: ["Plugin"], swiftSettings: tests),
        .testTarget(
            name: "KubernetesAPITests",
            dependencies: [
                "PatientTesting", "ChildProcesses", "DurableFiles", "EnvelopeCrypto", "Explanations", "GoText",
                "KubernetesAPI",
                "KubernetesResources", "RemoteCalls", "SecretMemory", "ShownText", "TestSupport",
            ],
            swiftSettings: tests),
        // Files and audits of many clusters, in tables and against a model.
        .testTarget(
            name: "FleetComparisonTests",
            dependencies: [
                "ClusterSupport", "ConfigurationLint", "EncryptionConfig", "EnvelopeCrypto", "FleetComparison",
                "GoText",
                "KeyTransition", "KubernetesResources", "SecretMemory", "TestSupport",
            ], swiftSettings: tests),
        // The rollout as a pure machine, driven by a model of a cluster; delivery over a real ssh.
        .testTarget(
            name: "ClusterRolloutTests",
            dependencies: [
                "PatientTesting", "ClusterRollout", "EncryptionConfig", "EnvelopeCrypto", "GoText", "KeyRotation",
                "KubernetesAPI",
                "KubernetesResources",
                "Reports", "SecretMemory", "ShownText", "TestSupport", "Transformers",
            ], swiftSettings: tests),
        // Snapshots that come over the wire are read as those of a file.
        .testTarget(
            name: "EtcdClientTests",
            dependencies: [
                "PatientTesting", "EnvelopeCrypto", "EtcdClient", "EtcdSnapshot", "ProtobufWire", "RemoteCalls",
                "TestSupport",
            ], swiftSettings: tests),
        // The cipher library gives the SHA-256 of files and values.
        .testTarget(
            name: "EtcdSnapshotTests",
            dependencies: [
                "PatientTesting", "EnvelopeCrypto", "EtcdSnapshot", "EtcdWAL", "ProtobufWire", "TestSupport",
            ],
            swiftSettings: tests),
        // Databases that Python's sqlite3 makes, sound and damaged.
        .testTarget(
            name: "KineDatabaseTests", dependencies: ["DurableFiles", "KineDatabase", "SecretMemory", "TestSupport"],
            swiftSettings: tests),
        // The logs of real members, and such as no member writes.
        .testTarget(
            name: "EtcdWALTests", dependencies: ["PatientTesting", "EtcdSnapshot", "EtcdWAL", "TestSupport"],
            swiftSettings: tests),
        .testTarget(
            name: "StorageAuditTests",
            dependencies: [
                "PatientTesting", "EnvelopeCrypto", "EtcdSnapshot", "GoText", "StorageAudit", "TestSupport",
            ],
            swiftSettings: tests),
        // Policies, and every control in every verdict that it can have.
        .testTarget(
            name: "AuditControlsTests",
            dependencies: [
                "AuditControls", "ClusterSupport", "EncryptionConfig", "EtcdClient", "Explanations",
                "KubernetesResources",
                "KubernetesVersions", "SecretMemory", "ShownText", "StorageAudit", "TestSupport",
            ], swiftSettings: tests),
        // Random stores, and a model that says what an audit and evidence must make of them.
        .testTarget(
            name: "AuditModelTests",
            dependencies: [
                "PatientTesting", "EncryptionConfig", "EnvelopeCrypto", "GoText", "KubernetesResources", "SecretMemory",
                "StorageAudit",
                "StorageEvidence", "TestSupport", "Transformers",
            ], swiftSettings: tests),
        // How work grows with input, of each kind that can grow.
        .testTarget(
            name: "LinearWorkTests",
            dependencies: [
                "APIServerFlags", "ClusterSupport", "ConfigurationLint", "EncryptionConfig", "GoText", "KeyRotation",
                "KeyTransition", "PastedValues", "Reports", "SecretMemory", "ShownText", "StorageAudit",
                "StorageEvidence", "TestSupport", "Transformers",
            ], swiftSettings: tests),
        // Every reader of foreign bytes, over the inputs that are kept of its fuzzing.
        .testTarget(
            name: "FuzzingTests", dependencies: fuzzed + ["PatientTesting"],
            exclude: ["Entry.swift", "Soak.swift", "Reference"],
            swiftSettings: tests),
        // Runs the built program, as its users do.
        .testTarget(
            name: "EncconfCommandsTests",
            dependencies: [
                "PatientTesting", "ClusterSupport", "encconf", "EnvelopeCrypto", "JSONText", "SecretMemory",
                "TestSupport",
            ],
            swiftSettings: tests),
    ]
)

// The programs of .ci/fuzz, for which libFuzzer brings `main`, and of .ci/soak.
if let kind = Context.environment["ENCCONF_FUZZING"] {
    let isSoak = kind == "soak"
    package.targets.removeAll { $0.name == "FuzzingTests" }
    package.targets.append(
        .executableTarget(
            name: isSoak ? "encconf-soak" : "encconf-fuzz", dependencies: fuzzed, path: "Tests/FuzzingTests",
            exclude: [
                "CorpusTests.swift", "DifferentialTests.swift", "Reference", isSoak ? "Entry.swift" : "Soak.swift",
            ],
            swiftSettings: tests + (isSoak ? [.unsafeFlags(["-parse-as-library"])] : [])))
}
