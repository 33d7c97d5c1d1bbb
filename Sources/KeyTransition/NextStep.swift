public import EncryptionConfig

/// The next step of a change.
public enum NextStep: Sendable {
    /// The change is safe: roll out NEW.
    case newItself
    /// Roll out this configuration first, on every server. Then ask again from there.
    case intermediate(ProposedConfiguration)
    /// No intermediate file helps: the answer depends on stored values. Re-encrypt the objects, prove that no value
    /// uses the removed keys, or that the plugin at the new endpoint is the old one.
    case evidence
    /// No order of steps is safe for these resources: keys of NEW and OLD cannot be in one file, because AES-CBC
    /// confuses them, or because a KMS provider may appear only once. A key with a new name helps.
    case conflict([ResourcePattern])
}
