#define _GNU_SOURCE
#include "CDaybookPlatform.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int daybook_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }

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

int daybook_allocate(int fd, off_t offset, off_t count) { return fallocate(fd, 0, offset, count); }
