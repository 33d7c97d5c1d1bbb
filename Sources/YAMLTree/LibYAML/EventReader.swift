internal import CYAML
internal import SecretMemory

/// Owns one `yaml_parser_t` and the state of its input. libyaml is called here and nowhere else.
@safe struct EventReader: ~Copyable, ~Escapable {
    /// Why libyaml stopped, in its own counts.
    struct Failure: Error {
        enum Layer { case memory, reader, scanner, parser }
        let layer: Layer
        /// Words of libyaml; they quote nothing of the text.
        let problem: String
        let context: String?
        let problemMark: Mark
        let contextMark: Mark
        /// Where the bytes are wrong; of use for ``Layer/reader`` alone.
        let problemOffset: Int
    }

    /// How much go-yaml reads at once (go-yaml v2.4, yamlprivateh.go, `input_raw_buffer_size`).
    static let portionByteCount = 512

    // On the heap, because a `yaml_parser_t` holds pointers into itself.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutablePointer<Input>
    /// Whether libyaml could be set up; want of memory is all that prevents it.
    private let hasMemory: Bool

    /// Reads `text`, which the compiler keeps alive for as long as this value.
    @_lifetime(copy text)
    init(text: RawSpan) {
        unsafe parser = UnsafeMutablePointer.allocate(capacity: 1)
        unsafe input = UnsafeMutablePointer.allocate(capacity: 1)
        unsafe input.initialize(to: text.withUnsafeBytes { unsafe Input(rest: $0) })
        unsafe parser.initialize(to: yaml_parser_t())
        hasMemory = unsafe yaml_parser_initialize(parser) == 1
        precondition(LibYAMLMemory.isInstalled, "libyaml was linked without the allocator that wipes")
        unsafe yaml_parser_set_input(parser, readChunk, input)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe input.deallocate()
    }

    /// Reads the next event.
    @_lifetime(self: copy self)
    mutating func next() throws(Failure) -> YAMLEvent {
        var event = unsafe yaml_event_t()
        guard unsafe hasMemory && yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { unsafe yaml_event_delete(&event) }
        return unsafe YAMLEvent(kind: kind(of: event), start: Mark(event.start_mark), end: Mark(event.end_mark))
    }

    private func kind(of event: yaml_event_t) -> YAMLEvent.Kind {
        switch unsafe event.type {
        case YAML_STREAM_START_EVENT: return .streamStart
        case YAML_DOCUMENT_START_EVENT:
            return unsafe .documentStart(hasVersion: event.data.document_start.version_directive != nil)
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_ALIAS_EVENT: return unsafe .alias(text(event.data.alias.anchor) ?? SecretKey(SecretBytes()))
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let text = unsafe UnsafeRawBufferPointer(start: scalar.value, count: scalar.length)
            return .scalar(
                unsafe YAMLEvent.Scalar(
                    properties: properties(scalar.anchor, scalar.tag),
                    text: SecretKey(SecretBytes(copying: text.bytes)),
                    style: YAMLScalar.Style(scalar.style), isPlainImplicit: scalar.plain_implicit != 0))
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe event.data.sequence_start
            return unsafe .sequenceStart(
                properties(start.anchor, start.tag), isFlow: start.style == YAML_FLOW_SEQUENCE_STYLE)
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            let start = unsafe event.data.mapping_start
            return unsafe .mappingStart(
                properties(start.anchor, start.tag), isFlow: start.style == YAML_FLOW_MAPPING_STYLE)
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        // The end of the stream, and YAML_NO_EVENT, which is what follows it.
        default: return .streamEnd
        }
    }

    private func properties(
        _ anchor: UnsafeMutablePointer<yaml_char_t>?, _ tag: UnsafeMutablePointer<yaml_char_t>?
    ) -> YAMLEvent.Properties {
        unsafe YAMLEvent.Properties(anchor: text(anchor), tag: text(tag))
    }

    private func text(_ start: UnsafeMutablePointer<yaml_char_t>?) -> SecretKey? {
        unsafe start.map { start in
            unsafe SecretKey(
                SecretBytes(copying: UnsafeRawBufferPointer(start: start, count: strlen(start)).bytes))
        }
    }

    private func failure() -> Failure {
        let state = unsafe parser.pointee
        let layer: Failure.Layer =
            switch unsafe state.error {
            case YAML_READER_ERROR: .reader
            case YAML_SCANNER_ERROR: .scanner
            case YAML_PARSER_ERROR: .parser
            default: .memory
            }
        return unsafe Failure(
            layer: layer, problem: state.problem.map { unsafe String(cString: $0) } ?? "out of memory",
            context: state.context.map { unsafe String(cString: $0) },
            problemMark: Mark(state.problem_mark), contextMark: Mark(state.context_mark),
            problemOffset: Int(state.problem_offset))
    }
}

/// What libyaml has not read yet.
@safe private struct Input {
    var rest: UnsafeRawBufferPointer

    init(rest: UnsafeRawBufferPointer) { unsafe self.rest = rest }
}

/// libyaml 0.2.5, src/yaml_private.h, `INPUT_RAW_BUFFER_SIZE`.
private let rawBufferByteCount = 16384

/// Hands libyaml the text in the portions in which go-yaml reads it.
///
/// Both decode a whole portion at once, and stop at the end of the first document. How far past it the bytes have to
/// be valid is a matter of the portion's size.
private func readChunk(
    _ data: UnsafeMutableRawPointer?, _ buffer: UnsafeMutablePointer<UInt8>?, _ room: Int,
    _ count: UnsafeMutablePointer<Int>?
) -> CInt {
    guard let input = unsafe data?.assumingMemoryBound(to: Input.self), let count = unsafe count else { return 0 }
    let leftOver = rawBufferByteCount - room
    let portion = unsafe min(max(EventReader.portionByteCount - leftOver, 0), room, input.pointee.rest.count)
    if portion > 0 {
        let chunk = unsafe UnsafeRawBufferPointer(rebasing: input.pointee.rest.prefix(portion))
        unsafe UnsafeMutableRawBufferPointer(start: buffer, count: room).copyMemory(from: chunk)
        unsafe input.pointee.rest = UnsafeRawBufferPointer(rebasing: input.pointee.rest.dropFirst(portion))
    }
    unsafe count.pointee = portion
    return 1
}

extension Mark {
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(index: Int(mark.index), line: Int(mark.line), column: Int(mark.column))
    }
}

extension YAMLScalar.Style {
    fileprivate init(_ style: yaml_scalar_style_t) {
        self =
            switch style {
            case YAML_SINGLE_QUOTED_SCALAR_STYLE: .single
            case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .double
            case YAML_LITERAL_SCALAR_STYLE: .literal
            case YAML_FOLDED_SCALAR_STYLE: .folded
            default: .plain
            }
    }
}
