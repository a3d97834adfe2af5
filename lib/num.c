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

char *num_put_hex(char *to, uint64_t value, int digits)
{
    for (int i = digits - 1; i >= 0; i--, value >>= 4)
        to[i] = "0123456789abcdef"[value & 15];
    return to + digits;
}

int num_get_hex(const char *from, int digits, uint64_t *value)
{
    uint64_t sum = 0;

    for (int i = 0; i < digits; i++) {
        int nibble = digit(from[i]);

        if (from[i] >= 'a' && from[i] <= 'f')
            nibble = from[i] - 'a' + 10;
        if (nibble < 0)
            return -1;
        sum = sum << 4 | (uint64_t)nibble;
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
