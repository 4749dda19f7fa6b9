internal import DaybookPlatform

/// A folder that is gone when what needs it is done.
enum ScratchFolder {
    /// Makes one, and removes it with all that is in it; what cannot be removed stays.
    static func with<Result>(
        _ body: (_ path: String) async throws -> Result
    ) async throws -> Result {
        let path: String
        do { path = try Host.makePrivateFolder(in: Host.scratchFolder) } catch {
            throw Failure.file(Host.scratchFolder, "written", error)
        }
        defer { remove(path, LinuxDisk(root: "/")) }
        return try await body(path)
    }

    private static func remove(_ path: String, _ disk: LinuxDisk) {
        for name in (try? disk.list(path)) ?? [] {
            let inside = "\(path)/\(name)"
            if (try? disk.isDirectory(inside)) == true {
                remove(inside, disk)
            } else {
                try? disk.remove(inside)
            }
        }
        try? disk.remove(path)
    }
}
