internal import Glibc

/// Makes a system call, again where a signal interrupted it, and turns its -1 into the error it left.
@inline(__always)
func systemCall<Result: SignedInteger & FixedWidthInteger>(
    _ call: () -> Result
) throws(Errno) -> Result {
    while true {
        let result = call()
        if result != -1 { return result }
        let error = Errno.last
        if error != .EINTR { throw error }
    }
}

/// The same for calls that answer with the error number itself, as those of POSIX threads do.
func check(_ number: Int32) throws(Errno) {
    if number != 0 { throw Errno(code: number) }
}
