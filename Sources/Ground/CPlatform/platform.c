#define _GNU_SOURCE
#include "CDaybookPlatform.h"
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

int daybook_open(const char *path, int flags, mode_t mode) {
    int fd = open(path, flags, mode);
    // Refused to whoever does not own the file: then its reads are noted as usual.
    if (fd >= 0) (void)fcntl(fd, F_SETFL, flags | O_NOATIME);
    return fd;
}

int daybook_lock_exclusive(int fd) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(fd, F_OFD_SETLK, &lock);
}

int daybook_is_locked(int fd) {
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_OFD_GETLK, &lock) != 0) return -1;
    return lock.l_type != F_UNLCK;
}

ssize_t daybook_pread_cached(int fd, void *bytes, size_t count, off_t offset) {
    struct iovec vector = {.iov_base = bytes, .iov_len = count};
    return preadv2(fd, &vector, 1, offset, RWF_NOWAIT);
}

int daybook_start_writeback(int fd, off_t offset, off_t count) {
    return sync_file_range(fd, offset, count, SYNC_FILE_RANGE_WRITE);
}

off_t daybook_next_data(int fd, off_t offset) { return lseek(fd, offset, SEEK_DATA); }

int daybook_allocate(int fd, off_t offset, off_t count) { return fallocate(fd, 0, offset, count); }

int daybook_give_back(int fd, off_t offset, off_t count) {
    return fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, count);
}

int daybook_name_thread(pthread_t thread, const char *name) { return pthread_setname_np(thread, name); }

ssize_t daybook_random(void *bytes, size_t count) { return getrandom(bytes, count, 0); }

int daybook_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int daybook_spawn_in(posix_spawn_file_actions_t *actions, const char *path) {
    return posix_spawn_file_actions_addchdir_np(actions, path);
}

// By the number of the signal; numbers end at 64.
static volatile int signal_targets[65];

static void signal_arrived(int number) {
    int before = errno;
    unsigned char byte = (unsigned char)number;
    // A full pipe holds signals enough already.
    ssize_t ignored = write(signal_targets[number], &byte, 1);
    (void)ignored;
    errno = before;
}

int daybook_signal_to(int number, int fd) {
    if (number < 1 || number > 64) {
        errno = EINVAL;
        return -1;
    }
    signal_targets[number] = fd;
    struct sigaction action = {.sa_handler = signal_arrived, .sa_flags = SA_RESTART};
    return sigaction(number, &action, NULL);
}

void daybook_return_freed_memory(void) {
    malloc_trim(0);
}

void daybook_return_blocks_at_once(int bytes) {
    // Unless it is set, the threshold rises to the largest block that was ever freed, up to 32 MiB.
    mallopt(M_MMAP_THRESHOLD, bytes);
    // Setting one of them fixes the other, at a length that has the end of a heap given back all the time.
    mallopt(M_TRIM_THRESHOLD, 2 * bytes);
}
