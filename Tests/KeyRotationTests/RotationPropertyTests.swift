import EncryptionConfig
import KeyRotation
import TestSupport
import Testing

struct RotationPropertyTests {
    /// Complete rotations of random documents.
    @Test(arguments: 0..<100 as Range<UInt64>)
    func randomRotations(seed: UInt64) throws {
        let file = EditFile(name: "seed \(seed)", bytes: Array(StyledConfiguration(seed: seed).text.utf8))
        var random = SeededGenerator(seed: seed)
        let targets: [RotationRequest.Target] =
            KeyedProvider.allCases.map { .keyed($0) } + [
                .identity, .kms(name: "hsm", endpoint: "unix:///run/hsm.sock"),
            ]
        guard let target = targets.randomElement(using: &random) else { return }
        var rotation = Rotation(file, to: target)
        for step: RotationRequest.Step in [.add, .promote, .retire] {
            try rotation.run(step)
            #expect(try rotation.run(step).isDone)
        }
        for entry in try rotation.file.configuration().entries { #expect(entry.providers[0].serves(target)) }
    }
}
