internal import Daybook
internal import DaybookBytes
internal import DaybookLines

extension ProposedLine {
    /// Reads a line of an import.
    /// - Parameter identity: gives an id where the line has none.
    static func parse(
        _ line: RawSpan, number: Int, _ identity: inout LineIdentity, isExact: Bool = false
    ) throws(LineError) -> (entry: Append.Entry, revision: Claim?) {
        let parsed = try parse(line, isExact: isExact)
        return (parsed.entry(in: line) { identity.id(ofLine: number) }, parsed.revision)
    }
}
