import DaybookBytes
import DaybookJSON

/// One scanned payload: where its members are, and what went wrong where.
final class PayloadReader {
    let format: PayloadFormat
    let userInfo: [CodingUserInfoKey: Any]
    // Only methods of the tape touch it, none of which calls anything of a user: no two accesses
    // overlap, and asking at each whether they do would take a sixth of the time.
    @exclusivity(unchecked) private var storage = ValueTape()
    var tape: ValueTape {
        @inline(__always) _read { yield unsafe storage }
        @inline(__always) _modify { yield unsafe &storage }
    }
    // As above: the scanner alone touches it.
    @exclusivity(unchecked) private var levels = FlatArray<CBORLevel>(capacity: 16)

    // As above: the pool calls nothing of a user but what frees containers, of which it has the last.
    @exclusivity(unchecked) private var keyedPool = KeyedPool()
    var pool: KeyedPool {
        @inline(__always) _read { yield unsafe keyedPool }
        @inline(__always) _modify { yield unsafe &keyedPool }
    }
    /// Whether containers come from the pool, which is so while a payload is decoded.
    private(set) var isPooling = false
    /// Whether a payload was decoded before: there may be no second one, for which containers would be kept.
    private var isUsedAgain = false

    init(_ format: PayloadFormat, _ userInfo: [CodingUserInfoKey: Any]) {
        self.format = format
        self.userInfo = userInfo
    }

    /// Decodes a payload.
    func decode<Value: Decodable>(_ type: Value.Type, from payload: RawSpan) throws -> Value {
        try scan(payload)
        isPooling = isUsedAgain
        isUsedAgain = true
        defer { settle() }
        return try value(type, at: 0)
    }

    private func settle() {
        if isPooling { pool.settle(self) }
        isPooling = false
    }

    /// Lays a payload on the tape.
    private func scan(_ payload: RawSpan) throws {
        guard payload.byteCount <= ValueTape.payloadBytesMax else {
            let size = "the payload has \(payload.byteCount) bytes"
            throw corrupted(
                "\(size): at most \(ValueTape.payloadBytesMax) can be decoded", nil)
        }
        switch format {
        case .json:
            do throws(JSONError) {
                try JSON.scan(payload, onto: &tape)
            } catch {
                throw corrupted("the payload is not JSON: \(error)", error)
            }
        case .cbor:
            do throws(CBORError) {
                try unsafe CBORScanner.scan(payload, onto: &tape, levels: &levels)
            } catch {
                throw corrupted("the payload is not CBOR: \(error)", error)
            }
        }
    }

    private func corrupted(_ reason: String, _ cause: (any Error)?) -> DecodingError {
        .dataCorrupted(.init(codingPath: [], debugDescription: reason, underlyingError: cause))
    }

    /// A value of any type.
    func value<Value: Decodable>(_ type: Value.Type, at index: Int) throws -> Value {
        if type == [UInt8].self, isBytes(index) {
            let bytes = tape.content(of: index)
            // Safe: both types were just found to be the same.
            return unsafe unsafeBitCast(bytes, to: Value.self)
        }
        return try Value(from: ValueDecoder(reader: self, index: index))
    }

    private func isBytes(_ index: Int) -> Bool {
        switch tape.cells[index].kind {
        case .bytes, .positive, .negative: true
        default: false
        }
    }

    /// Whether a value is null.
    func isNull(_ index: Int) -> Bool {
        if case .null = tape.cells[index].kind { true } else { false }
    }
}
