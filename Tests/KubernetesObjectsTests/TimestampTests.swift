import Testing

@testable import KubernetesObjects

struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (1_700_000_000, "2023-11-14T22:13:20Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"), (253_402_300_800, nil),
            (-62_135_596_800, "0001-01-01T00:00:00Z"), (-62_167_219_200, "0000-01-01T00:00:00Z"),
            (-62_167_219_201, nil),
            (.min, nil), (.max, nil),
        ] as [(Int64, String?)])
    func writes(_ seconds: Int64, _ text: String?) {
        #expect(rfc3339(secondsSince1970: seconds) == text)
    }
}
