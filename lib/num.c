#include "lib/num.h"

#include <stdio.h>
#include <string.h>

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : -1;
}

int num_parse_int(const char *text, int64_t lo, int64_t hi, int64_t *value)
{
    int negative = text[0] == '-';
    const char *c = text + negative;
    int64_t sum = 0; /* kept negative: INT64_MIN has no positive twin */

    if (*c == '\0')
        return -1;
    for (; *c; c++) {
        if (digit(*c) < 0 || __builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_sub_overflow(sum, digit(*c), &sum))
            return -1;
    }
    if (!negative && __builtin_sub_overflow(0, sum, &sum))
        return -1;
    if (sum < lo || sum > hi)
        return -1;
    *value = sum;
    return 0;
}

/* ---- eight digits at a time ---- */

static const uint64_t eight_zeros = UINT64_C(0x3030303030303030);

/* Four characters, the first in the lowest byte; compilers make it a load. */
static uint64_t load_4(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;

    return (uint64_t)c[0] | (uint64_t)c[1] << 8 | (uint64_t)c[2] << 16 |
           (uint64_t)c[3] << 24;
}

static uint64_t load_8(const char *text)
{
    return load_4(text) | load_4(text + 4) << 32;
}

/* The last n (4 to 7) of eight digits; those before them are zeros. */
static uint64_t load_some(const char *text, int n)
{
    int missing = 8 * (8 - n);
    uint64_t bytes = load_4(text) << missing | load_4(text + n - 4) << 32;

    return bytes | (eight_zeros & ((UINT64_C(1) << missing) - 1));
}

/* 0 to 9 are 0x30 to 0x39: the only bytes that are 0x3. with 6 added, too. */
static int are_digits(uint64_t eight)
{
    const uint64_t high = UINT64_C(0xf0f0f0f0f0f0f0f0);
    uint64_t more = eight + UINT64_C(0x0606060606060606);

    return (eight & high) == eight_zeros && (more & high) == eight_zeros;
}

/* Neighbours become pairs, pairs become fours, and these one number. */
static int64_t value_of_eight(uint64_t eight)
{
    const uint64_t pair = UINT64_C(0x000000ff000000ff);

    eight -= eight_zeros;
    eight = eight * 10 + (eight >> 8);
    eight = (eight & pair) * (100 + (UINT64_C(1000000) << 32)) +
            (eight >> 16 & pair) * (1 + (UINT64_C(10000) << 32));
    return (int64_t)(eight >> 32);
}

int64_t num_of_digits(const char *text, size_t len)
{
    static const int64_t powers[] = {10000, 100000, 1000000, 10000000};
    int64_t value = 0;
    uint64_t eight;

    if (len == 0 || len > 18)
        return -1;
    for (; len >= 8; text += 8, len -= 8) {
        eight = load_8(text);
        if (!are_digits(eight))
            return -1;
        value = value * 100000000 + value_of_eight(eight);
    }
    if (len >= 4) {
        eight = load_some(text, (int)len);
        if (!are_digits(eight))
            return -1;
        return value * powers[len - 4] + value_of_eight(eight);
    }
    for (; len > 0; text++, len--) {
        if (digit(*text) < 0)
            return -1;
        value = value * 10 + digit(*text);
    }
    return value;
}

int num_parse_real(const char *text, double lo, double hi, double *value)
{
    int negative = text[0] == '-';
    const char *c = text + negative;
    double sum = 0, scale = 1;
    int digits = 0, points = 0;

    for (; *c; c++) {
        if (*c == '.' && ++points == 1)
            continue;
        if (digit(*c) < 0 || ++digits > 18)
            return -1;
        sum = sum * 10 + digit(*c);
        scale *= points ? 10 : 1;
    }
    sum = negative ? -sum / scale : sum / scale;
    if (digits == 0 || points > 1 || sum < lo || sum > hi)
        return -1;
    *value = sum;
    return 0;
}

static int count_digits(uint64_t value)
{
    int n = 1;

    for (; value >= 10000; value /= 10000)
        n += 4;
    return n + (value >= 10) + (value >= 100) + (value >= 1000);
}

/* Two digits a step, from the right: half the divisions. */
char *num_put_int(char *to, int64_t value)
{
    static const char pairs[] = "00010203040506070809"
                                "10111213141516171819"
                                "20212223242526272829"
                                "30313233343536373839"
                                "40414243444546474849"
                                "50515253545556575859"
                                "60616263646566676869"
                                "70717273747576777879"
                                "80818283848586878889"
                                "90919293949596979899";
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char *end, *at;

    if (value < 0)
        *to++ = '-';
    end = at = to + count_digits(rest);
    for (; rest >= 100; rest /= 100)
        memcpy(at -= 2, pairs + 2 * (rest % 100), 2);
    if (rest >= 10)
        memcpy(at - 2, pairs + 2 * rest, 2);
    else
        at[-1] = (char)('0' + rest);
    return end;
}

/* Four digits at once: a nibble in each byte, and letters moved up to 'a'. */
static void put_hex4(char *to, uint32_t value)
{
    uint32_t x = (value & 0xf) | (value & 0xf0) << 4 | (value & 0xf00) << 8 |
                 (value & 0xf000) << 12;
    uint32_t letters = (x + 0x06060606) >> 4 & 0x01010101;

    x += 0x30303030 + letters * ('a' - '9' - 1);
    to[0] = (char)(x >> 24);
    to[1] = (char)(x >> 16);
    to[2] = (char)(x >> 8);
    to[3] = (char)x;
}

char *num_put_hex(char *to, uint64_t value, int digits)
{
    int i = digits;

    for (; i >= 4; i -= 4, value >>= 16)
        put_hex4(to + i - 4, (uint32_t)value);
    for (; i > 0; i--, value >>= 4)
        to[i - 1] = "0123456789abcdef"[value & 15];
    return to + digits;
}

/* One more than a digit is worth; 0 for all that are none. */
static const unsigned char hex_digit[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,
    ['6'] = 7,  ['7'] = 8,  ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
    ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

int num_get_hex(const char *from, int digits, uint64_t *value)
{
    uint64_t sum = 0;

    for (int i = 0; i < digits; i++) {
        unsigned worth = hex_digit[(unsigned char)from[i]];

        if (!worth)
            return -1;
        sum = sum << 4 | (worth - 1);
    }
    *value = sum;
    return 0;
}

const char *num_grouped(int64_t value, char *buf, size_t size)
{
    char plain[24];
    size_t n, used = 0;

    snprintf(plain, sizeof plain, "%lld", (long long)value);
    n = strlen(plain);
    for (size_t i = 0; i < n && used + 2 < size; i++) {
        buf[used++] = plain[i];
        if (plain[i] != '-' && (n - i - 1) % 3 == 0 && i + 1 < n)
            buf[used++] = ' ';
    }
    buf[used] = '\0';
    return buf;
}

/* Three significant digits below 1000 of a unit. */
static const char *scaled(double value, const char *unit, char *buf,
                          size_t size)
{
    int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;

    snprintf(buf, size, "%.*f %s", decimals, value, unit);
    return buf;
}

const char *num_duration(double ns, char *buf, size_t size)
{
    if (ns < 999.5)
        return scaled(ns, "ns", buf, size);
    if (ns < 999.5e3)
        return scaled(ns / 1e3, "us", buf, size);
    if (ns < 999.5e6)
        return scaled(ns / 1e6, "ms", buf, size);
    return scaled(ns / 1e9, "s", buf, size);
}

const char *num_bitrate(double bits_per_s, char *buf, size_t size)
{
    if (bits_per_s < 999.5)
        return scaled(bits_per_s, "bit/s", buf, size);
    if (bits_per_s < 999.5e3)
        return scaled(bits_per_s / 1e3, "kbit/s", buf, size);
    if (bits_per_s < 999.5e6)
        return scaled(bits_per_s / 1e6, "Mbit/s", buf, size);
    return scaled(bits_per_s / 1e9, "Gbit/s", buf, size);
}

const char *num_bytes(double bytes, char *buf, size_t size)
{
    if (bytes < 999.5e3)
        return scaled(bytes / 1e3, "kB", buf, size);
    if (bytes < 999.5e6)
        return scaled(bytes / 1e6, "MB", buf, size);
    if (bytes < 999.5e9)
        return scaled(bytes / 1e9, "GB", buf, size);
    return scaled(bytes / 1e12, "TB", buf, size);
}
