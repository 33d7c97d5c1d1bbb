internal import CSpawn
internal import Glibc

/// The descriptors of a child: 0, 1 and 2. All others are closed.
struct ChildStreams {
    /// Nil for `/dev/null`; or the standard input of this process.
    var input: Int32?
    var output: Int32
    var error: Int32
}

/// Starts a process (posix_spawn(3)).
enum Spawn {
    /// - Returns: The process ID, which is also that of its session and process group unless it shares the terminal.
    static func start(_ child: ChildProcess, streams: ChildStreams) throws(ChildProcessError) -> pid_t {
        let arguments = try CStrings([child.executable] + child.arguments)
        let environment = try CStrings(environmentOf: child)
        guard !child.executable.isEmpty else { throw .notFound }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        try unsafe add(streams, workingFolder: child.workingFolder, to: &actions)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        try set(&attributes, hasOwnSession: !child.sharesTerminal)
        var process: pid_t = 0
        let code = unsafe arguments.withPointers { arguments in
            unsafe environment.withPointers { environment in
                unsafe posix_spawnp(&process, child.executable, &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else { throw error(code, child) }
        return process
    }

    private static func add(
        _ streams: ChildStreams, workingFolder: String?, to actions: inout posix_spawn_file_actions_t
    ) throws(ChildProcessError) {
        if let input = streams.input {
            try check(unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO))
        } else {
            try check(
                unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0))
        }
        try check(unsafe posix_spawn_file_actions_adddup2(&actions, streams.output, STDOUT_FILENO))
        try check(unsafe posix_spawn_file_actions_adddup2(&actions, streams.error, STDERR_FILENO))
        try check(unsafe posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1))
        if let workingFolder {
            guard !workingFolder.utf8.contains(0) else { throw .system(EINVAL) }
            try check(unsafe posix_spawn_file_actions_addchdir_np(&actions, workingFolder))
        }
    }

    /// This program blocks signals while it writes, and ignores some; both would be inherited.
    private static func set(
        _ attributes: inout posix_spawnattr_t, hasOwnSession: Bool
    ) throws(ChildProcessError) {
        var (none, all) = (sigset_t(), sigset_t())
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        try check(unsafe posix_spawnattr_setsigmask(&attributes, &none))
        try check(unsafe posix_spawnattr_setsigdefault(&attributes, &all))
        var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        // A session has a process group of its own.
        if hasOwnSession { flags |= Int32(ENCCONF_SPAWN_SETSID) }
        try check(unsafe posix_spawnattr_setflags(&attributes, Int16(flags)))
    }

    private static func check(_ code: Int32) throws(ChildProcessError) {
        guard code == 0 else { throw .system(code) }
    }

    private static func error(_ code: Int32, _ child: ChildProcess) -> ChildProcessError {
        if let folder = child.workingFolder, unsafe access(folder, X_OK) != 0 { return .system(errno) }
        return switch code {
        case ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP: .notFound
        case EACCES, ENOEXEC, EISDIR, ELIBBAD, EPERM, ETXTBSY: .notExecutable
        default: .system(code)
        }
    }
}
