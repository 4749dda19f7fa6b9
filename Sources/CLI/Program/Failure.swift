internal import Daybook
internal import DaybookPlatform
internal import DaybookServer
internal import DaybookSourcing

/// Why a command did not do what it was asked to: what, why, what to do, and where.
struct Failure: Error, Sendable, Equatable {
    let exit: ExitCode
    /// One word for machines; the store's own code where the store failed.
    let code: String
    let what: String
    let why: String
    var remedy: String
    var place: String?
    /// The file of the store that failed: from the root of the file system, once `inStore` was asked.
    private var file: String?
    var actual: StreamState?
    var position: Position?

    init(
        _ exit: ExitCode, _ code: String, _ what: String, why: String, remedy: String,
        place: String? = nil
    ) {
        self.exit = exit
        self.code = code
        self.what = what
        self.why = why
        self.remedy = remedy
        self.place = place
    }

    init(_ error: StoreError) {
        self.init(
            ExitCode(error.code), error.code.description, error.what, why: error.why,
            remedy: error.remedy)
        if Self.filing.contains(error.code) { file = error.place } else { place = error.place }
        actual = error.actual
        position = error.position
    }

    /// Failures of the store whose place is one of its files, named from the store's folder on.
    private static let filing: Set<StoreError.Code> = [
        .corrupt, .locked, .notFound, .newerFormat, .olderFormat, .inputOutput, .readOnly,
        .diskFull,
        .poisoned, .outcomeUnknown,
    ]

    /// The same, of the store in a folder: a path from there on does not say which store it is.
    func inStore(at folder: String) -> Failure {
        guard let file, !file.hasPrefix("/") else { return self }
        var failure = self
        // An archive is not in a folder of its own name, but that file itself.
        let name = folder.split(separator: "/").last.map(String.init) ?? ""
        if file == name || file.hasPrefix(name + ",") {
            failure.file = folder + file.dropFirst(name.count)
        } else {
            failure.file = folder.hasSuffix("/") ? folder + file : folder + "/" + file
        }
        return failure
    }

    /// Where, as it is told: the place, and the file of the store.
    var placeText: String? {
        let parts = [place, file].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: ": ")
    }

    /// Any error a command may end with.
    init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as StoreError: self.init(error)
        case let error as SourcingError:
            self.init(
                .failure, error.code.description, error.what, why: error.why, remedy: error.remedy,
                place: error.place)
        case let error as GitError: self.init(error)
        case let error as ServerError:
            let isUsage = error.code == .configuration || error.code == .addressRefused
            self.init(
                isUsage ? .usage : .failure, error.code.rawValue, error.what, why: error.why,
                remedy: error.remedy, place: error.place)
        case let error as Errno:
            self.init(
                .failure, "system", "the system refused", why: error.description,
                remedy: "Look at the room, the rights and the limits it has.")
        default:
            self.init(
                .failure, "unexpected", "an error without a description of its own",
                why: "\(error)", remedy: "Report it with the command that led to it.")
        }
    }

    static func usage(_ what: String, why: String, remedy: String) -> Failure {
        Failure(.usage, "usage", what, why: why, remedy: remedy)
    }

    /// A command that cannot be asked of a server.
    /// - Parameter naming: what names a server.
    static func needsFolder(_ command: String, _ naming: String) -> Failure {
        .usage(
            "`daybook \(command)` cannot be asked of a server",
            why: "it works on files of this machine, and \(naming) names a server",
            remedy: "Say `--store DIR` on the machine that has the folder of the store. What only "
                + "reads may run beside the server; what writes waits until it has ended.")
    }

    /// A file that the system refused.
    static func file(_ path: String, _ action: String, _ error: Errno) -> Failure {
        let missing = error == .ENOENT
        return Failure(
            missing ? .notFound : .failure, missing ? "fileNotFound" : "file",
            "`\(path)` cannot be \(action)", why: error.description,
            remedy: remedy(for: error), place: path)
    }

    private static func remedy(for error: Errno) -> String {
        switch error {
        case .ENOENT: "Look at the spelling of its name."
        case .ENOSPC, .EDQUOT: "Make room on that device, or name another."
        case .EISDIR: "Name a file; this is a folder."
        case .ENOTDIR: "Look at its path: a part of it is a file."
        default: "Look at its rights and place."
        }
    }
}
