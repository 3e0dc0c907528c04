#include "sheet.h"

#include <inttypes.h>

#define VALUE_WIDTH 14

/* What is being written: members are printed as they come. */
struct sheet {
    FILE *out;
    int name_width;    /* the longest name of all sections, with what it is under */
    const char *under; /* "csat." within a nested object, else "" */
};

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* Writes whole seconds as their two largest units. */
static void seconds_text(double value, char out[SHEET_TEXT])
{
    uint64_t s = (uint64_t)(value + 0.5);
    if (s < 60)
        snprintf(out, SHEET_TEXT, "%" PRIu64 "s", s);
    else if (s < 3600)
        snprintf(out, SHEET_TEXT, "%" PRIu64 "m %" PRIu64 "s", s / 60, s % 60);
    else if (s < 86400)
        snprintf(out, SHEET_TEXT, "%" PRIu64 "h %" PRIu64 "m", s / 3600, s % 3600 / 60);
    else
        snprintf(out, SHEET_TEXT, "%" PRIu64 "d %" PRIu64 "h", s / 86400, s % 86400 / 3600);
}

void sheet_note(const char *name, double value, char out[SHEET_TEXT])
{
    out[0] = '\0';
    if (ends_with(name, "_rate") || ends_with(name, "_share"))
        snprintf(out, SHEET_TEXT, "%.1f %%", value * 100);
    else if (ends_with(name, "_seconds") && value >= 0 && value < 1e15)
        seconds_text(value, out);
}

/* Whether all members are named as currencies are; an empty object is money, too. */
static void note_currency(void *ctx, const char *name, const struct doc *value)
{
    (void)value;
    bool *money = ctx;
    if (strlen(name) != 3 || strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
        *money = false;
}

static bool is_money(const struct doc *value)
{
    bool money = doc_kind(value) == DOC_OBJECT;
    if (money)
        doc_each(value, note_currency, &money);
    return money;
}

static void add_currency(void *ctx, const char *name, const struct doc *value)
{
    char *out = ctx, amount[64];
    int n = snprintf(amount, sizeof(amount), "%.4f", doc_number(value));
    while (n > 2 && n < (int)sizeof(amount) && amount[n - 1] == '0' && amount[n - 3] != '.')
        amount[--n] = '\0';
    size_t length = strlen(out);
    snprintf(out + length, SHEET_TEXT - length, "%s%s %s", length ? ", " : "", amount, name);
}

void sheet_money(const struct doc *money, char out[SHEET_TEXT])
{
    out[0] = '\0';
    doc_each(money, add_currency, out);
    if (out[0] == '\0')
        snprintf(out, SHEET_TEXT, "-");
}

static void print_line(const struct sheet *s, const char *name, const char *value, const char *note)
{
    int width = s->name_width - (int)strlen(s->under);
    fprintf(s->out, "  %s%-*s  %*s%s%s%s\n", s->under, width, name, VALUE_WIDTH, value,
            *note ? "  (" : "", note, *note ? ")" : "");
}

static void print_real(const struct sheet *s, const char *name, double value)
{
    char text[SHEET_TEXT], note[SHEET_TEXT];
    sheet_note(name, value, note);
    snprintf(text, sizeof(text), ends_with(note, "%") ? "%.4f" : "%.2f", value);
    print_line(s, name, text, note);
}

static void print_integer(const struct sheet *s, const char *name, int64_t value)
{
    char text[SHEET_TEXT], note[SHEET_TEXT];
    sheet_note(name, (double)value, note);
    snprintf(text, sizeof(text), "%" PRId64, value);
    print_line(s, name, text, note);
}

static void print_field(void *ctx, const char *name, const struct doc *value);

/* Money on one line; any other object member by member, under its name. */
static void print_object(const struct sheet *s, const char *name, const struct doc *value)
{
    char text[SHEET_TEXT];
    if (is_money(value)) {
        sheet_money(value, text);
        print_line(s, name, text, "");
        return;
    }
    snprintf(text, sizeof(text), "%s%s.", s->under, name);
    struct sheet inner = {s->out, s->name_width, text};
    doc_each(value, print_field, &inner);
}

/* As long as a shop pleases. */
static bool is_topics(const char *name)
{
    return strcmp(name, "topics") == 0;
}

/* A row of a section. Lists have no place in a table: they stand in the answer itself. */
static void print_field(void *ctx, const char *name, const struct doc *value)
{
    const struct sheet *s = ctx;
    switch (doc_kind(value)) {
    case DOC_NULL:
        print_line(s, name, "-", "");
        break;
    case DOC_INTEGER:
        print_integer(s, name, doc_integer(value));
        break;
    case DOC_REAL:
        print_real(s, name, doc_number(value));
        break;
    case DOC_TEXT:
        print_line(s, name, doc_text(value), "");
        break;
    case DOC_OBJECT:
        if (!is_topics(name))
            print_object(s, name, value);
        break;
    case DOC_BOOLEAN:
    case DOC_ARRAY:
        break;
    }
}

struct widest {
    int width;
    int under; /* bytes of the names that it is under */
};

static void widen(void *ctx, const char *name, const struct doc *value)
{
    struct widest *w = ctx, inner = {w->width, w->under + (int)strlen(name)};
    if (is_topics(name) || doc_kind(value) == DOC_ARRAY)
        return;
    if (inner.under > inner.width)
        inner.width = inner.under;
    inner.under++;
    if (doc_kind(value) == DOC_OBJECT && !is_money(value))
        doc_each(value, widen, &inner);
    w->width = inner.width;
}

static void widen_by_section(void *ctx, const char *name, const struct doc *value)
{
    (void)name;
    struct widest w = {*(int *)ctx, 0};
    if (doc_kind(value) == DOC_OBJECT)
        doc_each(value, widen, &w);
    *(int *)ctx = w.width;
}

static void print_section(void *ctx, const char *name, const struct doc *value)
{
    struct sheet *s = ctx;
    if (doc_kind(value) != DOC_OBJECT)
        return;
    fprintf(s->out, "\n%s\n", name);
    doc_each(value, print_field, s);
}

void sheet_print(FILE *out, const struct doc *stats)
{
    static const char *const header[] = {"site", "from", "to"};
    for (size_t i = 0; i < sizeof(header) / sizeof(header[0]); i++)
        fprintf(out, "%-4s  %s\n", header[i], doc_text(doc_member(stats, header[i])));
    struct sheet s = {out, 0, ""};
    doc_each(stats, widen_by_section, &s.name_width);
    doc_each(stats, print_section, &s);
}
