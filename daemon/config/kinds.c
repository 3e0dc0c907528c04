#include "keys.h"

#include "address.h"
#include "footfall/money.h"
#include "footfall/right.h"
#include "origin.h"
#include "route.h"
#include "scale.h"
#include "shelf.h"
#include "zone.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* What is true of all keys of a kind. */
struct kind {
    enum key_form form;
    size_t size;                    /* of the member */
    const char *noun;               /* what it expects */
    const struct scale_unit *units; /* of numbers; else NULL */
    /* Reads one text (for a list: one item) to out, which is as large as the member (for a list: a
     * const char *). */
    enum key_result (*read)(const struct key *k, struct shelf *s, struct ff_span text, void *out);
    void (*print)(const struct key *k, const void *value,
                  char out[KEY_TEXT_SIZE]); /* KEY_PLAIN only */
};

static const struct kind *kind_of(const struct key *k);

static enum key_result number_read(const struct key *k, struct ff_span text, int64_t *out)
{
    if (!scale_read(kind_of(k)->units, text, out))
        return KEY_WRONG;
    return *out < k->min || *out > k->max ? KEY_RANGE : KEY_TAKEN;
}

static enum key_result read_wide(const struct key *k, struct shelf *s, struct ff_span text,
                                 void *out)
{
    (void)s;
    int64_t number;
    enum key_result result = number_read(k, text, &number);
    if (result == KEY_TAKEN)
        memcpy(out, &number, sizeof number);
    return result;
}

static enum key_result read_count(const struct key *k, struct shelf *s, struct ff_span text,
                                  void *out)
{
    (void)s;
    int64_t number;
    enum key_result result = number_read(k, text, &number);
    if (result == KEY_TAKEN)
        *(uint32_t *)out = (uint32_t)number;
    return result;
}

static enum key_result read_boolean(const struct key *k, struct shelf *s, struct ff_span text,
                                    void *out)
{
    (void)k, (void)s;
    bool yes = ff_span_is(text, "true");
    if (!yes && !ff_span_is(text, "false"))
        return KEY_WRONG;
    *(bool *)out = yes;
    return KEY_TAKEN;
}

/* The word at place number in a row's words, or an empty span behind the last. */
static struct ff_span word_at(const char *words, unsigned number)
{
    for (; number > 0 && *words; number--) {
        words += strcspn(words, " ");
        words += *words == ' ';
    }
    return ff_span_of(words, strcspn(words, " "));
}

static enum key_result read_word(const struct key *k, struct shelf *s, struct ff_span text,
                                 void *out)
{
    (void)s;
    for (unsigned i = 0; word_at(k->words, i).n; i++)
        if (ff_span_equal(text, word_at(k->words, i))) {
            memcpy(out, &i, sizeof i);
            return KEY_TAKEN;
        }
    return KEY_WRONG;
}

static enum key_result read_currency(const struct key *k, struct shelf *s, struct ff_span text,
                                     void *out)
{
    (void)k, (void)s;
    if (text.n != 3)
        return KEY_WRONG;
    for (int i = 0; i < 3; i++)
        if (text.p[i] < 'A' || text.p[i] > 'Z')
            return KEY_WRONG;
    *(ff_currency *)out = FF_CURRENCY(text.p[0], text.p[1], text.p[2]);
    return KEY_TAKEN;
}

static enum key_result keep(struct shelf *s, struct ff_span text, void *out)
{
    const char *copy = shelf_copy(s, text);
    if (!copy)
        return KEY_NO_MEMORY;
    *(const char **)out = copy;
    return KEY_TAKEN;
}

static enum key_result read_address(const struct key *k, struct shelf *s, struct ff_span text,
                                    void *out)
{
    (void)k;
    return address_valid(text) ? keep(s, text, out) : KEY_WRONG;
}

/* Control bytes would break the lines of logs and of config_dump. */
static enum key_result read_text(const struct key *k, struct shelf *s, struct ff_span text,
                                 void *out)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f)
            return KEY_WRONG;
    if ((int64_t)text.n < k->min || (int64_t)text.n > k->max)
        return KEY_RANGE;
    return keep(s, text, out);
}

static enum key_result read_route(const struct key *k, struct shelf *s, struct ff_span text,
                                  void *out)
{
    if (!route_valid(text))
        return KEY_WRONG;
    if ((int64_t)text.n < k->min || (int64_t)text.n > k->max)
        return KEY_RANGE;
    return keep(s, text, out);
}

/* Only the shape, and nothing that would leave the folder of zones. */
static enum key_result read_zone(const struct key *k, struct shelf *s, struct ff_span text,
                                 void *out)
{
    (void)k;
    char name[65];
    if (text.n < 1 || text.n >= sizeof name || memchr(text.p, '\0', text.n))
        return KEY_WRONG;
    memcpy(name, text.p, text.n);
    name[text.n] = '\0';
    if (!zone_known(name))
        return KEY_WRONG;
    return keep(s, text, out);
}

static enum key_result read_network(const struct key *k, struct shelf *s, struct ff_span text,
                                    void *out)
{
    (void)k;
    char network[NETWORK_TEXT];
    return network_canonical(text, network) ? keep(s, ff_span_text(network), out) : KEY_WRONG;
}

static enum key_result read_origin(const struct key *k, struct shelf *s, struct ff_span text,
                                   void *out)
{
    (void)k;
    char origin[ORIGIN_TEXT];
    return origin_canonical(text, origin) ? keep(s, ff_span_text(origin), out) : KEY_WRONG;
}

/* What stands in a header as it is. */
static enum key_result read_secret(const struct key *k, struct shelf *s, struct ff_span text,
                                   void *out)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] <= ' ' || text.p[i] >= 0x7f)
            return KEY_WRONG;
    if ((int64_t)text.n < k->min || (int64_t)text.n > k->max)
        return KEY_RANGE;
    return keep(s, text, out);
}

static void print_wide(const struct key *k, const void *value, char out[KEY_TEXT_SIZE])
{
    int64_t number;
    memcpy(&number, value, sizeof number);
    scale_print(kind_of(k)->units, number, out);
}

static void print_count(const struct key *k, const void *value, char out[KEY_TEXT_SIZE])
{
    scale_print(kind_of(k)->units, *(const uint32_t *)value, out);
}

static void print_boolean(const struct key *k, const void *value, char out[KEY_TEXT_SIZE])
{
    (void)k;
    snprintf(out, KEY_TEXT_SIZE, "%s", *(const bool *)value ? "true" : "false");
}

static void print_word(const struct key *k, const void *value, char out[KEY_TEXT_SIZE])
{
    unsigned number;
    memcpy(&number, value, sizeof number);
    struct ff_span word = word_at(k->words, number);
    snprintf(out, KEY_TEXT_SIZE, "%.*s", (int)word.n, word.p);
}

static void print_currency(const struct key *k, const void *value, char out[KEY_TEXT_SIZE])
{
    (void)k;
    ff_currency_text(*(const ff_currency *)value, out);
}

static const struct kind kind_table[KEY_KINDS] = {
    [KEY_DURATION] = {KEY_PLAIN, 8, "a duration such as 30m", scale_duration, read_wide,
                      print_wide},
    [KEY_SIZE] = {KEY_PLAIN, 8, "a size such as 64k", scale_size, read_wide, print_wide},
    [KEY_COUNT] = {KEY_PLAIN, 4, "a whole number such as 1000 or 16M", scale_count, read_count,
                   print_count},
    [KEY_BOOLEAN] = {KEY_PLAIN, sizeof(bool), "true or false", NULL, read_boolean, print_boolean},
    [KEY_WORD] = {KEY_PLAIN, sizeof(unsigned), "", NULL, read_word, print_word},
    [KEY_CURRENCY] = {KEY_PLAIN, 4, "a currency of three capital letters such as EUR", NULL,
                      read_currency, print_currency},
    [KEY_ADDRESS] = {KEY_STRING, sizeof(char *), "an address such as 127.0.0.1:7070 or [::1]:7070",
                     NULL, read_address, NULL},
    [KEY_PATH] = {KEY_STRING, sizeof(char *), "a path such as /var/lib/footfalld", NULL, read_text,
                  NULL},
    [KEY_ROUTE] = {KEY_STRING, sizeof(char *),
                   "the path of a URL such as /tracker.js, other than /v1/..., /healthz and /readyz", NULL,
                   read_route, NULL},
    [KEY_TEXT] = {KEY_STRING, sizeof(char *), "text without control characters", NULL, read_text,
                  NULL},
    [KEY_ZONE] = {KEY_STRING, sizeof(char *), "an IANA time zone such as UTC or Europe/Berlin", NULL,
                  read_zone, NULL},
    [KEY_NETWORKS] = {KEY_LIST, sizeof(char **), "networks such as 10.0.0.0/8 or ::1/128", NULL,
                      read_network, NULL},
    [KEY_TEXTS] = {KEY_LIST, sizeof(char **), "texts without control characters", NULL, read_text,
                   NULL},
    [KEY_ORIGINS] = {KEY_LIST, sizeof(char **), "origins such as https://shop.example, or *", NULL,
                     read_origin, NULL},
    [KEY_SECRET] = {KEY_STRING, sizeof(char *), "visible ASCII characters", NULL, read_secret, NULL},
    [KEY_BEARERS] = {KEY_MAPS, sizeof(struct ff_key *), "maps such as {key: SECRET, right: track}",
                     NULL, NULL, NULL},
};

static const struct kind *kind_of(const struct key *k)
{
    return &kind_table[k->kind];
}

/* Maps come as no texts: without any, the list is empty. */
static enum key_result maps_read(struct shelf *s, const struct ff_span *texts, size_t n,
                                 void *member, struct ff_span *culprit)
{
    if (n > 0) {
        *culprit = texts[0];
        return KEY_WRONG;
    }
    const struct ff_key *none = shelf_take(s, sizeof *none);
    if (!none)
        return KEY_NO_MEMORY;
    *(const struct ff_key **)member = none;
    return KEY_TAKEN;
}

/* Reads the items of a list, and puts the list in its place once all are good. */
static enum key_result list_read(const struct key *k, struct shelf *s, const struct ff_span *texts,
                                 size_t n, void *member, struct ff_span *culprit)
{
    const char **items = shelf_take(s, (n + 1) * sizeof *items);
    if (!items)
        return KEY_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        enum key_result result = kind_of(k)->read(k, s, texts[i], &items[i]);
        if (result != KEY_TAKEN) {
            *culprit = texts[i];
            return result;
        }
    }
    *(const char *const **)member = items;
    return KEY_TAKEN;
}

enum key_result key_read(const struct key *k, struct shelf *s, const struct ff_span *texts,
                         size_t n, void *base, struct ff_span *culprit)
{
    void *member = (char *)base + k->offset;
    if (key_form(k) == KEY_MAPS)
        return maps_read(s, texts, n, member, culprit);
    if (key_is_list(k))
        return list_read(k, s, texts, n, member, culprit);
    assert(n == 1);
    *culprit = texts[0];
    return kind_of(k)->read(k, s, texts[0], member);
}

enum key_result key_read_text(const struct key *k, struct shelf *s, struct ff_span text, void *base,
                              struct ff_span *culprit)
{
    if (!key_is_list(k))
        return key_read(k, s, &text, 1, base, culprit);
    size_t most = 1, n = 0;
    for (size_t i = 0; i < text.n; i++)
        most += text.p[i] == ',';
    struct ff_span *texts = calloc(most, sizeof *texts);
    if (!texts)
        return KEY_NO_MEMORY;
    while (text.n > 0 || n > 0) {
        const char *comma = text.n ? memchr(text.p, ',', text.n) : NULL;
        texts[n++] = ff_span_of(text.p, comma ? (size_t)(comma - text.p) : text.n);
        if (!comma)
            break;
        text = ff_span_of(comma + 1, text.n - texts[n - 1].n - 1);
    }
    enum key_result result = key_read(k, s, texts, n, base, culprit);
    free(texts);
    return result;
}

bool key_is_list(const struct key *k)
{
    return key_form(k) == KEY_LIST || key_form(k) == KEY_MAPS;
}

/* "one of disk, process", or the only word there is. */
static void expected_words(const struct key *k, char *out, size_t size)
{
    size_t n = 0;
    out[0] = '\0';
    for (unsigned i = 0; n < size; i++) {
        struct ff_span word = word_at(k->words, i);
        if (word.n == 0)
            return;
        const char *before = i ? ", " : word_at(k->words, 1).n ? "one of " : "";
        n += (size_t)snprintf(out + n, size - n, "%s%.*s", before, (int)word.n, word.p);
    }
}

/* The noun up to its example, and the bounds in the kind's own units. */
static void expected_range(const struct key *k, char *out, size_t size)
{
    const struct kind *kind = kind_of(k);
    if (!kind->units) {
        snprintf(out, size, "%" PRId64 " to %" PRId64 " bytes", k->min, k->max);
        return;
    }
    const char *example = strstr(kind->noun, " such as");
    char min[KEY_TEXT_SIZE], max[KEY_TEXT_SIZE];
    scale_print(kind->units, k->min, min);
    scale_print(kind->units, k->max, max);
    snprintf(out, size, "%.*s from %s to %s", (int)(example - kind->noun), kind->noun, min, max);
}

void key_expected(const struct key *k, enum key_result after, char *out, size_t size)
{
    if (after == KEY_RANGE)
        expected_range(k, out, size);
    else if (k->kind == KEY_WORD)
        expected_words(k, out, size);
    else
        snprintf(out, size, "%s", kind_of(k)->noun);
}

void key_print(const struct key *k, const void *value, char out[KEY_TEXT_SIZE])
{
    assert(key_form(k) == KEY_PLAIN);
    kind_of(k)->print(k, value, out);
}

enum key_form key_form(const struct key *k)
{
    return kind_of(k)->form;
}

size_t key_size(const struct key *k)
{
    return kind_of(k)->size;
}

static bool list_equal(const char *const *a, const char *const *b)
{
    size_t i = 0;
    while (a[i] && b[i] && strcmp(a[i], b[i]) == 0)
        i++;
    return !a[i] && !b[i];
}

static bool maps_equal(const struct ff_key *a, const struct ff_key *b)
{
    while (a->text && b->text && a->right == b->right && strcmp(a->text, b->text) == 0 &&
           strcmp(a->file, b->file) == 0)
        a++, b++;
    return !a->text && !b->text;
}

bool key_equal(const struct key *k, const void *a, const void *b)
{
    const void *x = (const char *)a + k->offset, *y = (const char *)b + k->offset;
    switch (key_form(k)) {
    case KEY_PLAIN:
        return memcmp(x, y, key_size(k)) == 0;
    case KEY_STRING:
        return strcmp(*(const char *const *)x, *(const char *const *)y) == 0;
    case KEY_LIST:
        return list_equal(*(const char *const *const *)x, *(const char *const *const *)y);
    case KEY_MAPS:
        return maps_equal(*(const struct ff_key *const *)x, *(const struct ff_key *const *)y);
    }
    return false;
}
