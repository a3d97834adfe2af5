#include "harness/scenario_overrides.h"

#include "harness/scenario_rules.h"
#include "lib/buf.h"

#include <stdio.h>
#include <string.h>

static int set_pair(struct json_doc *doc, const char *pair, struct err *err)
{
    const char *equals = strchr(pair, '=');
    char path[256];

    if (!equals || equals == pair || (size_t)(equals - pair) >= sizeof path) {
        err_set(err, ERR_USAGE, "usage", "--set: \"%.80s\": want KEY=VALUE",
                pair);
        return err_hint(err, "for example --set duration_s=2 or --set "
                             "cpu.client=0");
    }
    snprintf(path, sizeof path, "%.*s", (int)(equals - pair), pair);
    return json_override(doc, path, equals + 1, err);
}

/* What the command line calls a text is one, even 2026 or null. */
static int set_text(struct json_doc *doc, const char *path, const char *text,
                    struct err *err)
{
    struct buf quoted = {0};
    int status;

    if (strpbrk(text, "\"\\")) {
        err_set(err, ERR_USAGE, "usage", "\"%s\" = \"%.80s\" is not allowed",
                path, text);
        return err_hint(err, "neither quotes nor backslashes");
    }
    buf_addf(&quoted, "\"%s\"", text);
    status = json_override(doc, path, buf_text(&quoted), err);
    buf_release(&quoted);
    return status;
}

/* USER@HOST: start our server there. */
static int set_login(struct json_doc *doc, const char *login, struct err *err)
{
    const char *at = strchr(login, '@');
    char user[80];

    snprintf(user, sizeof user, "%.*s", (int)(at - login), login);
    if (set_text(doc, "target.user", user, err) < 0 ||
        set_text(doc, "target.host", at + 1, err) < 0)
        return -1;
    return json_override(doc, "target.launch", "ssh", err);
}

/* Another host is a server that runs there: no emulated path before it. */
static int set_host(struct json_doc *doc, const char *host, struct err *err)
{
    const struct cJSON *target = json_get(doc->root, "target");
    const char *site = json_text(json_get(target, "site"));
    const char *at = strchr(host, '@');
    const char *name = at ? at + 1 : host;
    int64_t port = 0;

    json_drop(doc, "path");
    if (at ? set_login(doc, host, err) < 0
           : set_text(doc, "target.host", host, err) < 0 ||
                 json_override(doc, "target.launch", "none", err) < 0)
        return -1;
    if (scenario_is_local(name) &&
        json_override(doc, "target.site", "local", err) < 0)
        return -1;
    if (!scenario_is_local(name) && (!site || strcmp(site, "local") == 0) &&
        json_override(doc, "target.site", "remote", err) < 0)
        return -1;
    (void)json_int(json_get(json_get(doc->root, "target"), "port"), &port);
    return port ? 0 : json_override(doc, "target.port", "2333", err);
}

int scenario_override(struct json_doc *doc, const struct scenario_overrides *o,
                      struct err *err)
{
    if (o->host && set_host(doc, o->host, err) < 0)
        return -1;
    if (o->port && json_override(doc, "target.port", o->port, err) < 0)
        return -1;
    if (o->allow && set_text(doc, "target.allow", o->allow, err) < 0)
        return -1;
    if (o->site && set_text(doc, "target.site", o->site, err) < 0)
        return -1;
    for (int i = 0; i < o->nset; i++)
        if (set_pair(doc, o->set[i], err) < 0)
            return -1;
    return 0;
}
