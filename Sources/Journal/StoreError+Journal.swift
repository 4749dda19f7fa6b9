package import Daybook
package import DaybookPlatform

// What can go wrong between the journal and its disk, in words.

extension StoreError {
    /// Room ran out for what has to be there before anything is recorded.
    private static func diskFull(_ path: String, _ errno: Errno) -> StoreError {
        StoreError(
            .diskFull, "There is no room for more events",
            why: "the system said '\(errno)' when a file was to be written or given its blocks",
            remedy: "Make room; appends are accepted again by themselves.", place: path,
            systemError: errno.code)
    }

    /// A write or a sync failed while this append was under way.
    package static func outcomeUnknown(_ path: String, _ errno: Errno) -> StoreError {
        StoreError(
            .outcomeUnknown, "It is not known whether the append was recorded",
            why:
                "the system said '\(errno)' while it was made durable, and what the disk holds cannot be known",
            remedy: "Open the store again and repeat the append with the same ids.", place: path,
            systemError: errno.code)
    }

    /// The journal stopped earlier; this append was not written.
    package static func poisoned(_ path: String, _ errno: Errno) -> StoreError {
        StoreError(
            .poisoned, "The journal takes no more appends; this one was not written",
            why: "the system said '\(errno)' to an earlier write or sync",
            remedy: "See to the device, then open the store again; reads go on meanwhile.",
            place: path, systemError: errno.code)
    }

    /// Bytes that were durable are not what was written.
    package static func corrupt(
        _ path: String, offset: Int, position: Position?, _ why: String
    ) -> StoreError {
        StoreError(
            .corrupt, damaged, why: why,
            remedy: "Run `daybook verify`, and restore a backup; nothing was cut off or changed.",
            place: "\(path), offset \(offset)\(position.map { ", position \($0)" } ?? "")",
            position: position)
    }

    private static let damaged = "Recorded bytes are damaged"
    private static let unreadable = "Recorded events could not be read"
    private static let gone = "A file of the journal is missing"

    /// The system refuses to read what was recorded.
    /// - Parameter position: the first event that may lie there, where that is known.
    static func unreadable(
        _ path: String, offset: Int? = nil, position: Position? = nil, _ errno: Errno
    ) -> StoreError {
        if !errno.isLostSector { return .inputOutput(unreadable, path, errno) }
        return StoreError(
            .inputOutput, unreadable, why: "the system said '\(errno)'",
            remedy:
                "See to the device and its file system. If it stays, restore a backup; events that lie "
                + "elsewhere can still be read.",
            place: path + (offset.map { ", offset \($0)" } ?? "")
                + (position.map { ", from position \($0) on" } ?? ""),
            position: position, systemError: errno.code)
    }

    /// Something that was recorded is not there any more: what does not need it goes on.
    var isDamage: Bool {
        guard code == .inputOutput, what == Self.unreadable else { return code == .corrupt }
        return systemError.map { Errno(code: $0).isLostSector } ?? false
    }

    /// The same, as it is told to whoever opens the journal and cannot do without what is damaged.
    /// - Parameter need: what it is needed for, where that is not plain.
    func whileOpening(_ need: String? = nil) -> StoreError {
        let first: String
        switch what {
        case Self.damaged where isDamage: first = ""
        case Self.unreadable where isDamage: first = "See to the device. If it stays: "
        case Self.gone: first = "Put it back. Or: "
        default: return self
        }
        return with(
            why: need.map { "\(why); \($0)" },
            remedy: first
                + "Restore a backup. Without one, run `daybook repair`: it says what would be lost, and "
                + "`daybook repair --accept-loss` goes on with what is whole. Nothing was cut off or "
                + "changed.")
    }

    /// The same of a full disk, or one that failed, as it is told to whoever compacts.
    var whileCompacting: StoreError {
        let (what, remedy) =
            code == .diskFull
            ? (
                "There is no room to compact",
                "Make room for a copy of one segment, and start it again"
            )
            : (
                "The compaction was given up",
                "See to the device, open the store again, and start it again"
            )
        return StoreError(
            code, what, why: why,
            remedy: remedy + ": it goes on where it was. "
                + "What was compacted stays so, and nothing is lost.",
            place: place, systemError: systemError)
    }

    /// Of damage that a compaction passed by: it says what became of the rest.
    /// - Parameter segments: so many were left as they are, for this damage or other.
    func butRestIsCompacted(without segments: Int) -> StoreError {
        let left =
            segments > 1
            ? "for this and other damage \(segments) segments were left as they are"
            : "what needs it was left as it is"
        return with(why: "\(why); \(left), and the rest was compacted")
    }

    /// The folder that is read holds another history now.
    /// - Parameter isOther: it is another journal; else the same one, restored or repaired.
    static func replaced(_ path: String, isOther: Bool) -> StoreError {
        StoreError(
            .wrongCheckpoint, "The store is not the one that was opened",
            why: isOther
                ? "another journal lies in its folder now"
                : "it was restored or repaired while it was open for reading",
            remedy: "Open it again, and begin from 0: what was read may not be part of it.",
            place: path)
    }

    /// A file of the index is not what was written, or cannot be read.
    /// - Parameters:
    ///   - errno: what the system said where it cannot be read.
    ///   - remaking: what is done about it; nil: nothing, in this process.
    static func indexDamaged(
        _ path: String, offset: Int, _ why: String, _ errno: Errno?, _ remaking: Remaking?
    ) -> StoreError {
        var why = why
        let what: String
        switch remaking {
        case .underWay:
            what =
                "Ask again in a moment: that part of the index is being made anew from the events"
        case .failed(let reason):
            why += ", and that part of the index could not be made anew: \(reason)"
            what = "See to that, and ask again: it is tried again from the events"
        case nil:
            what =
                "Open the store for writing: that part of the index is then made anew from the "
                + "events"
        }
        return StoreError(
            errno == nil ? .corrupt : .inputOutput,
            errno == nil ? "A file of the index is damaged" : "A file of the index cannot be read",
            why: why, remedy: what + ", which are not touched by this.",
            place: "\(path), offset \(offset)", systemError: errno?.code)
    }

    /// A segment that the manifest names is not there.
    package static func missing(_ path: String, position: Position?) -> StoreError {
        StoreError(
            .corrupt, gone,
            why: "the manifest names it, and it is not there",
            remedy: "Put it back, or restore a backup; nothing was cut off or changed.",
            place: path,
            position: position)
    }

    /// A store of which only files are left that are written beside events.
    package static func lost(_ path: String, _ witness: String) -> StoreError {
        StoreError(
            .corrupt, "The events of the store are gone",
            why:
                "\(witness) tells of some, and neither a manifest nor a segment that holds any is there",
            remedy: "Put the files back, or restore a backup; to begin anew, remove the folder.",
            place: path)
    }

    package static func locked(_ path: String, holder: String) -> StoreError {
        StoreError(
            .locked, "The store is open for writing elsewhere", why: "\(holder) holds its lock",
            remedy: "Close it there first. What only reads works beside it.", place: path)
    }

    package static func notFound(_ path: String) -> StoreError {
        StoreError(
            .notFound, "There is no store", why: "the folder holds no journal",
            remedy: "Check the path; a store is made by the first append or import.", place: path)
    }

    package static func newerFormat(_ path: String, _ version: UInt32) -> StoreError {
        StoreError(
            .newerFormat, "The store was written by a later version of Daybook",
            why: "it uses format version \(version) or features this version does not know",
            remedy: "Open it with that version; nothing was changed.", place: path)
    }

    /// A segment of a format version, or with a feature, that is not known here.
    static func otherFormat(_ path: String, _ version: UInt32) -> StoreError {
        if version >= SegmentHeader.version { return newerFormat(path, version) }
        return StoreError(
            .olderFormat, "The store was written by an earlier version of Daybook",
            why:
                "it uses format version \(version), which was never released and is no longer read",
            remedy: "Export it by the version that wrote it, and import it; nothing was changed.",
            place: path)
    }

    /// A segment is compressed, and nothing was handed in that expands it.
    static func needsCompression(_ path: String) -> StoreError {
        StoreError(
            .needsCompression, "The events of the store are compressed",
            why: "the store was opened without compression, and `compact` has compressed a segment",
            remedy: "Open it with `compression: .zstd` of DaybookCompression; nothing was changed.",
            place: path)
    }

    /// Compression is asked for, and nothing was handed in that does it.
    static func noCompression() -> StoreError {
        .invalid(
            "The journal cannot be compressed", why: "the store was opened without compression",
            remedy: "Open it with `compression: .zstd` of DaybookCompression.")
    }

    /// Any refusal of the system: no room, no right, or a failure of the device.
    package static func inputOutput(_ what: String, _ path: String, _ errno: Errno) -> StoreError {
        if errno.isNoSpace { return diskFull(path, errno) }
        if errno == .ENOTDIR {
            return StoreError(
                .notFound, what, why: "a file stands where a folder is needed",
                remedy:
                    "Name the folder of a store. What `daybook backup` wrote into a file is made a store by "
                    + "`daybook restore`.", place: path, systemError: errno.code)
        }
        if errno.isTooManyFiles {
            return StoreError(
                .inputOutput, what, why: "the system said '\(errno)'",
                remedy: errno == .EMFILE
                    ? "Let the process open more files (`ulimit -n`), or close some, and try again."
                    : "Let the machine open more files (`sysctl fs.file-max`), and try again.",
                place: path, systemError: errno.code)
        }
        return StoreError(
            errno.isReadOnly ? .readOnly : .inputOutput, what, why: "the system said '\(errno)'",
            remedy: errno.isReadOnly
                ? "Give the process the right to write there, or open the store for reading only."
                : "See to the device and its file system, then try again.",
            place: path, systemError: errno.code)
    }
}
