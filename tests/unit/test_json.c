#include "lib/json.h"
#include "lib/json_scan.h"
#include "tests/unit/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Refused, with `want` in the message; else says what came instead. */
static int is_refused(const char *text, const char *want)
{
    struct json_doc doc = {0};
    struct err err = {0};
    int status = json_parse(&doc, "x.json", text, &err);
    int good = status == -1 && err.code == ERR_USAGE && !doc.root &&
               !doc.text && strstr(err.msg, want);

    if (!good)
        printf("# %s: %s\n", text, err.msg);
    json_release(&doc);
    return good;
}

static int is_accepted(const char *text)
{
    struct json_doc doc = {0};
    struct err err = {0};
    int status = json_parse(&doc, "x.json", text, &err);

    if (status < 0)
        printf("# %s: %s\n", text, err.msg);
    json_release(&doc);
    return status == 0;
}

/* The eight traps of cJSON, and what else a stranger may write. */
static void test_refused(void)
{
    CHECK(is_refused("{\"host\":\"a\"} trailing",
                     "x.json:1:14: text after the end"));
    CHECK(is_refused("{\"a\":1,\n\"b\":{\"c\":1,\n\"c\":2}}",
                     "x.json:3: duplicate key \"b.c\""));
    CHECK(is_refused("{\"a\":1,\"\\u0061\":2}", "duplicate key \"a\""));
    CHECK(is_refused("{\"a\":[{},{\"k\":1,\"k\":1}]}",
                     "duplicate key \"a[1].k\""));
    CHECK(is_refused("{\"a\":\"good\\u0000evil\"}", "\\u0000"));
    CHECK(is_refused("{\"a\":1e999}", "number too large"));
    CHECK(is_refused("{\"a\":01}", "leading zero"));
    CHECK(is_refused("{\"a\":-}", "digit is missing"));
    CHECK(is_refused("{\"a\":1.}", "digit is missing"));
    CHECK(is_refused("{\"a\":.5}", "value is missing"));
    CHECK(is_refused("{\"a\":+5}", "value is missing"));
    CHECK(is_refused("{\"a\":NaN}", "value is missing"));
    CHECK(is_refused("{\"a\":\"x\ty\"}", "control character"));
    CHECK(is_refused("\xef\xbb\xbf{}", "byte order mark"));
    CHECK(is_refused("{\"a\":\"\xff\"}", "invalid UTF-8"));
    CHECK(is_refused("{\"a\":\"\xc0\x80\"}", "invalid UTF-8"));
    CHECK(is_refused("{\"a\":\"\xed\xa0\x80\"}", "invalid UTF-8"));
    CHECK(is_refused("{\"a\":\"\xe2\x82", "invalid UTF-8"));
    CHECK(is_refused("{\"a\":\"\\ud800x\"}", "surrogate"));
    CHECK(is_refused("{\"a\":\"\\x\"}", "unknown escape"));
    CHECK(is_refused("{\"a\":\"open", "string without an end"));
    CHECK(is_refused("{\"a\":1,}", "key in double quotes"));
    CHECK(is_refused("{\"a\":[1,]}", "value is missing"));
    CHECK(is_refused("{\"a\" 1}", "colon is missing"));
    CHECK(is_refused("{\"a\":1 \"b\":2}", "x.json:1:8: a comma or }"));
    CHECK(is_refused("{\"a\":[1 2]}", "a comma or ]"));
    CHECK(is_refused("[1]", "not an object"));
    CHECK(is_refused("", "value is missing"));
    CHECK(is_refused("{'a':1}", "key in double quotes"));
    CHECK(is_refused("{\"a\":1} // done", "text after the end"));
    CHECK(is_refused("{\"a\":12345678901234567890123456789012345678901}",
                     "more than 40"));
}

static void test_depth(void)
{
    char text[128];

    snprintf(text, sizeof text, "{\"a\":%s%s}", "[[[[[[[[[[[[[[[",
             "]]]]]]]]]]]]]]]");
    CHECK(is_accepted(text));
    snprintf(text, sizeof text, "{\"a\":%s%s}", "[[[[[[[[[[[[[[[[",
             "]]]]]]]]]]]]]]]]");
    CHECK(is_refused(text, "16 levels"));
}

static void test_getters(void)
{
    struct json_doc doc = {0};
    struct err err = {0};
    struct cJSON *o;
    double real = 0;
    int64_t whole = 0;
    int yes = 0;

    CHECK_INT(json_parse(&doc, "x",
                         "{\"t\":\"\\u00b5s \\ud83d\\ude00\",\"i\":4294967297,"
                         "\"r\":1.5,\"b\":true,\"n\":null,\"a\":[1,2],"
                         "\"s\":\"5\",\"big\":9007199254740993}",
                         &err),
              0);
    o = doc.root;
    CHECK_STR(json_text(json_get(o, "t")), "\xc2\xb5s \xf0\x9f\x98\x80");
    CHECK(json_get(o, "T") == NULL);
    CHECK_INT(json_int(json_get(o, "i"), &whole), 0);
    CHECK(whole == INT64_C(4294967297));
    CHECK_INT(json_int(json_get(o, "r"), &whole), -1);
    CHECK_INT(json_number(json_get(o, "r"), &real), 0);
    CHECK_NEAR(real, 1.5, 0);
    CHECK_INT(json_number(json_get(o, "s"), &real), -1);
    CHECK_INT(json_int(json_get(o, "big"), &whole), 0); /* reads as 2^53 */
    CHECK_INT(json_bool(json_get(o, "b"), &yes), 0);
    CHECK_INT(yes, 1);
    CHECK_INT(json_bool(json_get(o, "i"), &yes), -1);
    CHECK(json_is_null(json_get(o, "n")) && !json_is_null(json_get(o, "x")));
    CHECK_INT(json_count(json_get(o, "a")), 2);
    CHECK_STR(json_key(o, 1), "i");
    CHECK(json_key(o, 8) == NULL);
    CHECK_INT(json_need_int(o, "absent", &whole, &err), -1);
    CHECK_STR(err.msg, "\"absent\" is missing or not a whole number");
    CHECK_INT(err.code, ERR_RESULTS);
    CHECK(json_need_text(o, "r", &err) == NULL);
    json_release(&doc);
}

static void test_lines(void)
{
    static const char text[] = "{\n \"a\": 1,\n \"loss\": {\n  \"p\":\n   2},\n"
                               " \"m\": [1,\n  2]\n}\n";
    struct json_doc doc = {0};
    struct err err = {0};

    CHECK_INT(json_parse(&doc, "x", text, &err), 0);
    CHECK_INT(json_line(&doc, "a"), 2);
    CHECK_INT(json_line(&doc, "loss"), 3);
    CHECK_INT(json_line(&doc, "loss.p"), 5);
    CHECK_INT(json_line(&doc, "m[1]"), 7);
    CHECK_INT(json_line(&doc, "none"), 0);
    CHECK_INT(json_override(&doc, "loss.p", "3", &err), 0);
    CHECK_INT(json_line(&doc, "loss.p"), 0);
    CHECK_INT(json_line(&doc, "loss"), 0);
    CHECK_INT(json_line(&doc, "a"), 2);
    json_release(&doc);
}

static void test_override(void)
{
    struct json_doc doc = {0};
    struct err err = {0};
    char *text;

    CHECK_INT(json_parse(&doc, "x", "{\"a\":1,\"z\":0}", &err), 0);
    CHECK_INT(json_override(&doc, "a", "[1, 2]", &err), 0);
    CHECK_INT(json_override(&doc, "cpu.client", "0", &err), 0);
    CHECK_INT(json_override(&doc, "target.host", "127.0.0.1", &err), 0);
    CHECK_INT(json_override(&doc, "what", "01", &err), 0);
    CHECK_INT(json_override(&doc, "a.b", "1", &err), -1);
    CHECK_STR(err.id, "set-path");
    CHECK_INT(json_override(&doc, "a.", "1", &err), -1);
    CHECK_INT(json_override(&doc, "what", "a\nb", &err), -1);
    CHECK_STR(err.id, "set-value");
    CHECK_INT(err.code, ERR_USAGE);
    json_drop(&doc, "z");
    text = json_show(doc.root);
    CHECK_STR(text, "{\"a\":[1,2],\"cpu\":{\"client\":0},"
                    "\"target\":{\"host\":\"127.0.0.1\"},\"what\":\"01\"}");
    free(text);
    json_release(&doc);
}

static void test_build(void)
{
    struct cJSON *o = json_object();
    struct json_doc doc = {0};
    struct err err = {0};
    int64_t whole = 0;
    char *text;

    json_put_text(o, "t", "a\"b\n");
    json_put_int(o, "i", INT64_C(9007199254740991));
    json_put_real(o, "r", 0.1);
    json_put_bool(o, "b", 0);
    json_put_null(o, "n");
    json_put_int(json_put_object(o, "o"), "k", -3);
    json_put_int(json_push_object(json_put_array(o, "a")), "k", 600);
    json_push_text(json_get(o, "a"), "x");
    text = json_print(o);
    CHECK_INT(json_parse(&doc, "x", text, &err), 0);
    CHECK_STR(err.msg, "");
    CHECK(text[strlen(text) - 1] == '\n');
    CHECK_INT(json_int(json_get(doc.root, "i"), &whole), 0);
    CHECK(whole == INT64_C(9007199254740991));
    free(text);
    json_release(&doc);
    json_free(o);
}

static int is_refused_file(const char *path, enum err_code code, const char *id)
{
    struct json_doc doc = {0};
    struct err err = {0};
    int status = json_load(&doc, path, code, &err);

    json_release(&doc);
    return status == -1 && err.code == code && strcmp(err.id, id) == 0;
}

static int write_bytes(const char *path, const char *bytes, size_t n)
{
    FILE *to = fopen(path, "w");

    return to && fwrite(bytes, 1, n, to) == n && fclose(to) == 0;
}

static void test_files(void)
{
    char dir[] = "/tmp/test_json.XXXXXX";
    struct json_doc doc = {0};
    struct err err = {0};

    CHECK(mkdtemp(dir) && chdir(dir) == 0);
    CHECK(is_refused_file("none.json", ERR_USAGE, "json-open"));
    CHECK(is_refused_file(".", ERR_USAGE, "json-open"));
    CHECK(mkfifo("fifo", 0600) == 0);
    CHECK(is_refused_file("fifo", ERR_USAGE, "json-open"));
    CHECK(is_refused_file("/dev/zero", ERR_USAGE, "json-open"));
    CHECK(write_bytes("nul.json", "{\"a\":1}\0{}", 10));
    CHECK(is_refused_file("nul.json", ERR_USAGE, "json-syntax"));
    CHECK(write_bytes("good.json", "{\"a\":1}", 7));
    CHECK(symlink("good.json", "link.json") == 0);
    CHECK(is_refused_file("link.json", ERR_RESULTS, "json-open"));
    CHECK_INT(json_load(&doc, "link.json", ERR_USAGE, &err), 0);
    CHECK_INT((long long)doc.len, 7);
    json_release(&doc);
    CHECK(truncate("good.json", JSON_MAX_BYTES + 1) == 0);
    CHECK(is_refused_file("good.json", ERR_USAGE, "json-size"));
    CHECK(is_refused_file("good.json", ERR_RESULTS, "json-syntax"));
    CHECK(truncate("good.json", (off_t)JSON_MAX_RESULTS + 1) == 0);
    CHECK(is_refused_file("good.json", ERR_RESULTS, "json-size"));
    CHECK(unlink("nul.json") == 0 && unlink("good.json") == 0);
    CHECK(unlink("link.json") == 0 && unlink("fifo") == 0);
    CHECK(chdir("/") == 0 && rmdir(dir) == 0);
}

int main(void)
{
    test_refused();
    test_depth();
    test_getters();
    test_lines();
    test_override();
    test_build();
    test_files();
    return check_done();
}
