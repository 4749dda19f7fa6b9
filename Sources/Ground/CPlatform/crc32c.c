#include "CDaybookPlatform.h"
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <nmmintrin.h>
#include <wmmintrin.h>

// Each step of the instruction waits three cycles for the one before, and one could begin in every cycle. So three parts
// of the bytes, one behind the other, are summed side by side, each of so many words.
enum { part_words_min = 4, part_words_max = 64 };

// What moves a checksum on by so many words of zeros: x^(64 words - 33) modulo the polynomial, in the order of its bits. A
// product of two such numbers is x too far, and the step that makes a checksum of it 32 bits further.
static uint32_t shift_by_words[2 * part_words_max + 1];

__attribute__((target("sse4.2")))
static void fill_shifts(void) {
    shift_by_words[1] = 1;
    for (int words = 2; words <= 2 * part_words_max; words++)
        shift_by_words[words] = (uint32_t)_mm_crc32_u64(shift_by_words[words - 1], 0);
}

// Processors that have one of the two instructions and not the other are of 2010 and before.
bool daybook_has_crc32c(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSE4_2) || !(c & bit_PCLMUL)) return false;
    fill_shifts();
    return true;
}

static inline uint64_t word_at(const unsigned char *bytes) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    return word;
}

__attribute__((target("sse4.2,pclmul")))
static inline __m128i shifted(uint64_t crc, size_t words) {
    return _mm_clmulepi64_si128(
        _mm_cvtsi64_si128((long long)crc), _mm_cvtsi32_si128((int)shift_by_words[words]), 0);
}

__attribute__((target("sse4.2,pclmul")))
uint32_t daybook_crc32c(uint32_t seed, const void *bytes, size_t count) {
    const unsigned char *p = bytes;
    uint64_t crc = seed ^ 0xFFFFFFFFu;
    while (count >= 24 * part_words_min) {
        size_t words = count / 24 < part_words_max ? count / 24 : part_words_max;
        const unsigned char *q = p + 8 * words, *r = q + 8 * words, *end = r + 8 * words;
        uint64_t second = 0, third = 0;
        for (; r < end; p += 8, q += 8, r += 8) {
            crc = _mm_crc32_u64(crc, word_at(p));
            second = _mm_crc32_u64(second, word_at(q));
            third = _mm_crc32_u64(third, word_at(r));
        }
        __m128i before = _mm_xor_si128(shifted(crc, 2 * words), shifted(second, words));
        crc = third ^ _mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(before));
        p = end;
        count -= 24 * words;
    }
    for (; count >= 8; count -= 8, p += 8) crc = _mm_crc32_u64(crc, word_at(p));
    if (count & 4) {
        uint32_t half;
        memcpy(&half, p, 4);
        crc = _mm_crc32_u32((uint32_t)crc, half);
        p += 4;
    }
    for (count &= 3; count > 0; count--, p++) crc = _mm_crc32_u8((uint32_t)crc, *p);
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
