internal import DaybookBytes
internal import DaybookPlatform

/// What the device does by itself: writes and syncs in a file that was filled with zeros, on one thread, without
/// anything that makes them a journal. Everything else is compared with it.
struct RawProbe {
    /// Bytes of one event in the probe.
    static let eventBytes = 280
    private static let fileBytes = 400 << 20
    let disk: any Disk
    let pace: Pace

    /// Makes the file and fills it.
    func prepare(_ name: String) throws -> FileID {
        let file = try disk.open(name, .createNew)
        try disk.allocate(file, upTo: Self.fileBytes)
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        for offset in stride(from: 0, to: Self.fileBytes, by: zeros.count) {
            try pace.interruption.check()
            try disk.writeAll(file, zeros.rawSpan, at: offset)
        }
        try disk.sync(file)
        return file
    }

    /// Writes `events` events at a time, each time with a sync.
    func measure(_ file: FileID, events: Int) throws -> Measurement {
        let bytes = [UInt8](repeating: 0x41, count: Self.eventBytes * events)
        var offset = 0
        return try Stretch(pace).repeating(eventsEach: events) {
            if offset + bytes.count > Self.fileBytes { offset = 0 }
            try disk.writeAll(file, bytes.rawSpan, at: offset)
            try disk.sync(file)
            offset += bytes.count
        }
    }

    /// The same while another thread fills another file with zeros, as the journal does ahead of itself.
    func measureBesideZeroing(_ file: FileID, events: Int) throws -> Measurement {
        let other = try disk.open("zeros", .createNew)
        defer { disk.close(other) }
        try disk.allocate(other, upTo: 64 << 20)
        let running = Monitor(true)
        let disk = disk
        let thread = try Thread(name: "bench-zeros") {
            let zeros = [UInt8](repeating: 0, count: 1 << 20)
            var offset = 0
            while running.withLock({ $0 }) {
                try? disk.writeAll(other, zeros.rawSpan, at: offset)
                disk.startWriteback(other, offset..<offset + zeros.count)
                offset = (offset + zeros.count) % (64 << 20)
                // About 100 MB a second: a step every 10 ms.
                _ = running.wait(
                    timeoutNanoseconds: 10_000_000, until: { !$0 }, then: { _, _ in 0 })
            }
        }
        defer {
            running.withLock { $0 = false }
            running.broadcast()
            thread.join()
        }
        return try measure(file, events: events)
    }
}
