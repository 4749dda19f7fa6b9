#include "CDaybookPlatform.h"
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <nmmintrin.h>

bool daybook_has_crc32c(void) {
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_2);
}

__attribute__((target("sse4.2")))
uint32_t daybook_crc32c(uint32_t seed, const void *bytes, size_t count) {
    const unsigned char *p = bytes;
    uint64_t crc = seed ^ 0xFFFFFFFFu;
    for (; count >= 8; count -= 8, p += 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        crc = _mm_crc32_u64(crc, word);
    }
    for (; count > 0; count--, p++) crc = _mm_crc32_u8((uint32_t)crc, *p);
    return (uint32_t)crc ^ 0xFFFFFFFFu;
}

#elif defined(__aarch64__)
#include <arm_acle.h>
#include <sys/auxv.h>

bool daybook_has_crc32c(void) { return getauxval(AT_HWCAP) & (1 << 7); }

__attribute__((target("crc")))
uint32_t daybook_crc32c(uint32_t seed, const void *bytes, size_t count) {
    const unsigned char *p = bytes;
    uint32_t crc = seed ^ 0xFFFFFFFFu;
    for (; count >= 8; count -= 8, p += 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        crc = __crc32cd(crc, word);
    }
    for (; count > 0; count--, p++) crc = __crc32cb(crc, *p);
    return crc ^ 0xFFFFFFFFu;
}

#else

bool daybook_has_crc32c(void) { return false; }
uint32_t daybook_crc32c(uint32_t seed, const void *bytes, size_t count) { return 0; }

#endif
