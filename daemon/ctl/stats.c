#include "ctl.h"

#include "doc.h"
#include "http.h"
#include "options.h"
#include "sheet.h"

#include <stdio.h>

#define PATH_MAX_BYTES 2048

/* The query's parameters in their order. */
enum parameter { SITE, WINDOW, FROM, TO, PARAMETERS };

static int usage_error(const char *why)
{
    fprintf(stderr, "footfallctl: stats: %s\n", why);
    return CTL_USAGE;
}

/* Writes the path with the parameters that are given. False when that is too long. */
static bool make_path(const char *const values[PARAMETERS], char out[PATH_MAX_BYTES])
{
    static const char *const names[PARAMETERS] = {"site", "window", "from", "to"};
    size_t n = (size_t)snprintf(out, PATH_MAX_BYTES, "/v1/stats");
    char mark = '?';
    for (int i = 0; i < PARAMETERS; i++) {
        char value[PATH_MAX_BYTES];
        if (!values[i])
            continue;
        if (!http_escape(values[i], value, sizeof(value)))
            return false;
        n += (size_t)snprintf(out + n, PATH_MAX_BYTES - n, "%c%s=%s", mark, names[i], value);
        if (n >= PATH_MAX_BYTES)
            return false;
        mark = '&';
    }
    return true;
}

/* Shows a 200's body. */
static int show(struct ff_span body, bool json)
{
    if (json) {
        fwrite(body.p, 1, body.n, stdout);
        if (body.n && body.p[body.n - 1] != '\n')
            putchar('\n');
        return CTL_DONE;
    }
    struct doc *doc = doc_read(body);
    if (!doc) {
        fputs("footfallctl: the answer is no JSON\n", stderr);
        return CTL_FAILED;
    }
    sheet_print(stdout, doc);
    doc_free(&doc);
    return CTL_DONE;
}

static int show_error(const struct http_answer *answer)
{
    struct doc *doc = doc_read(answer->body);
    const char *error = doc_text(doc_member(doc, "error"));
    if (*error)
        fprintf(stderr, "footfallctl: %s\n", error);
    else
        fprintf(stderr, "footfallctl: the daemon answers %d\n", answer->status);
    doc_free(&doc);
    return CTL_FAILED;
}

static int ask(const char *address, const char *path, bool json)
{
    char why[512] = "out of memory";
    struct http_answer answer;
    struct http *http = http_new(address);
    int status;
    if (!http || !http_get(http, path, &answer, why, sizeof(why))) {
        fprintf(stderr, "footfallctl: %s\n", why);
        status = CTL_FAILED;
    } else if (answer.status == 200) {
        status = show(answer.body, json);
    } else {
        status = show_error(&answer);
    }
    http_free(&http);
    return status;
}

int stats_run(const struct ctl *ctl, int argc, char **argv)
{
    const char *values[PARAMETERS] = {NULL};
    bool json = false;
    const struct option_row rows[] = {
        {"site", &values[SITE], NULL}, {"window", &values[WINDOW], NULL},
        {"from", &values[FROM], NULL}, {"to", &values[TO], NULL},
        {"json", NULL, &json},         {NULL, NULL, NULL},
    };
    char why[128], path[PATH_MAX_BYTES];
    int words = options_read(rows, OPTIONS_ANYWHERE, argc, argv, why, sizeof(why));
    if (words < 0)
        return usage_error(why);
    if (words > 0)
        return usage_error("takes no words, only options");
    if (values[WINDOW] && (values[FROM] || values[TO]))
        return usage_error("--window and --from/--to exclude each other");
    if (!values[WINDOW] && !values[FROM] && !values[TO])
        values[WINDOW] = "24h";
    if (!make_path(values, path))
        return usage_error("the parameters are too long");
    return ask(ctl->stats, path, json);
}
