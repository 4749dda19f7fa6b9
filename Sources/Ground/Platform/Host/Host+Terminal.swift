internal import Glibc

extension Host {
    /// Whether the descriptor leads to a person.
    public static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Columns of the terminal behind standard output, or nil where there is none.
    public static func terminalWidth() -> Int? {
        var size = winsize()
        // Safe: the request fills the one value it is given.
        guard unsafe ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
