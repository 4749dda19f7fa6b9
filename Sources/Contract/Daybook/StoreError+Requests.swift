// The texts for requests that cannot be, whatever the journal holds.

extension StoreError {
    /// A field that cannot be.
    package static func invalid(
        _ what: String, why: String, remedy: String, place: String? = nil
    ) -> StoreError {
        StoreError(.invalid, what, why: why, remedy: remedy, place: place)
    }

    /// A size or a count over one of the `Limits`.
    package static func tooLarge(
        _ what: String, _ size: Int, limit: Int, named name: String, place: String? = nil
    ) -> StoreError {
        StoreError(
            .tooLarge, "\(what) is too large", why: "it is \(size), and \(name) is \(limit)",
            remedy: "Make it smaller, or divide it.", place: place)
    }

    /// A name that is empty.
    package static func emptyName(_ kind: NameKind, place: String?) -> StoreError {
        .invalid(
            "The \(kind.rawValue) is empty", why: "it has to have at least one character",
            remedy: "Give it a name of 1 to \(Limits.nameBytesMax) bytes.", place: place)
    }

    /// A name over its limit.
    package static func longName(
        _ kind: NameKind, _ name: String, limit: Int, place: String?
    ) -> StoreError {
        .invalid(
            "The \(kind.rawValue) \(quoted(name)) is too long",
            why: "it has \(name.utf8.count) bytes, and the limit is \(limit)",
            remedy: "Give a shorter one.", place: place)
    }

    /// A name with a control character in it.
    package static func controlCharacter(
        _ kind: NameKind, _ name: String, place: String?
    ) -> StoreError {
        .invalid(
            "The \(kind.rawValue) \(quoted(name)) has a control character in it",
            why: "U+0000 to U+001F and U+007F cannot stand in names",
            remedy: "Take it out.", place: place)
    }

    /// A system stream that is not to be written.
    package static func systemStream(_ stream: String, place: String?) -> StoreError {
        .invalid(
            "Stream \(quoted(stream)) cannot be written or deleted",
            why: "names starting with $ are the system's",
            remedy: "Use another name; metadata of a stream s goes to $$s.", place: place)
    }

    /// An event type that only a deletion writes.
    package static func reservedType(_ type: String, place: String?) -> StoreError {
        .invalid(
            "An event of type \(type) cannot be appended", why: "the store itself writes it",
            remedy: "Delete the stream instead.", place: place)
    }

    /// The same id twice for one stream.
    package static func idTwice(_ id: EventID, place: String?) -> StoreError {
        .invalid(
            "Event \(id) stands twice in one append", why: "an id names one event of a stream",
            remedy: "Give each event an id of its own.", place: place)
    }

    /// One name in two spellings.
    package static func twoSpellings(_ stream: String, place: String?) -> StoreError {
        .invalid(
            "Stream \(quoted(stream)) is named in two spellings",
            why: "they are the same characters in different bytes, so different streams, and the "
                + "condition of one would be lost",
            remedy: "Spell it as everywhere else, or append to one at a time.", place: place)
    }

    /// An append without anything in it.
    package static func emptyAppend() -> StoreError {
        .invalid(
            "The append is empty", why: "it has no events, no tracking mark and no records",
            remedy: "Append at least one event.")
    }

    /// The same key twice in one append.
    package static func recordTwice(owner: String, key: String) -> StoreError {
        .invalid(
            "Key \(quoted(key)) stands twice in one append",
            why: "an append records one value under a key", remedy: "Leave the earlier one out.",
            place: "owner \(quoted(owner)), key \(quoted(key))")
    }

    /// A limit below zero.
    package static func negativeLimit(_ limit: Int) -> StoreError {
        .invalid(
            "The limit \(limit) is negative", why: "so many cannot be given",
            remedy: "Give 0 or more; no limit at all means everything.")
    }

    /// A revision to start from where more than one stream is read.
    package static func revisionWithoutStream(_ revision: Revision) -> StoreError {
        .invalid(
            "A read over more than one stream cannot start at revision \(revision)",
            why: "revisions count within one stream", remedy: "Start at a position or a time.")
    }

    /// A read that begins where it would end.
    package static func wrongEnd() -> StoreError {
        .invalid(
            "The read starts at its other end", why: "there is nothing to read from there on",
            remedy: "Read in the other direction, or start at a place.")
    }

    /// An alternative of a query that says nothing.
    package static func emptyQueryItem(_ index: Int) -> StoreError {
        .invalid(
            "Item \(index) of the query is empty", why: "it would match every event",
            remedy: "Give it a type, a tag, a stream or a category; every event is Query.all.",
            place: "query item \(index)")
    }

    /// A query with too many alternatives or terms.
    package static func longQuery(
        _ what: String, _ count: Int, limit: Int, place: String?
    ) -> StoreError {
        .invalid(
            "The query has too many \(what)", why: "it has \(count), and the limit is \(limit)",
            remedy: "Ask in several queries, or tag the events more broadly.", place: place)
    }
}
