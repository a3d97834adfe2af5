#define _GNU_SOURCE
#include "lib/err.h"
#include "tests/unit/check.h"

#include <errno.h>
#include <stdlib.h>

/* What err_print writes. */
static const char *printed(const struct err *err, const char *prog)
{
    static char text[4096];
    FILE *to;

    memset(text, 0, sizeof text);
    to = fmemopen(text, sizeof text, "w");
    err_print(err, prog, to);
    fclose(to);
    return text;
}

static void a_failure_is_described_once(void)
{
    struct err err = {0};

    CHECK_INT(err_set(&err, ERR_PEER, "some-id", "not ours: %s: %d", "x", 7),
              -1);
    CHECK_INT(err.code, 8);
    CHECK_INT(err.sys_errno, 0);
    CHECK_STR(err.id, "some-id");
    CHECK_STR(err.msg, "not ours: x: 7");
    CHECK_STR(err.hint, "");
    CHECK_STR(err.kept, "");
    CHECK_INT(err_hint(&err, "try %d", 2), -1);
    CHECK_INT(err_kept(&err, "%s", "all"), -1);
    CHECK_STR(err.hint, "try 2");
    CHECK_STR(err.kept, "all");
    /* A new failure has nothing of the old one. */
    err_set(&err, ERR_NO, "other", "no");
    CHECK_STR(err.hint, "");
    CHECK_STR(err.kept, "");
}

static void a_system_call_adds_its_cause(void)
{
    struct err err = {0};

    errno = ENOSPC;
    CHECK_INT(err_sys(&err, ERR_RESULTS, "no-space", "cannot write %s", "f"),
              -1);
    CHECK_INT(err.sys_errno, ENOSPC);
    CHECK_STR(err.msg, "cannot write f: No space left on device (ENOSPC)");
    CHECK_INT(err_wrap(&err, "case %d", 3), -1);
    CHECK_STR(err.msg,
              "case 3: cannot write f: No space left on device (ENOSPC)");
    CHECK_INT(err.sys_errno, ENOSPC);
}

static void errno_has_a_name(void)
{
    CHECK_STR(err_name(ECONNREFUSED), "ECONNREFUSED");
    CHECK_STR(err_name(EAGAIN), "EAGAIN");
    CHECK_STR(err_name(4242), "EUNKNOWN");
    CHECK_STR(err_name(-1), "EUNKNOWN");
}

static void long_texts_are_cut(void)
{
    char text[3000];
    struct err err = {0};

    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    errno = EIO;
    err_sys(&err, ERR_RESULTS, text, "%s", text);
    err_hint(&err, "%s", text);
    err_kept(&err, "%s", text);
    CHECK_INT(strlen(err.id), sizeof err.id - 1);
    CHECK_INT(strlen(err.msg), sizeof err.msg - 1);
    CHECK_INT(strlen(err.hint), sizeof err.hint - 1);
    CHECK_INT(strlen(err.kept), sizeof err.kept - 1);
    err_wrap(&err, "%s", text);
    CHECK_INT(strlen(err.msg), sizeof err.msg - 1);
}

static void lines_of_a_message(void)
{
    struct err err = {0};

    err_set(&err, ERR_NO, "an-id", "what: why");
    CHECK_STR(printed(&err, "harness"), "harness: (an-id) what: why\n");
    err_kept(&err, "all");
    CHECK_STR(printed(&err, "p"), "p: (an-id) what: why\n  kept: all\n");
    err_hint(&err, "do");
    CHECK_STR(printed(&err, "p"),
              "p: (an-id) what: why\n  hint: do\n  kept: all\n");
}

static void a_failure_without_a_hint_gets_the_usual_one(void)
{
    static const enum err_code codes[] = {ERR_USAGE,   ERR_TARGET,   ERR_CUT,
                                          ERR_RESULTS, ERR_RESOURCE, ERR_HELPER,
                                          ERR_PEER,    ERR_BUG};

    for (int i = 0; i < 8; i++) {
        struct err err = {0};

        err_set(&err, codes[i], "id", "what");
        CHECK(strncmp(printed(&err, "p"), "p: (id) what\n  hint: ", 21) == 0);
        CHECK(strlen(printed(&err, "p")) > 35);
        err_hint(&err, "do this");
        CHECK_STR(printed(&err, "p"), "p: (id) what\n  hint: do this\n");
    }
}

/* Names come from outside: nothing in them moves a cursor or adds a line. */
static void control_characters_are_question_marks(void)
{
    struct err err = {0};

    err_set(&err, ERR_NO, "id", "a\nb\tc\x1b[2Jd\x7f%%\x01\r.");
    err_hint(&err, "x\n  kept: forged");
    CHECK_STR(printed(&err, "p"),
              "p: (id) a?b?c?[2Jd?%??.\n  hint: x?  kept: forged\n");
}

/* UTF-8 is text, but its own control characters (U+0080..9F) are not. */
static void utf8_is_text_unless_it_controls(void)
{
    struct err err = {0};

    err_set(&err, ERR_NO, "id", "gr\xc3\xbc\xc3\x9f \xe4\xbd\xa0");
    CHECK_STR(printed(&err, "p"), "p: (id) gr\xc3\xbc\xc3\x9f \xe4\xbd\xa0\n");
    err_set(&err, ERR_NO, "id", "a\xc2\x9b[2Jb\xc2\xa0");
    CHECK_STR(printed(&err, "p"), "p: (id) a?[2Jb\xc2\xa0\n");
}

static void what_is_printed_can_be_read_back(void)
{
    struct err err = {0}, back = {0};

    err_set(&err, ERR_RESULTS, "results-2", "what: (x): \"y\" (EIO)");
    CHECK_INT(err_parse(&back, ERR_RESULTS, printed(&err, "echo-rate")), 0);
    CHECK_INT(back.code, ERR_RESULTS);
    CHECK_STR(back.id, err.id);
    CHECK_STR(back.msg, err.msg);
    err_hint(&err, "first do this");
    err_kept(&err, "12 rows in a: b");
    CHECK_INT(err_parse(&back, ERR_CUT, printed(&err, "echo-rate")), 0);
    CHECK_INT(back.code, ERR_CUT);
    CHECK_STR(back.hint, err.hint);
    CHECK_STR(back.kept, err.kept);
}

static void it_is_found_among_other_lines(void)
{
    struct err err = {0};

    CHECK_INT(err_parse(&err, ERR_CUT,
                        "progress: 3\n  hint: not yet\nwarning: (odd\n\n"
                        "echo-rate: (the-id) what\n  hint: do\n"
                        "echo-rate: (second) later\ntail"),
              0);
    CHECK_STR(err.id, "the-id");
    CHECK_STR(err.msg, "what");
    CHECK_STR(err.hint, "do");
}

static void what_is_no_message_is_refused(void)
{
    static const char *const texts[] = {
        "",
        "\n",
        "plain text",
        "p (id) what",
        "p: id what",
        "p: () what",
        "p: (id)what",
        "p: (ID) what",
        "p: (two words) what",
        "P: (id) what",
        ": (id) what",
        " p: (id) what",
        "p: (an-id-that-is-longer-than-any-that-we-have-0) what",
    };
    struct err err = {.code = ERR_NO, .id = "old"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        CHECK_STR(err_parse(&err, ERR_CUT, texts[i]) < 0 ? "" : texts[i], "");
    CHECK_STR(err.id, "old");
    CHECK_INT(err.code, ERR_NO);
}

/* Lightest first; what says most about trust in the data wins. */
static void the_worse_of_two_stays(void)
{
    static const enum err_code order[] = {
        ERR_NONE, ERR_NO,   ERR_HELPER,  ERR_TARGET, ERR_RESOURCE,
        ERR_CUT,  ERR_PEER, ERR_RESULTS, ERR_BUG,
    };
    int n = (int)(sizeof order / sizeof *order);

    for (int a = 0; a < n; a++) {
        for (int b = 0; b < n; b++) {
            struct err one = {.code = order[a], .id = "one"};
            struct err two = {.code = order[b], .id = "two"};

            err_worse(&one, &two);
            CHECK_INT(one.code, order[a > b ? a : b]);
            CHECK_STR(one.id, b > a ? "two" : "one");
        }
    }
}

int main(void)
{
    a_failure_is_described_once();
    a_system_call_adds_its_cause();
    errno_has_a_name();
    long_texts_are_cut();
    lines_of_a_message();
    a_failure_without_a_hint_gets_the_usual_one();
    control_characters_are_question_marks();
    utf8_is_text_unless_it_controls();
    what_is_printed_can_be_read_back();
    it_is_found_among_other_lines();
    what_is_no_message_is_refused();
    the_worse_of_two_stays();
    return check_done();
}
