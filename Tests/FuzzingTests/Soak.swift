import Foundation
import Synchronization

// The program of `.ci/soak`, which feeds a target with as many variations as it can take. Not part of the tests.
//
//     encconf-soak run TARGET SECONDS FIRST FOLDER PROGRESS    runs from the input with the number FIRST on
//     encconf-soak show TARGET NUMBER FOLDER                   writes one input to standard output

/// The numbers of the inputs that the threads are at, in a file that outlives the process.
private struct Progress: @unchecked Sendable {
    let numbers: UnsafeMutableBufferPointer<UInt64>

    init(_ path: String, threads: Int) {
        let file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
        precondition(file >= 0 && ftruncate(file, off_t(threads * 8)) == 0, "no file for the progress")
        guard let base = mmap(nil, threads * 8, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), base != MAP_FAILED else {
            fatalError("no memory for the progress")
        }
        numbers = UnsafeMutableBufferPointer(
            start: base.bindMemory(to: UInt64.self, capacity: threads), count: threads)
    }
}

@main enum Soak {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 4, let target = FuzzTarget(rawValue: arguments[2]) else {
            fatalError("usage: see the beginning of Soak.swift")
        }
        switch arguments[1] {
        case "show":
            let variations = try Variations(of: target, besides: [arguments[4]])
            FileHandle.standardOutput.write(Data(variations.input(UInt64(arguments[3]) ?? 0)))
        default:
            try run(
                target, seconds: Double(arguments[3]) ?? 1, first: UInt64(arguments[4]) ?? 0, folder: arguments[5],
                progress: arguments[6])
        }
    }

    private static func run(
        _ target: FuzzTarget, seconds: Double, first: UInt64, folder: String, progress path: String
    ) throws {
        let variations = try Variations(of: target, besides: [folder])
        let threads = ProcessInfo.processInfo.activeProcessorCount
        let progress = Progress(path, threads: threads)
        let isOver = Atomic(false)
        let count = Atomic(0)
        let group = DispatchGroup()
        let queue = DispatchQueue(label: "soak", attributes: .concurrent)
        for thread in 0..<threads {
            queue.async(group: group) {
                var number = first + UInt64(thread)
                while !isOver.load(ordering: .relaxed) {
                    progress.numbers[thread] = number
                    target.run(variations.input(number))
                    number += UInt64(threads)
                    count.add(1, ordering: .relaxed)
                }
            }
        }
        let end = Date(timeIntervalSinceNow: seconds)
        // An input that is at work for ten seconds is a failure too.
        var (last, since) = ([UInt64](repeating: .max, count: threads), [Date](repeating: Date(), count: threads))
        while Date() < end {
            usleep(200_000)
            for thread in 0..<threads where progress.numbers[thread] != last[thread] {
                (last[thread], since[thread]) = (progress.numbers[thread], Date())
            }
            for thread in 0..<threads where Date().timeIntervalSince(since[thread]) > 10 {
                fatalError("input \(last[thread]) takes longer than ten seconds")
            }
        }
        isOver.store(true, ordering: .relaxed)
        group.wait()
        print("\(target.rawValue) \(count.load(ordering: .relaxed)) inputs from \(first) on")
    }
}
