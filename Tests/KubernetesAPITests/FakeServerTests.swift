import Foundation
import PatientTesting
import TestSupport
import Testing

/// The fake kube-apiserver is right when it answers as the real one was recorded.
@Suite(.patient) struct FakeServerTests {
    @Test func answersAsRecorded() throws {
        let replay = Process()
        replay.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        replay.arguments = [
            TestData.packageRoot.appendingPathComponent("Tests/TestSupport/FakeAPIServer/replay.py").path,
            TestData.path("apiserver"),
        ]
        let output = Pipe()
        replay.standardOutput = output
        try replay.runWithAllSignals()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        replay.waitUntilExit()
        #expect(replay.terminationStatus == 0, "\(text.suffix(2000))")
        // What cannot be replayed is known, and no more is left out.
        #expect(text.contains("replayed 429 of "), "\(text.suffix(200))")
    }
}
