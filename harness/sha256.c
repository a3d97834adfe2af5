#include "harness/sha256.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

#define WITH_SHA __attribute__((target("sha,sse4.1")))

enum { BLOCK = 64, STEPS = 16 }; /* of four rounds each */

/* Leaf 1: SSSE3 and SSE4.1; leaf 7: SHA. */
static int has_instructions(void)
{
    unsigned a, b, c, d;

    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 9 & c >> 19 & 1))
        return 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 29 & 1);
}

static const uint32_t constants[4 * STEPS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* The instructions want the state as two halves: ABEF and CDGH. */
struct halves {
    __m128i abef, cdgh;
};

WITH_SHA static struct halves load(const uint32_t state[8])
{
    __m128i abcd = _mm_loadu_si128((const __m128i *)state);
    __m128i efgh = _mm_loadu_si128((const __m128i *)(state + 4));
    __m128i cdab = _mm_shuffle_epi32(abcd, 0xB1);
    __m128i efgh_back = _mm_shuffle_epi32(efgh, 0x1B);

    return (struct halves){_mm_alignr_epi8(cdab, efgh_back, 8),
                           _mm_blend_epi16(efgh_back, cdab, 0xF0)};
}

WITH_SHA static void store(uint32_t state[8], struct halves h)
{
    __m128i feba = _mm_shuffle_epi32(h.abef, 0x1B);
    __m128i dchg = _mm_shuffle_epi32(h.cdgh, 0xB1);

    _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

/* Four words of the message are in each w; `at` counts from 0 to STEPS. */
WITH_SHA static inline __m128i next_words(const __m128i w[4], int at)
{
    __m128i last = w[(at + 3) % 4];
    __m128i sum = _mm_sha256msg1_epu32(w[at % 4], w[(at + 1) % 4]);

    sum = _mm_add_epi32(sum, _mm_alignr_epi8(last, w[(at + 2) % 4], 4));
    return _mm_sha256msg2_epu32(sum, last);
}

WITH_SHA static struct halves compress(struct halves h,
                                       const unsigned char *bytes)
{
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b,
                                              0x0405060700010203);
    struct halves before = h;
    __m128i w[4], sum;

    for (int i = 0; i < 4; i++)
        w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)bytes + i),
                                big_endian);
#pragma GCC unroll 16
    for (int at = 0; at < STEPS; at++) {
        if (at >= 4)
            w[at % 4] = next_words(w, at);
        sum = _mm_add_epi32(w[at % 4],
                            _mm_loadu_si128((const __m128i *)constants + at));
        h.cdgh = _mm_sha256rnds2_epu32(h.cdgh, h.abef, sum);
        h.abef = _mm_sha256rnds2_epu32(h.abef, h.cdgh,
                                       _mm_shuffle_epi32(sum, 0x0E));
    }
    return (struct halves){_mm_add_epi32(h.abef, before.abef),
                           _mm_add_epi32(h.cdgh, before.cdgh)};
}

WITH_SHA static void take(uint32_t state[8], const unsigned char *bytes,
                          size_t n)
{
    struct halves h = load(state);

    for (; n > 0; n--, bytes += BLOCK)
        h = compress(h, bytes);
    store(state, h);
}

int sha256_blocks(uint32_t state[8], const unsigned char *bytes, size_t n)
{
    if (!has_instructions())
        return 0;
    take(state, bytes, n);
    return 1;
}

#else

int sha256_blocks(uint32_t state[8], const unsigned char *bytes, size_t n)
{
    (void)state;
    (void)bytes;
    (void)n;
    return 0;
}

#endif
