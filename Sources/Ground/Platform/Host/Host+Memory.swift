internal import CDaybookPlatform
internal import Glibc

extension Host {
    /// Gives memory back to the system that was freed and is kept for later: worth it after much work, and not often,
    /// as it looks through all that is kept. Waits for others who allocate at that moment.
    public static func returnFreedMemory() { daybook_return_freed_memory() }

    /// Has large blocks of memory given back to the system as soon as they are freed.
    ///
    /// By itself the allocator keeps ever larger ones for later, between others that are in use; a program whose large
    /// blocks grow and go, as the index of a journal does, then holds twice what it uses. For a program to call where it
    /// begins: it counts for all of the process.
    public static func returnLargeBlocksAtOnce() {
        daybook_return_blocks_at_once(largeBlockBytes)
    }
    /// Shorter blocks are used again without a word to the system: those that are read into, a megabyte each, come and go
    /// all the time.
    private static let largeBlockBytes: Int32 = 2 << 20

    /// Lets `residentBytesMax` begin anew with what is held now.
    public static func forgetResidentBytesMax() {
        // Safe: the string and the byte outlive the calls. Where one is refused, the figure stays what it was since the
        // process began.
        let file = unsafe daybook_open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC, 0)
        if file < 0 { return }
        _ = unsafe Glibc.write(file, "5", 1)
        _ = close(file)
    }
}
