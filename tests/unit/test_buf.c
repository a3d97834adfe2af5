#include "lib/buf.h"
#include "tests/unit/check.h"

static void an_empty_one_is_an_empty_text(void)
{
    struct buf buf = {0};

    CHECK_STR(buf_text(&buf), "");
    CHECK_INT(buf.len, 0);
    buf_release(&buf);
    buf_release(&buf);
    CHECK_STR(buf_text(&buf), "");
    buf_add(&buf, "");
    CHECK_STR(buf_text(&buf), "");
    CHECK_INT(buf.len, 0);
    buf_release(&buf);
}

static void texts_are_joined(void)
{
    struct buf buf = {0};

    buf_add(&buf, "a");
    buf_add_n(&buf, "bcdef", 2);
    buf_addf(&buf, "-%d-%s", 42, "x");
    CHECK_STR(buf_text(&buf), "abc-42-x");
    CHECK_INT(buf.len, 8);
    CHECK(!buf.failed);
    buf_release(&buf);
    buf_add(&buf, "again");
    CHECK_STR(buf_text(&buf), "again");
    buf_release(&buf);
}

static void bytes_may_be_zero(void)
{
    struct buf buf = {0};

    buf_add_n(&buf, "a\0b", 3);
    CHECK_INT(buf.len, 3);
    CHECK(memcmp(buf.text, "a\0b", 4) == 0);
    buf_release(&buf);
}

/* Around every size at which it may grow: all is there, and a NUL behind. */
static void it_grows(void)
{
    char piece[1001];

    memset(piece, 'p', sizeof piece);
    piece[1000] = '\0';
    for (size_t n = 240; n <= 1000; n++) {
        struct buf buf = {0};

        buf_add_n(&buf, piece, n);
        buf_addf(&buf, "%.*s", (int)(1000 - n), piece);
        if (buf.len != 1000 || buf.cap <= buf.len ||
            strcmp(buf.text, piece) != 0)
            CHECK_INT(n, 0);
        buf_release(&buf);
    }
    CHECK(1);
}

static void a_megabyte_byte_by_byte(void)
{
    enum { N = 1 << 20 };
    struct buf buf = {0};

    for (int i = 0; i < N; i++)
        buf_add_n(&buf, i % 2 ? "b" : "a", 1);
    CHECK_INT(buf.len, N);
    CHECK_INT(strlen(buf_text(&buf)), N);
    CHECK_INT(buf.text[N - 1], 'b');
    buf_release(&buf);
}

/* Too much for any machine: nothing is added, and it is remembered. */
static void out_of_memory_is_told_once(void)
{
    struct buf buf = {0};

    buf_add(&buf, "kept");
    buf_add_n(&buf, "x", SIZE_MAX);
    CHECK_INT(buf.failed, 1);
    CHECK_STR(buf_text(&buf), "kept");
    buf_add(&buf, " dropped");
    buf_addf(&buf, " %d", 1);
    CHECK_STR(buf_text(&buf), "kept");
    buf_release(&buf);
    CHECK(!buf.failed);
}

int main(void)
{
    an_empty_one_is_an_empty_text();
    texts_are_joined();
    bytes_may_be_zero();
    it_grows();
    a_megabyte_byte_by_byte();
    out_of_memory_is_told_once();
    return check_done();
}
