public import Daybook
internal import DaybookJournal
internal import DaybookPlatform

/// A journal of a store, from outside.
public struct JournalInfo: Hashable, Sendable {
    public var name: String
    /// Where it ends; nil where it cannot be read.
    public var head: Checkpoint?
    public var createdAt: Timestamp?
    /// Bytes that frames take, and bytes that the files of the segments take on the device.
    public var usedBytes: UInt64 = 0
    public var fileBytes: UInt64 = 0
    /// Bytes of the index on the device.
    public var indexBytes: UInt64 = 0
    /// Whether a process has it open for writing.
    public var hasWriter = false
    /// Why it cannot be read, or not to its end.
    public var failure: StoreError?
}

extension JournalInfo {
    /// All journals of a store, by name: those that are open as they are, the others opened for reading for a
    /// moment. Blocks.
    static func list(
        _ environment: JournalEnvironment, open: [String: Journal]
    ) throws(StoreError) -> [JournalInfo] {
        var quiet = environment
        quiet.hasThreads = false
        var infos: [JournalInfo] = []
        for name in try JournalNames.list(environment.disk) {
            var info = JournalInfo(name: name)
            do throws(StoreError) {
                if let journal = open[name] {
                    try info.fill(journal)
                } else {
                    let journal = try Journal.openReadOnly(quiet, name: name)
                    defer { journal.close() }
                    try info.fill(journal)
                }
            } catch {
                info.failure = error
            }
            infos.append(info)
        }
        return infos
    }

    private mutating func fill(_ journal: Journal) throws(StoreError) {
        let view = journal.view
        let space = view.sizes()
        createdAt = journal.createdAt
        usedBytes = UInt64(space.usedBytes)
        fileBytes = UInt64(space.fileBytes)
        indexBytes = UInt64(view.indexBytes)
        hasWriter = journal.isWritable || journal.hasWriterElsewhere
        failure = view.damage ?? journal.failure
        let position = view.watermark.position
        let event: EventID?
        do throws(ReadFailure) {
            event = position == 0 ? nil : try view.batch(at: [position], .mayBlock)[0].id
        } catch {
            switch error {
            case .failed(let error): throw error
            case .wouldBlock: preconditionFailure("a read that may block came back at once")
            }
        }
        head = Checkpoint(
            journal: journal.id, epoch: journal.epoch, position: position, event: event)
    }
}
