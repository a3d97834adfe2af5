#include "harness/findings.h"
#include "tests/unit/check.h"

#include <stdlib.h>

/* What findings_text prints; the caller frees. */
static char *printed(const struct findings *findings)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);

    findings_text(findings, to);
    fclose(to);
    return text;
}

static void test_lines(void)
{
    struct findings findings = {.n = 0};
    struct err err = {.code = ERR_TARGET,
                      .id = "connect-refused",
                      .msg = "cannot connect",
                      .hint = "start it"};
    char *text;

    findings_add(&findings, FINDING_OK, "clock", "unseen", "%d ns", 40);
    findings_add(&findings, FINDING_WARN, "load", "wait", "%.1f", 3.25);
    findings_add_err(&findings, FINDING_FAIL, "port", &err);
    text = printed(&findings);
    CHECK_STR(text, "ok    clock: 40 ns\n"
                    "warn  load: 3.2\n"
                    "      hint: wait\n"
                    "FAIL  port: cannot connect\n"
                    "      hint: start it\n"
                    "doctor: 1 fine, 1 to look at, 1 failed\n");
    free(text);
}

static void test_width(void)
{
    struct findings findings = {.n = 0};
    char words[751], *text;

    for (int i = 0; i < 750; i++)
        words[i] = i % 5 == 4 || i % 35 == 1 ? ' ' : 'a';
    words[750] = '\0';
    findings_add(&findings, FINDING_WARN, "what", words, "%s", words);
    text = printed(&findings);
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
        CHECK(strcspn(line, "\n") <= 80);
        CHECK(line == text || strncmp(line, "      ", 6) == 0 ||
              strncmp(line, "doctor: ", 8) == 0);
    }
    free(text);
}

static void test_text_from_outside_drives_no_terminal(void)
{
    struct findings findings = {.n = 0};
    char *text;

    findings_add(&findings, FINDING_OK, "x", NULL, "a\033[31mb\nc");
    text = printed(&findings);
    CHECK(strchr(text, '\033') == NULL);
    CHECK(strstr(text, "ok    x: a\\x1B[31mb\\x0Ac\n") != NULL ||
          strstr(text, "ok    x: a\\x1b[31mb\\x0ac\n") != NULL);
    free(text);
}

static void test_verdict_is_the_first_failure(void)
{
    struct findings findings = {.n = 0};
    struct err err = {0};
    struct err seven = {.code = ERR_HELPER, .id = "helper-missing"};

    findings_add(&findings, FINDING_OK, "a", NULL, "b");
    findings_add_err(&findings, FINDING_WARN, "tool", &seven);
    CHECK_INT(findings_verdict(&findings, &err), 0);
    CHECK_INT(err.code, ERR_NONE);
    findings_add(&findings, FINDING_FAIL, "descriptors", "h", "8");
    findings_add_err(&findings, FINDING_FAIL, "tool", &seven);
    CHECK_INT(findings_verdict(&findings, &err), -1);
    CHECK_INT(err.code, ERR_RESOURCE);
    CHECK_STR(err.id, "descriptors");
    CHECK_STR(err.msg, "2 of 4 checks failed: descriptors");
}

static void test_bounds(void)
{
    struct findings findings = {.n = 0};

    for (int i = 0; i <= FINDINGS_MAX; i++)
        findings_add(&findings, FINDING_OK, "a", NULL, "%d", i);
    CHECK_INT(findings.n, FINDINGS_MAX);
    CHECK_STR(findings.at[FINDINGS_MAX - 1].text, "47");
}

static void test_json(void)
{
    struct findings findings = {.n = 0};
    struct err err = {.code = ERR_TARGET, .id = "i", .msg = "m", .hint = "h"};
    char *text;

    findings_add(&findings, FINDING_OK, "a", NULL, "b");
    findings_add_err(&findings, FINDING_FAIL, "p", &err);
    text = findings_json(&findings);
    CHECK(strstr(text, "\"failed\":\t1") != NULL);
    CHECK(strstr(text, "\"level\":\t\"FAIL\"") != NULL);
    CHECK(strstr(text, "\"code\":\t3") != NULL);
    CHECK(strstr(text, "\"hint\":\tnull") != NULL);
    free(text);
}

int main(void)
{
    test_lines();
    test_width();
    test_text_from_outside_drives_no_terminal();
    test_verdict_is_the_first_failure();
    test_bounds();
    test_json();
    return check_done();
}
