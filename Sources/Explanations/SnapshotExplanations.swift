public import EtcdSnapshot
internal import SecretMemory
public import ShownText

extension SnapshotError {
    /// What is wrong with the file, in one clause.
    public var explanation: Phrase {
        switch self {
        case .tooLarge(let count): "has \(count) bytes, which is more than 128 GiB"
        case .noMetaPage: "is not an etcd snapshot: it has no valid meta page"
        case .foreign(let file): "is not an etcd snapshot: it is \(file.name)"
        case .truncated(let count, let expected): "is cut short: \(count) of \(expected) bytes are there"
        case .missingBucket(let name): "has no bucket \(name)"
        case .page(let page, let fault): "page \(page) is damaged: \(fault.explanation)"
        }
    }
}

extension SnapshotError {
    /// What to do about the file.
    var hint: Phrase {
        switch self {
        case .foreign(let file): file.hint
        case .noMetaPage: "name a file of `encconf snapshot save` or `etcdctl snapshot save`"
        case .tooLarge: "take a new snapshot"
        case .truncated, .missingBucket, .page:
            "take a new snapshot; `encconf audit` with --salvage goes on with what can be read"
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
        case .sqlite: "an SQLite database, as kine keeps it for k3s"
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
            "restore the database, and read it through kine with --etcd; or decrypt single values with decrypt-secret"
        }
    }
}

extension PageFault {
    fileprivate var explanation: Phrase {
        switch self {
        case .outsideFile: "it lies outside the file"
        case .otherID(let id): "it says that it is page \(id)"
        case .flags(let flags): "its flags are 0x\(String(flags, radix: 16))"
        case .elementCount(let count): "it cannot have \(count) elements"
        case .visitedTwice: "it is part of the tree twice"
        case .depth: "the tree is too deep there"
        case .element(let number, let fault): "element \(number): \(fault.explanation)"
        }
    }
}

extension ElementFault {
    fileprivate var explanation: Phrase {
        switch self {
        case .outsidePage: "it lies outside the page"
        case .overlap: "it overlaps another one"
        case .keyOrder: "its key is out of order"
        case .bucket: "a bucket stands where none belongs, or the reverse"
        case .settingLength(let count): "a setting has \(count) bytes"
        case .revision: "its key is no revision"
        case .record: "its record is no protobuf message"
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
