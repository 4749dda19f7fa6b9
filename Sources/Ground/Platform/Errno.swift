internal import Glibc

/// An error number of the system, with the words the system has for it.
public struct Errno: Error, Hashable, Sendable, CustomStringConvertible {
    public let code: Int32
    public init(code: Int32) { self.code = code }

    /// What the last failed call on this thread left behind.
    package static var last: Errno { Errno(code: errno) }

    public var description: String {
        // Safe: strerror returns a terminated string; it is copied at once.
        unsafe String(cString: strerror(code))
    }

    public static let EIO = Errno(code: Glibc.EIO)
    public static let ENOSPC = Errno(code: Glibc.ENOSPC)
    public static let EDQUOT = Errno(code: Glibc.EDQUOT)
    public static let EAGAIN = Errno(code: Glibc.EAGAIN)
    public static let ENOENT = Errno(code: Glibc.ENOENT)
    public static let EEXIST = Errno(code: Glibc.EEXIST)
    public static let EROFS = Errno(code: Glibc.EROFS)
    public static let EACCES = Errno(code: Glibc.EACCES)
    public static let EPERM = Errno(code: Glibc.EPERM)
    public static let EFBIG = Errno(code: Glibc.EFBIG)
    public static let EINVAL = Errno(code: Glibc.EINVAL)
    public static let ENOTDIR = Errno(code: Glibc.ENOTDIR)
    public static let EISDIR = Errno(code: Glibc.EISDIR)
    public static let ENOTEMPTY = Errno(code: Glibc.ENOTEMPTY)
    public static let EBADF = Errno(code: Glibc.EBADF)
    public static let EMFILE = Errno(code: Glibc.EMFILE)
    public static let EINTR = Errno(code: Glibc.EINTR)
    public static let EPIPE = Errno(code: Glibc.EPIPE)
    public static let EOPNOTSUPP = Errno(code: Glibc.EOPNOTSUPP)
    public static let ENOSYS = Errno(code: Glibc.ENOSYS)
    public static let ENAMETOOLONG = Errno(code: Glibc.ENAMETOOLONG)
    public static let EBUSY = Errno(code: Glibc.EBUSY)

    /// No room: the device is full, or the owner's quota is.
    public var isNoSpace: Bool { self == .ENOSPC || self == .EDQUOT || self == .EFBIG }
    /// May not be written: a read-only file system, or missing rights.
    public var isReadOnly: Bool { self == .EROFS || self == .EACCES || self == .EPERM }
}
