internal import GoText

/// What the fields of a message are called in JSON, and what they hold.
///
/// Field 1 is the metadata of an object, and has no place here. Sources: k8s.io/api 1.36 (kubernetes/api at tag
/// v0.36.3), `generated.proto` for the numbers and `types.go` for the names; the numbers of a field never change.
struct MessageSchema: Sendable {
    struct Field: Sendable {
        let name: String
        let content: Content
    }

    indirect enum Content: Sendable {
        case text
        case integer
        case flag
        /// `metav1.Time`
        case time
        /// `metav1.MicroTime`
        case microTime
        case message(MessageSchema)
        /// A repeated message.
        case messages(MessageSchema)
    }

    let fields: [Int: Field]

    init(_ fields: [Int: (name: String, content: Content)] = [:]) {
        self.fields = fields.mapValues { Field(name: $0.name, content: $0.content) }
    }
}

extension MessageSchema {
    /// The content of a kind; nothing for a kind that is known by its numbers alone.
    static func of(kind: String, apiVersion: String) -> MessageSchema {
        switch (ByteName(apiVersion), ByteName(kind)) {
        case ("v1", "ServiceAccount"): serviceAccount
        case ("v1", "Event"): event
        case ("events.k8s.io/v1", "Event"), ("events.k8s.io/v1beta1", "Event"): newEvent
        default: unknown
        }
    }

    static let unknown = MessageSchema()

    // core/v1/generated.proto

    private static let serviceAccount = MessageSchema([
        2: ("secrets", .messages(objectReference)),
        3: ("imagePullSecrets", .messages(localObjectReference)),
        4: ("automountServiceAccountToken", .flag),
    ])

    /// Events of both groups are stored so (kubernetes, pkg/kubeapiserver/default_storage_factory_builder.go,
    /// `AddCohabitatingResources`).
    private static let event = MessageSchema([
        2: ("involvedObject", .message(objectReference)),
        3: ("reason", .text),
        4: ("message", .text),
        5: ("source", .message(eventSource)),
        6: ("firstTimestamp", .time),
        7: ("lastTimestamp", .time),
        8: ("count", .integer),
        9: ("type", .text),
        10: ("eventTime", .microTime),
        11: ("series", .message(eventSeries)),
        12: ("action", .text),
        13: ("related", .message(objectReference)),
        14: ("reportingComponent", .text),
        15: ("reportingInstance", .text),
    ])

    private static let objectReference = MessageSchema([
        1: ("kind", .text),
        2: ("namespace", .text),
        3: ("name", .text),
        4: ("uid", .text),
        5: ("apiVersion", .text),
        6: ("resourceVersion", .text),
        7: ("fieldPath", .text),
    ])

    private static let localObjectReference = MessageSchema([1: ("name", .text)])

    private static let eventSource = MessageSchema([1: ("component", .text), 2: ("host", .text)])

    /// events/v1 has the same.
    private static let eventSeries = MessageSchema([1: ("count", .integer), 2: ("lastObservedTime", .microTime)])

    /// events/v1/generated.proto, and events/v1beta1.
    private static let newEvent = MessageSchema([
        2: ("eventTime", .microTime),
        3: ("series", .message(eventSeries)),
        4: ("reportingController", .text),
        5: ("reportingInstance", .text),
        6: ("action", .text),
        7: ("reason", .text),
        8: ("regarding", .message(objectReference)),
        9: ("related", .message(objectReference)),
        10: ("note", .text),
        11: ("type", .text),
        12: ("deprecatedSource", .message(eventSource)),
        13: ("deprecatedFirstTimestamp", .time),
        14: ("deprecatedLastTimestamp", .time),
        15: ("deprecatedCount", .integer),
    ])
}
