// The names of errors are the system manual's own.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import Glibc

/// An error number of the system, with the words the system has for it.
public struct Errno: Error, Hashable, Sendable, CustomStringConvertible {
    /// The number, as the system calls it.
    public let code: Int32
    /// The error with this number.
    public init(code: Int32) { self.code = code }

    /// What the last failed call on this thread left behind.
    package static var last: Errno { Errno(code: errno) }

    /// The words the system has for it.
    public var description: String {
        // Safe: strerror returns a terminated string; it is copied at once.
        unsafe String(cString: strerror(code))
    }

    /// The device failed.
    public static let EIO = Errno(code: Glibc.EIO)
    /// The device is full.
    public static let ENOSPC = Errno(code: Glibc.ENOSPC)
    /// The quota of the owner is used up.
    public static let EDQUOT = Errno(code: Glibc.EDQUOT)
    /// Not without waiting.
    public static let EAGAIN = Errno(code: Glibc.EAGAIN)
    /// There is nothing of that name.
    public static let ENOENT = Errno(code: Glibc.ENOENT)
    /// There is nothing at or behind that place.
    public static let ENXIO = Errno(code: Glibc.ENXIO)
    /// There is something of that name.
    public static let EEXIST = Errno(code: Glibc.EEXIST)
    /// The file system is read-only.
    public static let EROFS = Errno(code: Glibc.EROFS)
    /// Rights are missing.
    public static let EACCES = Errno(code: Glibc.EACCES)
    /// It is not allowed.
    public static let EPERM = Errno(code: Glibc.EPERM)
    /// The file would be too large.
    public static let EFBIG = Errno(code: Glibc.EFBIG)
    /// The call makes no sense with these values.
    public static let EINVAL = Errno(code: Glibc.EINVAL)
    /// A folder was needed, and this is none.
    public static let ENOTDIR = Errno(code: Glibc.ENOTDIR)
    /// This is a folder.
    public static let EISDIR = Errno(code: Glibc.EISDIR)
    /// The folder is not empty.
    public static let ENOTEMPTY = Errno(code: Glibc.ENOTEMPTY)
    /// The file is not open, or not for that.
    public static let EBADF = Errno(code: Glibc.EBADF)
    /// Too many files are open.
    public static let EMFILE = Errno(code: Glibc.EMFILE)
    /// Too many files are open on the whole machine.
    public static let ENFILE = Errno(code: Glibc.ENFILE)
    /// A signal interrupted the call.
    public static let EINTR = Errno(code: Glibc.EINTR)
    /// Nobody reads the pipe any more.
    public static let EPIPE = Errno(code: Glibc.EPIPE)
    /// This file system cannot do it.
    public static let EOPNOTSUPP = Errno(code: Glibc.EOPNOTSUPP)
    /// This kernel cannot do it.
    public static let ENOSYS = Errno(code: Glibc.ENOSYS)
    /// The name is too long.
    public static let ENAMETOOLONG = Errno(code: Glibc.ENAMETOOLONG)
    /// Something else is using it.
    public static let EBUSY = Errno(code: Glibc.EBUSY)

    /// Something else listens at that address.
    public static let EADDRINUSE = Errno(code: Glibc.EADDRINUSE)
    /// This machine has no such address.
    public static let EADDRNOTAVAIL = Errno(code: Glibc.EADDRNOTAVAIL)

    /// The device has not what was written to it, or the file system has noticed that it is something else.
    public var isLostSector: Bool {
        [Glibc.EIO, Glibc.EBADMSG, Glibc.ENODATA, Glibc.EUCLEAN].contains(code)
    }
    /// No room: the device is full, or the owner's quota is.
    public var isNoSpace: Bool { self == .ENOSPC || self == .EDQUOT || self == .EFBIG }
    /// As many files are open as this process, or the machine, may have.
    public var isTooManyFiles: Bool { self == .EMFILE || self == .ENFILE }
    /// May not be written: a read-only file system, or missing rights.
    public var isReadOnly: Bool { self == .EROFS || self == .EACCES || self == .EPERM }
}
