#include "harness/tex_numbers.h"
#include "tests/unit/check.h"

#include <string.h>

struct told {
    int n;
    char key[CLAIMS_KEY]; /* the first one */
    char number[40];
};

static void note(const char *key, const char *one, const char *other, void *ctx)
{
    struct told *told = ctx;

    told->n += other ? 1000 : 1;
    if (told->n > 1)
        return;
    snprintf(told->key, sizeof told->key, "%s", key);
    snprintf(told->number, sizeof told->number, "%s", one);
}

static struct told compare(const char *text, const char *template)
{
    struct told told = {0};
    struct err err = {0};

    if (tex_numbers_compare(text, template, note, &told, &err) < 0)
        told.n = -1;
    return told;
}

static const char template[] = "In 2018 a 95\\,\\% interval\n"
                               "of \\R{local.rtt.p50}, 3.5 cm\n";

static void test_words_may_change(void)
{
    CHECK(compare(template, template).n == 0);
    CHECK(compare("", template).n == 0);
    CHECK(compare("One 95\\,\\% interval, moved\n\n% not 77\nin 2018, 3.5\n",
                  template)
              .n == 0);
}

static void test_names_are_no_numbers(void)
{
    CHECK(compare("\\R{r7.p99} \\IfR{a.9}{b}{c} \\Rna{x8}~\\cite{rfc2330}\n"
                  "Fig.~\\ref{fig:6}\n",
                  template)
              .n == 0);
    /* What follows the name counts. */
    CHECK(compare("\\IfR{a}{41.9}{c}", template).n == 1);
    /* It has no options, and no commands in its name. */
    CHECK_STR(compare("\\cite[41]{rfc2330}", template).number, "41");
    CHECK_STR(compare("\\R{\\x}", template).number, "\\x");
}

static const char files[] = "\\input{tables/fig2.tex}\n"
                            "\\includegraphics[width=4cm]{figures/fig4.pdf}\n";

static void test_files_may_move(void)
{
    CHECK(compare(files, files).n == 0);
    CHECK(compare("See \\includegraphics{figures/fig4.pdf} and\n"
                  "\\input {tables/fig2.tex}.\n",
                  files)
              .n == 0);
    CHECK_STR(compare("\\inputs{mine}", files).number, "\\inputs");
}

static void test_a_file_brought_in(void)
{
    struct told told = compare("\\input{tables/fig2.tex}\n\\input{mine}",
                               files);

    CHECK(told.n == 1);
    CHECK_STR(told.key, "line 2");
    CHECK_STR(told.number, "mine");
    CHECK_STR(compare("\\input mine\\ ", files).number, "mine");
    CHECK_STR(compare("\n\\input\n{mine}\n", files).number, "mine");
    CHECK_STR(compare("\\include{fig2}", files).number, "fig2");
    CHECK_STR(compare("\\includegraphics [a] {fig6}", files).number, "fig6");
    CHECK(compare("\\input{tables/fig2}", files).n == 1);
    /* What follows counts, and its line. */
    CHECK_STR(compare("\\input{tables/fig2.tex} 7", files).number, "7");
    CHECK_STR(compare("\\input\n{tables/fig2.tex}\n7",
                      "\\input{tables/fig2.tex}"
                      "2")
                  .key,
              "line 3");
}

static void test_a_number_typed(void)
{
    struct told told = compare("In 2018 a 95\\,\\% interval\n"
                               "of 41.9 us, 3.5 cm\n",
                               template);

    CHECK(told.n == 1);
    CHECK_STR(told.key, "line 2");
    CHECK_STR(told.number, "41.9");
    CHECK(compare("\\% is 7 no comment\n", template).n == 1);
    CHECK(compare("3.5 and 3.5", template).n == 1);
    CHECK(compare("1,234", template).n == 1);
}

static const char with_commands[] = "\\newcommand\\Median{half}\n"
                                    "\\begin{document}\n"
                                    "\\def\\has{yes}\n"
                                    "\\Median of \\emph{all}\n"
                                    "\\begin{figure}\\end{figure}\n";

static const char *with_line(const char *line)
{
    static char text[400];

    snprintf(text, sizeof text, "%s%s\n", with_commands, line);
    return text;
}

/* TeX makes a number of anything, but not without a command. */
static void test_commands(void)
{
    static const struct {
        const char *line, *number;
    } cases[] = {
        {"\\char`A", "\\char"},
        {"^^t^^q", "^^"},
        {"\\^^#har`A", "^^"},
        {"\\ref{a^^7d41.9{}", "^^"},
        {"\\includegraphics[^^5d{a}41.9]{a}", "^^5d"},
        {"\\url{%41.9}", "\\url"},
        {"\\def\\has{no}", "\\def"},
        {"\\setR{a.b}{ten}", "\\setR"},
        {"\\begin{verbatim}", "verbatim"},
        {"\\includegraphics[\\x]{a}", "\\x"},
        {"m\xc2\xb2", "\xc2\xb2"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct told told = compare(with_line(cases[i].line), with_commands);

        CHECK(told.n >= 1);
        CHECK_STR(told.key, "line 6");
        CHECK_STR(told.number, cases[i].number);
    }
    CHECK(compare(with_line("\\textbf{as} \\% \\^e \\footnote{so}"),
                  with_commands)
              .n == 0);
    CHECK(compare(with_line("\\begin{quote}a\\end{quote}"), with_commands).n ==
          0);
}

/* The template's own command may stand elsewhere; \def only in its line. */
static void test_commands_that_move(void)
{
    CHECK(compare("\\newcommand\\Median{half}\n\\begin{document}\n"
                  "\\emph{More} than \\Median\n\\def\\has{yes}\n",
                  with_commands)
              .n == 0);
    CHECK_STR(compare("\\newcommand\\Median{half}\n\\begin{document}\n"
                      "\\def\\has{no}\n",
                      with_commands)
                  .number,
              "\\def");
}

static void test_before_the_text(void)
{
    struct told told = compare("% mine\n\\newcommand\\Median{ten}\n"
                               "\\begin{document}\n",
                               with_commands);

    CHECK(told.n == 1);
    CHECK_STR(told.key, "line 1");
    CHECK_STR(told.number, "% mine");
    CHECK_STR(compare("\\newcommand\\Median{ten}\n", with_commands).key,
              "line 1");
    CHECK(compare("", with_commands).n == 1);
}

/* Where it was typed, although the template has the same further on. */
static void test_the_line_of_what_is_new(void)
{
    struct told told = compare("since 2018\n"
                               "In 2018 a 95\\,\\% interval\n",
                               template);

    CHECK(told.n == 1);
    CHECK_STR(told.key, "line 1");
    CHECK_STR(told.number, "2018");
}

static void test_ends_of_a_text(void)
{
    static const char *const ends[] = {
        "\\",   "\\R",     "\\R{",    "%",        "\\R[",
        "\\\n", "\\R{x\n", "\\input", "\\input{", "\\input\n"};

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        CHECK(compare(ends[i], template).n == 0);
    CHECK(compare("7", template).n == 1);
    CHECK_STR(compare("\\\n7", "").key, "line 2");
}

int main(void)
{
    test_words_may_change();
    test_names_are_no_numbers();
    test_files_may_move();
    test_a_file_brought_in();
    test_a_number_typed();
    test_commands();
    test_commands_that_move();
    test_before_the_text();
    test_the_line_of_what_is_new();
    test_ends_of_a_text();
    return check_done();
}
