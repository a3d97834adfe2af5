#include "harness/quantity.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct quantity_unit pick(const struct quantity_unit *units, int n,
                                 double value)
{
    for (int i = n - 1; i > 0; i--)
        if (fabs(value) >= units[i].scale * (1 - 5e-4))
            return units[i];
    return units[0];
}

struct quantity_unit quantity_time(double ns)
{
    static const struct quantity_unit units[] = {
        {1, "ns"}, {1e3, "\xc2\xb5s"}, {1e6, "ms"}, {1e9, "s"}};

    return pick(units, 4, ns);
}

struct quantity_unit quantity_rate(double bit_per_s)
{
    static const struct quantity_unit units[] = {
        {1, "bit/s"}, {1e3, "kbit/s"}, {1e6, "Mbit/s"}, {1e9, "Gbit/s"}};

    return pick(units, 4, bit_per_s);
}

static int clamp(double decimals)
{
    return decimals < 0 ? 0 : decimals > 6 ? 6 : (int)decimals;
}

int quantity_decimals(double half_width, double resolution,
                      struct quantity_unit unit)
{
    int finest = resolution > 0 ? clamp(ceil(log10(unit.scale / resolution)))
                                : 6;
    int decimals;

    if (half_width <= 0)
        return resolution > 0 ? finest : 3;
    decimals = clamp(1 - floor(log10(half_width / unit.scale)));
    return decimals < finest ? decimals : finest;
}

int quantity_significant(double value, int digits, struct quantity_unit unit)
{
    if (value == 0)
        return 0;
    return clamp(digits - 1 - floor(log10(fabs(value) / unit.scale)));
}

/* Digits with a thin space between groups of three before the point. */
static void print_number(double value, int decimals, char *to, size_t size)
{
    char plain[64];
    size_t n, used = 0;

    snprintf(plain, sizeof plain, "%.*f", decimals, value);
    n = strcspn(plain, ".");
    if (n <= 4) {
        snprintf(to, size, "%s", plain);
        return;
    }
    for (size_t i = 0; i < n && used + 5 < size; i++) {
        to[used++] = plain[i];
        if ((n - i - 1) % 3 == 0 && i + 1 < n && plain[i] != '-') {
            memcpy(to + used, QUANTITY_THIN, 3);
            used += 3;
        }
    }
    snprintf(to + used, size - used, "%s", plain + n);
}

const char *quantity_value(double value, int decimals,
                           struct quantity_unit unit, char *to)
{
    char number[64];

    print_number(value / unit.scale, decimals, number, sizeof number);
    snprintf(to, QUANTITY_SIZE, "%s" QUANTITY_THIN "%s", number, unit.name);
    return to;
}

const char *quantity_interval(const double bounds[2], int decimals,
                              struct quantity_unit unit, char *to)
{
    char lo[64], hi[64];

    print_number(bounds[0] / unit.scale, decimals, lo, sizeof lo);
    print_number(bounds[1] / unit.scale, decimals, hi, sizeof hi);
    snprintf(to, QUANTITY_SIZE, "[%.30s, %.30s]" QUANTITY_THIN "%s", lo, hi,
             unit.name);
    return to;
}

const char *quantity_count(int64_t count, char *to)
{
    print_number((double)count, 0, to, QUANTITY_SIZE);
    return to;
}

const char *quantity_pace(double per_s, char *to)
{
    enum { MOST_DECIMALS = 9 };
    double power = 1;
    int decimals = 0;

    while (decimals < MOST_DECIMALS &&
           fabs(round(per_s * power) / power - per_s) > 1e-9 * per_s) {
        decimals++;
        power *= 10;
    }
    print_number(per_s, decimals, to, QUANTITY_SIZE);
    return to;
}

const char *quantity_percent(double share, char *to)
{
    static const struct quantity_unit percent = {0.01, "%"};

    return quantity_value(share, quantity_significant(share, 2, percent),
                          percent, to);
}

const char *quantity_rough_time(double ns, char *to)
{
    struct quantity_unit unit = quantity_time(ns);

    return quantity_value(ns, quantity_significant(ns, 3, unit), unit, to);
}
