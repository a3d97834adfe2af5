#include "lib/num.h"
#include "tests/unit/check.h"

#include <stdlib.h>
#include <string.h>

enum { REFUSED = 77, TOUCHED = 78 };

/* The value read; REFUSED, or TOUCHED when *value did not stay as it was. */
static int64_t int_of(const char *text, int64_t lo, int64_t hi)
{
    int64_t value = REFUSED;
    int status = num_parse_int(text, lo, hi, &value);

    return status < 0 && value != REFUSED ? TOUCHED : value;
}

static int64_t any_int(const char *text)
{
    return int_of(text, INT64_MIN, INT64_MAX);
}

static void whole_numbers(void)
{
    CHECK_INT(any_int("0"), 0);
    CHECK_INT(any_int("-0"), 0);
    CHECK_INT(any_int("007"), 7);
    CHECK_INT(any_int("-12"), -12);
    CHECK_INT(any_int("9223372036854775807"), INT64_MAX);
    CHECK_INT(any_int("-9223372036854775808"), INT64_MIN);
    CHECK_INT(any_int("000000000000000000000000000001"), 1);
}

static void whole_numbers_too_large_for_64_bits(void)
{
    CHECK_INT(any_int("9223372036854775808"), REFUSED);
    CHECK_INT(any_int("-9223372036854775809"), REFUSED);
    CHECK_INT(any_int("18446744073709551617"), REFUSED);
    CHECK_INT(any_int("99999999999999999999"), REFUSED);
}

static void what_is_no_whole_number(void)
{
    static const char *const texts[] = {
        "",     "-",   "+1",       " 1",  "1 ",  "1x",       "x1",
        "0x10", "1.0", "1.",       "1e3", "--1", "-+1",      "1\n",
        "\t1",  "1,0", "infinity", "nan", "1_0", "\xd9\xa1", /* ARABIC-INDIC
                                                                DIGIT ONE */
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        CHECK_STR(any_int(texts[i]) == REFUSED ? "" : texts[i], "");
}

/* The digits alone, where reading behind them would be seen. */
static int64_t of_digits(const char *text, size_t len)
{
    char *copy = malloc(len ? len : 1);
    int64_t value;

    memcpy(copy, text, len);
    value = num_of_digits(copy, len);
    free(copy);
    return value;
}

static void digits_of_every_length(void)
{
    static const char digits[] = "980706050403020109";
    char text[32];

    CHECK_INT(of_digits("", 0), -1);
    for (size_t len = 1; len <= 18; len++) {
        memcpy(text, digits, len);
        text[len] = '\0';
        CHECK_INT(of_digits(text, len), any_int(text));
        memset(text, '9', len);
        CHECK_INT(of_digits(text, len), any_int(text));
        memset(text, '0', len);
        CHECK_INT(of_digits(text, len), 0);
    }
    CHECK_INT(of_digits("0000000000000000001", 19), -1);
}

static void what_is_no_digit_is_seen_anywhere(void)
{
    char text[32];
    int wrong = 0;

    for (size_t len = 1; len <= 18; len++)
        for (size_t at = 0; at < len; at++)
            for (int c = 0; c < 256; c++) {
                memset(text, '5', len);
                text[at] = (char)c;
                wrong += (c >= '0' && c <= '9') != (of_digits(text, len) >= 0);
            }
    CHECK_INT(wrong, 0);
}

static void whole_numbers_have_bounds(void)
{
    CHECK_INT(int_of("1", 1, 65535), 1);
    CHECK_INT(int_of("65535", 1, 65535), 65535);
    CHECK_INT(int_of("0", 1, 65535), REFUSED);
    CHECK_INT(int_of("65536", 1, 65535), REFUSED);
    CHECK_INT(int_of("-1", 0, 10), REFUSED);
    CHECK_INT(int_of("-5", -5, -5), -5);
}

static double real_of(const char *text, double lo, double hi)
{
    double value = REFUSED;
    int status = num_parse_real(text, lo, hi, &value);

    return status < 0 && value != REFUSED ? TOUCHED : value;
}

static void fractions(void)
{
    CHECK_NEAR(real_of("0.25", 0, 1), 0.25, 0);
    CHECK_NEAR(real_of("3", 0, 10), 3, 0);
    CHECK_NEAR(real_of(".5", 0, 1), 0.5, 0);
    CHECK_NEAR(real_of("-1.5", -2, 0), -1.5, 0);
    CHECK_NEAR(real_of("0.1", 0, 1), 0.1, 0);
    CHECK_NEAR(real_of("86400", 0, 86400), 86400, 0);
    CHECK_NEAR(real_of("86400.001", 0, 86400), REFUSED, 0);
    CHECK_NEAR(real_of("-0.001", 0, 1), REFUSED, 0);
    CHECK_NEAR(real_of("123456789012345678", 0, 1e18), 123456789012345678.0,
               16);
    /* More digits than a double tells apart are refused, not rounded. */
    CHECK_NEAR(real_of("1234567890123456789", 0, 1e19), REFUSED, 0);
}

static void what_is_no_fraction(void)
{
    static const char *const texts[] = {
        "",      "-",    ".",   "-.",  "+1",   " 1",  "1 ",
        "1x",    "0x10", "1e3", "inf", "nan",  "1,5", "1..5",
        "1.2.3", "20%",  "--1", "1\n", "1.-5",
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        CHECK_STR(real_of(texts[i], -1e18, 1e18) == REFUSED ? "" : texts[i],
                  "");
}

/* num_put_int with a guard behind the end. */
static const char *put(int64_t value)
{
    static char text[32];
    char *end;

    memset(text, '#', sizeof text);
    end = num_put_int(text, value);
    if (*end != '#')
        return "wrote too much";
    *end = '\0';
    return text;
}

static void writing_whole_numbers(void)
{
    CHECK_STR(put(0), "0");
    CHECK_STR(put(7), "7");
    CHECK_STR(put(10), "10");
    CHECK_STR(put(-1), "-1");
    CHECK_STR(put(1000000000), "1000000000");
    CHECK_STR(put(INT64_MAX), "9223372036854775807");
    CHECK_STR(put(INT64_MIN), "-9223372036854775808");
    for (int64_t v = 1; v < INT64_MAX / 10; v *= 10)
        CHECK_INT(any_int(put(v - 1)), v - 1);
}

static void writing_hex(void)
{
    char text[] = "################";

    CHECK(num_put_hex(text, UINT64_C(0x1234abcd), 8) == text + 8);
    CHECK_STR(text, "1234abcd########");
    CHECK(num_put_hex(text, 0xf12, 2) == text + 2);
    CHECK_STR(text, "1234abcd########");
}

static void hex_is_read_strictly(void)
{
    uint64_t value = REFUSED;

    CHECK_INT(num_get_hex("00000000000000ff", 16, &value), 0);
    CHECK_INT(value, 255);
    CHECK_INT(num_get_hex("ffffffffffffffff", 16, &value), 0);
    CHECK(value == UINT64_MAX);
    CHECK_INT(num_get_hex("12345", 3, &value), 0);
    CHECK_INT(value, 0x123);
    value = REFUSED;
    CHECK_INT(num_get_hex("00FF", 4, &value), -1);
    CHECK_INT(num_get_hex("0g00", 4, &value), -1);
    CHECK_INT(num_get_hex("0x00", 4, &value), -1);
    CHECK_INT(num_get_hex(" 000", 4, &value), -1);
    CHECK_INT(num_get_hex("12", 4, &value), -1); /* its end is no digit */
    CHECK_INT(value, REFUSED);
}

static const char *grouped(int64_t value)
{
    static char text[32];

    return num_grouped(value, text, sizeof text);
}

static void groups_of_three(void)
{
    char small[6];

    CHECK_STR(grouped(0), "0");
    CHECK_STR(grouped(999), "999");
    CHECK_STR(grouped(1000), "1 000");
    CHECK_STR(grouped(1234567), "1 234 567");
    CHECK_STR(grouped(-1234567), "-1 234 567");
    CHECK_STR(grouped(-123456), "-123 456");
    CHECK_STR(grouped(INT64_MIN), "-9 223 372 036 854 775 808");
    CHECK(strlen(num_grouped(1234567, small, sizeof small)) < sizeof small);
}

static const char *duration(double ns)
{
    static char text[24];

    return num_duration(ns, text, sizeof text);
}

static void durations(void)
{
    CHECK_STR(duration(0), "0.00 ns");
    CHECK_STR(duration(1), "1.00 ns");
    CHECK_STR(duration(15200), "15.2 us");
    CHECK_STR(duration(152000), "152 us");
    CHECK_STR(duration(38.1e6), "38.1 ms");
    CHECK_STR(duration(3e9), "3.00 s");
    CHECK_STR(duration(1234e9), "1234 s");
}

/* Three digits are rounded before the unit is chosen: never "1000 us". */
static void durations_at_the_edge_of_a_unit(void)
{
    CHECK_STR(duration(999.4), "999 ns");
    CHECK_STR(duration(999.5), "1.00 us");
    CHECK_STR(duration(999.4e3), "999 us");
    CHECK_STR(duration(999.5e3), "1.00 ms");
    CHECK_STR(duration(999.9e3), "1.00 ms");
    CHECK_STR(duration(999.4e6), "999 ms");
    CHECK_STR(duration(999.5e6), "1.00 s");
    CHECK_STR(duration(9994e3), "9.99 ms");
    CHECK_STR(duration(9996e3), "10.0 ms");
    CHECK_STR(duration(99940e3), "99.9 ms");
    CHECK_STR(duration(99960e3), "100 ms");
}

/* Every value between 1 ns and 1 s has three digits and no fourth. */
static void durations_have_three_digits(void)
{
    int64_t step;

    for (int64_t ns = 1; ns < INT64_C(900000000000); ns += step) {
        const char *text = duration((double)ns);
        int digits = 0;

        for (const char *c = text; *c && *c != ' '; c++)
            digits += *c != '.';
        CHECK_INT(digits, 3);
        step = 1 + ns / 1000;
    }
}

static void bit_rates(void)
{
    char text[24];

    CHECK_STR(num_bitrate(0, text, sizeof text), "0.00 bit/s");
    CHECK_STR(num_bitrate(999.5, text, sizeof text), "1.00 kbit/s");
    CHECK_STR(num_bitrate(262e6, text, sizeof text), "262 Mbit/s");
    CHECK_STR(num_bitrate(999.6e6, text, sizeof text), "1.00 Gbit/s");
    CHECK_STR(num_bitrate(8e6, text, sizeof text), "8.00 Mbit/s");
    CHECK_STR(num_bitrate(12.34e9, text, sizeof text), "12.3 Gbit/s");
    CHECK_STR(num_bytes(0, text, sizeof text), "0.00 kB");
    CHECK_STR(num_bytes(1428, text, sizeof text), "1.43 kB");
    CHECK_STR(num_bytes(999.6e3, text, sizeof text), "1.00 MB");
    CHECK_STR(num_bytes(136e6, text, sizeof text), "136 MB");
    CHECK_STR(num_bytes(15.11e9, text, sizeof text), "15.1 GB");
    CHECK_STR(num_bytes(999.6e9, text, sizeof text), "1.00 TB");
}

int main(void)
{
    whole_numbers();
    whole_numbers_too_large_for_64_bits();
    what_is_no_whole_number();
    digits_of_every_length();
    what_is_no_digit_is_seen_anywhere();
    whole_numbers_have_bounds();
    fractions();
    what_is_no_fraction();
    writing_whole_numbers();
    writing_hex();
    hex_is_read_strictly();
    groups_of_three();
    durations();
    durations_at_the_edge_of_a_unit();
    durations_have_three_digits();
    bit_rates();
    return check_done();
}
