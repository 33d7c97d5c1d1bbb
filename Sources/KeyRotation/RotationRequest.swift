public import EncryptionConfig
public import GoText
public import SecretMemory

/// The request for a step.
public struct RotationRequest: Sendable {
    /// One version of the file.
    public enum Step: String, Sendable, CaseIterable {
        /// Adds a new read key.
        case add
        /// Makes the new key the write key.
        case promote
        /// Removes the old keys.
        case retire
        /// Removes an added key.
        case abort
    }

    /// The new write provider, if it changes.
    public enum Target: Equatable, Sendable {
        case keyed(KeyedProvider)
        /// Plaintext: encryption is disabled.
        case identity
        /// A KMS v2 plugin. Its name must be unique in a file, so further entries get `name-2`, `name-3`, ….
        case kms(name: ByteName, endpoint: ByteName)
    }

    /// Nil for the next one, if the file shows exactly one.
    public var step: Step?
    /// Whether only one server reads the file: then a new key may write at once.
    public var singleServer: Bool
    public var target: Target?
    /// Only the key sets of these resources, by their names in the file; nil for all.
    public var resources: Set<ByteName>?
    /// The key that `add` makes, that `promote` and `abort` mean, and that writes at `retire`.
    public var keyName: ByteName?
    /// Whether `retire` also removes read-only identity: then plaintext is unreadable.
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

/// The source of new keys.
public struct NewKeySource {
    private let makeKey: (_ number: Int) -> NewKey

    /// - Parameter makeKey: Returns 32 new random bytes and a new name at each call; its argument is the number of
    ///   earlier calls.
    public init(makeKey: @escaping (_ number: Int) -> NewKey) { self.makeKey = makeKey }

    /// - Parameters:
    ///   - name: Of the first key; further ones of the same run are called `name-2`, `name-3`, ….
    ///   - makeSecret: Returns 32 new random bytes at each call.
    public init(name: ByteName, makeSecret: @escaping () -> SecretKey) {
        makeKey = { NewKey(name: Self.name(name, number: $0), secret: makeSecret()) }
    }

    func key(number: Int) -> NewKey { makeKey(number) }

    /// `name`, `name-2`, `name-3`, …
    public static func name(_ name: ByteName, number: Int) -> ByteName {
        number == 0 ? name : ByteName("\(name)-\(number + 1)")
    }

    /// Whether a name is one of `name`, `name-2`, `name-3`, …; the further ones exist only beside the first.
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
    /// kube-apiserver would reject the file, before or after the step.
    case notAccepted
    /// The file has none of the requested resources.
    case noSuchResource
    /// No entry has keys; a target would add some.
    case nothingToRotate
    /// The file does not show the next step of these key sets.
    case ambiguous(paths: [String])
    /// The key sets are at different steps, so the request must name one.
    case stepsDiffer(paths: [String])
    /// The key or provider to promote is not in these entries.
    case notAdded(paths: [String])
    /// The new key is not the write key yet, so nothing can be retired.
    case notPromoted(paths: [String])
    /// The key to remove is the write key.
    case stillWrites(paths: [String])
    /// The names do not show which key is meant.
    case whichKey(paths: [String])
    /// A key of this name exists already.
    case nameTaken(ByteName)
    /// Several key sets get new keys, and one name is not enough.
    case oneNameForSeveral(ByteName)
    /// Providers of the target exist already, so the request must name a new or an existing key.
    case newOrOld(paths: [String])
    /// The new write key can be guessed; with the code of lint.
    case weak(ByteName, code: String, paths: [String])
    /// Entries read further providers: a provider change may be in progress, and the request must name its target.
    case otherProviders(paths: [String])
    /// `abort` does not remove identity: the file does not show whether it was there before.
    case identityStays(paths: [String])
    /// The entries have only identity, and take part only if the request names them.
    case onlyIdentity
    /// The new key would have an older date in its name than an existing key.
    case notNewest(ByteName)
}
