#include "harness/capture.h"
#include "tests/unit/check.h"

/* What comes out for `text` when ports 40113 and 61306 have words. */
static const char *captured(const char *text, size_t n)
{
    static char out[600];
    struct capture capture = {0};
    struct buf to = {0};

    capture_name_port(&capture, 40113, "PORT");
    capture_name_port(&capture, 61306, "PORT-A");
    capture_add(&capture, text, n, &to);
    snprintf(out, sizeof out, "%s", buf_text(&to));
    buf_release(&to);
    return out;
}

static const char *of(const char *text)
{
    return captured(text, strlen(text));
}

static void test_ports_where_programs_print_them(void)
{
    CHECK_STR(of("listening tcp 127.0.0.1:40113\n"),
              "listening tcp 127.0.0.1:PORT\n");
    CHECK_STR(of("listening udp [::1]:40113"), "listening udp [::1]:PORT");
    CHECK_STR(of("    listen port: 40113\n    server port: 40113\r\n"),
              "    listen port: PORT\n    server port: PORT\n");
    CHECK_STR(of("Client ('127.0.0.1', 61306) connected!"),
              "Client ('127.0.0.1', PORT-A) connected!");
    CHECK_STR(of("Client ('::1', 61306) exit!\nClient ('::1', 40113) exit!"),
              "Client ('::1', PORT-A) exit!\nClient ('::1', PORT) exit!");
}

static void test_other_numbers_stay(void)
{
    static const char *const texts[] = {
        "From client 40113",
        "To server < 40113\nFrom server > 40113",
        "('127.0.0.1', 40114)",
        "('127.0.0.1', 401130)",
        "('127.0.0.1', 4011)",
        "('127.0.0.1', 40113x)",
        "    buffer size: 40113",
        "bytes_in=40113 open=0",
        "a:40113 b",
        "99999999999999999999",
        ":",
        "",
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        CHECK_STR(of(texts[i]), texts[i]);
}

static void test_line_ends_and_controls(void)
{
    CHECK_STR(of("a\r\nb\nc\r"), "a\nb\nc\\x0d");
    CHECK_STR(of("\x1b[31mred\x07\x7f"), "\\x1b[31mred\\x07\\x7f");
    CHECK_STR(of("\xe4\xbd\xa0"), "\xe4\xbd\xa0");
    CHECK_STR(captured("a\0b", 3), "a\\x00b");
    CHECK_STR(captured("', 40113\0", 9), "', 40113\\x00");
}

static void test_a_port_that_is_used_again(void)
{
    struct capture capture = {0};
    struct buf to = {0};

    for (int i = 0; i < 3; i++) {
        capture_name_port(&capture, 5, i == 2 ? "PORT-A3" : "PORT-A");
        capture_add(&capture, "('', 5)", 7, &to);
    }
    CHECK_STR(buf_text(&to), "('', PORT-A)('', PORT-A)('', PORT-A3)");
    CHECK_INT(capture.n, 1);
    buf_release(&to);
}

static void test_more_ports_than_it_knows(void)
{
    struct capture capture = {0};
    struct buf to = {0};

    for (int i = 1; i <= CAPTURE_MAX_PORTS + 5; i++)
        capture_name_port(&capture, i, "P");
    CHECK_INT(capture.n, CAPTURE_MAX_PORTS);
    capture_add(&capture, "('', 128)('', 129)", 18, &to);
    CHECK_STR(buf_text(&to), "('', P)('', 129)");
    buf_release(&to);
}

int main(void)
{
    test_ports_where_programs_print_them();
    test_other_numbers_stay();
    test_line_ends_and_controls();
    test_a_port_that_is_used_again();
    test_more_ports_than_it_knows();
    return check_done();
}
