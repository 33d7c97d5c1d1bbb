public import EncryptionConfig
public import GoText
public import SecretMemory

/// What a rotation shall do.
public struct RotationRequest: Sendable {
    /// One version of the file.
    public enum Step: String, Sendable, CaseIterable {
        /// A new key is read, and does not write yet.
        case add
        /// The new key writes.
        case promote
        /// What no longer writes is no longer read.
        case retire
        /// A key that was added is taken out again.
        case abort
    }

    /// What shall write in the end, if it is another provider.
    public enum Target: Equatable, Sendable {
        case keyed(KeyedProvider)
        /// Plaintext: encryption is disabled.
        case identity
        /// A KMS v2 plugin. Its name must be unique in a file, so further entries get `name-2`, `name-3`, ….
        case kms(name: ByteName, endpoint: ByteName)
    }

    /// Nil for the next one, if the file tells it beyond doubt.
    public var step: Step?
    /// Whether one server alone reads the file: then a key may write as soon as it is added.
    public var singleServer: Bool
    public var target: Target?
    /// Only the key sets of these resources, named as in the file; nil for all.
    public var resources: Set<ByteName>?
    /// The key that `add` makes, that `promote` and `abort` mean, and that writes at `retire`.
    public var keyName: ByteName?
    /// Whether `retire` also takes out identity that does not write: plaintext is no longer read then.
    public var removesIdentity: Bool

    public init(
        step: Step? = nil, singleServer: Bool = false, target: Target? = nil, resources: Set<ByteName>? = nil,
        keyName: ByteName? = nil, removesIdentity: Bool = false
    ) {
        self.step = step
        self.singleServer = singleServer
        self.target = target
        self.resources = resources
        self.keyName = keyName
        self.removesIdentity = removesIdentity
    }
}

/// What stands ready for new keys.
public struct NewKeySource {
    private let makeKey: (_ number: Int) -> NewKey

    /// - Parameter makeKey: Gives 32 random bytes and a name, other ones at each call; it is told how many there were.
    public init(makeKey: @escaping (_ number: Int) -> NewKey) { self.makeKey = makeKey }

    /// - Parameters:
    ///   - name: Of the first key; further ones of the same run are called `name-2`, `name-3`, ….
    ///   - makeSecret: Gives 32 random bytes, other ones at each call.
    public init(name: ByteName, makeSecret: @escaping () -> SecretKey) {
        makeKey = { NewKey(name: Self.name(name, number: $0), secret: makeSecret()) }
    }

    func key(number: Int) -> NewKey { makeKey(number) }

    /// `name`, `name-2`, `name-3`, …
    public static func name(_ name: ByteName, number: Int) -> ByteName {
        number == 0 ? name : ByteName("\(name)-\(number + 1)")
    }

    /// Whether a name is one of `name`, `name-2`, `name-3`, …, of which the further ones are there only beside the first.
    static func isNumbered(_ found: ByteName, as name: ByteName, isFirstThere: Bool) -> Bool {
        guard found != name else { return true }
        guard isFirstThere else { return false }
        guard found.starts(with: ByteName("\(name)-")) else { return false }
        let number = String(decoding: found.utf8.dropFirst(name.utf8.count + 1), as: UTF8.self)
        return Int(number).map { $0 > 1 && "\($0)" == number } ?? false
    }
}

/// Why there is no plan.
public enum RotationRefusal: Error, Equatable {
    /// kube-apiserver would not take the file as it is, or not as the step would leave it.
    case notAccepted
    /// The file has none of the resources that were asked for.
    case noSuchResource
    /// No entry has keys of its own; a target says what it shall have.
    case nothingToRotate
    /// The file does not tell the next step of these key sets.
    case ambiguous(paths: [String])
    /// Key sets are at different steps, so the next one has to be said.
    case stepsDiffer(paths: [String])
    /// What was added does not write yet, so nothing can be retired.
    case notPromoted(paths: [String])
    /// What should be taken out writes.
    case stillWrites(paths: [String])
    /// The names do not tell which key is meant.
    case whichKey(paths: [String])
    /// A key of this name is there already.
    case nameTaken(ByteName)
    /// Several key sets get keys of their own, and one name does not tell them apart.
    case oneNameForSeveral(ByteName)
    /// Providers of the target's kind are there, so that it has to be said whether a new key or which of theirs is meant.
    case newOrOld(paths: [String])
    /// The key that should write can be guessed; the code under which lint says why.
    case weak(ByteName, code: String, paths: [String])
    /// Entries read further providers: a change of provider may be under way, and its target has to be said.
    case otherProviders(paths: [String])
    /// Identity is not taken out by `abort`: whether it was read before, the file does not tell.
    case identityStays(paths: [String])
    /// The entries hold identity alone, and take part only where they are named.
    case onlyIdentity
    /// The new key would have an older date in its name than a key that is there.
    case notNewest(ByteName)
}
