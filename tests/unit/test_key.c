#include "lib/key.h"
#include "tests/unit/check.h"

#include <string.h>
#include <unistd.h>

static const char line[] = "000102030405060708090a0b0c0d0e0f\n";

/* What key_read makes of that input; *left is what it did not take. */
static int read_from(const char *input, struct key *key, char left[80])
{
    struct err err = {0};
    int fds[2] = {-1, -1}, result;
    ssize_t n;

    if (pipe(fds) < 0)
        return -2;
    (void)!write(fds[1], input, strlen(input));
    close(fds[1]);
    result = key_read(key, fds[0], &err);
    n = read(fds[0], left, 79);
    left[n > 0 ? n : 0] = '\0';
    close(fds[0]);
    CHECK_STR(err.id, result < 0 ? "key-missing" : "");
    return result;
}

static void the_first_line_is_the_key_and_no_more_is_taken(void)
{
    char input[80], text[KEY_TEXT_SIZE], left[80];
    struct key key = {{0}};

    snprintf(input, sizeof input, "%sand more", line);
    CHECK_INT(read_from(input, &key, left), 0);
    CHECK_STR(left, "and more");
    CHECK_INT(key.bytes[0], 0);
    CHECK_INT(key.bytes[15], 15);
    key_line(&key, text);
    CHECK_STR(text, line);
}

static void anything_else_is_no_key(void)
{
    static const char *const bad[] = {
        "",
        "\n",
        "000102030405060708090a0b0c0d0e0f", /* cut off */
        "000102030405060708090a0b0c0d0e0\n",
        "000102030405060708090a0b0c0d0e0f0\n",
        "000102030405060708090A0B0C0D0E0F\n",
        "000102030405060708090a0b0c0d0e0f\r\n",
        " 00102030405060708090a0b0c0d0e0f\n",
    };
    struct key key = {{0}}, none = {{0}};
    char left[80];

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_INT(read_from(bad[i], &key, left), -1);
        CHECK(memcmp(&key, &none, sizeof key) == 0);
    }
}

/*
 * Computed by another implementation of SipHash-2-4, which gives the vector of
 * the paper (appendix A).
 */
static void the_proof_is_siphash_of_the_header(void)
{
    struct msg_header header = {.kind = 'Q',
                                .run_id = UINT64_C(0x0123456789abcdef),
                                .conn = 7,
                                .seq = 42};
    char message[KEY_MESSAGE_BYTES], left[80];
    struct key key = {{0}};

    (void)read_from(line, &key, left);
    key_message(&key, 'Q', &header, message);
    CHECK(memcmp(message,
                 "EL1Q0123456789abcdef0000000700000000002a7bfd1e1d"
                 "edac69683f4882bb",
                 KEY_MESSAGE_BYTES) == 0);
    key_message(&key, 'R', &header, message);
    CHECK(memcmp(message,
                 "EL1R0123456789abcdef0000000700000000002a7bfd1e1d"
                 "70dc0b72bc9ff7f2",
                 KEY_MESSAGE_BYTES) == 0);
}

static void a_changed_byte_or_another_key_proves_nothing(void)
{
    struct msg_header header = {.kind = 'Q', .run_id = 1, .conn = 2, .seq = 3};
    char message[KEY_MESSAGE_BYTES], left[80];
    struct key key = {{0}}, other;

    (void)read_from(line, &key, left);
    other = key;
    other.bytes[15] ^= 1;
    key_message(&key, 'Q', &header, message);
    CHECK(key_proves(&key, message));
    CHECK(!key_proves(&other, message));
    for (int i = 0; i < KEY_MESSAGE_BYTES; i++) {
        message[i] ^= 1;
        CHECK(!key_proves(&key, message));
        message[i] ^= 1;
    }
    message[MSG_KIND_AT] = 'R'; /* a question sent back is no answer */
    CHECK(!key_proves(&key, message));
    key_sign(&key, message);
    CHECK(key_proves(&key, message));
}

int main(void)
{
    the_first_line_is_the_key_and_no_more_is_taken();
    anything_else_is_no_key();
    the_proof_is_siphash_of_the_header();
    a_changed_byte_or_another_key_proves_nothing();
    return check_done();
}
