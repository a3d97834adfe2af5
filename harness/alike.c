#include "harness/alike.h"

#include <stdlib.h>
#include <string.h>

#define BETWEEN " ,;()%"

/* A word or a number, and what stands before it. */
struct token {
    const char *text, *before;
    size_t len, between;
};

/* The next token from `at` on; of length 0 at the end. */
static struct token token_at(const char *at)
{
    struct token token = {.before = at, .between = strspn(at, BETWEEN)};

    token.text = at + token.between;
    token.len = strcspn(token.text, BETWEEN);
    return token;
}

static int is_number(const struct token *token)
{
    const char *end = token->text + token->len, *at = token->text;

    at += strspn(at, "0123456789");
    if (at > token->text && at + 1 < end && *at == '.')
        at += 1 + strspn(at + 1, "0123456789");
    return token->len > 0 && at == end;
}

static int is_same(const char *a, size_t na, const char *b, size_t nb)
{
    return na == nb && memcmp(a, b, na) == 0;
}

int alike_is(const char *a, const char *b)
{
    struct token of_a, of_b;
    int differ = 0;

    do {
        of_a = token_at(a);
        of_b = token_at(b);
        if (!is_same(of_a.before, of_a.between, of_b.before, of_b.between))
            return 0;
        if (!is_same(of_a.text, of_a.len, of_b.text, of_b.len)) {
            if (!is_number(&of_a) || !is_number(&of_b))
                return 0;
            differ++;
        }
        a = of_a.text + of_a.len;
        b = of_b.text + of_b.len;
    } while (of_a.len > 0);
    return differ <= ALIKE_NUMBERS;
}

static struct token nth_token(const char *text, int i)
{
    struct token token = token_at(text);

    while (i-- > 0)
        token = token_at(token.text + token.len);
    return token;
}

/* The i-th token of all, which is a number. */
static void put_span(struct buf *to, const char *const *texts, int n, int i)
{
    struct token least = nth_token(texts[0], i), most = least;

    for (int k = 1; k < n; k++) {
        struct token other = nth_token(texts[k], i);
        double value = strtod(other.text, NULL);

        if (value < strtod(least.text, NULL))
            least = other;
        if (value > strtod(most.text, NULL))
            most = other;
    }
    buf_add_n(to, least.text, least.len);
    if (is_same(least.text, least.len, most.text, most.len))
        return;
    buf_add(to, " to ");
    buf_add_n(to, most.text, most.len);
}

void alike_put(struct buf *to, const char *const *texts, int n)
{
    struct token token = token_at(texts[0]);

    for (int i = 0; token.between + token.len > 0; i++) {
        buf_add_n(to, token.before, token.between);
        if (is_number(&token))
            put_span(to, texts, n, i);
        else
            buf_add_n(to, token.text, token.len);
        token = token_at(token.text + token.len);
    }
}
