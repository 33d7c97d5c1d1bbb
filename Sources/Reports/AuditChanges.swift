/// What changed since an earlier report.
public struct AuditChanges: Sendable {}
