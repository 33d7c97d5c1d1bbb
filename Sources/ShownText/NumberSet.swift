internal import SecretMemory

/// A set of numbers in memory that is wiped. A `Set` would leave copies behind, unwiped, each time that it grows.
struct NumberSet: ~Copyable, Sendable {
    /// A number is in the slot of its hash, or after it. An empty slot is 0, so 0 counts as a member.
    private let slots: SecretBytes
    private let factor: UInt64
    private let slotCount: Int

    /// - Parameters:
    ///   - capacity: So many numbers are added at most.
    ///   - fill: Adds them.
    init(capacity: Int, _ fill: (_ add: (UInt64) -> Void) -> Void) {
        // At most three quarters full.
        var slotCount = 2
        while slotCount / 4 * 3 <= capacity { slotCount *= 2 }
        // Odd and unpredictable, so that no input can have many numbers with the same slot.
        let factor = UInt64.random(in: .min ... .max) | 1
        let byteCount = slotCount * MemoryLayout<UInt64>.size
        slots = SecretBytes.filling(capacity: byteCount) { output in
            unsafe output.withUnsafeMutableBytes { buffer, initializedCount in
                unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0)
                initializedCount = byteCount
                let numbers = unsafe buffer.bindMemory(to: UInt64.self)
                fill { number in
                    var slot = Self.slot(of: number, factor, slotCount)
                    while unsafe numbers[slot] != 0, unsafe numbers[slot] != number { slot = (slot + 1) % slotCount }
                    unsafe numbers[slot] = number
                }
            }
        }
        self.factor = factor
        self.slotCount = slotCount
    }

    func contains(_ number: UInt64) -> Bool {
        var slot = Self.slot(of: number, factor, slotCount)
        while true {
            let member = unsafe slots.bytes.unsafeLoad(fromByteOffset: slot * 8, as: UInt64.self)
            if member == number { return true }
            if member == 0 { return false }
            slot = (slot + 1) % slotCount
        }
    }

    /// The highest bits of the product: these depend on every bit of the number. Lower ones do not depend on the
    /// first letters of a piece, and hexadecimal digits differ in few bits, so that many pieces would share a slot.
    private static func slot(of number: UInt64, _ factor: UInt64, _ slotCount: Int) -> Int {
        Int(truncatingIfNeeded: (number &* factor) >> UInt64(64 - slotCount.trailingZeroBitCount))
    }
}
