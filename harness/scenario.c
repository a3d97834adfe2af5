#include "harness/scenario.h"

#include "harness/scenario_overrides.h"
#include "harness/scenario_rules.h"

#include <string.h>

static void set_defaults(struct scenario *s)
{
    memset(s, 0, sizeof *s);
    memcpy(s->site, "local", sizeof "local");
    memcpy(s->allow, "operator", sizeof "operator");
    memcpy(s->host, "127.0.0.1", sizeof "127.0.0.1");
    s->message_size_bytes = 1000;
    s->connections = 1;
    s->window = 1;
    s->threads = 1;
    s->duration_ns = INT64_C(10000000000);
    s->timeout_ns = INT64_C(3000000000);
    s->repeat = 1;
    s->seed = 1;
    s->cpu_client = s->cpu_server = -1;
    s->expect = (struct scenario_expect){-1, -1, -1, -1};
}

int scenario_load(struct scenario *scenario, const char *file,
                  const struct scenario_overrides *overrides, char **text,
                  struct err *err)
{
    struct json_doc doc = {0};
    struct scenario_reader reader = {&doc, scenario, err};
    int failed;

    set_defaults(scenario);
    failed = json_load(&doc, file, ERR_USAGE, err) < 0 ||
             scenario_override(&doc, overrides, err) < 0 ||
             scenario_read(&reader) < 0 || scenario_check(&reader) < 0;
    if (!failed) {
        *text = doc.text;
        doc.text = NULL;
    }
    json_release(&doc);
    return failed ? -1 : 0;
}
