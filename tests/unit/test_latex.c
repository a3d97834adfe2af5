#include "harness/latex.h"
#include "tests/unit/check.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

static const char *escaped(const char *text)
{
    static char copy[1024];
    struct buf buf = {0};

    latex_escape(&buf, text);
    snprintf(copy, sizeof copy, "%s", buf_text(&buf));
    buf_release(&buf);
    return copy;
}

static const char *code(const char *text)
{
    static char copy[1024];
    struct buf buf = {0};

    latex_code(&buf, text);
    snprintf(copy, sizeof copy, "%s", buf_text(&buf));
    buf_release(&buf);
    return copy;
}

static void test_specials(void)
{
    CHECK_STR(escaped("50% & rising_"), "50\\% \\& rising\\_");
    CHECK_STR(escaped("\\input{/etc/passwd}"),
              "\\textbackslash{}input\\{/etc/passwd\\}");
    CHECK_STR(escaped("#$^~"),
              "\\#$\\mathdollar$\\textasciicircum{}\\textasciitilde{}");
    CHECK_STR(escaped("a--b"), "a-{}-{}b");
    CHECK_STR(escaped("?`!`"), "?{}`{}!{}`{}");
    CHECK_STR(escaped("<|>"), "$<$$|$$>$");
    CHECK_STR(escaped("[1, 2]"), "{[}1, 2{]}");
    CHECK_STR(escaped(""), "");
    CHECK_STR(escaped("aaaaaaaaaaaaaaaaaaaa bb"), "aaaaaaaaaaaaaaaaaaaa bb");
    CHECK_STR(escaped("a aaaaaaaaaaaaaaaaaaaa_"),
              "a aaaaaaaaaaaaaaaaaaaa\\allowbreak{}\\_");
    CHECK_STR(escaped("a\nb\x01\x7f"), "a?b??");
}

static void test_unicode(void)
{
    CHECK_STR(escaped("15\xe2\x80\x89\xc2\xb5s"), "15\\,$\\mu$s");
    CHECK_STR(escaped("caf\xc3\xa9 \xc3\x9f"), "caf\\'e{} \\ss{}");
    CHECK_STR(escaped("5\xe2\x80\x93"
                      "95"),
              "5--{}95");
    CHECK_STR(escaped("\xe2\x80\x98\xe2\x80\x98"), "{}`{}{}`{}");
    CHECK_STR(escaped("\xe5\xbc\xa0x"), "?x");
    CHECK_STR(escaped("\xf0\x9f\x98\x80x"), "?x");
    CHECK_STR(escaped("\xff\xfex"), "??x");
    CHECK_STR(escaped("\xc3"), "?");
    CHECK_STR(escaped("\xe2\x80"), "?");
    CHECK_STR(escaped("\x80\xbf"), "??");
}

static void test_code(void)
{
    CHECK_STR(code("a-b"), "\\texttt{a-{}\\allowbreak{}b}");
    CHECK_STR(code("{\\"), "\\texttt{\\char123{}\\char92{}}");
    CHECK_STR(code("\xc3\xa9"), "\\texttt{\\'e{}}");
    CHECK_STR(code("\xc3"), "\\texttt{?}");
}

/* Commands that an escaped text may hold. */
static size_t command_length(const char *at)
{
    static const char *const known[] = {
        "\\textbackslash",
        "\\textasciitilde",
        "\\textasciicircum",
        "\\allowbreak",
        "\\mathdollar",
        "\\texttt",
        "\\dots",
        "\\times",
        "\\cdot",
        "\\char",
        "\\div",
        "\\AA",
        "\\AE",
        "\\aa",
        "\\ae",
        "\\ss",
        "\\pm",
        "\\mu",
        "\\le",
        "\\ge",
        "\\c",
        "\\i",
        "\\O",
        "\\o",
        "\\`",
        "\\'",
        "\\^",
        "\\~",
        "\\\"",
        "\\{",
        "\\}",

        "\\&",
        "\\#",
        "\\_",
        "\\%",
        "\\,",
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t n = strlen(known[i]);

        if (strncmp(at, known[i], n) == 0 &&
            !(isalpha((unsigned char)known[i][1]) &&
              isalpha((unsigned char)at[n])))
            return n;
    }
    return 0;
}

/* Would TeX read this as text and nothing else? */
static int is_harmless(const char *tex)
{
    int depth = 0, dollars = 0;

    while (*tex) {
        size_t command = *tex == '\\' ? command_length(tex) : 0;

        if (*tex == '\\' && !command)
            return 0;
        if (command) {
            tex += command;
            continue;
        }
        depth += *tex == '{';
        depth -= *tex == '}';
        dollars += *tex == '$';
        if (depth < 0 || strchr("&#^_%\n", *tex) || (unsigned char)*tex < ' ' ||
            (unsigned char)*tex > 0x7e)
            return 0;
        tex++;
    }
    return depth == 0 && dollars % 2 == 0;
}

static void test_is_harmless_itself(void)
{
    CHECK(is_harmless("a\\_b{}$<$"));
    CHECK(!is_harmless("\\input{x}"));
    CHECK(!is_harmless("a_b"));
    CHECK(!is_harmless("}{"));
    CHECK(!is_harmless("$"));
}

/* 200 000 texts of random bytes, most of them special. */
static void test_property(void)
{
    static const char specials[] = "\\{}$&#^_~%`'\"<>|[]-?!/ \n\t";
    uint64_t state = 1;
    int bad = 0;

    for (int run = 0; run < 200000; run++) {
        char text[24];
        size_t n;

        state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
        n = (state >> 60) + 1;
        for (size_t i = 0; i < n; i++) {
            state = state * UINT64_C(6364136223846793005) + 99;
            text[i] = (char)(state >> 63
                                 ? (uint64_t)specials[(state >> 33) % 24]
                                 : (state >> 40) % 255 + 1);
        }
        text[n] = '\0';
        bad += !is_harmless(escaped(text)) + !is_harmless(code(text));
    }
    CHECK_INT(bad, 0);
}

static const char *line(const char *bytes, size_t n)
{
    static char copy[1024];
    struct buf buf = {0};

    latex_line(&buf, bytes, n);
    snprintf(copy, sizeof copy, "%s", buf_text(&buf));
    buf_release(&buf);
    return copy;
}

static void test_line(void)
{
    CHECK_STR(line("To  <", 5), "To\\ \\ \\char60{}");
    CHECK_STR(line("\\x{$^~%#&", 9),
              "\\char92{}x\\char123{}\\char36{}\\char94{}\\char126{}"
              "\\char37{}\\char35{}\\char38{}");
    CHECK_STR(line("a\0b\x1b\x7f", 5), "a?b??");
    CHECK_STR(line("\xc3\xa9\xe5\xbc\xa0!", 6), "\\'e{}?\\char33{}");
    CHECK_STR(line("\xff\x80", 2), "?");
    CHECK_STR(line("abc", 2), "ab");
    CHECK_STR(line("", 0), "");
}

static void test_columns(void)
{
    CHECK_INT(latex_columns("abcdef", 6, 4), 4);
    CHECK_INT(latex_columns("abc", 3, 4), 3);
    CHECK_INT(latex_columns("\xc3\xa9\xe5\xbc\xa0!", 6, 2), 5);
    CHECK_INT(latex_columns("\x80\x80\x80\x80\x80\x80", 6, 1), 4);
    CHECK_INT(latex_columns("", 0, 3), 0);
}

int main(void)
{
    test_specials();
    test_unicode();
    test_code();
    test_is_harmless_itself();
    test_property();
    test_line();
    test_columns();
    return check_done();
}
