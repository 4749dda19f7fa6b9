internal import Daybook
internal import DaybookBytes
package import DaybookGRPC

extension V1 {
    /// The decoders of all requests.
    package static let requestDecoders = [
        RequestDecoder(append) { isAppend($0) },
        RequestDecoder(appendPipelined) { bytes in
            guard let sent = try? SentPipelined(bytes) else { return false }
            return isAppend(bytes.extracting(sent.append))
        },
        RequestDecoder(delete) { bytes in
            (try? decoded(bytes, as: DeleteRequest.self).known()) != nil
        },
        RequestDecoder(read) { (try? decoded($0, as: SentRead.self).read()) != nil },
        RequestDecoder(subscribe) { bytes in
            (try? decoded(bytes, as: SentSubscription.self).subscription()) != nil
        },
        RequestDecoder(getHead, NamedRequest.self), RequestDecoder(getStream, NamedRequest.self),
        RequestDecoder(listStreams, ListRequest.self),
        RequestDecoder(getRecord, NamedRequest.self),
        RequestDecoder(listRecords, ListRequest.self),
        RequestDecoder(getTracking, NamedRequest.self),
        RequestDecoder(listJournals, JournalsRequest.self),
    ]

    /// Whether an append is one, and its events can be recorded.
    private static func isAppend(_ bytes: RawSpan) -> Bool {
        guard let sent = try? SentAppend(bytes) else { return false }
        var events = EncodedEvents(capacity: 0)
        let isWhole: Void? = try? sent.forEachEvent { event, stream in
            do throws(StoreError) { try events.add(event, to: stream) } catch { return error }
            return nil
        }
        return isWhole != nil && (try? sent.terms.validate(events)) != nil
    }
}
