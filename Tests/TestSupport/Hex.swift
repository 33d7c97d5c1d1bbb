/// The bytes that hexadecimal digits stand for; white space between them is passed over.
public func hex(_ digits: String) -> [UInt8] {
    let values = digits.compactMap(\.hexDigitValue)
    precondition(values.count % 2 == 0, "an odd number of digits")
    return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
}
