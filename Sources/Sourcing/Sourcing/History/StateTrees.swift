internal import DaybookBytes
internal import DaybookCoding
internal import DaybookJSON

/// States as trees of JSON, one after the other.
struct StateTrees {
    /// Ordered: a set that is as it was is not to differ.
    private let encoder = PayloadEncoder(.json, isOrdered: true)

    func tree(of state: some Encodable, _ stream: String) throws(SourcingError) -> JSONValue {
        do { return try JSONValue(parsing: try encoder.encode(state)) } catch {
            throw SourcingError(
                .unwritable, "The state of stream '\(stream)' cannot be written as JSON",
                why: SourcingError.words(of: error),
                remedy: "Give it values that can be encoded.", place: "stream '\(stream)'")
        }
    }
}
