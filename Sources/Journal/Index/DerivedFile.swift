internal import DaybookBytes
internal import DaybookPlatform

/// A file beside a segment: under its name it is whole, or not there, whatever a crash leaves.
enum DerivedFile {
    /// What the name of one ends with that is not whole yet.
    static let aside = ".new"

    /// Writes a file anew: aside, synced, renamed. Whether the name is durable does not matter: without it the file is
    /// made again.
    static func write(
        _ bytes: borrowing ByteWriter, _ disk: any Disk, _ path: String
    ) throws(Errno) {
        do throws(Errno) { try disk.remove(path + aside) } catch {
            if error != .ENOENT { throw error }
        }
        do throws(Errno) {
            let file = try OpenFile(disk, path + aside, .createNew)
            try file.writeAll(bytes.bytes, at: 0)
            try file.sync()
            try disk.rename(path + aside, to: path)
        } catch {
            try? disk.remove(path + aside)
            throw error
        }
    }
}
