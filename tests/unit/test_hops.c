#include "harness/hops.h"
#include "harness/hostport.h"
#include "tests/unit/check.h"

#include <stdlib.h>
#include <unistd.h>

/* Feed the lines of `text` to a fresh trace: how many were refused. */
static int take(struct hops *hops, const char *text)
{
    int refused = 0;
    char line[1200];

    memset(hops, 0, sizeof *hops);
    for (; *text; text += strcspn(text, "\n") + (strchr(text, '\n') != NULL)) {
        snprintf(line, sizeof line, "%.*s", (int)strcspn(text, "\n"), text);
        refused += hops_take_traceroute(hops, line) < 0;
    }
    return refused;
}

static int take_mtr(struct hops *hops, const char *text)
{
    struct hops_mtr reader = {.hops = hops};
    int refused = 0;
    char line[1200];

    memset(hops, 0, sizeof *hops);
    for (; *text; text += strcspn(text, "\n") + (strchr(text, '\n') != NULL)) {
        snprintf(line, sizeof line, "%.*s", (int)strcspn(text, "\n"), text);
        refused += hops_take_mtr(&reader, line) < 0;
    }
    return refused;
}

/* "ADDRESS TIME MARK" of a probe; hop and i count from 1. */
static const char *shown(const struct hops *hops, int hop, int i)
{
    static char text[120];
    const struct hops_probe *probe = &hops->at[hop - 1][i - 1];

    snprintf(text, sizeof text, "%.63s %jd %.11s", probe->address,
             (intmax_t)probe->time_us, probe->mark);
    return text;
}

static void test_open_port(void)
{
    struct hops hops;

    CHECK_INT(take(&hops,
                   "traceroute to 10.3.0.2 (10.3.0.2), 30 hops max, 60 byte "
                   "packets\n"
                   " 1  10.1.0.2  0.578 ms  0.411 ms  0.417 ms\n"
                   " 2  10.2.0.2  0.431 ms  0.367 ms  155.377 ms\n"
                   " 3  10.3.0.2 <syn,ack>  0.388 ms  0.351 ms  0.337 ms\n"),
              0);
    CHECK_INT(hops.n, 3);
    CHECK_STR(shown(&hops, 1, 1), "10.1.0.2 578 ");
    CHECK_STR(shown(&hops, 2, 3), "10.2.0.2 155377 ");
    CHECK_STR(shown(&hops, 3, 2), "10.3.0.2 351 ");
    CHECK_INT(hops_last_answer(&hops), 3);
}

static void test_stars(void)
{
    struct hops hops;

    CHECK_INT(take(&hops,
                   "\n 1  * 10.1.0.2  0.035 ms *\n 2  * * *\n"
                   " 3  10.1.0.9  1 ms *  3.5 ms\n 4  * * *\n 5  * * *\n"),
              0);
    CHECK_INT(hops.n, 5);
    CHECK_STR(shown(&hops, 1, 1), " -1 ");
    CHECK_STR(shown(&hops, 1, 2), "10.1.0.2 35 ");
    CHECK_STR(shown(&hops, 3, 3), "10.1.0.9 3500 ");
    CHECK_INT(hops_last_answer(&hops), 3);
    CHECK_INT(take(&hops, " 1  * * *\n"), 0);
    CHECK_INT(hops_last_answer(&hops), 0);
}

static void test_several_addresses(void)
{
    struct hops hops;

    CHECK_INT(take(&hops, " 1  192.0.2.1  1.1 ms 192.0.2.2  2.2 ms  3.3 ms\n"
                          " 2  192.0.2.7  1.0 ms 192.0.2.8  1.0 ms "
                          "192.0.2.7  1.0 ms\n"),
              0);
    CHECK_STR(shown(&hops, 1, 1), "192.0.2.1 1100 ");
    CHECK_STR(shown(&hops, 1, 3), "192.0.2.2 3300 ");
    CHECK_STR(shown(&hops, 2, 3), "192.0.2.7 1000 ");
}

static void test_marks(void)
{
    struct hops hops;

    CHECK_INT(take(&hops,
                   " 1  10.1.0.2  0.029 ms !N  0.005 ms !N *\n"
                   " 2  10.1.0.2  0.029 ms !X * 10.1.0.3  7.5 ms !F-1400\n"
                   " 3  10.1.0.2  0.1 ms !<13>  0.1 ms !  0.1 ms\n"),
              0);
    CHECK_STR(shown(&hops, 1, 2), "10.1.0.2 5 !N");
    CHECK_STR(shown(&hops, 2, 1), "10.1.0.2 29 !X");
    CHECK_STR(shown(&hops, 2, 3), "10.1.0.3 7500 !F-1400");
    CHECK_STR(shown(&hops, 3, 1), "10.1.0.2 100 !<13>");
    CHECK_STR(shown(&hops, 3, 2), "10.1.0.2 100 !");
}

static void test_ipv6(void)
{
    struct hops hops;

    CHECK_INT(take(&hops,
                   "traceroute to fd03::2 (fd03::2), 30 hops max, 80 byte "
                   "packets\n"
                   " 1  fe80::1%eth0  1005.435 ms  5.3 ms  0.393 ms\n"
                   " 2  * fd03::2 <syn,ack>  1020.155 ms  1020.130 ms\n"),
              0);
    CHECK_STR(shown(&hops, 1, 1), "fe80::1%eth0 1005435 ");
    CHECK_STR(shown(&hops, 2, 3), "fd03::2 1020130 ");
    CHECK_INT(hops_end_at(&hops, "fd03::2"), 1);
    CHECK_INT(hops_end_at(&hops, "fd03::9"), 0);
    CHECK_INT(hops.n, 2);
}

static void test_foreign_lines_are_refused(void)
{
    static const char *const lines[] = {
        " 2  10.1.0.2  0.5 ms  0.4 ms  0.4 ms", /* hop 1 is next */
        " 0  * * *",
        "-1  * * *",
        " 1",
        " 1  * *",
        " 1  * * * *",
        " 1  0.5 ms  0.4 ms  0.4 ms", /* whose? */
        " 1  10.1.0.2  0.5 s  0.4 ms  0.4 ms",
        " 1  10.1.0.2  -0.5 ms  0.4 ms  0.4 ms",
        " 1  10.1.0.2  nan ms  0.4 ms  0.4 ms",
        " 1  10.1.0.2  1e9 ms  0.4 ms  0.4 ms",
        " 1  10.1.0.2  99999999 ms  0.4 ms  0.4 ms",
        " 1  10.1.0.2  0.5 ms  0.4 ms  0.4",
        " 1  10.1.0.2",
        " 1  router.example  0.5 ms  0.4 ms  0.4 ms",
        " 1  10.1.0.2  0.5 ms !\x1b[31m  0.4 ms  0.4 ms",
        " 1  10.1.0.2  0.5 ms  0.4 ms  0.4 ms  0.4 ms",
        " 1  fe80::1%\x1b  0.5 ms  0.4 ms  0.4 ms",
        "usage: traceroute",
    };
    struct hops hops;

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (take(&hops, lines[i]) != 1 || hops.n != 0)
            printf("# taken: %s\n", lines[i]);
        CHECK_INT(take(&hops, lines[i]), 1);
        CHECK_INT(hops.n, 0);
    }
    /* The headline comes first, and blank lines too. */
    CHECK_INT(take(&hops, " 1  * * *\n\n"), 1);
    CHECK_INT(take(&hops, " 1  * * *\ntraceroute to x (y), 30 hops max, \n"),
              1);
}

static void test_bounds(void)
{
    char line[1200], name[500];
    struct hops hops = {0};

    for (int i = 1; i <= HOPS_MAX; i++) {
        snprintf(line, sizeof line, "%2d  * * *", i);
        CHECK_INT(hops_take_traceroute(&hops, line), 0);
    }
    CHECK_INT(hops_take_traceroute(&hops, "65  * * *"), -1);
    CHECK_INT(hops.n, HOPS_MAX);
    memset(name, ':', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    snprintf(line, sizeof line, " 1  %.64s  1 ms  1 ms  1 ms", name);
    CHECK_INT(take(&hops, line), 1);
    snprintf(line, sizeof line, " 1  %.63s  1 ms  1 ms  1 ms", name);
    CHECK_INT(take(&hops, line), 0);
    snprintf(line, sizeof line, " 1  %s  1 ms  1 ms  1 ms", name);
    CHECK_INT(take(&hops, line), 1);
}

/* As mtr 0.95 printed it, the order of the second round changed. */
static void test_mtr(void)
{
    struct hops hops;

    CHECK_INT(take_mtr(&hops, "x 0 33000\nh 0 10.1.0.2\nh 0 10.1.0.2\n"
                              "p 0 113 33000\nx 1 33001\nh 1 10.3.0.2\n"
                              "p 1 144 33001\nx 2 33002\nh 2 10.3.0.2\n"
                              "p 2 133 33002\nx 0 33004\nx 1 33005\n"
                              "p 1 120 33005\nx 0 33006\np 0 7 33006\n"),
              0);
    CHECK_INT(hops.n, 3);
    CHECK_STR(shown(&hops, 1, 1), "10.1.0.2 113 ");
    CHECK_STR(shown(&hops, 1, 2), " -1 ");
    CHECK_STR(shown(&hops, 1, 3), "10.1.0.2 7 ");
    CHECK_STR(shown(&hops, 2, 2), "10.3.0.2 120 ");
    CHECK_INT(hops_end_at(&hops, "10.3.0.2"), 1);
    CHECK_INT(hops.n, 2);
}

static void test_mtr_foreign_lines(void)
{
    static const char *const lines[] = {
        "",           "x 0",
        "x 64 1",     "x -1 1",
        "h 0 router", "p 0 1",
        "p 0 1 1",    "x 0 1 1",
        "q 0 1",      "x 0 123456789012",
        "xx 0 1",     "mtr: no such host",
    };
    struct hops hops = {0};
    struct hops_mtr reader = {.hops = &hops};

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        CHECK_INT(hops_take_mtr(&reader, lines[i]), -1);
    CHECK_INT(hops.n, 0);
    /* A probe too many is no harm, nor an answer twice or to none. */
    CHECK_INT(take_mtr(&hops, "x 0 1\nx 0 2\nx 0 3\nx 0 4\nh 0 ::1\np 0 5 4\n"
                              "p 0 6 3\np 0 7 3\np 0 8 99\n"),
              0);
    CHECK_STR(shown(&hops, 1, 3), "::1 6 ");
    CHECK_STR(shown(&hops, 1, 1), " -1 ");
}

static void test_csv(void)
{
    struct hops hops;
    struct buf text = {0};

    take(&hops, " 1  10.1.0.2  0.5 ms !X * fd00::2  1.25 ms\n");
    hops_csv(&hops, &text);
    CHECK_STR(buf_text(&text), HOPS_CSV_HEADER "\n1,10.1.0.2,1,500,!X\n"
                                               "1,,2,,\n1,fd00::2,3,1250,\n");
    buf_release(&text);
}

/* What hops_load says of a file with that text: its error's id, or "". */
static const char *load(struct hops *hops, const char *text)
{
    static struct err err;
    char path[] = "/tmp/test_hops.XXXXXX";
    FILE *file;
    int fd = mkstemp(path);

    err = (struct err){0};
    CHECK(fd >= 0);
    file = fdopen(fd, "w");
    fputs(text, file);
    fclose(file);
    (void)hops_load(hops, path, &err);
    unlink(path);
    return err.id;
}

static void test_csv_back(void)
{
    static const char *const damaged[] = {
        "1,10.1.0.2,1,500,\n",                    /* two probes missing */
        "2,10.1.0.2,1,500,\n2,,2,,\n2,,3,,\n",    /* not the first hop */
        "1,10.1.0.2,1,500,\n1,,3,,\n1,,2,,\n",    /* not in order */
        "1,10.1.0.2,1,,\n1,,2,,\n1,,3,,\n",       /* no time */
        "1,,1,500,\n1,,2,,\n1,,3,,\n",            /* no address */
        "1,$(id),1,500,\n1,,2,,\n1,,3,,\n",       /* no address at all */
        "1,fe80::1%a'b,1,500,\n1,,2,,\n1,,3,,\n", /* nor this */
        "1,10.1.0.2,1,-5,\n1,,2,,\n1,,3,,\n",     /* no such time */
        "1,10.1.0.2,1,500,\\x\n1,,2,,\n1,,3,,\n", /* no mark */
    };
    struct hops hops, back;
    struct buf text = {0}, again = {0};
    char row[200];

    take(&hops, " 1  10.1.0.2  0.5 ms !X * fe80::2%eth0  1.25 ms\n"
                " 2  * * *\n 3  10.1.0.9  7 ms  7 ms  8 ms\n");
    hops_csv(&hops, &text);
    CHECK_STR(load(&back, buf_text(&text)), "");
    CHECK_INT(back.n, 3);
    hops_csv(&back, &again);
    CHECK_STR(buf_text(&again), buf_text(&text));
    CHECK_STR(load(&back, HOPS_CSV_HEADER "\n"), "");
    CHECK_INT(back.n, 0);
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        snprintf(row, sizeof row, HOPS_CSV_HEADER "\n%s", damaged[i]);
        CHECK_STR(load(&back, row), "results-damaged");
    }
    buf_release(&text);
    buf_release(&again);
}

/* How the second trace differs from the first, "" when it does not. */
static const char *change(const char *before, const char *after)
{
    static char what[200];
    struct hops a, b;
    int differs;

    take(&a, before);
    take(&b, after);
    what[0] = '\0';
    differs = hops_differ(&a, &b, "10.9.9.9", what, sizeof what);
    CHECK_INT(differs, what[0] != '\0');
    return what;
}

static void test_change(void)
{
    static const char way[] = " 1  10.1.0.1  1 ms 10.1.0.2  1 ms  2 ms\n"
                              " 2  10.2.0.1  1 ms  1 ms  1 ms\n"
                              " 3  10.9.9.9  1 ms  1 ms  1 ms\n";

    CHECK_STR(change(way, way), "");
    /* one of two routers, and a silent one */
    CHECK_STR(change(way, " 1  10.1.0.2  1 ms  2 ms  3 ms\n 2  * * *\n"
                          " 3  10.9.9.9  1 ms  1 ms  1 ms\n"),
              "");
    CHECK_STR(change(way, " 1  10.1.0.2  1 ms  2 ms  3 ms\n"
                          " 2  10.2.0.7  1 ms  2 ms  3 ms\n"
                          " 3  10.9.9.9  1 ms  1 ms  1 ms\n"),
              "hop 2 was 10.2.0.1 before the run and 10.2.0.7 after it");
    CHECK_STR(change(way, " 1  10.1.0.2  1 ms  2 ms  3 ms\n 2  * * *\n"
                          " 3  * * *\n 4  10.9.9.9  1 ms  1 ms  1 ms\n"),
              "it was 3 hops long before the run and 4 after it");
    /* cut short: that is not another way */
    CHECK_STR(change(way, " 1  10.1.0.2  1 ms  2 ms  3 ms\n"), "");
    CHECK_STR(change("", way), "");
}

static void test_listing(void)
{
    struct hops hops;
    struct buf text = {0};

    take(&hops, " 1  10.1.0.2  0.021 ms 10.1.0.3  7.54 ms *\n 2  * * *\n"
                " 3  10.1.0.4  155.4 ms !X  9.96 ms 10.1.0.4  38 ms\n");
    hops_text(&hops, &text);
    CHECK_STR(buf_text(&text),
              "1      0.02 ms     7.5 ms          *    10.1.0.2\n"
              "                                        10.1.0.3\n"
              "2            *          *          *\n"
              "3    155 ms !X      10 ms      38 ms    10.1.0.4\n");
    buf_release(&text);
}

/* The host and port of a text, "-" when it is refused. */
static const char *parsed(const char *text)
{
    static char shown_as[400];
    char host[NET_NAME_SIZE];
    struct err err = {0};
    int port = 7;

    if (hostport_parse(text, host, &port, &err) < 0)
        return err.code == ERR_USAGE ? "-" : "wrong code";
    snprintf(shown_as, sizeof shown_as, "%s %d", host, port);
    return shown_as;
}

static void test_hostport(void)
{
    static const char *const bad[] = {"",       "-oProxyCommand=x",
                                      "a:0",    "a:65536",
                                      "a:1x",   "a:",
                                      ":1",     "[::1",
                                      "[::1]:", "[]:1",
                                      "a b",    "$(id)",
                                      "a\n",    "[::1]x"};
    char longest[300];

    CHECK_STR(parsed("a.example"), "a.example 7");
    CHECK_STR(parsed("a.example:2333"), "a.example 2333");
    CHECK_STR(parsed("192.0.2.7:65535"), "192.0.2.7 65535");
    CHECK_STR(parsed("fd00::1"), "fd00::1 7");
    CHECK_STR(parsed("::1"), "::1 7");
    CHECK_STR(parsed("[fe80::1%lo]"), "fe80::1%lo 7");
    CHECK_STR(parsed("[::1]:80"), "::1 80");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_STR(parsed(bad[i]), "-");
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    CHECK_STR(parsed(longest), "-");
}

int main(void)
{
    test_open_port();
    test_stars();
    test_several_addresses();
    test_marks();
    test_ipv6();
    test_foreign_lines_are_refused();
    test_bounds();
    test_mtr();
    test_mtr_foreign_lines();
    test_csv();
    test_csv_back();
    test_change();
    test_listing();
    test_hostport();
    return check_done();
}
