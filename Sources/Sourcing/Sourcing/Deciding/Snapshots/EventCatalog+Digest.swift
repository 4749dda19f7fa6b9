extension EventCatalog {
    /// What the catalog says of some events, as a number: another one where they are read from other names or versions,
    /// or where something else becomes of what it does not know.
    func digest(of payloads: [any DomainEvent.Type]) -> UInt64 {
        let names = Set(recordedNames(of: payloads))
        var lines = ["unknown/\(unknown.rawValue)"]
        for entry in entries where names.contains(entry.type.name) {
            let older = entry.older.keys.sorted().map { "\($0)" }.joined(separator: ",")
            let former = entry.formerNames.sorted().joined(separator: ",")
            let payloads = entry.payloads.map { $0.eventType.name }.sorted().joined(separator: ",")
            lines.append("\(entry.type.name)/\(entry.type.version)/\(older)/\(former)/\(payloads)")
        }
        var digest = FNVDigest()
        digest.add(lines.sorted().joined(separator: "\n"))
        return digest.value
    }
}
