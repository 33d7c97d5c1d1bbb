// A build that links Swift statically has no library of tests, and needs nothing of this.
#if canImport(Testing)
    import Foundation
    import Testing

    /// For tests that mostly wait for other processes: they wait on threads of their own, and not on those that compute, of
    /// which there is one for each processor.
    public struct PatientTrait: SuiteTrait, TestTrait, TestScoping {
        public var isRecursive: Bool { true }

        public func provideScope(
            for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
        ) async throws {
            try await withTaskExecutorPreference(PatientExecutor.shared) { try await function() }
        }
    }

    extension Trait where Self == PatientTrait {
        public static var patient: PatientTrait { PatientTrait() }
    }

    /// A few threads, so that not all clusters run at once.
    private final class PatientExecutor: TaskExecutor {
        static let shared = PatientExecutor()
        private let queue = OperationQueue()

        private init() { queue.maxConcurrentOperationCount = 10 }

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.addOperation { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }
#endif
