public import StorageEvidence

/// What is known, or promised, when a step is judged.
public struct StepFacts: Sendable {
    /// Whether somebody says that every server runs the file as it is now.
    public var serversLoaded: Bool
    /// Whether only one server reads the file.
    public var isSingleServer: Bool
    /// What is stored; nil if nobody looked.
    public var evidence: StorageEvidence?
    /// Whether somebody says that no stored value needs what is removed, or none but those that the evidence shows.
    public var isAbsencePromised: Bool
    /// What becomes of removed keys; nil if nobody says.
    public var destination: Destination?

    /// What becomes of removed keys.
    public enum Destination: Sendable { case archive, destruction }

    public init(
        serversLoaded: Bool, isSingleServer: Bool, evidence: StorageEvidence?, isAbsencePromised: Bool,
        destination: Destination?
    ) {
        self.serversLoaded = serversLoaded
        self.isSingleServer = isSingleServer
        self.evidence = evidence
        self.isAbsencePromised = isAbsencePromised
        self.destination = destination
    }
}
