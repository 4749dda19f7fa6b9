#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <uv.h>

/// A second descriptor of a socket, which stays when the first is closed; negative errno where there is none left.
/// fcntl is variadic, which Swift cannot call.
static inline int daybook_duplicate_socket(const uv_tcp_t *socket) {
    uv_os_fd_t descriptor;
    int answer = uv_fileno((const uv_handle_t *)socket, &descriptor);
    if (answer != 0) return answer;
    int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
    return copy < 0 ? uv_translate_sys_error(errno) : copy;
}

/// Bytes written to a socket that its peer has not taken: those that libuv still has, and those that the system has.
/// ioctl is variadic, which Swift cannot call.
static inline size_t daybook_untaken_bytes(const uv_tcp_t *socket) {
    uv_os_fd_t descriptor;
    int queued = 0;
    if (uv_fileno((const uv_handle_t *)socket, &descriptor) == 0) ioctl(descriptor, TIOCOUTQ, &queued);
    return uv_stream_get_write_queue_size((const uv_stream_t *)socket) + (size_t)queued;
}

/// Has writes of this thread to a socket that the peer has closed fail, instead of ending the process: libuv writes
/// without MSG_NOSIGNAL. The macros of signal sets cannot be imported.
static inline void daybook_block_sigpipe(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

/// unistd.h belongs to the C library, which only the platform may import.
static inline void daybook_close_descriptor(int descriptor) { close(descriptor); }
