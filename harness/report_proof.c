#define _GNU_SOURCE
#include "harness/report_proof.h"

#include "harness/folder.h"
#include "harness/hash.h"
#include "harness/paths.h"
#include "harness/pdf_text.h"
#include "harness/report_pdf.h"
#include "harness/tex_numbers.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_pdf(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot && strcmp(dot, ".pdf") == 0;
}

/* The report's own figures in place of those that were drawn here. */
static int take_figures(const struct report_proof *proof, struct err *err)
{
    char from[FOLDER_PATH], to[FOLDER_PATH], file[FOLDER_PATH];
    struct dirent **found = NULL;
    int status = 0, n;

    if (folder_path(from, proof->report, "figures", err) < 0 ||
        folder_path(to, proof->work, "figures", err) < 0)
        return -1;
    n = scandir(from, &found, is_pdf, alphasort);
    for (int i = 0; i < n; i++) {
        if (status == 0)
            status = folder_path(file, from, found[i]->d_name, err);
        if (status == 0)
            status = folder_copy(file, to, found[i]->d_name, err);
        free(found[i]);
    }
    free(found);
    return status;
}

/* 1: the same bytes; 0: others; -1: err is set. */
static int typeset(const struct report_proof *proof, const char *tex,
                   struct err *err)
{
    char made[FOLDER_PATH], of_made[HASH_HEX_SIZE], of_pdf[HASH_HEX_SIZE];
    int64_t bytes;

    if (folder_copy(tex, proof->work, "report.tex", err) < 0 ||
        report_pdf_make(proof->work, proof->utc, err) < 0 ||
        folder_path(made, proof->work, "report.pdf", err) < 0 ||
        hash_file(made, of_made, &bytes, err) < 0 ||
        hash_file(proof->pdf, of_pdf, &bytes, err) < 0)
        return -1;
    return strcmp(of_made, of_pdf) == 0;
}

/* 1: nobody changed a word; 0; -1: err is set. */
static int is_template(const char *tex, const char *template, struct err *err)
{
    char of_tex[HASH_HEX_SIZE], of_template[HASH_HEX_SIZE];
    int64_t bytes;

    if (hash_file(tex, of_tex, &bytes, err) < 0 ||
        hash_file(template, of_template, &bytes, err) < 0)
        return -1;
    return strcmp(of_tex, of_template) == 0;
}

/* In the text of a PDF these begin neither commands nor comments. */
static void make_plain(struct buf *text)
{
    for (size_t i = 0; i < text->len; i++)
        if (strchr("\\%^", text->text[i]))
            text->text[i] = ' ';
}

/* Numbers that the delivered PDF shows, and the new one does not. */
static int compare_numbers(const struct report_proof *proof,
                           struct report_drift *drift, struct err *err)
{
    struct buf has = {0}, should = {0};
    char made[FOLDER_PATH];
    int status = folder_path(made, proof->work, "report.pdf", err);

    if (status == 0)
        status = pdf_text(&has, proof->pdf, err);
    if (status == 0)
        status = pdf_text(&should, made, err);
    make_plain(&has);
    make_plain(&should);
    if (status == 0)
        status = tex_numbers_compare(buf_text(&has), buf_text(&should),
                                     report_drift_add, drift, err);
    buf_release(&has);
    buf_release(&should);
    return status;
}

/* Not the same bytes: another TeX, or another hand. */
static int judge_other(const struct report_proof *proof,
                       struct report_drift *drift, struct buf *said,
                       struct err *err)
{
    char made[FOLDER_PATH];
    int before = drift->n;

    if (folder_path(made, proof->work, "report.pdf", err) < 0)
        return -1;
    if (compare_numbers(proof, drift, err) < 0) {
        /* What differs is not known; that something does, is. */
        if (proof->is_trusted || strcmp(err->id, "pdftotext-missing") != 0)
            return -1;
        memset(err, 0, sizeof *err);
    }
    if (drift->n > before)
        return 0;
    if (proof->is_trusted) {
        buf_add(said, "typeset again, the PDF is not the same bytes, but has "
                      "no other numbers\n");
        return 0;
    }
    drift->looks++;
    return report_drift_files(drift, proof->pdf, made, err);
}

int report_proof_compare(const struct report_proof *proof,
                         struct report_drift *drift, struct buf *said,
                         struct err *err)
{
    char delivered[FOLDER_PATH], template[FOLDER_PATH];
    int same, is_own;

    snprintf(drift->file, sizeof drift->file, "report.pdf");
    if (folder_path(delivered, proof->report, "report.tex", err) < 0 ||
        paths_data(template, "report/template.tex", err) < 0 ||
        (proof->with_its_figures && take_figures(proof, err) < 0))
        return -1;
    is_own = is_template(delivered, template, err);
    same = is_own < 0 ? -1 : typeset(proof, delivered, err);
    if (same > 0)
        buf_add(said, "typeset again, the PDF is the same\n");
    if (same == 0 && !is_own) {
        same = typeset(proof, template, err);
        if (same > 0)
            buf_add(said, "typeset again, the PDF is that of the template\n");
    }
    if (same != 0)
        return same < 0 ? -1 : 0;
    return judge_other(proof, drift, said, err);
}
