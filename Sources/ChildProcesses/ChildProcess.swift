public import SecretMemory

/// Another program to run: its arguments, its surroundings, and how long and how much it may.
///
/// There is no shell. The child gets three descriptors, default signal actions, and a session of its own: it cannot
/// stop at a terminal that nobody reads, and all its processes can be ended with it.
public struct ChildProcess: Sendable {
    /// With a slash a path, as the working folder of the child has it; else looked up in `PATH`.
    public var executable: String
    /// Without the name of the program, which is the first one that the child sees. Everybody on the machine can read
    /// them: no secrets here.
    public var arguments: [String]
    /// Set in the child in addition to what this process has, or in its place. Of two with one name the later one
    /// counts.
    public var environment: [(name: String, value: String)] = []
    /// The same for what may be secret. The values stay in memory that is wiped until the system copies them.
    public var secretEnvironment: [(name: String, value: SecretKey)] = []
    public var workingFolder: String?
    /// When it is over, the child and all of its process group get SIGTERM, and SIGKILL after ``patience``.
    public var timeout: Duration?
    /// Bytes of each stream that is captured. Of more, the child is ended.
    public var outputByteCountLimit = 16 << 20
    /// Asked some 50 times a second; once it is true, the child is ended.
    public var isCancelled: @Sendable () -> Bool = { false }
    /// Whether the child shares the terminal and the standard input of this process, and so its session. `input` is not
    /// used then, and only the child itself can be ended.
    public var sharesTerminal = false

    public init(_ executable: String, arguments: [String] = []) {
        self.executable = executable
        self.arguments = arguments
    }

    /// Where the child writes.
    public enum Output: Sendable {
        /// Both streams are captured.
        case captured
        /// Standard output is captured; standard error is that of this process.
        case capturedApartFromErrors
        /// Both streams go to the standard error of this process, whose standard output carries results only.
        case standardError
    }

    /// How long a child may take to end after the signal.
    static let patience = Duration.seconds(2)

    /// How the child ended, and what it wrote.
    public struct Ended: ~Copyable, Sendable {
        public enum Status: Equatable, Sendable {
            case exit(Int32)
            case signal(Int32)
        }

        public let status: Status
        /// Empty if it was not captured.
        public let output: SecretBytes
        public let errorOutput: SecretBytes

        init(_ status: Status, _ output: consuming SecretBytes, _ errorOutput: consuming SecretBytes) {
            self.status = status
            self.output = output
            self.errorOutput = errorOutput
        }
    }

    /// Runs the program and waits until it ends.
    ///
    /// - Parameter input: What it can read from standard input. Without, that is `/dev/null`. A child that does not read
    ///   all of it is no error.
    public func run(
        input: RawSpan = RawSpan(), output: Output = .captured
    ) throws(ChildProcessError) -> Ended {
        let run = try ChildRun(self, hasInput: input.byteCount > 0 && !sharesTerminal, output: output)
        return try run.finish(input)
    }
}
