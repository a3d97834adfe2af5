#include "harness/report_run.h"

#include "harness/audit.h"

#include <stdlib.h>
#include <string.h>

int report_run_is_local(const struct result_run *run)
{
    return !run->emulated && strcmp(run->site, "local") == 0;
}

int report_run_is_open(const struct result_run *run)
{
    return run->rate_per_s > 0;
}

int report_run_is_like_lab(const struct result_run *run)
{
    return run->connections * run->window == 1 && !report_run_is_open(run);
}

int report_run_has_map(const struct report_run *run)
{
    return run->heat.cell && run->samples.n > SERIES_MAX_DOTS &&
           run->heat.hi_ns > run->heat.lo_ns;
}

int report_run_is_warm(const struct report_run *run)
{
    const struct steady *steady = &run->summary.steady;

    return steady->cut > 0 && steady->unsteady == 0 &&
           steady->until_ns > run->series.start_ns;
}

const char *report_run_folder(const struct result *result)
{
    const char *slash = strrchr(result->path, '/');

    return slash && slash[1] ? slash + 1 : result->path;
}

/* A run that was interrupted before its first file is no damage. */
static int is_nothing_yet(const struct result_run *run, const struct err *err)
{
    return !run->done && strcmp(err->id, "results-open") == 0;
}

static int load_samples(struct report_run *out, struct err *err)
{
    const struct result_run *run = out->run;
    char path[4096];

    if (result_file_path(path, out->result, run, RESULT_MESSAGES_CSV, err) < 0)
        return -1;
    if (samples_load(&out->samples, path, run, err) < 0)
        return -1;
    return audit_ledger(out->result, run, &out->samples.ledger, err);
}

static int load_connections(struct report_run *out, struct err *err)
{
    const struct result_file *file = audit_entry(out->run,
                                                 RESULT_CONNECTIONS_CSV);
    char path[4096];

    if (!file)
        return 0;
    if (audit_file(out->result, out->run, file, err) < 0 ||
        result_file_path(path, out->result, out->run, file->name, err) < 0)
        return -1;
    return connections_load(&out->summary.connect, path, !out->run->done, err);
}

/* A transcript has no numbers; its words are held against the manifest. */
static int check_texts(const struct result *result,
                       const struct result_run *run, struct err *err)
{
    for (int i = 0; i < run->nfiles; i++)
        if (audit_file(result, run, &run->files[i], err) < 0)
            return -1;
    return 0;
}

/* Does a figure show how all of its round trips lie? */
static int has_shapes(const struct result_run *run)
{
    return strcmp(run->mode, "rate") == 0 && !run->loss.has;
}

/* Of pixels: those of the panel in an SVG, and 190 dots per inch in print. */
enum { LAB_COLUMNS = 540 };

/* Of a million echoes it drew up 50 000 points, and shows 2000. */
static void free_unused(struct report_run *out)
{
    void *fewer = realloc(out->lab, (out->nlab + 1) * sizeof *out->lab);

    if (fewer)
        out->lab = fewer;
}

static int trace_lab(struct report_run *out, struct err *err)
{
    const struct samples *samples = &out->samples;

    if (!report_run_is_local(out->run) || !report_run_is_like_lab(out->run))
        return 0;
    out->lab = malloc((samples->n / LAB_WINDOW + 1) * sizeof *out->lab);
    if (!out->lab)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    out->nlab = lab_curve(samples->received_ns, samples->n,
                          samples->message_size_bytes, out->lab);
    out->nlab = lab_thin(out->lab, out->nlab, out->series.start_ns,
                         out->series.end_ns, LAB_COLUMNS);
    free_unused(out);
    return 0;
}

static void rank_responses(struct report_run *out, int64_t *scratch)
{
    const struct samples *samples = &out->samples;
    struct stats_sample sample = {samples->response_ns, scratch, samples->n,
                                  out->summary.duration_s};

    if (!report_run_is_open(out->run) || !samples->response_ns)
        return;
    memcpy(scratch, samples->response_ns, samples->n * sizeof *scratch);
    stats_sort(scratch, samples->n);
    percentiles_of(&out->responses, &sample);
    percentiles_scale(&out->responses, 1 - out->summary.open_loop.missed_share);
}

/* One array for all that must move values about. */
static int sum_up(struct report_run *out, struct err *err)
{
    int64_t *scratch = malloc((out->samples.n + 1) * sizeof *scratch);
    int wants_shapes = has_shapes(out->run), status;

    if (!scratch)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    status = summary_of(&out->summary, &out->samples, scratch,
                        wants_shapes ? &out->percentiles : NULL, err);
    if (status == 0 && wants_shapes)
        rank_responses(out, scratch);
    if (status == 0)
        status = series_build(&out->series, &out->samples, scratch, err);
    free(scratch);
    if (status < 0 || !wants_shapes)
        return status;
    if (trace_lab(out, err) < 0 || heat_of(&out->heat, &out->samples, err) < 0)
        return -1;
    return autocorrelation_of(&out->autocorrelation, &out->samples,
                              out->summary.steady.until_ns, err);
}

int report_run_load(struct report_run *out, const struct result *result,
                    const struct result_run *run, struct err *err)
{
    memset(out, 0, sizeof *out);
    out->result = result;
    out->run = run;
    out->summary.is_udp = result_run_is_udp(run);
    if (result_run_is_scene(run))
        return check_texts(result, run, err);
    if (load_samples(out, err) < 0) {
        if (!is_nothing_yet(run, err))
            return -1;
        memset(err, 0, sizeof *err);
        out->samples.message_size_bytes = run->message_size_bytes;
        out->samples.ledger.first_sent_ns = LEDGER_ABSENT;
    }
    if (sum_up(out, err) < 0 || load_connections(out, err) < 0)
        return -1;
    /* A million round trips are 600 bins now: their arrays can go. */
    if (out->samples.n > SERIES_MAX_DOTS)
        samples_drop_arrays(&out->samples);
    return 0;
}

void report_run_release(struct report_run *run)
{
    samples_release(&run->samples);
    series_release(&run->series);
    heat_release(&run->heat);
    free(run->lab);
    memset(run, 0, sizeof *run);
}
