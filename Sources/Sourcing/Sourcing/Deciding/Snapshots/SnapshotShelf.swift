internal import Daybook
internal import DaybookBytes

/// The bytes of snapshots, in system records: the last one of each stream, in as many records as it takes.
///
///     key    number of the part, from 0, '/', name of the stream
///     value  u64 revision of the snapshot, u32 number of its parts, then bytes
package struct SnapshotShelf: Sendable {
    let owner: String
    let store: any EventStore

    /// Who keeps the snapshots of a fold.
    static func owner(ofFold name: String) -> String { "snapshots." + name }

    private static let headBytes = 12
    private static let partBytesMax = Limits.recordValueBytesMax - headBytes

    /// The parts of an append, and of the head of the first.
    struct Part {
        let revision: UInt64
        let count: Int
        let bytes: ArraySlice<UInt8>

        init?(_ value: [UInt8]) {
            guard value.count >= headBytes else { return nil }
            revision = value.rawSpan.u64(at: 0)
            count = Int(value.rawSpan.u32(at: 8))
            bytes = value[headBytes...]
        }
    }

    static func key(_ part: Int, _ stream: String) -> String { "\(part)/\(stream)" }

    /// What was put last; nil where there is nothing.
    func bytes(_ stream: String) async throws -> [UInt8]? {
        guard let first = try await part(0, stream) else { return nil }
        var bytes = Array(first.bytes)
        for number in 1..<max(first.count, 1) {
            // Another one was put meanwhile: the events say it all.
            guard let part = try await part(number, stream), part.revision == first.revision else {
                return nil
            }
            bytes += part.bytes
        }
        return bytes
    }

    func part(_ number: Int, _ stream: String) async throws -> Part? {
        try await store.record(owner: owner, key: Self.key(number, stream)).flatMap {
            Part($0.value)
        }
    }

    /// Puts a snapshot in the place of an earlier one.
    func put(_ bytes: [UInt8], at revision: Revision, _ stream: String) async throws {
        let old = try await store.record(owner: owner, key: Self.key(0, stream))
        let oldPart = old.flatMap { Part($0.value) }
        if let oldPart, oldPart.revision >= revision { return }
        let count = max(1, (bytes.count + Self.partBytesMax - 1) / Self.partBytesMax)
        var append = Append()
        for number in 0..<max(count, oldPart?.count ?? 0) {
            let start = number * Self.partBytesMax
            var value: [UInt8]?
            if number < count {
                let part = bytes[start..<min(start + Self.partBytesMax, bytes.count)]
                var writer = ByteWriter(capacity: Self.headBytes + part.count)
                writer.append(revision)
                writer.append(UInt32(count))
                writer.append(Array(part))
                value = writer.bytes.copied()
            }
            append.records.append(
                SystemRecord(owner: owner, key: Self.key(number, stream), value: value))
        }
        // Somebody who put one in between has put one that is as good.
        append.records[0].condition = old.map { .sequence($0.sequence) } ?? .none
        do throws(StoreError) { try await store.append(append) } catch {
            if error.code != .wrongToken { throw error }
        }
    }

    /// Some streams of which there is one, by the order of their bytes; none behind the last.
    func streams(after last: String?) async throws -> [String] {
        let keys = try await store.records(
            owner: owner, after: last.map { Self.key(0, $0) }, limit: 100)
        return keys.map(\.key).filter { $0.hasPrefix("0/") }.map { String($0.dropFirst(2)) }
    }
}
