#ifndef DAYBOOK_PLATFORM_H
#define DAYBOOK_PLATFORM_H

// What Swift cannot say by itself. Each wrapper gives its reason.

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <pthread.h>
#include <spawn.h>

// The crc32 instruction needs a target attribute, which Swift does not have.
// Returns whether this processor has it.
bool daybook_has_crc32c(void);
// CRC-32C of `count` bytes at `bytes`, going on from `seed` (the finished value of what came before,
// 0 at the start). Only where daybook_has_crc32c() is true.
uint32_t daybook_crc32c(uint32_t seed, const void *bytes, size_t count);

// open(2) and fcntl(2) are variadic, and variadic C functions are not imported; O_NOATIME needs _GNU_SOURCE.
// Opens a file whose inode is not to note when it was read last, which costs a little with every read.
int daybook_open(const char *path, int flags, mode_t mode);
// Open-file-description locks on the whole file: 0, or -1 with errno. Unlike POSIX record locks they
// are not dropped when some other descriptor of the file is closed.
int daybook_lock_exclusive(int fd);
// 1 if another open file description holds an exclusive lock, 0 if not, -1 with errno.
int daybook_is_locked(int fd);

// preadv2, RWF_NOWAIT, sync_file_range, SEEK_DATA and fallocate need _GNU_SOURCE, which the Glibc module lacks.
// Reads what the page cache has; -1 with EAGAIN where it would wait for the device.
ssize_t daybook_pread_cached(int fd, void *bytes, size_t count, off_t offset);
int daybook_start_writeback(int fd, off_t offset, off_t count);
// -1 with ENXIO where nothing was written from there on.
off_t daybook_next_data(int fd, off_t offset);
int daybook_allocate(int fd, off_t offset, off_t count);
// Takes the blocks of a range from a file, whose size stays.
int daybook_give_back(int fd, off_t offset, off_t count);

// pthread_setname_np, getrandom, pipe2 and posix_spawn_file_actions_addchdir_np need _GNU_SOURCE too.
// Names a thread with at most 15 bytes; 0 or the error number.
int daybook_name_thread(pthread_t thread, const char *name);
// Fills up to 256 bytes, never fewer; -1 with errno.
ssize_t daybook_random(void *bytes, size_t count);
// A pipe closed on exec: reading end, writing end.
int daybook_pipe(int ends[2]);
// The folder that the program to start will find itself in; 0 or the error number.
int daybook_spawn_in(posix_spawn_file_actions_t *actions, const char *path);

// A signal handler may call little more than write(2), and nothing that Swift's runtime might do behind
// a closure. This one writes the number of the signal, as one byte, to `fd`.
int daybook_signal_to(int number, int fd);

// malloc_trim and mallopt are in <malloc.h>, which the Glibc module lacks.
// Gives memory that was freed back to the system, as far as it can.
void daybook_return_freed_memory(void);
// Has blocks of so many bytes or more given back to the system as soon as they are freed.
void daybook_return_blocks_at_once(int bytes);

// The processor's hint that a loop only waits is an instruction.
static inline void daybook_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
