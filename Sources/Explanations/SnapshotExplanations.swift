public import EtcdSnapshot
internal import SecretMemory
public import ShownText

extension SnapshotError {
    /// The error of the file, in one clause.
    public var explanation: Phrase {
        switch self {
        case .tooLarge(let count): "larger than 128 GiB: \(count) bytes"
        case .noMetaPage: "not an etcd snapshot: it has no valid meta page"
        case .foreign(let file): "not an etcd snapshot: it is \(file.name)"
        case .truncated(let count, let expected): "truncated: \(count) of \(expected) bytes"
        case .missingBucket(let name): "bucket \(name) is missing"
        case .page(let page, let fault): "page \(page) is damaged: \(fault.explanation)"
        }
    }
}

extension SnapshotError {
    /// The remedy.
    var hint: Phrase {
        switch self {
        case .foreign(let file): file.hint
        case .noMetaPage: "pass a file of `encconf snapshot save` or `etcdctl snapshot save`"
        case .tooLarge: "save a new snapshot"
        case .truncated, .missingBucket, .page:
            "save a new snapshot, or audit the readable part with `encconf audit` and --salvage"
        }
    }
}

extension ForeignFile {
    /// With its article.
    fileprivate var name: Phrase {
        switch self {
        case .gzip: "a gzip file"
        case .zip: "a zip file"
        case .zstandard: "a Zstandard file"
        case .xz: "an xz file"
        case .bzip2: "a bzip2 file"
        case .tar: "a tar archive"
        case .sqlite: "an SQLite database, as kine uses for k3s"
        case .postgresDump: "a dump of a PostgreSQL database"
        case .sqlText: "a text, like a dump of an SQL database"
        }
    }

    fileprivate var hint: Phrase {
        switch self {
        case .gzip: "unpack it first: gunzip -k FILE"
        case .zip: "unpack it first: unzip FILE"
        case .zstandard: "unpack it first: unzstd FILE"
        case .xz: "unpack it first: unxz -k FILE"
        case .bzip2: "unpack it first: bunzip2 -k FILE"
        case .tar: "unpack it first: tar -xf FILE"
        case .sqlite, .postgresDump, .sqlText:
            "restore the database and read it through kine with --etcd, or decrypt single values"
        }
    }
}

extension PageFault {
    fileprivate var explanation: Phrase {
        switch self {
        case .outsideFile: "it is outside the file"
        case .otherID(let id): "its number is \(id)"
        case .flags(let flags): "its flags are 0x\(String(flags, radix: 16))"
        case .elementCount(let count): "it cannot have \(count) elements"
        case .visitedTwice: "it occurs twice in the tree"
        case .depth: "the tree is too deep"
        case .element(let number, let fault): "element \(number): \(fault.explanation)"
        }
    }
}

extension ElementFault {
    fileprivate var explanation: Phrase {
        switch self {
        case .outsidePage: "it is outside the page"
        case .overlap: "it overlaps another element"
        case .keyOrder: "its key is out of order"
        case .bucket: "a bucket instead of a value, or the reverse"
        case .settingLength(let count): "a setting has \(count) bytes"
        case .revision: "its key is not a revision"
        case .record: "its record is not a protobuf message"
        case .recordFieldType(let number): "field \(number) of its record has another type"
        case .recordWithoutKey: "its record has no key"
        case .recordNumbers: "the numbers of its record contradict each other"
        }
    }
}

extension DigestCheck {
    /// The result in one word.
    public var name: Phrase {
        switch self {
        case .absent: "absent"
        case .matches: "verified"
        case .differs: "DIFFERS"
        }
    }
}
