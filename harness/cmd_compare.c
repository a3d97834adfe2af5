#include "harness/cmd.h"
#include "harness/comparable.h"
#include "harness/compare.h"
#include "harness/result_args.h"
#include "lib/args.h"
#include "lib/num.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE_A, SIDE_B, MARGIN, CASE, DESPITE, FAIL_ON, JSON, OUT, PARTIAL };

/* Folders of a side, in the order in which they were named. */
struct folders {
    const char *path[RESULT_ARGS_MAX];
    int n;
};

struct command {
    struct compare_request request;
    struct folders a, b;
    struct folders *side; /* that --a or --b began; NULL: neither did yet */
    int ncases;
    int fails[VERDICT_EQUIVALENT + 1]; /* this verdict is exit code 1 */
    int is_json;
    const char *figures; /* where to draw; NULL: nowhere */
};

static int take_case(struct command *command, const char *key, struct err *err)
{
    if (command->ncases == 2) {
        err_set(err, ERR_USAGE, "usage", "--case: more than two");
        return err_hint(err, "give it once, or for A and then for B");
    }
    command->request.b.case_key = key;
    if (command->ncases++ == 0)
        command->request.a.case_key = key;
    return 0;
}

static int take_despite(struct compare_request *request, const char *key,
                        struct err *err)
{
    if (!comparable_is_key(key))
        return args_bad(err, "despite", key,
                        "a condition, such as server or message_size");
    if (request->ndespite == COMPARE_MAX_DESPITE) {
        err_set(err, ERR_USAGE, "usage", "--despite: more than %d",
                COMPARE_MAX_DESPITE);
        return err_hint(err, "what differs in so much cannot be compared");
    }
    request->despite[request->ndespite++] = key;
    return 0;
}

/* One word of n characters. */
static int take_word(struct command *command, const char *word, size_t n)
{
    int is_different = n == 9 && strncmp(word, "different", n) == 0;

    if (is_different) {
        command->fails[VERDICT_SLOWER] = command->fails[VERDICT_FASTER] = 1;
        return 0;
    }
    for (int call = 0; call <= VERDICT_EQUIVALENT; call++) {
        const char *name = verdict_call_name((enum verdict_call)call);

        if (strlen(name) == n && strncmp(word, name, n) == 0) {
            command->fails[call] = 1;
            return 0;
        }
    }
    return -1;
}

static int take_fail_on(struct command *command, const char *list,
                        struct err *err)
{
    for (const char *word = list;; word++) {
        size_t n = strcspn(word, ",");

        if (take_word(command, word, n) < 0)
            return args_bad(err, "fail-on", list,
                            "slower, faster, different, equivalent or "
                            "undecided, or a list of them with commas");
        word += n;
        if (!*word)
            return 0;
    }
}

static int add_folder(struct folders *to, const char *path, struct err *err)
{
    if (!path[0])
        return args_bad(err, "a", path, "a folder");
    if (to->n == RESULT_ARGS_MAX)
        return err_set(err, ERR_USAGE, "usage", "more than %d folders a side",
                       RESULT_ARGS_MAX);
    to->path[to->n++] = path;
    return 0;
}

static int take_side(struct command *command, struct folders *side,
                     const char *path, struct err *err)
{
    if (!command->side && command->a.n > 0) {
        err_set(err, ERR_USAGE, "usage",
                "\"%.80s\" stands before --a and --b: which side is it?",
                command->a.path[0]);
        return err_hint(err, "harness compare --a DIR... --b DIR...");
    }
    command->side = side;
    return add_folder(side, path, err);
}

static int set(int key, const char *value, void *ctx, struct err *err)
{
    struct command *command = ctx;
    double percent;

    switch (key) {
    case SIDE_A:
        return take_side(command, &command->a, value, err);
    case SIDE_B:
        return take_side(command, &command->b, value, err);
    case MARGIN:
        if (num_parse_real(value, 0.01, 1000, &percent) < 0)
            return args_bad(err, "margin", value, "0.01 to 1000 (percent)");
        command->request.margin = percent / 100;
        return 0;
    case CASE:
        return take_case(command, value, err);
    case DESPITE:
        return take_despite(&command->request, value, err);
    case FAIL_ON:
        return take_fail_on(command, value, err);
    case OUT:
        if (!value[0])
            return args_bad(err, "out", value, "a folder");
        command->figures = value;
        return 0;
    case JSON:
        command->is_json = 1;
        return 0;
    default:
        command->request.a.allow_partial = 1;
        command->request.b.allow_partial = 1;
        return 0;
    }
}

/* A B, or what follows --a DIR or --b DIR. */
static int take_folder(const char *text, void *ctx, struct err *err)
{
    struct command *command = ctx;

    if (command->side)
        return add_folder(command->side, text, err);
    if (command->b.n == 0)
        return add_folder(command->a.n == 0 ? &command->a : &command->b, text,
                          err);
    err_set(err, ERR_USAGE, "usage", "more than two folders");
    return err_hint(err, "several a side: harness compare --a DIR... --b "
                         "DIR...");
}

static int print(const struct comparison *comparison, int is_json,
                 struct err *err)
{
    char *text;

    if (!is_json) {
        compare_print(comparison, stdout);
        return 0;
    }
    text = compare_json(comparison);
    if (!text)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    fputs(text, stdout);
    free(text);
    return 0;
}

static int compare(const struct command *command, struct err *err)
{
    struct comparison comparison;
    enum verdict_call call;
    int status;

    if (compare_find(&comparison, &command->request, err) < 0)
        return -1;
    status = print(&comparison, command->is_json, err);
    if (status == 0 && command->figures)
        status = compare_draw(&comparison, command->figures, err);
    call = comparison.verdict.call;
    compare_release(&comparison);
    if (status < 0 || !command->fails[call])
        return status;
    err_set(err, ERR_NO, "verdict", "the verdict on B is: %s",
            verdict_call_name(call));
    return err_hint(err, "--fail-on asked for exit code 1 then");
}

static const struct args_option options[] = {
    {"a", SIDE_A, "DIR", NULL,
     "side A: this folder and those that are named after it"},
    {"b", SIDE_B, "DIR", NULL, "side B, in the same way"},
    {"margin", MARGIN, "PERCENT", "5", "so much counts as no difference"},
    {"case", CASE, "KEY", NULL,
     "which case, in a folder of several; twice: of A, then of B"},
    {"despite", DESPITE, "KEY", NULL,
     "compare although this condition differs, such as server"},
    {"fail-on", FAIL_ON, "VERDICT", NULL,
     "exit with 1 on slower, faster, different, equivalent, undecided"},
    {"json", JSON, NULL, NULL, "print JSON"},
    {"out", OUT, "DIR", NULL,
     "draw the ratio of each pair and the shift of deciles: PDF and SVG"},
    {"figures", OUT, "DIR", NULL, "the same as --out"},
    {"allow-partial", PARTIAL, NULL, NULL,
     "accept a run that was interrupted, and say so"},
    {0},
};

int cmd_compare(int argc, char **argv, struct err *err)
{
    struct command command = {.request.margin = COMPARE_MARGIN};
    struct args_group group = {options, set, &command};
    struct args_spec spec = {
        .prog = "harness compare",
        .usage = "A B\n--a DIR... --b DIR...",
        .doc = "Say whether the runs in folder B are slower than those in "
               "folder A, by how much, and how sure that is.  The unit is the "
               "run: folders with several repeats are needed, or several "
               "folders a side; best are runs that were taken in turn (harness "
               "run A.json B.json --pairs).",
        .more = "The verdict is on the median round trip after the warm-up, by "
                "its 95 % interval: slower or faster when all of it lies "
                "outside the margin, equivalent when all of it lies inside, "
                "else undecided.\n\n"
                "Examples:\n"
                "  harness compare $(harness run scenarios/local_rate.json \\\n"
                "      scenarios/remote_rate.json --pairs 6 --set duration_s=2 "
                "| tail -n 2)\n"
                "  harness compare results/A results/B --fail-on slower\n"
                "  harness compare --a results/A* --b results/B*\n\n"
                "All runs must have the same conditions but for the target, "
                "duration_s among them; --despite names one that may differ.",
        .groups = &group,
        .ngroups = 1,
        .operand = take_folder,
        .is_in_order = 1,
        .ctx = &command,
    };
    int done = 0;

    if (args_parse(&spec, argc, argv, &done, err) < 0)
        return -1;
    if (done)
        return 0;
    command.request.a.paths = command.a.path;
    command.request.a.npaths = command.a.n;
    command.request.b.paths = command.b.path;
    command.request.b.npaths = command.b.n;
    if (command.a.n > 0 && command.b.n > 0)
        return compare(&command, err);
    err_set(err, ERR_USAGE, "usage", "which two results folders?");
    return err_hint(err, "harness compare A B; `harness list` shows what there "
                         "is");
}
