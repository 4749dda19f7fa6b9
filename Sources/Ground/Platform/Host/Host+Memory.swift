internal import CDaybookPlatform

extension Host {
    /// Gives memory back to the system that was freed and is kept for later: worth it after much work, and not often,
    /// as it looks through all that is kept. Waits for others who allocate at that moment.
    public static func returnFreedMemory() { daybook_return_freed_memory() }
}
