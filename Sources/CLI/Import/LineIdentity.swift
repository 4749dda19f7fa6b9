internal import Daybook
internal import DaybookBytes

/// The id of an event that came without one: a UUIDv5 (RFC 9562) of journal, source and line
/// number, so that importing the same line again names the same event.
struct LineIdentity: ~Copyable {
    /// The namespace of such ids, a random UUID made for this purpose.
    static let namespace = EventID("6d1d3c1e-6a52-4b0f-9a53-0d5f6c2f7b8e")!

    private var digest = Digest(.sha1)
    private var name = ByteWriter()
    private let prefixBytes: Int

    init(journal: EventID, source: String) {
        for id in [Self.namespace, journal] {
            name.append(id.high.byteSwapped)
            name.append(id.low.byteSwapped)
        }
        name.append(source)
        // No source name has one, so two names never run together with their numbers.
        name.append(UInt8(0))
        prefixBytes = name.count
    }

    mutating func id(ofLine number: Int) -> EventID {
        name.truncate(to: prefixBytes)
        name.append(String(number))
        return Self.id(name, &digest)
    }

    private static func id(_ name: borrowing ByteWriter, _ digest: inout Digest) -> EventID {
        digest.update(name.bytes)
        return digest.takeEventID()
    }
}
