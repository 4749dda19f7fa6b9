// What the thread sanitizer has to be told of Swift's `Mutex`: linked in by Scripts/sanitize alone.
//
// Where nobody else wants a mutex, it is taken and given by atomic operations that the compiler puts into the
// caller, and the sanitizer sees them. Where a thread has to wait, the kernel hands the mutex over, inside
// libswiftSynchronization, which is not instrumented: what happened before under the lock would look unordered
// with what happens after, and every lock that waits would be told as a race.
//
// These stand in the place of the library's three functions, call them, and say what they did.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void daybook_lock(uint32_t thread, SELF void *mutex) __asm__(LOCK);
SWIFT bool daybook_try_lock(SELF void *mutex) __asm__(TRY_LOCK);
SWIFT void daybook_unlock(SELF void *mutex) __asm__(UNLOCK);

static SWIFT void (*lock)(uint32_t thread, SELF void *mutex);
static SWIFT bool (*try_lock)(SELF void *mutex);
static SWIFT void (*unlock)(SELF void *mutex);

static void *library_function(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (!function) {
        fprintf(stderr, "Scripts/sanitize.d/mutex.c: Swift's library has no %s; this is for another version\n", name);
        abort();
    }
    return function;
}

__attribute__((constructor)) static void look_up(void) {
    lock = library_function(LOCK);
    try_lock = library_function(TRY_LOCK);
    unlock = library_function(UNLOCK);
}

SWIFT void daybook_lock(uint32_t thread, SELF void *mutex) {
    lock(thread, mutex);
    __tsan_acquire(mutex);
}

SWIFT bool daybook_try_lock(SELF void *mutex) {
    bool is_locked = try_lock(mutex);
    if (is_locked) __tsan_acquire(mutex);
    return is_locked;
}

SWIFT void daybook_unlock(SELF void *mutex) {
    // Said before: as soon as the library has given the mutex away, another thread may go on.
    __tsan_release(mutex);
    unlock(mutex);
}
