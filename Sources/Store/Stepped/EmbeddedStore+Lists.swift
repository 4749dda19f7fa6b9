package import Daybook
package import DaybookJournal
internal import DaybookPlatform

extension EmbeddedStore {
    /// Begins to read a list, from an ordinal on, itself included; forwards from the first, backwards from the last
    /// where none is given, or none is there that is as great.
    /// - Parameters:
    ///   - limit: events and stubs to be given at the most; nil: all there are.
    ///   - tellsReadable: whether of each is told if a read of its stream gives it.
    /// - Throws: `invalid`, `closed`.
    package func stepped(
        _ list: EventList, _ direction: Read.Direction = .forwards, from first: Ordinal? = nil,
        limit: Int? = nil, tellsReadable: Bool = false
    ) throws(StoreError) -> SteppedListRead {
        try list.validate()
        try Limits.validate(limit: limit)
        try checkOpen()
        return SteppedListRead(
            list, direction, from: first ?? (direction == .forwards ? 0 : .max),
            limit: limit ?? .max, tellsReadable: tellsReadable, of: self)
    }

    /// Begins to follow a list, from an ordinal on, itself included, whether or not it has come.
    /// - Throws: `invalid`, `closed`.
    package func following(
        _ list: EventList, from first: Ordinal, tellsReadable: Bool = false
    ) throws(StoreError) -> SteppedListSubscription {
        try list.validate()
        try checkOpen()
        return SteppedListSubscription(
            list, from: first, tellsReadable: tellsReadable, of: self)
    }
}

extension LookUp where Value == Ordinal {
    /// How many events a list has, stubs among them: the ordinal of the next.
    /// - Throws: `invalid`.
    package static func count(of list: EventList) throws(StoreError) -> LookUp {
        try list.validate()
        return LookUp { store, mode throws(ReadFailure) in
            let place = try store.journal.view.place(
                of: .max, in: list, upTo: store.headPosition, mode)
            return place.ordinal
        }
    }
}
