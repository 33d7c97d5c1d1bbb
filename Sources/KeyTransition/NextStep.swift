public import EncryptionConfig

/// What to do about a change.
public enum NextStep: Sendable {
    /// Nothing speaks against it: roll out NEW.
    case newItself
    /// Roll out this configuration first, on every server. Then ask again from there.
    case intermediate(ProposedConfiguration)
    /// No file helps: what stands against the change is a matter of what is stored. Rewrite the objects, show that no
    /// value uses what is removed, or that the plugin at the new endpoint is the old one.
    case evidence
    /// No order of steps is safe for these resources: keys of NEW and OLD cannot stand in one file, because AES-CBC
    /// takes one for the other, or because a KMS provider may appear only once. A key with a name of its own helps.
    case conflict([ResourcePattern])
}
