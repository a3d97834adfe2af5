#include "harness/alike.h"

#include "tests/unit/check.h"

static void numbers_may_differ(void)
{
    CHECK(alike_is("open after 109 us", "open after 83.8 us"));
    CHECK(alike_is("", ""));
    CHECK(alike_is("told by all.", "told by all."));
    CHECK(!alike_is("open after 1.2 ms", "open after 83.8 us"));
    CHECK(!alike_is("open after 109 us", "open after 109 us, twice"));
    CHECK(!alike_is("5 %", "5  %"));
    CHECK(alike_is("1 of 2 in 3 s", "4 of 5 in 3 s"));
    CHECK(!alike_is("1 of 2 in 3 s", "4 of 5 in 6 s"));
}

static void other_words_differ(void)
{
    CHECK(!alike_is("path to 10.9.2.2", "path to 10.9.2.3"));
    CHECK(!alike_is("hop 5", "hop five"));
    CHECK(!alike_is("hop 5", "hop 5."));
    CHECK(!alike_is("version 1.2.3", "version 1.2.4"));
}

static void numbers_are_told_as_a_span(void)
{
    const char *const texts[] = {
        "path to 10.9.2.2: 2 hops, open after 109 us (so)",
        "path to 10.9.2.2: 2 hops, open after 83.8 us (so)",
        "path to 10.9.2.2: 2 hops, open after 91 us (so)"};
    struct buf to = {0};

    alike_put(&to, texts, 3);
    CHECK_STR(buf_text(&to),
              "path to 10.9.2.2: 2 hops, open after 83.8 to 109 us (so)");
    buf_release(&to);
    alike_put(&to, texts, 1);
    CHECK_STR(buf_text(&to), texts[0]);
    buf_release(&to);
}

int main(void)
{
    numbers_may_differ();
    other_words_differ();
    numbers_are_told_as_a_span();
    return check_done();
}
