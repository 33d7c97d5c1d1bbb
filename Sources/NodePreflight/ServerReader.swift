internal import APIServerFlags
internal import DurableFiles

/// The user of a server on its node, as far as it is known.
struct ServerReader {
    let id: UInt32
    let groupIDs: [UInt32]
    /// Whether it may be in further groups.
    let mayHaveMoreGroups: Bool
    /// Whether settings that are not followed may change the user or take rights from root.
    let isUncertain: Bool

    /// Nil if the node has no such user.
    init?(_ identity: ServerIdentity, _ user: (String) -> SystemUser?) {
        isUncertain = identity.isUncertain
        mayHaveMoreGroups = identity.mayHaveMoreGroups
        let named = (identity.groupID.map { [$0] } ?? []) + identity.supplementaryGroups
        switch identity.user {
        case .id(let id):
            self.id = id
            groupIDs = named
        case .name(let name):
            guard let user = user(name) else { return nil }
            id = user.id
            groupIDs = user.groupIDs + named
        }
    }

    /// Whether it has a right as a member of the group of a file.
    func needsGroup(_ facts: PathFacts) -> Bool {
        id != 0 && id != facts.ownerID && groupIDs.contains(facts.groupID)
    }

    /// Whether it surely has a right, surely not, or neither.
    ///
    /// - Parameter right: As for all users: 4 to read, 2 to write, 1 to search.
    func may(_ right: UInt16, _ facts: PathFacts) -> PreflightAnswer {
        if isUncertain { return facts.mode & right != 0 ? .yes : .unknown }
        guard id != 0 else { return .yes }
        // The first class that fits decides (path_resolution(7)).
        let isGranted =
            if facts.ownerID == id {
                facts.mode & (right << 6) != 0
            } else if groupIDs.contains(facts.groupID) {
                facts.mode & (right << 3) != 0
            } else {
                facts.mode & right != 0
            }
        if isGranted { return .yes }
        let mayBeOfGroup = mayHaveMoreGroups && facts.mode & (right << 3) != 0
        return facts.hasAccessList || mayBeOfGroup ? .unknown : .no
    }
}

/// Whether the user of the server has a right to a file.
public enum ServerAccess: Equatable, Sendable {
    case granted(userID: UInt32)
    /// By mode and owner.
    case refused(userID: UInt32)
    /// A folder on the way refuses.
    case refusedBy(folder: String, userID: UInt32)
    /// An access list, a group or a setting decides that is not followed.
    case unknown(userID: UInt32)
    /// The node has no such user.
    case unknownUser(String)

    var status: CheckStatus {
        switch self {
        case .granted: .ok
        case .refused, .refusedBy, .unknownUser: .failed
        case .unknown: .unknown
        }
    }

    /// - Parameter right: 4 to read, 2 to write.
    init(
        _ right: UInt16, to file: NodeFile, for identity: ServerIdentity,
        user: (String) -> SystemUser? = SystemUser.init(named:)
    ) {
        guard let reader = ServerReader(identity, user) else {
            self = if case .name(let name) = identity.user { .unknownUser(name) } else { .unknownUser("") }
            return
        }
        // A container does not pass the folders above its mount.
        var isKnown = true
        for folder in file.walk.folders where file.isSeen(folder.path) {
            switch reader.may(1, folder.facts) {
            case .yes: continue
            case .unknown, .notChecked: isKnown = false
            case .no:
                self = .refusedBy(folder: folder.path, userID: reader.id)
                return
            }
        }
        switch reader.may(right, file.facts) {
        case .yes: self = isKnown ? .granted(userID: reader.id) : .unknown(userID: reader.id)
        case .unknown, .notChecked: self = .unknown(userID: reader.id)
        case .no: self = .refused(userID: reader.id)
        }
    }
}
